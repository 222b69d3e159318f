/* Speed of the gas: cell updates per second and core, whole steps with their time step, ghosts and reductions. */
#include "base/fail.h"
#include "base/memory.h"
#include "bench/bench.h"
#include "mhd/mhd.h"

#include <malloc.h>
#include <math.h>

struct shape {
  int dim, cells, block, steps;
  bool magnetic, third; /* third: RK3 with PPM */
};

struct problem {
  struct mesh mesh;
  struct gas gas;
  struct exchange *exchange;
  struct correction *correction;
  double memory; /* bytes that this process took for it */
};

/* Bytes that this process holds. */
static double held(void) {
  struct mallinfo2 m = mallinfo2();
  return (double)m.uordblks + (double)m.hblkhd;
}

/* Waves of a few per cent around a uniform state, or the vortex of Orszag & Tang in 2-D, in the unit box. */
static void fill(struct problem *p, const struct shape *s) {
  const struct mesh *m = &p->mesh;
  const double turn = 6.283185307179586;
  for (int b = 0; b < m->count; b++) {
    const struct block *block = &m->block[b];
    double *u[6];
    for (int v = 0; v < 6; v++) u[v] = field_data(&p->gas.u[0], b, v);
    const int *e = field_extent(&p->gas.u[0], 0);
    for (int k = 0; k < e[2]; k++)
      for (int j = 0; j < e[1]; j++)
        for (int i = 0; i < e[0]; i++) {
          size_t at = ((size_t)k * e[1] + j) * e[0] + i;
          double x = block->lower[0] + (i - m->ngd[0] + 0.5) * block->dx[0], y = block->lower[1] + (j - m->ngd[1] + 0.5) * block->dx[1];
          double z = s->dim > 2 ? block->lower[2] + (k - m->ngd[2] + 0.5) * block->dx[2] : 0.0, phase = turn * (x + y + z);
          double rho = s->dim == 2 ? 2.77 : 1.0 + 0.03 * sin(phase), pressure = s->dim == 2 ? 1.67 : 0.6;
          double v[3] = {0.02 * cos(phase), -0.01 * sin(phase), 0.0}, bb = s->magnetic ? 3.25 : 0.0;
          if (s->dim == 2) {
            v[0] = -sin(turn * y);
            v[1] = sin(turn * x);
            bb = sin(turn * y) * sin(turn * y) + sin(2.0 * turn * x) * sin(2.0 * turn * x);
          }
          u[0][at] = rho;
          double kinetic = 0.0;
          for (int d = 0; d < 3; d++) {
            u[1 + d][at] = rho * v[d];
            kinetic += rho * v[d] * v[d];
          }
          u[5][at] = pressure / (p->gas.par.gamma - 1.0);
          u[4][at] = pressure / (p->gas.par.gamma - 1.0) + 0.5 * (kinetic + bb);
        }
    const double uniform[3] = {1.0, sqrt(2.0), 0.5};
    for (int d = 0; s->magnetic && d < 3; d++) {
      double *f = field_data(&p->gas.b[0], b, d);
      e = field_extent(&p->gas.b[0], d);
      for (int k = 0; k < e[2]; k++)
        for (int j = 0; j < e[1]; j++)
          for (int i = 0; i < e[0]; i++) {
            double x = block->lower[0] + (i - m->ngd[0] + 0.5) * block->dx[0], y = block->lower[1] + (j - m->ngd[1] + 0.5) * block->dx[1];
            double vortex = d == 0 ? -sin(turn * y) : d == 1 ? sin(2.0 * turn * x) : 0.0;
            f[((size_t)k * e[1] + j) * e[0] + i] = s->dim == 2 ? vortex : uniform[d];
          }
    }
  }
}

static struct problem *start(const struct bench *b, const struct shape *s) {
  double before = held();
  struct problem *p = memory_get(sizeof *p);
  struct mesh_params mesh = {.dim = s->dim, .block = s->block};
  for (int d = 0; d < 3; d++) {
    mesh.cells[d] = d < s->dim ? s->cells : 1;
    mesh.upper[d] = 1.0;
    mesh.boundary[d][0] = mesh.boundary[d][1] = BOUNDARY_PERIODIC;
  }
  struct mhd_params gas = {.magnetic = s->magnetic, .gamma = 5.0 / 3.0, .integrator = s->third ? INTEGRATOR_RK3 : INTEGRATOR_VL2,
                           .reconstruction = s->third ? RECONSTRUCTION_PPM : RECONSTRUCTION_PLM, .cfl = 0.3, .floor_density = 1e-20,
                           .floor_pressure = 1e-20, .dual_energy = 1e-3, .fallback = true};
  mesh_create(&p->mesh, &mesh, mhd_ghosts(&gas), b->comm);
  mhd_create(&p->gas, &gas, &p->mesh);
  p->exchange = exchange_create(&p->mesh);
  p->correction = correction_create(&p->mesh, p->gas.nvar, gas.magnetic);
  fill(p, s);
  p->memory = -before;
  return p;
}

static void stop(struct problem *p) {
  correction_destroy(p->correction);
  exchange_destroy(p->exchange);
  mhd_destroy(&p->gas);
  mesh_destroy(&p->mesh);
  memory_free(p);
}

static void step(struct problem *p) {
  double dt = mhd_max_dt(&p->gas, &p->mesh);
  require(mhd_step(&p->gas, &p->mesh, p->exchange, p->correction, dt), "the benchmark of the gas went wrong");
}

