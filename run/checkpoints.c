/* When checkpoints are written, which are kept, and how a run goes on from one. */
#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/params.h"
#include "base/text.h"
#include "io/checkpoint.h"
#include "run/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 1000, OUTFLOWS = 5 + MHD_SCALARS + 1 /* of gas, and in the potential */ };

struct checkpoints {
  int next;                 /* number of the next file                                       */
  int kept[KEPT], count;    /* files of this run that are there, oldest first                */
  double written;           /* wall clock, s                                                 */
  char newest[32];          /* name, and time of the run                                     */
  double newest_time;
  int64_t due;              /* the next one by time is due at this multiple of the interval  */
  struct io_checkpoint from; /* what the run goes on from                                    */
  struct rays_saved rays;   /* likewise                                                      */
  bool renews;              /* it says something else about what cosmic rays and gas exchange in momentum */
  struct sum radiated;
  struct sum supernovae[SUPERNOVAE_BOOKS];
  struct exact outflow[OUTFLOWS];
};

/* All numbers that a run needs to go on. */
struct saved {
  double time, dt;
  int64_t step, fallback, floor_density, floor_pressure;
  struct schedule schedule;
  unsigned char random[RUN_RANDOM];
  struct rays_saved rays;
  struct sum radiated;
  struct sum supernovae[SUPERNOVAE_BOOKS];
  struct exact outflow[OUTFLOWS];
};

enum { STATES = 16, RAYS_STATES = 10, COOLING_STATES = 1, MOST_STATES = STATES + RAYS_STATES + COOLING_STATES };

static int list(const struct run *r, struct saved *s, struct io_state state[MOST_STATES]) {
  struct schedule *t = &s->schedule;
  const struct io_state all[STATES] = {
      {"time", IO_DOUBLE, 1, &s->time},
      {"dt", IO_DOUBLE, 1, &s->dt},
      {"step", IO_INT64, 1, &s->step},
      {"fallbacks", IO_INT64, 1, &s->fallback},
      {"density_floors", IO_INT64, 1, &s->floor_density},
      {"pressure_floors", IO_INT64, 1, &s->floor_pressure},
      {"next_snapshot", IO_INT64, 1, &t->snapshot},
      {"snapshot_due", IO_INT64, 1, &t->snapshot_due},
      {"history_due", IO_INT64, 1, &t->history_due},
      {"last_snapshot", IO_DOUBLE, 1, &t->last_snapshot},
      {"last_row", IO_DOUBLE, 1, &t->last_row},
      {"snapshot_interval", IO_DOUBLE, 1, &t->snapshot_interval},
      {"history_interval", IO_DOUBLE, 1, &t->history_interval},
      {"random_state", IO_BYTE, RUN_RANDOM, s->random},
      {"supernovae", IO_DOUBLE, 2 * SUPERNOVAE_BOOKS, s->supernovae},
      {"outflow", IO_INT64, EXACT_WORDS * OUTFLOWS, s->outflow},
  };
  struct rays_books *books = &s->rays.books;
  const int ledger = 2 * CR_MAX_SPECIES * ENTRY_COUNT;
  const struct io_state rays[RAYS_STATES] = {
      {"cr_steps", IO_INT64, 1, &s->rays.steps},
      {"cr_substeps", IO_INT64, RAYS_GROUPS, s->rays.substeps},
      {"cr_limited", IO_INT64, RAYS_GROUPS, s->rays.limited},
      {"cr_speeds", IO_DOUBLE, RAYS_GROUPS, s->rays.speed},
      {"cr_implicit", IO_INT64, RAYS_GROUPS, s->rays.implicit},
      {"cr_start", IO_DOUBLE, 4, s->rays.start},
      {"cr_ledger", IO_DOUBLE, 2 * ledger, books->number},
      {"cr_given", IO_DOUBLE, 12, &books->inertia},
      {"cr_ends", IO_INT64, EXACT_WORDS * 4, books->ends},
      {"cr_outflow", IO_INT64, EXACT_WORDS * RAYS_POPULATIONS, books->outflow},
  };
  memcpy(state, all, sizeof all);
  if (r->has_rays) memcpy(state + STATES, rays, sizeof rays);
  int n = r->has_rays ? STATES + RAYS_STATES : STATES;
  if (r->has_cooling) state[n++] = (struct io_state){"radiated", IO_DOUBLE, 2, &s->radiated};
  return n;
}

struct checkpoints *checkpoints_open(void) {
  struct checkpoints *c = memory_get(sizeof *c);
  c->due = 1;
  c->from.number = -1;
  c->written = MPI_Wtime();
  return c;
}

void checkpoints_close(struct checkpoints *c) {
  io_checkpoint_free(&c->from);
  memory_free(c);
}

static void name_newest(struct checkpoints *c, int number, double time) {
  snprintf(c->newest, sizeof c->newest, "checkpoint.%05d.h5", number);
  c->newest_time = time;
}

const char *checkpoint_newest(const struct run *r, double *time) {
  const struct checkpoints *c = r->checkpoints;
  *time = c->newest_time;
  return c->count > 0 ? c->newest : NULL;
}

