#include "run/run.h"

#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/params.h"
#include "base/text.h"
#include "base/units.h"
#include "setups/errors.h"
#include "setups/kept.h"
#include "setups/profile.h"
#include "version.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Set by signals, read once per step. */
static volatile sig_atomic_t stop_asked;

static void ask_to_stop(int signal_number) {
  if (stop_asked && signal_number == SIGINT) _Exit(130); /* the second Ctrl-C */
  stop_asked = 1;
}

static void listen_to_signals(void) {
  struct sigaction a = {.sa_handler = ask_to_stop, .sa_flags = SA_RESTART};
  sigemptyset(&a.sa_mask);
  sigaction(SIGINT, &a, NULL);
  sigaction(SIGTERM, &a, NULL);
  sigaction(SIGUSR1, &a, NULL);
  signal(SIGXFSZ, SIG_IGN); /* a file that gets too large is an error of the write */
}

static const struct setup *choose_setup(struct params *ps) {
  const char *name = params_peek(ps, "run.setup");
  const struct setup *s = name ? setup_find(name) : NULL;
  if (name == NULL || s != NULL) return s; /* a missing key is reported with all other mistakes */
  enum { NEAR = 4 };                       /* so many wrong letters are no typo */
  char message[2048], nearest[64] = "";
  int used = snprintf(message, sizeof message, "there is no setup \"%.64s\"; choose one of: one_zone, poisson", name);
  for (int i = 0, best = NEAR; setup_list[i] != NULL; i++) {
    const int distance = text_distance(name, setup_list[i]->name);
    used += snprintf(message + used, sizeof message - (size_t)used, ", %s", setup_list[i]->name);
    if (distance < best) snprintf(nearest, sizeof nearest, "; did you mean %s?", setup_list[i]->name);
    best = distance < best ? distance : best;
  }
  snprintf(message + used, sizeof message - (size_t)used, "%s", nearest);
  params_wrong(ps, "run.setup", message);
}

static struct setup_run about(const struct all_params *par, const struct mesh *mesh, const struct units *units) {
  struct setup_run a = {.dim = mesh->dim,
                        .gamma = par->mhd.gamma,
                        .sound_speed = par->mhd.eos == EOS_ISOTHERMAL ? par->mhd.sound_speed : 0.0,
                        .magnetic = par->mhd.magnetic,
                        .nscalar = par->mhd.nscalar,
                        .gravity = par->gravity.constant,
                        .potentials = &par->gravity,
                        .units = units};
  for (int d = 0; d < 3; d++) {
    a.lower[d] = mesh->lower[d];
    a.upper[d] = mesh->upper[d];
    a.cells[d] = mesh->root[d] * mesh->nc[d];
    a.periodic[d] = mesh->boundary[d][0] == BOUNDARY_PERIODIC;
  }
  return a;
}

static void say_hello(const struct run *r, const struct memory_need *need) {
  const struct mesh *m = &r->mesh;
  char levels[256];
  run_levels(m, levels, sizeof levels);
  log_info("crux %s, %s; %d rank%s", CRUX_VERSION, CRUX_BUILD, m->size, m->size == 1 ? "" : "s");
  log_info("%s: %s", r->setup->name, r->setup->doc);
  log_info("mesh: %lld cells in %lld blocks of %dx%dx%d (%s per level)", (long long)mesh_cells(m), (long long)m->global_count, m->nc[0], m->nc[1],
           m->nc[2], levels);
  char more[64] = "";
  if (need->adapting > 0.0) snprintf(more, sizeof more, " and %.0f more while the mesh is adapted", need->adapting);
  log_info("memory: %.0f bytes per cell%s, at least %.3g MB in all", need->cell, more, need->all / 1e6);
  log_info("output: %s", r->dir);
}

static void create_rays(struct run *r, struct rays_params *par) {
  if (r->gas.par.frozen) { /* it takes nothing */
    par->coupling = COUPLING_NONE;
    for (int i = 0; i < par->event_count; i++) par->event[i].mass = par->event[i].thermal = 0.0;
  }
  rays_create(&r->rays, par, &r->mesh, params_units(r->ps));
  r->rays.source = r->has_supernovae ? NULL : r->setup->source;
  r->rays.scattering = r->setup->scattering;
  r->rays.medium = r->setup->medium;
  mhd_keep_mass(&r->gas, &r->mesh);
  r->refine.rays = rays_criterion;
  r->refine.rays_data = &r->rays;
}

