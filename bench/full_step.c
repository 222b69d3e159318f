/* A whole step of gas with cosmic rays: forces, ten sub-steps of transport, momentum space, on 32^3 cells in blocks of 16^3; with the full network of 70 bins, and
 * with one bin, over the step of the gas alone: all that it adds, and one more of its sub-steps. */
#include "base/memory.h"
#include "base/params_internal.h"
#include "bench/bench.h"
#include "crtransport/rays.h"

#include <math.h>
#include <string.h>

enum { CELLS = 32, SUBSTEPS = 10, ROUNDS = 5, MORE = 8 };

struct problem {
  struct params *ps;
  struct rays_params par;
  struct mesh mesh;
  struct gas gas;
  struct exchange *exchange;
  struct correction *correction;
  struct rays rays;
  double time, dt;
};

static const char FULL[] = "units: {length: 1 kpc, velocity: 100 km/s, density: 1 mp cm^-3}\nrun: {name: t}\n"
                           "transport: {scheme: explicit, speed: 1000 km/s}\n";
static const char ONE[] = "units: {length: 1 kpc, velocity: 100 km/s, density: 1 mp cm^-3}\nrun: {name: t}\n"
                          "transport: {scheme: explicit, speed: 1000 km/s}\n"
                          "cr: {network: custom, species: [{name: p, min_GV: 1, max_GV: 10, per_decade: 1}]}\n";
static const char SIMPLE[] = "units: {length: 1 kpc, velocity: 100 km/s, density: 1 mp cm^-3}\nrun: {name: t}\n"
                             "transport: {scheme: explicit, speed: 1000 km/s, closure: isotropic, alfven: none}\n"
                             "cr: {network: custom, species: [{name: p, min_GV: 1, max_GV: 10, per_decade: 1}]}\n";

/* Waves of a few per cent in gas at rest with a uniform field; spectra that fall with momentum, a tenth of the pressure of the gas at most. */
static void fill(struct problem *p) {
  const size_t n = p->gas.u[0].comp_size[0];
  for (int b = 0; b < p->mesh.count; b++) {
    for (size_t i = 0; i < n; i++) {
      double rho = 1.0 + 0.03 * sin(0.1 * (double)i), internal = 0.9;
      field_data(&p->gas.u[0], b, GAS_RHO)[i] = rho;
      for (int d = 0; d < 3; d++) field_data(&p->gas.u[0], b, GAS_M1 + d)[i] = 0.02 * rho;
      field_data(&p->gas.u[0], b, p->gas.nvar - 1)[i] = internal;
      field_data(&p->gas.u[0], b, GAS_E)[i] = internal + 0.5 * 3.0 * 0.0004 * rho + 0.5 * 3.25;
    }
    const double uniform[3] = {1.0, sqrt(2.0), 0.5};
    for (int d = 0; d < 3; d++)
      for (size_t i = 0; i < p->gas.b[0].comp_size[d]; i++) field_data(&p->gas.b[0], b, d)[i] = uniform[d];
    for (int a = 0; a < p->rays.count; a++) {
      const double q = 0.1 / (p->rays.count * p->rays.population[a].stress * (1.0 + a));
      for (size_t i = 0; i < n; i++) rays_data(&p->rays, a, b, 0)[i] = q * (1.0 + 0.2 * sin(0.1 * (double)i + a));
    }
  }
}

/* c~ so that a step has as many sub-steps as wanted. */
static void set_speed(struct problem *p) {
  double fastest = 0.0;
  for (int i = 0; i < p->rays.count; i++) fastest = fmax(fastest, p->rays.population[i].speed);
  const double most = p->par.transport.light;
  for (int i = 0; i < p->rays.transport.count; i++)
    p->rays.transport.group[i].speed = fmin(most, (SUBSTEPS - 0.01) * p->par.transport.cfl / CELLS / p->dt * most / fastest);
}

static struct problem *start(const struct bench *b, const char *text) {
  struct problem *p = memory_get(sizeof *p);
  static char name[64];
  p->ps = params_from_text("bench", text, strlen(text), NULL);
  params_section(p->ps, "run", "");
  params_text(p->ps, "name", name, sizeof name, NULL, "");
  rays_declare(p->ps, &p->par);
  params_load(p->ps);
  rays_check(&p->par, p->ps, true);
  const struct mesh_params mesh = {.dim = 3, .cells = {CELLS, CELLS, CELLS}, .block = 16, .upper = {1.0, 1.0, 1.0}};
  const struct mhd_params gas = {.magnetic = true, .gamma = 5.0 / 3.0, .cfl = 0.3, .floor_density = 1e-20, .floor_pressure = 1e-20, .dual_energy = 1e-3,
                                 .fallback = true};
  mesh_create(&p->mesh, &mesh, mhd_ghosts(&gas), b->comm);
  mhd_create(&p->gas, &gas, &p->mesh);
  mhd_keep_mass(&p->gas, &p->mesh);
  p->exchange = exchange_create(&p->mesh);
  p->correction = correction_create(&p->mesh, p->gas.nvar, true);
  rays_create(&p->rays, &p->par, &p->mesh, params_units(p->ps));
  fill(p);
  p->dt = 0.9 * fmin(mhd_max_dt(&p->gas, &p->mesh), rays_max_dt(&p->rays, &p->mesh, &p->gas, gas.cfl));
  set_speed(p);
  rays_start(&p->rays, &p->mesh, p->exchange, &p->gas);
  return p;
}