void checkpoint_write(struct run *r) {
  struct checkpoints *c = r->checkpoints;
  struct field *fields[RUN_FIELDS];
  struct io_state state[MOST_STATES];
  const struct mhd_counts *n = &r->gas.counts;
  struct saved *s = memory_get(sizeof *s);
  s->time = r->time;
  s->dt = r->dt;
  s->step = r->step;
  s->fallback = n->fallback;
  s->floor_density = n->floor_density;
  s->floor_pressure = n->floor_pressure;
  s->schedule = r->schedule;
  memcpy(s->random, r->random, sizeof s->random);
  if (r->has_cooling) s->radiated = r->cooling.radiated;
  mhd_outflow(&r->gas, &r->mesh, s->outflow);
  if (r->has_gravity) s->outflow[OUTFLOWS - 1] = r->gravity.outflow;
  if (r->has_gravity) exact_over_ranks(r->mesh.comm, 1, &s->outflow[OUTFLOWS - 1]);
  if (r->has_supernovae) memcpy(s->supernovae, r->supernovae.book, sizeof s->supernovae);
  if (r->has_rays) rays_save(&r->rays, &r->mesh, &s->rays);
  double start = MPI_Wtime();
  io_checkpoint_write(r->dir, c->next, outputs_record(r->outputs), &r->mesh, list(r, s, state), state, run_fields(r, fields), fields);
  c->written = MPI_Wtime();
  log_info("checkpoint.%05d.h5 at step %lld, time %.6g; took %.2g s", c->next, (long long)r->step, r->time, c->written - start);
  memory_free(s);

  if (c->count == KEPT) memmove(c->kept, c->kept + 1, sizeof *c->kept * (size_t)--c->count);
  name_newest(c, c->next, r->time);
  c->kept[c->count++] = c->next++;
  while (c->count > r->par.keep_checkpoints) {
    io_checkpoint_remove(r->mesh.comm, r->dir, c->kept[0]);
    memmove(c->kept, c->kept + 1, sizeof *c->kept * (size_t)--c->count);
  }
}

/* Checkpoint number n by time is due at the first step that reaches n times the interval. */
void checkpoint_if_due(struct run *r) {
  struct checkpoints *c = r->checkpoints;
  double interval = r->par.checkpoints;
  bool by_time = interval > 0.0 && r->time >= (double)c->due * interval;
  if (!by_time && !r->checkpoint_asked) return;
  checkpoint_write(r);
  if (interval > 0.0) c->due = schedule_next(r->time, interval);
}

bool checkpoint_overdue(const struct run *r) {
  double wait = r->par.checkpoint_wall_time;
  return wait > 0.0 && MPI_Wtime() - r->checkpoints->written >= wait;
}

/* Changes of parameters: those that are allowed, and those that are not.  groups: momentum bins are grouped by what scatters them. */
struct changes { struct text good, bad; bool groups, renews; };

static bool is_key(const char *key, const char *const *keys) {
  for (int i = 0; keys[i] != NULL; i++) {
    if (strcmp(key, keys[i]) == 0) return true;
  }
  return false;
}

static bool periodic(const char *value) { return value != NULL && strstr(value, "periodic") != NULL; }

static void sort_change(void *data, const char *key, const char *before, const char *after) {
  static const char *const fixed[] = {"units", "run.setup", "mesh.dim", "mesh.cells", "mesh.lower", "mesh.upper", "mhd.magnetic", "mhd.eos",
                                      "mhd.scalars", "gravity.self", "gravity.mass_from_setup", "transport.scheme", "transport.rsol_form", "transport.speed_choice", "cr.network", "cr.min_GV",
                                      "cr.max_GV", "cr.per_decade", "cr.species", NULL};
  static const char *const grouping[] = {"transport.speed", "transport.speed_max", "transport.safety", "transport.length", "cr.scattering_rate_s", "cr.scattering_slope",
                                         "scattering.beta_power", NULL};
  static const char *const momentum[] = {"transport.speed", "transport.coupling", "mhd.evolve", NULL};
  static const char *const ends[] = {"mesh.boundary_x", "mesh.boundary_y", "mesh.boundary_z", NULL};
  struct changes *c = data;
  bool bad = is_key(key, fixed) || (c->groups && is_key(key, grouping)) || (is_key(key, ends) && periodic(before) != periodic(after));
  c->renews = c->renews || is_key(key, momentum);
  if (before == NULL) before = "not there";
  if (after == NULL) after = "not there";
  text_add(bad ? &c->bad : &c->good, "%s: %s in the checkpoint, now %s\n", key, before, after);
}

/* A line of the log for each line of the text. */
static void log_lines(const char *lines, void (*print)(const char *format, ...)) {
  for (const char *s = lines; s != NULL && *s != '\0';) {
    int n = (int)strcspn(s, "\n");
    print("%.*s", n, s);
    s += n + (s[n] == '\n');
  }
}

