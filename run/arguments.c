/* What `crux run` is told: its command line, and the sections of a file that belong to no module alone. */
#include "run/run.h"

#include "base/fail.h"
#include "base/memory.h"
#include "base/params.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool rays_without_field(const void *data) {
  const struct all_params *p = data;
  return p->rays.scheme != TRANSPORT_NONE && !p->mhd.magnetic;
}

/* Ends that absorb cosmic rays, on an axis without ends. */
static bool absorbing(const struct all_params *p, int axis) {
  const int *rays = p->rays.transport.boundary[axis];
  return p->rays.scheme != TRANSPORT_NONE && axis < p->mesh.dim && (rays[0] != CRT_BOUNDARY_GAS || rays[1] != CRT_BOUNDARY_GAS) &&
         p->mesh.boundary[axis][0] == BOUNDARY_PERIODIC;
}
static bool absorbing_x(const void *p) { return absorbing(p, 0); }
static bool absorbing_y(const void *p) { return absorbing(p, 1); }
static bool absorbing_z(const void *p) { return absorbing(p, 2); }

/* Ends that absorb cosmic rays, and let nothing through. */
static bool walled(const struct all_params *p, int axis) {
  bool any = false;
  for (int side = 0; side < 2; side++)
    any = any || (p->rays.transport.boundary[axis][side] != CRT_BOUNDARY_GAS && p->mesh.boundary[axis][side] == BOUNDARY_REFLECTING);
  return p->rays.scheme != TRANSPORT_NONE && axis < p->mesh.dim && any;
}
static bool walled_x(const void *p) { return walled(p, 0); }
static bool walled_y(const void *p) { return walled(p, 1); }
static bool walled_z(const void *p) { return walled(p, 2); }

/* A scattering rate that the setup does not have. */
static bool no_scattering(const void *data) {
  const struct all_params *p = data;
  const struct setup *setup = setup_find(p->run.setup);
  return p->rays.scheme != TRANSPORT_NONE && rays_scattering_from_setup(&p->rays) && setup != NULL && setup->scattering == NULL;
}

/* Events that would never be seen. */
static bool event_outside(const void *data) {
  struct all_params *p = (struct all_params *)data;
  for (int i = 0; p->rays.scheme != TRANSPORT_NONE && i < p->rays.event_count; i++)
    for (int d = 0; d < p->mesh.dim; d++) {
      const double x = p->rays.event[i].position[d];
      if (x >= p->mesh.lower[d] && x <= p->mesh.upper[d]) continue;
      snprintf(p->event_problem, sizeof p->event_problem, "event %d is outside of the mesh along %c", i + 1, "xyz"[d]);
      return true;
    }
  return false;
}

/* Linear solvers that the mesh does not suit. */
static bool no_solver(char problem[200], int method, bool tensor, const struct mesh_params *mesh) {
  const char *fault = elliptic_method_fault((enum elliptic_method)method, tensor, mesh);
  snprintf(problem, 200, "%s", fault ? fault : "");
  return fault != NULL;
}
static bool no_gravity_solver(const void *data) {
  struct all_params *p = (struct all_params *)data;
  return p->gravity.self != SELF_NONE && no_solver(p->solver_problem[0], p->gravity.solver, false, &p->mesh);
}
static bool no_transport_solver(const void *data) {
  struct all_params *p = (struct all_params *)data;
  const bool used = p->rays.scheme == TRANSPORT_IMPLICIT || p->rays.scheme == TRANSPORT_AUTO;
  return used && no_solver(p->solver_problem[1], p->rays.transport.implicit.solver, !p->rays.transport.implicit.isotropic, &p->mesh);
}

