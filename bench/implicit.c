/* Implicit steps of cosmic rays against the explicit sub-steps that they replace: a winding field, populations from thick to thin, the true speed of light. */
#include "base/memory.h"
#include "bench/bench.h"
#include "crtransport/implicit.h"

#include <math.h>

enum { POPULATIONS = 4, CELLS = 24 };

struct problem {
  struct mesh mesh;
  struct exchange *exchange;
  struct field field;
  struct crt crt;
};

static void fill(struct problem *p) {
  const struct mesh *m = &p->mesh;
  struct field *state = &p->crt.group[0].state;
  const double turn = 6.283185307179586;
  for (int b = 0; b < m->count; b++) {
    const int *e = field_extent(state, 0);
    for (int d = 0; d < 3; d++) {
      double *f = field_data(&p->field, b, d);
      const int *n = field_extent(&p->field, d);
      for (int k = 0; k < n[2]; k++) {
        const double phase = turn * (m->block[b].lower[2] + (k - m->ngd[2]) * m->block[b].dx[2]);
        for (int i = 0; i < n[0] * n[1]; i++) f[k * n[0] * n[1] + i] = d == 0 ? 1.0 + 0.3 * sin(phase) : d == 1 ? cos(phase) : 0.5;
      }
    }
    for (int at = 0; at < e[0] * e[1] * e[2]; at++) {
      const double x = m->block[b].lower[0] + (at % e[0] - m->ngd[0]) * m->block[b].dx[0], y = m->block[b].lower[1] + (at / e[0] % e[1] - m->ngd[1]) * m->block[b].dx[1];
      for (int c = 0; c < POPULATIONS; c++) field_data(state, b, 0)[(size_t)at + state->comp_size[0] * (size_t)c] = 1.1 + sin(turn * x + 0.1 * c) * cos(turn * y);
    }
  }
}

static struct problem *start(const struct bench *b) {
  struct problem *p = memory_get(sizeof *p);
  struct mesh_params mesh = {.dim = 3, .block = 12};
  for (int d = 0; d < 3; d++) {
    mesh.cells[d] = CELLS;
    mesh.upper[d] = 1.0;
    mesh.boundary[d][0] = mesh.boundary[d][1] = BOUNDARY_PERIODIC;
  }
  mesh_create(&p->mesh, &mesh, 2, b->comm);
  p->exchange = exchange_create(&p->mesh);
  field_create(&p->field, &p->mesh, "field", CENTRING_FACE, 3);
  struct crt_params par = {.form = RSOL_FLUX, .closure = CLOSURE_ISOTROPIC, .light = 1.0, .cfl = 0.3, .field_floor = 1e-10, .limiter = true};
  par.implicit = (struct crt_implicit_params){.order = 1, .inertia = true, .tolerance = 1e-8};
  struct crt_member member[POPULATIONS];
  for (int c = 0; c < POPULATIONS; c++) member[c] = (struct crt_member){1.0, CELLS * pow(10.0, 1.0 - 0.5 * c)};
  crt_create(&p->crt, &par, &p->mesh);
  crt_add_group(&p->crt, &p->mesh, POPULATIONS, member, 1.0);
  crt_directions(&p->crt, &p->mesh, p->exchange, &p->field);
  fill(p);
  crt_directions(&p->crt, &p->mesh, p->exchange, &p->field);
  return p;
}

static void stop(struct problem *p) {
  crt_destroy(&p->crt);
  field_destroy(&p->field);
  exchange_destroy(p->exchange);
  mesh_destroy(&p->mesh);
  memory_free(p);
}

/* steps: length of the implicit step in explicit sub-steps.  The first answer is microseconds per population and cell; the second the explicit sub-steps that
 * cost as much, so that beyond c~ / c of their ratio to steps the implicit step is cheaper; the third iterations per population. */
enum answer { COST, BREAK_EVEN, ITERATIONS };
static double measure(const struct bench *b, int pass, void **state, int steps, enum answer answer) {
  if (pass == 0) *state = start(b);
  struct problem *p = *state;
  if (pass < 0) {
    stop(p);
    return 0.0;
  }
  const double dt = steps * 0.3 / CELLS, work = (double)mesh_cells(&p->mesh) * POPULATIONS;
  fill(p);
  const int64_t before = crt_implicit_cost(&p->crt).iterations;
  const double begin = bench_clock(b);
  crt_implicit(&p->crt, &p->mesh, p->exchange, 0, dt, NULL, NULL);
  const double implicit = bench_sum(b, bench_clock(b) - begin);
  if (answer == COST) return 1e6 * implicit / work;
  if (answer == ITERATIONS) return (double)(crt_implicit_cost(&p->crt).iterations - before) / POPULATIONS;
  fill(p);
  const int n = b->quick ? 1 : 4;
  const double again = bench_clock(b);
  crt_transport(&p->crt, &p->mesh, p->exchange, 0, n * 0.3 / CELLS, n, NULL, NULL);
  return implicit / (bench_sum(b, bench_clock(b) - again) / n);
}

static double cost_30(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 30, COST); }
static double cost_300(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 300, COST); }
static double cost_3000(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 3000, COST); }
static double even_30(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 30, BREAK_EVEN); }
static double even_300(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 300, BREAK_EVEN); }
static double even_3000(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 3000, BREAK_EVEN); }
static double iterations_3000(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 3000, ITERATIONS); }

static const char cost_unit[] = "us per population and cell", even_unit[] = "explicit sub-steps that cost as much";

const struct bench_case bench_implicit[] = {
    {"cr_implicit_30", cost_unit, cost_30, 1},       {"cr_implicit_300", cost_unit, cost_300, 1},       {"cr_implicit_3000", cost_unit, cost_3000, 1},
    {"cr_implicit_30_even", even_unit, even_30, 1},  {"cr_implicit_300_even", even_unit, even_300, 1},  {"cr_implicit_3000_even", even_unit, even_3000, 1},
    {"cr_implicit_3000_iterations", "per population", iterations_3000, 1},
    {NULL, NULL, NULL, 0},
};