/* Cell updates per second and core. */
static double speed(const struct bench *b, int pass, void **state, const struct shape *s) {
  if (pass == 0) *state = start(b, s);
  struct problem *p = *state;
  if (pass < 0) {
    stop(p);
    return 0.0;
  }
  int steps = pass == 0 ? 1 : b->quick ? (s->steps + 1) / 2 : s->steps;
  double begin = bench_clock(b);
  for (int i = 0; i < steps; i++) step(p);
  double seconds = bench_most(b, bench_clock(b) - begin);
  return (double)mesh_cells(&p->mesh) * steps / seconds / b->size;
}

/* Share of the time that goes into ghost cells: packing, filling and waiting. */
static double ghost_share(const struct bench *b, int pass, void **state, const struct shape *s) {
  if (pass <= 0) return speed(b, pass, state, s);
  struct problem *p = *state;
  struct exchange_cost c0 = exchange_cost(p->exchange);
  double begin = bench_clock(b);
  for (int i = 0; i < s->steps; i++) step(p);
  double seconds = bench_clock(b) - begin;
  struct exchange_cost c = exchange_cost(p->exchange);
  return bench_sum(b, (c.pack + c.fill + c.wait - c0.pack - c0.fill - c0.wait) / seconds) / b->size;
}

/* Bytes per cell: all that the process holds for the problem after its first steps. */
static double memory(const struct bench *b, int pass, void **state, const struct shape *s) {
  if (pass <= 0) return speed(b, pass, state, s);
  struct problem *p = *state;
  return bench_sum(b, p->memory + held()) / (double)mesh_cells(&p->mesh);
}

/* Nanoseconds per cell and stage, ghosts included; the time step is apart. */
static double stage(const struct bench *b, int pass, void **state, const struct shape *s) {
  if (pass <= 0) return speed(b, pass, state, s);
  struct problem *p = *state;
  double dt = mhd_max_dt(&p->gas, &p->mesh), begin = bench_clock(b);
  for (int i = 0; i < s->steps; i++)
    require(mhd_step(&p->gas, &p->mesh, p->exchange, p->correction, dt), "the benchmark of the gas went wrong");
  double seconds = bench_most(b, bench_clock(b) - begin);
  return 1e9 * seconds * b->size / ((double)mesh_cells(&p->mesh) * s->steps * (s->third ? 3 : 2));
}

/* Nanoseconds per cell to find the time step. */
static double time_step(const struct bench *b, int pass, void **state, const struct shape *s) {
  if (pass <= 0) return speed(b, pass, state, s);
  struct problem *p = *state;
  double begin = bench_clock(b), sum = 0.0;
  for (int i = 0; i < 4 * s->steps; i++) sum += mhd_max_dt(&p->gas, &p->mesh);
  double seconds = bench_most(b, bench_clock(b) - begin);
  bench_use(sum);
  return 1e9 * seconds * b->size / ((double)mesh_cells(&p->mesh) * 4 * s->steps);
}

#define CASE(name, measure, ...)                                         \
  static double name(const struct bench *b, int pass, void **state) {    \
    static const struct shape shape = __VA_ARGS__;                       \
    return measure(b, pass, state, &shape);                              \
  }

CASE(mhd_64_b64, speed, {3, 64, 64, 4, true, false})
CASE(mhd_64_b32, speed, {3, 64, 32, 4, true, false})
CASE(mhd_64_b16, speed, {3, 64, 16, 4, true, false})
CASE(mhd_64_b8, speed, {3, 64, 8, 4, true, false})
CASE(mhd_128_b32, speed, {3, 128, 32, 1, true, false})
CASE(mhd_128_b16, speed, {3, 128, 16, 1, true, false})
CASE(rk3ppm, speed, {3, 64, 32, 2, true, true})
CASE(hydro, speed, {3, 64, 32, 8, false, false})
CASE(orszag_tang, speed, {2, 256, 64, 20, true, false})
CASE(ghosts_b16, ghost_share, {3, 64, 16, 4, true, false})
CASE(ghosts_b32, ghost_share, {3, 64, 32, 4, true, false})
CASE(memory_b16, memory, {3, 64, 16, 1, true, false})

CASE(stage_b16, stage, {3, 64, 16, 4, true, false})
CASE(stage_b32, stage, {3, 64, 32, 4, true, false})
CASE(stage_rk3, stage, {3, 64, 32, 2, true, true})
CASE(time_step_b32, time_step, {3, 64, 32, 2, true, false})

static const char rate[] = "cell updates per core-second";

const struct bench_case bench_gas[] = {
    {"mhd_64_b64", rate, mhd_64_b64, 1},     {"mhd_64_b32", rate, mhd_64_b32, 0},     {"mhd_64_b16", rate, mhd_64_b16, 0},
    {"mhd_64_b8", rate, mhd_64_b8, 0},       {"mhd_128_b32", rate, mhd_128_b32, 0},   {"mhd_128_b16", rate, mhd_128_b16, 0},
    {"mhd_rk3ppm_64_b32", rate, rk3ppm, 0},  {"hydro_64_b32", rate, hydro, 0},        {"orszag_tang_256", rate, orszag_tang, 0},
    {"stage_64_b16", "ns per cell and stage", stage_b16, 0}, {"stage_64_b32", "ns per cell and stage", stage_b32, 0},
    {"stage_rk3ppm_64_b32", "ns per cell and stage", stage_rk3, 0}, {"time_step_64_b32", "ns per cell", time_step_b32, 0},
    {"ghost_share_64_b16", "of the time", ghosts_b16, 0}, {"ghost_share_64_b32", "of the time", ghosts_b32, 0},
    {"mem_mhd_b16!", "bytes per cell", memory_b16, 1}, {NULL, NULL, NULL, 0},
};
