/* The steady state of all cosmic rays: 70 bins in a layer of gas with a winding field, 16^3 cells, open above and below, to a change of 2 %. */
#include "base/memory.h"
#include "base/params_internal.h"
#include "bench/bench.h"
#include "crtransport/rays.h"
#include "crtransport/steady.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELLS = 16 };
static const double WIDTH = 8.0; /* kpc */

struct problem {
  struct params *ps;
  struct rays_params par;
  struct rays_steady_params steady;
  struct rays_steady_cost *cost; /* [bins], of the last solution */
  struct mesh mesh;
  struct gas gas;
  struct exchange *exchange;
  struct rays rays;
  struct rays_steady_result last;
};

static const char TEXT[] = "units: {length: 1 kpc, velocity: 100 km/s, density: 1 mp cm^-3}\nrun: {name: t}\n"
                           "transport: {scheme: steady, alfven: none, boundary_z: absorbing}\nsteady: {tolerance: 0.02}\n";

static double layer(double z) { return exp(-0.5 * (z / 0.3) * (z / 0.3)); }

static double source(double t, const double x[3], const double dx[3]) {
  (void)t, (void)dx;
  return 1e-3 * layer(x[2]);
}

static void fill(struct problem *p) {
  for (int b = 0; b < p->mesh.count; b++) {
    const int *e = field_extent(&p->gas.u[0], 0);
    const size_t row = (size_t)e[0] * (size_t)e[1];
    for (size_t i = 0; i < p->gas.u[0].comp_size[0]; i++) {
      const double z = p->mesh.block[b].lower[2] + ((double)(i / row) - p->mesh.ngd[2] + 0.5) * p->mesh.block[b].dx[2];
      field_data(&p->gas.u[0], b, GAS_RHO)[i] = 0.003 + layer(z);
      field_data(&p->gas.u[0], b, GAS_E)[i] = 0.03;
      field_data(&p->gas.u[0], b, p->gas.nvar - 1)[i] = 0.01;
    }
    for (int d = 0; d < 3; d++) {
      const int *n = field_extent(&p->gas.b[0], d);
      double *f = field_data(&p->gas.b[0], b, d);
      for (int k = 0; k < n[2]; k++) {
        const double z = p->mesh.block[b].lower[2] + (k - p->mesh.ngd[2] + 0.5) * p->mesh.block[b].dx[2];
        for (int i = 0; i < n[0] * n[1]; i++) f[k * n[0] * n[1] + i] = 0.1 * (d == 0 ? 1.0 + 0.3 * sin(z) : d == 1 ? cos(z) : 0.7);
      }
    }
  }
}

static struct problem *start(const struct bench *b) {
  struct problem *p = memory_get(sizeof *p);
  char name[64];
  p->ps = params_from_text("bench", TEXT, strlen(TEXT), NULL);
  params_section(p->ps, "run", "");
  params_text(p->ps, "name", name, sizeof name, NULL, "");
  rays_declare(p->ps, &p->par);
  rays_steady_declare(p->ps, &p->steady);
  params_load(p->ps);
  rays_check(&p->par, p->ps, true);
  struct mesh_params mesh = {.dim = 3, .block = 8};
  for (int d = 0; d < 3; d++) {
    mesh.cells[d] = CELLS;
    mesh.lower[d] = -0.5 * WIDTH;
    mesh.upper[d] = 0.5 * WIDTH;
    mesh.boundary[d][0] = mesh.boundary[d][1] = d == 2 ? BOUNDARY_OUTFLOW : BOUNDARY_PERIODIC;
  }
  const struct mhd_params gas = {.magnetic = true, .frozen = true, .gamma = 5.0 / 3.0, .cfl = 0.3, .floor_density = 1e-20, .floor_pressure = 1e-20, .dual_energy = 1e-3};
  mesh_create(&p->mesh, &mesh, mhd_ghosts(&gas), b->comm);
  mhd_create(&p->gas, &gas, &p->mesh);
  mhd_keep_mass(&p->gas, &p->mesh);
  p->exchange = exchange_create(&p->mesh);
  rays_create(&p->rays, &p->par, &p->mesh, params_units(p->ps));
  p->rays.source = source;
  p->cost = memory_get(sizeof *p->cost * (size_t)cr_network_bins(&p->rays.net));
  p->steady.cost = p->cost;
  fill(p);
  rays_start(&p->rays, &p->mesh, p->exchange, &p->gas);
  return p;
}

static void stop(struct problem *p) {
  rays_destroy(&p->rays);
  exchange_destroy(p->exchange);
  mhd_destroy(&p->gas);
  mesh_destroy(&p->mesh);
  params_free(p->ps);
  memory_free(p->cost);
  memory_free(p);
}

/* Two lines for all, and one for each bin, of the last solution: iterations, and where the time of the slowest process went.  Collective. */
static void table(const struct bench *b, const struct problem *p) {
  const struct cr_network *net = &p->rays.net;
  const double sweeps = p->last.sweeps, iterations = (double)p->last.iterations / p->rays.count;
  if (b->rank == 0) {
    printf("cr_steady_sweeps_np%d %g %g %g to a change of 2 %%\n", b->size, sweeps, sweeps, sweeps);
    printf("cr_steady_iterations_np%d %.4g %.4g %.4g per population, all sweeps\n", b->size, iterations, iterations, iterations);
  }
  for (int s = 0; s < net->count; s++)
    for (int k = net->first[s]; k < net->first[s + 1]; k++) {
      const struct rays_steady_cost *c = &p->cost[k];
      const double rates = bench_most(b, c->seconds_probe), setup = bench_most(b, c->seconds_setup), solve = bench_most(b, c->seconds_solve);
      if (b->rank > 0) continue;
      const double speed = 2.0 * (double)mesh_cells(&p->mesh) / (rates + setup + solve);
      printf("cr_steady_%s_%d_np%d %.4g %.4g %.4g cells per second; %lld iterations in %lld solutions with %lld set-ups; rates %.2g, set-ups %.2g, solving %.2g s\n",
             net->species[s].name, k - net->first[s], b->size, speed, speed, speed, (long long)c->iterations, (long long)c->solves, (long long)c->setups, rates, setup, solve);
    }
}

/* From nothing to the steady state. */
static double measure(const struct bench *b, int pass, void **state) {
  if (pass == 0) *state = start(b);
  struct problem *p = *state;
  if (pass < 0) {
    table(b, p);
    stop(p);
    return 0.0;
  }
  for (int a = 0; a < p->rays.count; a++)
    for (int k = 0; k < p->mesh.count; k++) memset(rays_data(&p->rays, a, k, 0), 0, sizeof(double) * p->rays.exchange.comp_size[0]);
  memset(p->cost, 0, sizeof *p->cost * (size_t)cr_network_bins(&p->rays.net));
  const double begin = bench_clock(b);
  p->last = rays_steady(&p->rays, &p->mesh, p->exchange, &p->gas, &p->steady, 0.0);
  const double seconds = bench_sum(b, bench_clock(b) - begin);
  return p->last.converged ? (double)mesh_cells(&p->mesh) * p->rays.count / seconds : -1.0;
}

const struct bench_case bench_steady[] = {
    {"cr_steady", "cells and populations per core-second, all sweeps", measure, 0},
    {NULL, NULL, NULL, 0},
};