void run_declare(struct params *ps, struct all_params *par, const struct setup *setup) {
  struct run_params *p = &par->run;
  params_section(ps, "run", "what to run and until when");
  params_text(ps, "name", p->name, sizeof p->name, NULL, "name of the run, in file names and the default output folder runs/<name>");
  params_text(ps, "setup", p->setup, sizeof p->setup, NULL, "the problem: one of the folders of setups/");
  params_real(ps, "time_end", &p->time_end, NULL, 0.0, INFINITY, "code time", "the run ends at this time");
  params_int(ps, "step_end", &p->step_end, "-1", -1, 2000000000, "the run ends after so many steps, if it comes first; -1: no limit");
  params_real(ps, "dt_max", &p->dt_max, "0", 0.0, INFINITY, "code time", "largest time step; 0: no limit");
  params_real(ps, "wall_time", &p->wall_time, "0", 0.0, INFINITY, "wall s",
              "after so much wall-clock time a checkpoint is written and the run ends, to be resumed; 0: no limit");
  params_section(ps, "output", "what is written, and how often; outputs never change the time step");
  params_real(ps, "snapshots", &p->snapshots, "0", 0.0, INFINITY, "code time", "time between snapshots; 0: at the start and the end only");
  params_real(ps, "history", &p->history, "0", 0.0, INFINITY, "code time", "time between rows of the history; 0: a hundredth of run.time_end");
  params_words(ps, "fields", 64, sizeof p->fields[0], p->fields[0], &p->field_count, "[]",
               "names of the fields in snapshots: rho, press, vel1, vel2, vel3, Bcc1, Bcc2, Bcc3, r0..., cr_energy...; p_* stands for all that begin with p_; empty: all");
  params_choice(ps, "precision", &p->single, "float64|float32", "float32", "numbers in snapshots");
  params_bool(ps, "xdmf", &p->xdmf, "true", "a file beside each snapshot through which ParaView and VisIt open it");
  figures_declare(ps, &p->figures);
  rays_observe_declare(ps, &p->observe);
  params_real(ps, "checkpoints", &p->checkpoints, "0", 0.0, INFINITY, "code time",
              "time between checkpoints; 0: only by wall_time and when the run is stopped");
  params_real(ps, "checkpoint_wall_time", &p->checkpoint_wall_time, "30 min", 0.0, INFINITY, "wall s",
              "wall-clock time between checkpoints; 0: only by time and when the run is stopped");
  params_int(ps, "keep_checkpoints", &p->keep_checkpoints, "2", 1, 999, "the newest so many checkpoints are kept");
  mesh_declare(ps, &par->mesh);
  mhd_declare(ps, &par->mhd);
  refine_declare(ps, &par->refine, &par->mesh, &par->mhd);
  gravity_declare(ps, &par->gravity);
  cooling_declare(ps, &par->cooling);
  rays_declare(ps, &par->rays);
  rays_steady_declare(ps, &par->steady);
  rays_initial_declare(ps, &par->initial);
  supernovae_declare(ps, &par->supernovae);
  par->refine.rays = &par->rays.scheme;
  params_rule(ps, "transport.scheme", rays_without_field, par, "cosmic rays go along the magnetic field, and this run has none: set mhd.magnetic: true, or scheme: none");
  params_rule(ps, "transport.boundary_x", absorbing_x, par,
              "a periodic axis has no ends that could absorb cosmic rays: set mesh.boundary_x: outflow, or this to as_gas");
  params_rule(ps, "transport.boundary_y", absorbing_y, par,
              "a periodic axis has no ends that could absorb cosmic rays: set mesh.boundary_y: outflow, or this to as_gas");
  params_rule(ps, "transport.boundary_z", absorbing_z, par,
              "a periodic axis has no ends that could absorb cosmic rays: set mesh.boundary_z: outflow, or this to as_gas");
  params_rule(ps, "transport.boundary_x", walled_x, par, "a reflecting wall lets nothing through: set mesh.boundary_x: outflow there, or this to as_gas");
  params_rule(ps, "transport.boundary_y", walled_y, par, "a reflecting wall lets nothing through: set mesh.boundary_y: outflow there, or this to as_gas");
  params_rule(ps, "transport.boundary_z", walled_z, par, "a reflecting wall lets nothing through: set mesh.boundary_z: outflow there, or this to as_gas");
  params_rule(ps, "scattering.model", no_scattering, par, "this setup gives no scattering rate; set scattering.model: power_law");
  params_rule(ps, "sources.events", event_outside, par, par->event_problem);
  params_rule(ps, "gravity.solver", no_gravity_solver, par, par->solver_problem[0]);
  params_rule(ps, "transport.solver", no_transport_solver, par, par->solver_problem[1]);
  for (int s = 0; setup_list[s] != NULL; s++)
    if ((setup == NULL || setup == setup_list[s]) && setup_list[s]->params) setup_list[s]->params(ps);
}

struct arguments read_arguments(int argc, char **argv) {
  struct arguments a = {.set = memory_get(sizeof *a.set * (size_t)(argc + 1))};
  int sets = 0;
  for (int i = 0; i < argc; i++) {
    const char *s = argv[i];
    bool more = i + 1 < argc;
    if (strncmp(s, "--set=", 6) == 0)
      a.set[sets++] = s + 6;
    else if (strcmp(s, "--set") == 0 && more)
      a.set[sets++] = argv[++i];
    else if (strncmp(s, "--out=", 6) == 0)
      a.out = s + 6;
    else if (strcmp(s, "--out") == 0 && more)
      a.out = argv[++i];
    else if (strcmp(s, "--force") == 0)
      a.force = true;
    else if (strcmp(s, "--resume") == 0)
      a.resume = true;
    else if (strcmp(s, "--quick") == 0)
      a.quick = true;
    else if (s[0] == '-' && s[1] != '\0')
      fail_user("crux run: unknown option or missing value: %s; options: --quick, --set KEY=VALUE, --out DIR, --resume, --force", s);
    else if (a.file == NULL)
      a.file = s;
    else
      fail_user("crux run: two files, %s and %s; want one", a.file, s);
  }
  if (a.file == NULL) fail_user("crux run: no YAML file; try: crux run setups/orszag_tang/orszag_tang.yaml");
  if (a.resume && a.force) fail_user("crux run: --resume goes on with what --force removes; give one of them");
  return a;
}

void run_folder(const struct arguments *a, const char *name, size_t size, char *dir) {
  if (a->out) snprintf(dir, size, "%s", a->out);
  else snprintf(dir, size, "runs/%s%s", name, a->quick ? "_quick" : "");
}

/* A word as a shell wants it. */
static void add_word(struct text *t, const char *word) {
  const char *safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (word[0] != '\0' && strspn(word, safe) == strlen(word)) {
    text_add(t, " %s", word);
    return;
  }
  text_add(t, " '");
  for (; *word != '\0'; word++) text_add(t, *word == '\'' ? "'\\''" : "%c", *word);
  text_add(t, "'");
}

char *run_resume_command(const struct arguments *a, const char *dir) {
  struct text t = {0};
  text_add(&t, "./crux run");
  add_word(&t, a->file);
  if (a->quick) text_add(&t, " --quick");
  for (int i = 0; a->set[i] != NULL; i++) {
    text_add(&t, " --set");
    add_word(&t, a->set[i]);
  }
  text_add(&t, " --out");
  add_word(&t, dir);
  text_add(&t, " --resume");
  return t.s;
}
