/* The mesh follows the flow. */
#include "amr/adapt.h"
#include "base/log.h"
#include "base/memory.h"
#include "run/run.h"
#include "setups/kept.h"

#include <stdio.h>
#include <string.h>

void run_levels(const struct mesh *m, char *text, size_t size) {
  text[0] = '\0';
  for (int l = 0; l <= m->max_level; l++) {
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%lld", l ? " + " : "", (long long)m->level_count[l]);
  }
}

void run_masses(struct run *r) {
  if (r->gravity.par.mass_from_setup) setup_fill_mass(&r->mesh, r->setup, gravity_add_mass(&r->gravity, &r->mesh));
}

/* All that was made for the old mesh. */
static void rebuild(struct run *r) {
  mhd_adapted(&r->gas, &r->mesh);
  if (r->has_gravity) {
    gravity_adapted(&r->gravity, &r->mesh);
    run_masses(r);
  }
  if (r->has_rays) rays_adapted(&r->rays, &r->mesh);
  if (r->has_cooling) cooling_adapted(&r->cooling, &r->mesh);
  exchange_destroy(r->exchange);
  r->exchange = exchange_create(&r->mesh);
  exchange_set_user(r->exchange, setup_boundary_fill, &r->boundary);
  kept_drop(&r->boundary.kept);
  correction_destroy(r->correction);
  r->correction = correction_create(&r->mesh, r->gas.nvar, r->gas.par.magnetic);
}

/* start: the state can be made again, so nothing has to be kept and nothing joined. */
static bool adapt(struct run *r, bool start) {
  struct field *fields[RUN_FIELDS];
  const int n = run_fields(r, fields);
  struct mesh *m = &r->mesh;
  r->boundary.t = r->time;
  exchange_all(r->exchange, n, fields);

  int8_t *tags = memory_get((size_t)m->count + 1);
  double *cost = memory_get(sizeof *cost * ((size_t)m->count + 1));
  refine_tags(&r->refine, m, &r->gas, r->time, tags);
  mhd_cost(&r->gas, m, cost);
  if (r->has_rays) rays_cost(&r->rays, m, cost);
  mesh_weigh(m, cost);
  for (int b = 0; start && b < m->count; b++) {
    if (tags[b] < 0) tags[b] = 0;
  }
  const int64_t changes = m->adapted.changes;
  if (mesh_adapt(m, tags, n, fields)) rebuild(r);
  memory_free(tags);
  memory_free(cost);
  return m->adapted.changes > changes;
}

/* draft: the mesh may change, and all is filled once more. */
static void fill(struct run *r, bool draft) {
  struct field energy = {0};
  if (r->setup->fill) {
    field_create(&energy, &r->mesh, "energy of cosmic rays", CENTRING_CELL, 1);
    r->setup->fill(&r->mesh, &r->about, draft, &r->gas, &energy);
    r->initial.given = &energy;
  } else {
    setup_fill(&r->mesh, r->setup, &r->about, 0.0, &r->gas);
  }
  mhd_settle(&r->gas, &r->mesh);
  if (r->has_rays) rays_initial_fill(&r->initial, &r->mesh, r->setup, &r->gas, &r->rays);
  r->initial.given = NULL;
  if (r->setup->fill) field_destroy(&energy);
}

void run_first_mesh(struct run *r) {
  struct mesh *m = &r->mesh;
  m->imbalance = r->refine.par.imbalance;
  fill(r, refine_active(&r->refine));
  if (!refine_active(&r->refine)) return;
  /* Each time the new blocks are filled with the problem itself. */
  for (int level = 0; level <= r->refine.mesh.max_level && adapt(r, true); level++) {
    fill(r, true);
  }
  if (r->setup->fill) fill(r, false);
  char levels[256];
  run_levels(m, levels, sizeof levels);
  log_info("the initial state asks for %lld blocks (%s per level)", (long long)m->global_count, levels);
  m->adapted = (struct mesh_adapted){0};
}

void run_regrid_if_due(struct run *r) {
  if (!refine_active(&r->refine) || r->step == 0 || r->step % r->refine.par.every != 0) return;
  const double start = MPI_Wtime();
  r->mesh.imbalance = r->refine.par.imbalance;
  adapt(r, false);
  run_ionise(r);
  r->regrid_seconds += MPI_Wtime() - start;
}

void run_regrid_report(const struct run *r) {
  const struct mesh *m = &r->mesh;
  const struct mesh_adapted *a = &m->adapted;
  if (!refine_active(&r->refine) || a->calls == 0) return;
  double mine[3] = {r->regrid_seconds, a->seconds_moving, MPI_Wtime() - r->started}, most[3];
  int64_t moved;
  char levels[256];
  MPI_Allreduce(mine, most, 3, MPI_DOUBLE, MPI_MAX, m->comm);
  MPI_Allreduce(&a->moved, &moved, 1, MPI_INT64_T, MPI_SUM, m->comm);
  run_levels(m, levels, sizeof levels);
  log_info("mesh: adapted %lld times, changed %lld times; %lld blocks split, %lld joined, %lld moved; now %lld (%s per level)", (long long)a->calls,
           (long long)a->changes, (long long)a->split, (long long)a->joined, (long long)moved, (long long)m->global_count, levels);
  log_info("mesh: adapting took %.2g s, %.1f%% of the run, of which moving blocks %.2g s", most[0], 100.0 * most[0] / most[2], most[1]);
}