static void stop(struct problem *p) {
  rays_destroy(&p->rays);
  correction_destroy(p->correction);
  exchange_destroy(p->exchange);
  mhd_destroy(&p->gas);
  mesh_destroy(&p->mesh);
  params_free(p->ps);
  memory_free(p);
}

/* Seconds of all processes for two steps, as an even and an odd one differ; gas: of the gas alone. */
static double seconds(const struct bench *b, struct problem *p, double *gas) {
  double begin = bench_clock(b), middle = 0.0;
  for (int s = 0; s < 2; s++) {
    rays_before(&p->rays, &p->mesh, p->exchange, &p->gas, p->time, p->dt);
    double at = bench_clock(b);
    mhd_step(&p->gas, &p->mesh, p->exchange, p->correction, p->dt);
    middle += bench_clock(b) - at;
    rays_after(&p->rays, &p->mesh, p->exchange, &p->gas, p->time, p->dt);
    p->time += p->dt;
  }
  double time = bench_sum(b, bench_clock(b) - begin);
  *gas = bench_sum(b, middle);
  return time;
}

enum { PER_CELL, PER_SECOND, SHARE };

static double measure(const struct bench *b, int pass, void **state, const char *text, int what) {
  if (pass == 0) *state = start(b, text);
  struct problem *p = *state;
  if (pass < 0) {
    stop(p);
    return 0.0;
  }
  double gas, time = seconds(b, p, &gas), cells = 2.0 * (double)mesh_cells(&p->mesh);
  if (what == PER_CELL) return 1e6 * time / cells;
  if (what == PER_SECOND) return cells * (p->rays.count / 2) * SUBSTEPS / time;
  return (time - gas) / gas / SUBSTEPS;
}

/* Seconds of all processes for n sub-steps of all bins. */
static double transport_seconds(const struct bench *b, struct problem *p, int n) {
  struct rays *r = &p->rays;
  const struct field *profile = r->profile.ncomp > 0 ? &r->profile : NULL, *alfven = r->alfven.ncomp > 0 ? &r->alfven : NULL;
  double begin = bench_clock(b);
  for (int i = 0; i < r->transport.count; i++) crt_transport(&r->transport, &p->mesh, p->exchange, i, n * (p->dt / SUBSTEPS), n, profile, alfven);
  return bench_sum(b, bench_clock(b) - begin);
}

/* What a further sub-step takes over what a step of the gas takes: medians of rounds, in turn, as machines drift. */
static double further(const struct bench *b, int pass, void **state, const char *text) {
  if (pass == 0) *state = start(b, text);
  struct problem *p = *state;
  if (pass < 0) {
    stop(p);
    return 0.0;
  }
  double gas[ROUNDS], one[ROUNDS], many[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) {
    seconds(b, p, &gas[i]); /* of two steps */
    one[i] = transport_seconds(b, p, 1);
    many[i] = transport_seconds(b, p, 1 + MORE);
  }
  return (bench_median(many, ROUNDS) - bench_median(one, ROUNDS)) / MORE / (0.5 * bench_median(gas, ROUNDS));
}

static double step_70(const struct bench *b, int pass, void **state) { return measure(b, pass, state, FULL, PER_CELL); }
static double updates_70(const struct bench *b, int pass, void **state) { return measure(b, pass, state, FULL, PER_SECOND); }
static double share_1(const struct bench *b, int pass, void **state) { return measure(b, pass, state, ONE, SHARE); }
static double further_1(const struct bench *b, int pass, void **state) { return further(b, pass, state, ONE); }
static double further_simple(const struct bench *b, int pass, void **state) { return further(b, pass, state, SIMPLE); }

const struct bench_case bench_full_step[] = {
    {"cr_step_70", "us per cell and step of gas and 70 bins, 10 sub-steps", step_70, 0},
    {"cr_updates_70", "bin-cell updates (sub-steps) per core-second, whole step", updates_70, 0},
    {"cr_whole_step_share_1", "of a step of the gas: all that one bin adds to it, over its 10 sub-steps", share_1, 0},
    {"cr_substep_share_1", "of a step of the gas: one more sub-step of one bin, with ghosts", further_1, 0},
    {"cr_substep_share_1_isotropic", "the same without closure and streaming", further_simple, 0},
    {NULL, NULL, NULL, 0},
};
