/* Speed of the transport of cosmic rays: 70 bins, which are 140 populations, each at the depth that its rate gives; sub-steps on the mesh with
 * their ghosts. */
#include "base/memory.h"
#include "bench/bench.h"
#include "crtransport/transport.h"

#include <math.h>

enum { POPULATIONS = 140 };

struct problem {
  struct mesh mesh;
  struct exchange *exchange;
  struct field field, alfven;
  struct crt crt;
  double dt; /* of a sub-step */
};

struct shape { int cells, closure; bool streams; };

/* A field that winds around the z axis, and waves of the populations along x. */
static void fill(struct problem *p) {
  const struct mesh *m = &p->mesh;
  struct field *state = &p->crt.group[0].state;
  const double turn = 6.283185307179586;
  for (int b = 0; b < m->count; b++) {
    for (int d = 0; d < 3; d++) {
      double *f = field_data(&p->field, b, d);
      const int *e = field_extent(&p->field, d);
      for (int k = 0; k < e[2]; k++) {
        double phase = turn * (m->block[b].lower[2] + (k - m->ngd[2]) * m->block[b].dx[2]);
        for (int i = 0; i < e[0] * e[1]; i++) f[k * e[0] * e[1] + i] = d == 0 ? 1.0 + 0.3 * sin(phase) : d == 1 ? cos(phase) : 0.5;
      }
    }
    const int *e = field_extent(state, 0);
    double *alfven = field_data(&p->alfven, b, 0);
    for (int at = 0; at < e[0] * e[1] * e[2]; at++) {
      double x = m->block[b].lower[0] + (at % e[0] - m->ngd[0]) * m->block[b].dx[0];
      alfven[at] = 1e-3;
      for (int c = 0; c < POPULATIONS; c++) {
        field_data(state, b, 0)[(size_t)at + state->comp_size[0] * (size_t)c] = 1.1 + sin(turn * x + 0.1 * c);
        field_data(state, b, 0)[(size_t)at + state->comp_size[0] * (size_t)(c + POPULATIONS)] = 0.01 * cos(turn * x);
      }
    }
  }
}

static struct problem *start(const struct bench *b, const struct shape *s) {
  struct problem *p = memory_get(sizeof *p);
  struct mesh_params mesh = {.dim = 3, .block = 16};
  for (int d = 0; d < 3; d++) {
    mesh.cells[d] = s->cells;
    mesh.upper[d] = 1.0;
    mesh.boundary[d][0] = mesh.boundary[d][1] = BOUNDARY_PERIODIC;
  }
  mesh_create(&p->mesh, &mesh, 2, b->comm);
  p->exchange = exchange_create(&p->mesh);
  field_create(&p->field, &p->mesh, "field", CENTRING_FACE, 3);
  field_create(&p->alfven, &p->mesh, "alfven", CENTRING_CELL, 1);
  const struct crt_params par = {.form = RSOL_FLUX, .closure = s->closure, .light = 30.0, .cfl = 0.3, .field_floor = 1e-10, .limiter = true};
  struct crt_member member[POPULATIONS];
  for (int c = 0; c < POPULATIONS; c++) member[c] = (struct crt_member){30.0, 30.0 * 30.0 * s->cells * pow(10.0, -0.5 + 0.01 * c)};
  crt_create(&p->crt, &par, &p->mesh);
  crt_add_group(&p->crt, &p->mesh, POPULATIONS, member, 1.0);
  fill(p);
  crt_directions(&p->crt, &p->mesh, p->exchange, &p->field);
  p->dt = 0.3 / s->cells;
  return p;
}

static void stop(struct problem *p) {
  crt_destroy(&p->crt);
  field_destroy(&p->field);
  field_destroy(&p->alfven);
  exchange_destroy(p->exchange);
  mesh_destroy(&p->mesh);
  memory_free(p);
}

/* Nanoseconds per population, cell and sub-step on a core; less: without the ghosts. */
static double cost(const struct bench *b, int pass, void **state, const struct shape *s, bool less) {
  if (pass == 0) *state = start(b, s);
  struct problem *p = *state;
  if (pass < 0) {
    stop(p);
    return 0.0;
  }
  const int steps = pass == 0 || b->quick ? 1 : 3;
  struct exchange_cost c0 = exchange_cost(p->exchange);
  double begin = bench_clock(b);
  crt_transport(&p->crt, &p->mesh, p->exchange, 0, steps * p->dt, steps, NULL, s->streams ? &p->alfven : NULL);
  double seconds = bench_clock(b) - begin;
  struct exchange_cost c = exchange_cost(p->exchange);
  if (less) seconds -= c.pack + c.fill + c.wait - c0.pack - c0.fill - c0.wait;
  return 1e9 * bench_sum(b, seconds) / ((double)mesh_cells(&p->mesh) * POPULATIONS * steps);
}

/* Bytes that a sub-step has to move, q and F in and out, over those of STREAM triad on this machine at the same time. */
static double of_memory(const struct bench *b, int pass, void **state) {
  static const struct shape shape = {32, CLOSURE_ISOTROPIC, false};
  void *arrays = NULL;
  double most = 0.0, ns = cost(b, pass, state, &shape, true);
  if (pass < 0) return 0.0;
  for (int p = 0; p < 3; p++) most = fmax(most, bench_machine[0].function(b, p, &arrays));
  bench_machine[0].function(b, -1, &arrays);
  return 4.0 * sizeof(double) * b->size / ns / most;
}

#define CASE(name, less, ...)                                            \
  static double name(const struct bench *b, int pass, void **state) {    \
    static const struct shape shape = __VA_ARGS__;                       \
    return cost(b, pass, state, &shape, less);                           \
  }

CASE(isotropic, false, {32, CLOSURE_ISOTROPIC, false})
CASE(isotropic_kernel, true, {32, CLOSURE_ISOTROPIC, false})
CASE(m1, false, {32, CLOSURE_M1, false})
CASE(m1_streaming, false, {32, CLOSURE_M1, true})

static const char unit[] = "ns per population, cell and sub-step";

const struct bench_case bench_transport[] = {
    {"cr_transport_70!", unit, isotropic, 1},  {"cr_transport_70_kernel", unit, isotropic_kernel, 0},
    {"cr_transport_70_m1", unit, m1, 0},      {"cr_transport_70_m1_streaming", unit, m1_streaming, 0},
    {"cr_transport_70_of_memory", "bytes of q and F, in and out, over those of STREAM triad", of_memory, 0},
    {NULL, NULL, NULL, 0},
};