void run_start(struct run *r, const struct arguments *a, struct params *ps) {
  memset(r, 0, sizeof *r);
  r->launched = MPI_Wtime();
  MPI_Comm comm = MPI_COMM_WORLD;
  struct all_params *all = memory_get(sizeof *all);
  r->ps = ps;
  r->setup = choose_setup(r->ps);
  run_declare(r->ps, all, r->setup);
  params_load(r->ps);
  gravity_check(&all->gravity, r->ps, &all->mesh, r->setup->name, r->setup->gravity != NULL, r->setup->mass != NULL);
  rays_check(&all->rays, r->ps, all->mhd.magnetic);
  if (all->rays.scheme != TRANSPORT_NONE && all->rays.medium.metal_scalar >= all->mhd.nscalar)
    fail_user("medium.metal_scalar: this run has %d passive scalars (mhd.scalars), numbered from 0", all->mhd.nscalar);
  if (all->rays.scheme == TRANSPORT_STEADY && !(all->mhd.frozen && all->run.time_end == 0.0))
    fail_user("transport.scheme: steady is for gas that stays as it is: set mhd.evolve: false and run.time_end: 0");
  if (all->rays.scheme == TRANSPORT_STEADY && all->supernovae.on)
    fail_user("supernovae: a steady state has no events in time: leave the section out, or set transport.scheme: explicit");
  r->has_cooling = all->cooling.on || (all->rays.scheme != TRANSPORT_NONE && all->rays.medium.ionisation == IONISATION_EQUILIBRIUM);
  if (r->has_cooling) cooling_check(&all->cooling, r->ps, &all->mhd, all->rays.scheme != TRANSPORT_NONE, r->setup->fuv != NULL, r->setup->name);
  if (all->rays.scheme != TRANSPORT_NONE) all->cooling.hydrogen = all->rays.medium.hydrogen;
  r->par = all->run;
  r->initial = all->initial;
  r->steady = all->steady;
  r->has_gravity = gravity_on(&all->gravity);
  r->has_rays = all->rays.scheme != TRANSPORT_NONE;
  supernovae_check(&all->supernovae, r->ps, &all->mhd, r->setup->name, r->setup->supernovae != NULL);
  r->has_supernovae = all->supernovae.on;
  run_folder(a, r->par.name, sizeof r->dir, r->dir);
  r->command = run_resume_command(a, r->dir);
  r->schedule.last_snapshot = r->schedule.last_row = -INFINITY;
  r->checkpoints = checkpoints_open();
  if (a->resume) {
    io_prepare_folder(comm, r->dir, true, false);
    checkpoint_find(r, comm, &all->mesh);
  }

  int ghosts = mhd_ghosts(&all->mhd);
  struct memory_need need = memory_check(all, a->resume ? checkpoint_blocks(r) : 0, comm);
  if (a->resume)
    checkpoint_mesh(r, &all->mesh, ghosts, comm);
  else
    mesh_create(&r->mesh, &all->mesh, ghosts, comm);
  if (r->mesh.max_level > 0 && !a->resume) need = memory_check(all, r->mesh.global_count, comm);
  r->about = about(all, &r->mesh, params_units(r->ps));
  r->about.supernovae = r->has_supernovae;
  if (r->has_rays) r->about.rays = &r->rays;
  if (r->setup->start) r->setup->start(&r->about);
  r->about.potentials = NULL;
  mhd_create(&r->gas, &all->mhd, &r->mesh);
  refine_create(&r->refine, &all->refine, &all->mesh, params_units(r->ps));
  r->refine.gravity = all->gravity.constant;
  r->boundary = (struct setup_boundary){.setup = r->setup, .run = &r->about};
  r->exchange = exchange_create(&r->mesh);
  exchange_set_user(r->exchange, setup_boundary_fill, &r->boundary);
  r->correction = correction_create(&r->mesh, r->gas.nvar, r->gas.par.magnetic);
  if (r->has_gravity) {
    gravity_create(&r->gravity, &all->gravity, &r->mesh, r->setup->gravity);
    run_masses(r);
    mhd_keep_mass(&r->gas, &r->mesh);
  }
  const bool ionised = r->has_rays && all->rays.medium.ionisation == IONISATION_EQUILIBRIUM;
  if (r->has_cooling) cooling_create(&r->cooling, &all->cooling, ionised, r->setup->fuv, &r->mesh, params_units(r->ps));
  if (r->has_rays) create_rays(r, &all->rays);
  if (r->has_supernovae) supernovae_create(&r->supernovae, &all->supernovae, r->setup->supernovae, &r->mesh, params_units(r->ps));
  if (ionised) r->rays.ionised = &r->cooling.ionised;

  r->outputs = outputs_open(r); /* checks the names of fields, before anything is written */
  if (!a->resume) io_prepare_folder(comm, r->dir, false, a->force);
  char log[1100];
  snprintf(log, sizeof log, "%s/run.log", r->dir);
  log_open(log, a->resume);
  io_parameters(comm, r->dir, params_resolved(r->ps));
  listen_to_signals();
  say_hello(r, &need);
  if (r->has_rays) rays_tell(&r->rays, params_units(r->ps));

  if (a->resume) {
    checkpoint_load(r);
    run_ionise(r);
    checkpoint_tell(r);
    outputs_resume(r->outputs, r);
  } else {
    run_first_mesh(r);
    run_ionise(r);
    if (r->has_rays) rays_start(&r->rays, &r->mesh, r->exchange, &r->gas);
  }
  r->started = MPI_Wtime();
  if (!a->resume && r->has_gravity && !gravity_solve(&r->gravity, &r->mesh, &r->gas)) run_failed(r);
  if (!a->resume && all->rays.scheme != TRANSPORT_STEADY) outputs_write(r->outputs, r, false);
  memory_free(all);
}

