/* Implicit steps of cosmic rays against the explicit sub-steps that they replace: a winding field, populations from thick to thin, the true speed of light.  Explicit
 * sub-steps are those of a group of all of them, as in runs. */
#include "base/memory.h"
#include "bench/bench.h"
#include "crtransport/implicit.h"

#include <math.h>
#include <stdio.h>

enum { POPULATIONS = 4, CELLS = 24, ALL = POPULATIONS /* group of all; before it those of one each */ };

/* Of the last step of a population. */
struct spent { double seconds, setup, solve; int64_t iterations, setups; };

struct problem {
  struct mesh mesh;
  struct exchange *exchange;
  struct field field;
  struct crt crt;
  struct spent spent[POPULATIONS];
  double explicit;                 /* seconds of a sub-step per population */
};

static void fill(struct problem *p) {
  const struct mesh *m = &p->mesh;
  const double turn = 6.283185307179586;
  for (int b = 0; b < m->count; b++) {
    const int *e = field_extent(&p->crt.group[ALL].state, 0);
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
      for (int c = 0; c < POPULATIONS; c++) {
        struct field *one = &p->crt.group[c].state, *all = &p->crt.group[ALL].state;
        const double q = 1.1 + sin(turn * x + 0.1 * c) * cos(turn * y);
        field_data(one, b, 0)[at] = q;
        field_data(all, b, 0)[(size_t)at + all->comp_size[0] * (size_t)c] = q;
      }
    }
  }
}

static struct problem *start(const struct bench *b, int order) {
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
  par.implicit = (struct crt_implicit_params){.order = order, .inertia = true, .tolerance = 1e-8};
  struct crt_member member[POPULATIONS];
  for (int c = 0; c < POPULATIONS; c++) member[c] = (struct crt_member){1.0, CELLS * pow(10.0, 1.0 - 0.5 * c)};
  crt_create(&p->crt, &par, &p->mesh);
  for (int c = 0; c < POPULATIONS; c++) crt_add_group(&p->crt, &p->mesh, 1, &member[c], 1.0);
  crt_add_group(&p->crt, &p->mesh, POPULATIONS, member, 1.0);
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

/* What an implicit step of each population costs, in explicit sub-steps: fewer than that are cheaper.  A step of so many sub-steps at the speed of light has fewer
 * with a lower c~: from which c~ on the implicit one is the cheaper one.  Collective. */
static void table(const struct bench *b, const struct problem *p, int order, int steps) {
  const double explicit = bench_most(b, p->explicit);
  double all = 0.0;
  for (int c = 0; c < POPULATIONS; c++) {
    const struct spent *s = &p->spent[c];
    const double seconds = bench_most(b, s->seconds), setup = bench_most(b, s->setup), solve = bench_most(b, s->solve), even = seconds / explicit;
    all += even / POPULATIONS;
    char from[32] = "never cheaper";
    if (even <= steps) snprintf(from, sizeof from, "cheaper from c~ = %.2g c on", even / steps);
    if (b->rank == 0)
      printf("cr_implicit_o%d_%d_%d_np%d %.4g %.4g %.4g explicit sub-steps that cost as much: %s in steps of %g dx / c; %.2g mean free paths per cell, %lld iterations with %lld set-ups; "
             "set-ups %.2g, solving %.2g, all %.2g s, %.3g cells per second\n",
             order, steps, c, b->size, even, even, even, from, 0.3 * steps, pow(10.0, 1.0 - 0.5 * c), (long long)s->iterations, (long long)s->setups, setup, solve, seconds,
             (double)mesh_cells(&p->mesh) / seconds);
  }
  if (b->rank == 0)
    printf("cr_implicit_o%d_%d_even_np%d %.4g %.4g %.4g explicit sub-steps that cost as much, mean of the populations\n", order, steps, b->size, all, all, all);
}

/* steps: length of the implicit step in explicit sub-steps at the speed of light; microseconds per population and cell. */
static double measure(const struct bench *b, int pass, void **state, int order, int steps) {
  if (pass == 0) *state = start(b, order);
  struct problem *p = *state;
  if (pass < 0) {
    table(b, p, order, steps);
    stop(p);
    return 0.0;
  }
  const double dt = steps * 0.3 / CELLS, work = (double)mesh_cells(&p->mesh) * POPULATIONS;
  double seconds = 0.0;
  fill(p);
  for (int c = 0; c < POPULATIONS; c++) {
    const struct crt_implicit_cost before = crt_implicit_cost(&p->crt);
    const double begin = bench_clock(b);
    if (!crt_implicit(&p->crt, &p->mesh, p->exchange, c, dt, NULL, NULL)) return -1.0;
    const struct crt_implicit_cost after = crt_implicit_cost(&p->crt);
    const struct spent now = {.seconds = bench_clock(b) - begin, .setup = after.seconds_setup - before.seconds_setup, .solve = after.seconds_solve - before.seconds_solve,
                              .iterations = after.iterations - before.iterations, .setups = after.setups - before.setups};
    if (pass < 2 || now.seconds < p->spent[c].seconds) p->spent[c] = now; /* the first one makes the preconditioners */
    seconds += now.seconds;
  }
  const int n = b->quick ? 4 : 16;
  fill(p);
  const double begin = bench_clock(b);
  crt_transport(&p->crt, &p->mesh, p->exchange, ALL, n * 0.3 / CELLS, n, NULL, NULL);
  const double explicit = (bench_clock(b) - begin) / n / POPULATIONS;
  if (pass < 2 || explicit < p->explicit) p->explicit = explicit;
  return 1e6 * bench_sum(b, seconds) / work;
}

static double first_30(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 1, 30); }
static double first_300(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 1, 300); }
static double first_3000(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 1, 3000); }
static double second_30(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 2, 30); }
static double second_300(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 2, 300); }
static double second_3000(const struct bench *b, int pass, void **state) { return measure(b, pass, state, 2, 3000); }

static const char unit[] = "us per population and cell";

const struct bench_case bench_implicit[] = {
    {"cr_implicit_o1_30", unit, first_30, 1},       {"cr_implicit_o1_300", unit, first_300, 1},       {"cr_implicit_o1_3000", unit, first_3000, 1},
    {"cr_implicit_o2_30", unit, second_30, 1},      {"cr_implicit_o2_300", unit, second_300, 1},      {"cr_implicit_o2_3000", unit, second_3000, 1},
    {NULL, NULL, NULL, 0},
};
