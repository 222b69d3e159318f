/* Speed of heating, cooling and ionisation. */
#include "base/memory.h"
#include "base/units.h"
#include "bench/bench.h"
#include "cooling/cooling.h"

#include <math.h>
#include <string.h>

struct shape { bool varied, hot, look; };

struct problem {
  struct mesh mesh;
  struct gas gas;
  struct cooling cooling;
  double *start; /* the state */
};

/* From 0.001 to 100 cm^-3, smoothly, at 4000 K cm^-3 and 5% to either side, or 1e5 K. */
static void fill(struct problem *p, const struct shape *s, double kelvin) {
  const struct mesh *m = &p->mesh;
  const size_t cells = p->gas.u[0].comp_size[0];
  for (int b = 0; b < m->count; b++)
    for (size_t i = 0; i < cells; i++) {
      const double at = 0.5 + 0.5 * sin(0.02 * (double)i), other = 0.5 + 0.5 * cos(0.37 * (double)i);
      const double rho = pow(10.0, -3.0 + 5.0 * at), t = (s->hot ? 1e5 : 4000.0 / rho) * (0.95 + 0.1 * other);
      double *u = field_data(&p->gas.u[0], b, 0) + i;
      u[cells * GAS_RHO] = rho;
      for (int d = 0; d < 3; d++) u[cells * (size_t)(GAS_M1 + d)] = 0.0;
      u[cells * GAS_E] = u[cells * (size_t)(p->gas.nvar - 1)] = 1.5 * rho * kelvin * t;
      if (!s->varied) continue;
      u[cells * GAS_SCALAR] = 0.0134 * rho * (0.1 + 2.0 * other);
      field_data(&p->cooling.zeta, b, 0)[i % p->cooling.zeta.comp_size[0]] = 2e-16 * pow(10.0, 2.0 * other - 1.0);
    }
}

static struct problem *start(const struct bench *b, const struct shape *s) {
  struct problem *p = memory_get(sizeof *p);
  struct mesh_params mesh = {.dim = 3, .block = 16};
  for (int d = 0; d < 3; d++) {
    mesh.cells[d] = 32;
    mesh.upper[d] = 1.0;
    mesh.boundary[d][0] = mesh.boundary[d][1] = BOUNDARY_PERIODIC;
  }
  const struct mhd_params gas = {.gamma = 5.0 / 3.0, .nscalar = s->varied, .cfl = 0.3, .floor_density = 1e-20, .floor_pressure = 1e-20};
  /* Code units: kpc, km/s, one hydrogen atom of a gas of hydrogen alone per cm^3. */
  const struct units units = {.length_cm = 3.0857e21, .time_s = 3.0857e16, .mass_g = 1.0, .velocity_cm_s = 1e5, .density_g_cm3 = 1.67262192369e-24,
                              .pressure_erg_cm3 = 1.67262192369e-14, .temperature_K = 1.0};
  const struct cooling_params cooling = {.on = true, .hydrogen = 0.76, .metallicity = 1.0, .scalar = s->varied ? 0 : -1, .fuv = 1.7, .background = 1.0,
                                         .rays = s->varied ? COOLING_LIVE : COOLING_CONSTANT, .zeta = 2e-16 * units.time_s, .floor = 10.0};
  mesh_create(&p->mesh, &mesh, 2, b->comm);
  mhd_create(&p->gas, &gas, &p->mesh);
  cooling_create(&p->cooling, &cooling, s->look, NULL, &p->mesh, &units);
  fill(p, s, 1.380649e-16 / units.pressure_erg_cm3);
  const size_t bytes = sizeof(double) * p->gas.u[0].block_size * (size_t)p->mesh.count;
  p->start = memory_get(bytes);
  memcpy(p->start, p->gas.u[0].data, bytes);
  return p;
}

static void stop(struct problem *p) {
  cooling_destroy(&p->cooling);
  mhd_destroy(&p->gas);
  mesh_destroy(&p->mesh);
  memory_free(p->start);
  memory_free(p);
}

/* Nanoseconds per cell and call. */
static double cost(const struct bench *b, int pass, void **state, const struct shape *s) {
  if (pass == 0) *state = start(b, s);
  struct problem *p = *state;
  if (pass < 0) {
    stop(p);
    return 0.0;
  }
  memcpy(p->gas.u[0].data, p->start, sizeof(double) * p->gas.u[0].block_size * (size_t)p->mesh.count);
  const double thousand_years = 1e3 * 3.15576e7 / p->cooling.time_s, begin = bench_clock(b);
  if (s->look) cooling_look(&p->cooling, &p->mesh, &p->gas);
  else cooling_step(&p->cooling, &p->mesh, &p->gas, thousand_years);
  const double seconds = bench_most(b, bench_clock(b) - begin);
  return 1e9 * seconds * b->size / (double)mesh_cells(&p->mesh);
}

#define CASE(name, ...)                                                  \
  static double name(const struct bench *b, int pass, void **state) {    \
    static const struct shape shape = __VA_ARGS__;                       \
    return cost(b, pass, state, &shape);                                 \
  }

CASE(usual, {false, false, false})
CASE(varied, {true, false, false})
CASE(shocked, {false, true, false})
CASE(electrons, {false, false, true})

static const char unit[] = "ns per cell and call";

const struct bench_case bench_cooling[] = {
    {"cooling", unit, usual, 0}, {"cooling_varied", unit, varied, 0}, {"cooling_shocked", unit, shocked, 0}, {"ionisation", unit, electrons, 0}, {NULL, NULL, NULL, 0},
};