double run_next_dt(struct run *r) {
  r->updates += (double)mesh_cells(&r->mesh);
  if (r->has_gravity && !r->gas.par.frozen && !gravity_solve(&r->gravity, &r->mesh, &r->gas)) run_failed(r);
  double dt = r->gas.par.frozen ? INFINITY : mhd_max_dt(&r->gas, &r->mesh), left = r->par.time_end - r->time;
  if (r->has_gravity && !r->gas.par.frozen) dt = fmin(dt, gravity_max_dt(&r->gravity, &r->mesh));
  if (r->has_rays)
    dt = fmin(dt, r->gas.par.frozen ? rays_held_dt(&r->rays, &r->mesh, &r->gas) : rays_max_dt(&r->rays, &r->mesh, &r->gas, r->gas.par.cfl));
  if (r->has_rays) dt = fmin(dt, rays_next_event(&r->rays, r->time));
  if (r->par.dt_max > 0.0) dt = fmin(dt, r->par.dt_max);
  if (!(dt > 0.0)) run_failed(r);
  /* Two steps of equal size rather than a full and a tiny one. */
  return dt >= left ? left : dt > 0.5 * left ? 0.5 * left : dt;
}

static void ionise(struct run *r, double time) {
  if (!r->has_cooling) return;
  r->cooling.time = time;
  if (r->cooling.par.rays == COOLING_LIVE) rays_ionisation(&r->rays, &r->mesh, &r->cooling.zeta);
  if (r->has_rays && r->rays.ionised) cooling_look(&r->cooling, &r->mesh, &r->gas);
}

void run_ionise(struct run *r) { ionise(r, r->time); }

static void cool(struct run *r, double time, double dt) {
  if (!r->has_cooling) return;
  r->cooling.time = time;
  if (r->cooling.par.rays == COOLING_LIVE) rays_ionisation(&r->rays, &r->mesh, &r->cooling.zeta);
  cooling_step(&r->cooling, &r->mesh, &r->gas, dt);
  if (r->has_rays && r->rays.ionised) cooling_look(&r->cooling, &r->mesh, &r->gas);
}

static void explode(struct run *r) {
  const bool falls = r->has_gravity && !r->gas.par.frozen;
  const double before = falls ? gravity_energy(&r->gravity, &r->mesh, &r->gas) : 0.0;
  supernovae_step(&r->supernovae, &r->mesh, &r->gas, r->has_rays ? &r->rays : NULL, r->time, r->dt);
  if (falls) sum_add(&r->supernovae.book[SUPERNOVAE_POTENTIAL], gravity_energy(&r->gravity, &r->mesh, &r->gas) - before);
}

static bool advance(struct run *r) {
  r->boundary.t = r->time;
  cool(r, r->time, 0.5 * r->dt);
  if (r->has_rays && !rays_before(&r->rays, &r->mesh, r->exchange, &r->gas, r->time, r->dt)) return false;
  const bool falls = r->has_gravity && !r->gas.par.frozen;
  if (falls) gravity_before(&r->gravity, &r->mesh, r->exchange, &r->gas, r->dt);
  if (r->gas.par.frozen)
    mhd_hold(&r->gas, &r->mesh, r->exchange, r->correction, r->dt);
  else if (!mhd_step(&r->gas, &r->mesh, r->exchange, r->correction, r->dt)) {
    if (falls) gravity_undo(&r->gravity, &r->mesh, &r->gas, r->dt, false);
    return false;
  }
  if (falls && !gravity_after(&r->gravity, &r->mesh, r->exchange, &r->gas, r->dt)) {
    gravity_undo(&r->gravity, &r->mesh, &r->gas, r->dt, true);
    return false;
  }
  if (r->has_rays && !rays_after(&r->rays, &r->mesh, r->exchange, &r->gas, r->time, r->dt)) return false;
  cool(r, r->time + r->dt, 0.5 * r->dt);
  if (r->has_supernovae) {
    explode(r);
    ionise(r, r->time + r->dt);
  }
  return true;
}

