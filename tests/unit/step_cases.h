/* Steps of gas that is hard to follow, for tests. */
#ifndef TESTS_UNIT_STEP_CASES_H
#define TESTS_UNIT_STEP_CASES_H

#include "base/constants.h"
#include "base/minmax.h"
#include "mhd/work.h"
#include "setups/initial.h"
#include "tests/unit/gas_cases.h"

#include <string.h>

/* Cold gas in fast turbulence with nearly empty places: second-order fluxes fail somewhere in the first steps. */
static inline void wild_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  double a[3];
  for (int d = 0; d < 3; d++) a[d] = 2.0 * PI * x[d] / 1.4;
  *w = (struct gas_point){.rho = 1e-3 + pow(sin(a[0] + 1.0) * cos(2.0 * a[1]), 4.0), .p = 1e-6};
  w->v[0] = 3.0 * sin(2.0 * a[1] + 0.3) + 2.0 * cos(3.0 * a[0]);
  w->v[1] = 3.0 * sin(2.0 * a[0] + 0.7) - 2.0 * cos(3.0 * a[1] + a[2]);
  w->v[2] = 2.0 * sin(a[0] + a[1]) + 1.5 * cos(2.0 * a[2]);
  w->scalar[0] = 0.5 + 0.5 * sin(a[0]);
}

static inline void wild_potential(double t, const double x[3], double a[3]) {
  (void)t;
  for (int d = 0; d < 3; d++) a[d] = 0.02 * sin(2.0 * PI * x[(d + 1) % 3] / 1.4) * cos(4.0 * PI * x[(d + 2) % 3] / 1.4);
}

static const struct setup wild = {.name = "wild", .points = 2, .gas = wild_gas, .potential = wild_potential};

static inline void start(struct world *w, const struct mesh_params *mesh, const struct mhd_params *par, const struct setup *setup, MPI_Comm comm) {
  world_open(w, mesh, par, comm);
  struct setup_run run = {.dim = w->mesh.dim, .gamma = par->gamma, .magnetic = par->magnetic, .nscalar = par->nscalar};
  setup_fill(&w->mesh, setup, &run, 0.0, &w->gas);
  mhd_settle(&w->gas, &w->mesh);
}

static inline bool advance(struct world *w, double dt) { return mhd_step(&w->gas, &w->mesh, w->x, w->c, dt); }

/* Periodic, whatever the case says, so that nothing leaves. */
static inline struct mesh_params closed(int c) {
  struct mesh_params par = case_params(&CASES[c]);
  memset(par.boundary, 0, sizeof par.boundary); /* BOUNDARY_PERIODIC */
  return par;
}

#endif
