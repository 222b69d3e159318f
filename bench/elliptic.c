/* Poisson's equation: set-up and solution to a residual of 1e-8 in microseconds per cell, on a uniform mesh and on three levels. */
#include "base/memory.h"
#include "bench/bench.h"
#include "elliptic/elliptic.h"

#include <math.h>

struct poisson {
  struct mesh mesh;
  struct field s, q;
};

static struct poisson *create(const struct bench *b, int cells, int levels) {
  struct poisson *p = memory_get(sizeof *p);
  struct mesh_params par = {.dim = 3, .cells = {cells, cells, cells}, .upper = {1.0, 1.0, 1.0}, .block = levels > 0 ? 8 : 16, .max_level = levels};
  if (levels > 0) {
    par.region_count = 2;
    par.region[0] = (struct mesh_region){1, {0.3, 0.3, 0.3}, {0.7, 0.7, 0.7}};
    par.region[1] = (struct mesh_region){2, {0.45, 0.45, 0.45}, {0.55, 0.7, 0.55}};
  }
  mesh_create(&p->mesh, &par, 2, b->comm);
  field_create(&p->s, &p->mesh, "s", CENTRING_CELL, 1);
  field_create(&p->q, &p->mesh, "q", CENTRING_CELL, 1);
  for (int k = 0; k < p->mesh.count; k++) {
    double *s = field_data(&p->s, k, 0);
    for (size_t i = 0; i < p->s.block_size; i++) s[i] = sin(0.01 * (double)i + 3.0 * (double)p->mesh.block[k].pos[0]);
  }
  return p;
}

static double measure(const struct bench *b, int pass, void **state, int cells, int levels, bool setup) {
  if (pass == 0) *state = create(b, cells, levels);
  struct poisson *p = *state;
  if (pass < 0) {
    field_destroy(&p->s);
    field_destroy(&p->q);
    mesh_destroy(&p->mesh);
    memory_free(p);
    return 0.0;
  }
  const struct elliptic_boundary periodic = {.function = NULL};
  const struct elliptic_options options = {.tensor = false};
  const struct elliptic_coefficients poisson = {.d_number = 1.0};
  for (size_t i = 0; i < p->q.block_size * (size_t)p->q.count; i++) p->q.data[i] = 0.0;
  const double start = bench_clock(b);
  struct elliptic *e = elliptic_create(&p->mesh, &periodic, &options);
  elliptic_set(e, &poisson);
  const double made = bench_clock(b);
  const struct elliptic_result r = elliptic_solve(e, &p->s, 0, &p->q, 0, 1e-8);
  const double solved = bench_clock(b);
  elliptic_destroy(e);
  if (!r.converged) return -1.0;
  const double seconds = setup ? made - start + r.seconds_setup : solved - made - r.seconds_setup;
  return 1e6 * bench_most(b, seconds) / (double)mesh_cells(&p->mesh);
}

static double uniform_setup(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 64, 0, true); }
static double uniform_solve(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 64, 0, false); }
static double levels_setup(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 32, 2, true); }
static double levels_solve(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 32, 2, false); }

const struct bench_case bench_elliptic[] = {
    {"poisson_64_setup", "us per cell", uniform_setup, 0},
    {"poisson_64_solve", "us per cell", uniform_solve, 0},
    {"poisson_levels_setup", "us per cell", levels_setup, 0},
    {"poisson_levels_solve", "us per cell", levels_solve, 0},
    {NULL, NULL, NULL, 0},
};