/* Ends the program when this run cannot go on from the checkpoint. */
static char *compare(struct run *r, const struct mesh_params *mesh) {
  struct io_checkpoint *from = &r->checkpoints->from;
  const char *choice = params_peek(r->ps, "transport.speed_choice");
  struct changes c = {.groups = choice != NULL && strcmp(choice, "auto") == 0};
  if (params_changes(r->ps, from->parameters, sort_change, &c) < 0) fail_user("crux: error: %s: its parameters cannot be read", from->path);
  int block = mesh_params_block(mesh);
  if (c.bad.s == NULL && block != from->nc[0]) {
    text_add(&c.bad, "mesh.block: %d cells in the checkpoint, now %d\n", from->nc[0], block);
  }
  if (c.bad.s != NULL) {
    fail_user("crux: error: %s cannot go on with these parameters; set them as they were, or start a new run in another folder:\n%s", from->path,
              c.bad.s);
  }
  r->checkpoints->renews = c.renews;
  char *good = text_copy(c.good.s);
  text_free(&c.good);
  return good;
}

/* Files with cosmic rays, for a run without them or the other way round, are intact but say something else: ends the program with what has changed. */
static void tell_of_rays(struct run *r, MPI_Comm comm, const struct mesh_params *mesh, struct saved *s) {
  struct io_checkpoint *from = &r->checkpoints->from, none = *from;
  struct io_state state[MOST_STATES];
  r->has_rays = !r->has_rays;
  io_checkpoint_find(comm, r->dir, list(r, s, state), state, from);
  r->has_rays = !r->has_rays;
  if (from->number >= 0) memory_free(compare(r, mesh)); /* does not come back */
  io_checkpoint_free(from);
  *from = none;
}

void checkpoint_find(struct run *r, MPI_Comm comm, const struct mesh_params *mesh) {
  struct checkpoints *c = r->checkpoints;
  struct io_state state[MOST_STATES];
  struct saved *s = memory_get(sizeof *s);
  io_checkpoint_find(comm, r->dir, list(r, s, state), state, &c->from);
  if (c->from.number < 0) tell_of_rays(r, comm, mesh, s);
  if (c->from.number < 0) {
    fail_user("%scrux: error: there is no %scheckpoint in %s to resume from; start anew with --force, or in another folder with --out",
              c->from.skipped == NULL ? "" : c->from.skipped, c->from.last < 0 ? "" : "intact ", r->dir);
  }
  r->changes = compare(r, mesh);
  r->time = s->time;
  r->dt = s->dt;
  r->step = r->first_step = s->step;
  r->saved_counts = (struct mhd_counts){s->fallback, s->floor_density, s->floor_pressure};
  r->schedule = s->schedule;
  memcpy(r->random, s->random, sizeof r->random);
  c->rays = s->rays;
  c->radiated = s->radiated;
  memcpy(c->supernovae, s->supernovae, sizeof c->supernovae);
  memcpy(c->outflow, s->outflow, sizeof c->outflow);
  memory_free(s);
  c->next = c->from.last + 1;
  int extra = c->from.nolder < KEPT / 2 ? 0 : c->from.nolder - KEPT / 2;
  for (int i = extra; i < c->from.nolder; i++) c->kept[c->count++] = c->from.older[i];
  c->kept[c->count++] = c->from.number;
  name_newest(c, c->from.number, r->time);
  if (r->par.checkpoints > 0.0) c->due = schedule_next(r->time, r->par.checkpoints);
}

void checkpoint_mesh(struct run *r, const struct mesh_params *par, int ghosts, MPI_Comm comm) {
  const struct io_checkpoint *from = &r->checkpoints->from;
  mesh_create_from_leaves(&r->mesh, par, ghosts, comm, from->count, from->leaf);
}

int64_t checkpoint_blocks(const struct run *r) { return r->checkpoints->from.count; }

void checkpoint_load(struct run *r) {
  struct field *fields[RUN_FIELDS];
  int n = run_fields(r, fields);
  io_checkpoint_load(&r->checkpoints->from, &r->mesh, n, fields);
  r->gas.counts = r->saved_counts;
  if (r->mesh.rank == 0) memcpy(r->gas.outflow, r->checkpoints->outflow, sizeof r->gas.outflow);
  if (r->mesh.rank == 0 && r->has_gravity) r->gravity.outflow = r->checkpoints->outflow[OUTFLOWS - 1];
  if (r->has_cooling) r->cooling.radiated = r->checkpoints->radiated;
  if (r->has_supernovae) memcpy(r->supernovae.book, r->checkpoints->supernovae, sizeof r->supernovae.book);
  if (r->has_rays) rays_restore(&r->rays, &r->mesh, &r->checkpoints->rays);
  if (r->has_rays && r->checkpoints->renews) rays_reset_momentum(&r->rays, &r->mesh, r->exchange, &r->gas);
}

void checkpoint_tell(struct run *r) {
  const struct io_checkpoint *from = &r->checkpoints->from;
  if (from->skipped != NULL) {
    log_warning("damaged or foreign files were skipped, and are left as they are:");
    log_lines(from->skipped, log_warning);
  }
  log_info("resumed from %s, written by crux %s: step %lld, time %.9g", from->path, from->version, (long long)r->step, r->time);
  if (r->changes != NULL) {
    log_info("parameters that have changed:");
    log_lines(r->changes, log_info);
  }
}