bool run_step(struct run *r) {
  run_keep(r);
  const bool good = advance(r);
  if (good) run_drop(r);
  else run_undo(r);
  return good;
}

int run_fields(struct run *r, struct field *list[RUN_FIELDS]) {
  int n = mhd_fields(&r->gas, list);
  if (r->has_rays) n += rays_fields(&r->rays, list + n);
  return r->has_gravity ? n + gravity_fields(&r->gravity, list + n) : n;
}

bool run_interrupted(struct run *r) {
  bool late = r->par.wall_time > 0.0 && MPI_Wtime() - r->launched >= r->par.wall_time;
  int asked[3] = {stop_asked, late, checkpoint_overdue(r)}, any[3];
  MPI_Allreduce(asked, any, 3, MPI_INT, MPI_MAX, r->mesh.comm);
  r->checkpoint_asked = any[2];
  if (any[0] || any[1]) r->stop = any[0] ? RUN_SIGNAL : RUN_WALL_TIME;
  return any[0] || any[1];
}

bool run_done(struct run *r) {
  if (r->stop != RUN_GOES_ON) return true; /* a steady state was interrupted */
  run_interrupted(r);
  if (r->time >= r->par.time_end)
    r->stop = RUN_END;
  else if (r->par.step_end >= 0 && r->step >= r->par.step_end)
    r->stop = RUN_STEPS;
  return r->stop != RUN_GOES_ON;
}

void run_finish(struct run *r) {
  bool stopped = r->stop == RUN_SIGNAL || r->stop == RUN_WALL_TIME;
  /* First, so that outputs at the end of this part are not taken for those of the schedule. */
  if (r->stop != RUN_END || r->par.checkpoints > 0.0) checkpoint_write(r);
  if (!stopped) {
    outputs_write(r->outputs, r, true);
    errors_report(r->dir, &r->mesh, r->setup, &r->about, r->time, &r->gas);
    profile_write(r->dir, &r->mesh, r->setup, &r->about, r->time);
  }
  double seconds = MPI_Wtime() - r->started;
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  double mine = (double)use.ru_maxrss * 1024.0, memory;
  MPI_Allreduce(&mine, &memory, 1, MPI_DOUBLE, MPI_SUM, r->mesh.comm);
  const struct mhd_counts *c = &r->gas.counts;
  log_info("%s: %lld steps to time %.9g in %.1f s, %.3g cell updates per second and core, %.0f MB",
           stopped ? "stopped" : "done", (long long)r->step, r->time, seconds,
           r->updates / seconds / r->mesh.size, memory / 1e6);
  log_info("first-order fallback in %lld cell updates; density floor in %lld, pressure floor in %lld", (long long)c->fallback,
           (long long)c->floor_density, (long long)c->floor_pressure);
  run_regrid_report(r);
  if (r->has_gravity) outputs_tell_gravity(r->outputs, r);
  if (r->has_rays && r->rays.par.scheme != TRANSPORT_STEADY) outputs_tell_rays(r->outputs, r);
  if (r->stop == RUN_SIGNAL) log_info("asked to stop; go on with: %s", r->command);
  if (r->stop == RUN_WALL_TIME) log_info("run.wall_time is over; go on with: %s", r->command);
  if (r->stop == RUN_STEPS) log_info("run.step_end is reached; go on with: %s --set run.step_end=-1", r->command);
  outputs_close(r->outputs);
  if (r->mesh.rank == 0 && !stopped && r->stop != RUN_STEPS) figures_ask(&r->par.figures, r->dir);
  log_close();
  checkpoints_close(r->checkpoints);
  memory_free(r->changes);
  memory_free(r->command);
  correction_destroy(r->correction);
  exchange_destroy(r->exchange);
  kept_drop(&r->boundary.kept);
  if (r->has_rays) rays_destroy(&r->rays);
  if (r->has_supernovae) supernovae_destroy(&r->supernovae);
  if (r->has_cooling) cooling_destroy(&r->cooling);
  if (r->has_gravity) gravity_destroy(&r->gravity);
  mhd_destroy(&r->gas);
  mesh_destroy(&r->mesh);
  params_free(r->ps);
}
