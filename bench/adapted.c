/* Speed of the gas on a mesh that follows a blast wave: three levels of 16^3 blocks, adapted every five steps. */
#include "amr/adapt.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/units.h"
#include "bench/bench.h"
#include "mhd/criteria.h"
#include "mhd/mhd.h"

#include <math.h>
#include <string.h>

enum { EVERY = 5, STEPS = 10 };

struct problem {
  struct mesh_params mesh_par;
  struct mhd_params gas_par;
  struct mesh mesh;
  struct gas gas;
  struct refine refine;
  struct exchange *exchange;
  struct correction *correction;
  int64_t step;
  double updates, adapting;
};

/* A hot ball in a uniform, magnetised medium. */
static void fill(struct problem *p) {
  for (int b = 0; b < p->mesh.count; b++) {
    const struct block *block = &p->mesh.block[b];
    const int *e = field_extent(&p->gas.u[0], 0);
    double *u[6];
    for (int v = 0; v < 6; v++) u[v] = field_data(&p->gas.u[0], b, v);
    for (int k = 0; k < e[2]; k++)
      for (int j = 0; j < e[1]; j++)
        for (int i = 0; i < e[0]; i++) {
          const int at[3] = {i, j, k};
          double r2 = 0.0;
          for (int d = 0; d < 3; d++) {
            double x = block->lower[d] + (at[d] - p->mesh.ngd[d] + 0.5) * block->dx[d];
            r2 += x * x;
          }
          size_t n = ((size_t)k * e[1] + j) * e[0] + i;
          double internal = (r2 < 0.015 ? 10.0 : 0.1) / (p->gas_par.gamma - 1.0);
          u[0][n] = 1.0;
          u[1][n] = u[2][n] = u[3][n] = 0.0;
          u[4][n] = internal + 0.5;
          u[5][n] = internal;
        }
    for (int d = 0; d < 3; d++) {
      double *f = field_data(&p->gas.b[0], b, d);
      for (size_t n = 0; n < p->gas.b[0].comp_size[d]; n++) f[n] = d == 0 ? 1.0 : 0.0;
    }
  }
}

static void make_parts(struct problem *p) {
  p->exchange = exchange_create(&p->mesh);
  p->correction = correction_create(&p->mesh, p->gas.nvar, true);
}

static bool adapt(struct problem *p) {
  struct field *fields[2];
  int n = mhd_fields(&p->gas, fields);
  exchange_all(p->exchange, n, fields);
  int8_t *tags = memory_get((size_t)p->mesh.count + 1);
  double *cost = memory_get(sizeof *cost * ((size_t)p->mesh.count + 1));
  refine_tags(&p->refine, &p->mesh, &p->gas, 0.0, tags);
  mhd_cost(&p->gas, &p->mesh, cost);
  mesh_weigh(&p->mesh, cost);
  bool changed = mesh_adapt(&p->mesh, tags, n, fields);
  if (changed) {
    mhd_adapted(&p->gas, &p->mesh);
    exchange_destroy(p->exchange);
    correction_destroy(p->correction);
    make_parts(p);
  }
  memory_free(cost);
  memory_free(tags);
  return changed;
}

static struct problem *start(const struct bench *b) {
  struct problem *p = memory_get(sizeof *p);
  p->mesh_par = (struct mesh_params){.dim = 3, .cells = {64, 64, 64}, .block = 16, .lower = {-0.5, -0.5, -0.5}, .upper = {0.5, 0.5, 0.5}, .max_level = 2};
  p->gas_par = (struct mhd_params){.magnetic = true, .gamma = 5.0 / 3.0, .cfl = 0.3, .floor_density = 1e-20, .floor_pressure = 1e-20,
                                   .dual_energy = 1e-3, .fallback = true};
  mesh_create(&p->mesh, &p->mesh_par, mhd_ghosts(&p->gas_par), b->comm);
  p->mesh.imbalance = 1.1;
  mhd_create(&p->gas, &p->gas_par, &p->mesh);
  struct refine_params refine = {.every = EVERY, .buffer = 2, .derefine_after = 2, .count = 1, .mesh = &p->mesh_par, .gas = &p->gas_par};
  refine.list[0] = (struct criterion){.field = "press", .refine_above = 0.2, .derefine_below = 0.05, .max_level = -1};
  struct units units = units_of_code();
  refine_create(&p->refine, &refine, &p->mesh_par, &units);
  make_parts(p);
  fill(p);
  for (int level = 0; level < 3 && adapt(p); level++) fill(p);
  return p;
}

static void stop(struct problem *p) {
  correction_destroy(p->correction);
  exchange_destroy(p->exchange);
  mhd_destroy(&p->gas);
  mesh_destroy(&p->mesh);
  memory_free(p);
}

/* Seconds for some steps; counts cell updates and the time spent on adapting. */
static double advance(const struct bench *b, struct problem *p, int steps) {
  p->updates = p->adapting = 0.0;
  double begin = bench_clock(b);
  for (int i = 0; i < steps; i++) {
    require(mhd_step(&p->gas, &p->mesh, p->exchange, p->correction, mhd_max_dt(&p->gas, &p->mesh)), "the benchmark of the blast went wrong");
    p->updates += (double)mesh_cells(&p->mesh);
    if (++p->step % EVERY != 0) continue;
    double now = bench_clock(b);
    adapt(p);
    p->adapting += bench_clock(b) - now;
  }
  return bench_clock(b) - begin;
}

static struct problem *prepare(const struct bench *b, int pass, void **state) {
  if (pass == 0) *state = start(b);
  struct problem *p = *state;
  if (pass == 0) advance(b, p, EVERY);
  if (pass < 0) stop(p);
  return p;
}

static double speed(const struct bench *b, int pass, void **state) {
  struct problem *p = prepare(b, pass, state);
  if (pass <= 0) return 0.0;
  double seconds = advance(b, p, b->quick ? EVERY : STEPS);
  return p->updates / seconds / b->size;
}

static double share(const struct bench *b, int pass, void **state) {
  struct problem *p = prepare(b, pass, state);
  if (pass <= 0) return 0.0;
  double seconds = advance(b, p, b->quick ? EVERY : STEPS);
  return p->adapting / seconds;
}

static double ghosts(const struct bench *b, int pass, void **state) {
  struct problem *p = prepare(b, pass, state);
  if (pass <= 0) return 0.0;
  struct exchange_cost c0 = exchange_cost(p->exchange);
  double seconds = advance(b, p, EVERY - 1 - (int)(p->step % EVERY)); /* up to the next adaption */
  struct exchange_cost c = exchange_cost(p->exchange);
  double spent = bench_sum(b, c.pack + c.fill + c.wait - c0.pack - c0.fill - c0.wait) / b->size;
  advance(b, p, 1);
  return spent / seconds;
}

const struct bench_case bench_adapted[] = {
    {"amr_blast_b16", "cell updates per core-second", speed, 0}, {"regrid_share!", "of the time, every 5 steps", share, 1},
    {"ghost_share_amr_b16", "of the time", ghosts, 0}, {NULL, NULL, NULL, 0},
};
