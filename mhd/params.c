/* The "mhd" section of the parameters. */
#include "base/params.h"

#include "mhd/mhd.h"

#include <math.h>

static bool cfl_too_large(const void *data) {
  const struct mhd_params *p = data;
  return p->integrator == INTEGRATOR_VL2 && p->cfl > 0.5;
}

void mhd_declare(struct params *ps, struct mhd_params *p) {
  params_section(ps, "mhd", "the gas: ideal magnetohydrodynamics with constrained transport");
  params_bool(ps, "magnetic", &p->magnetic, "true", "evolve a magnetic field; false: pure gas dynamics, at no cost for the field");
  params_choice(ps, "eos", &p->eos, "adiabatic|isothermal", "adiabatic", "equation of state");
  params_real(ps, "gamma", &p->gamma, "1.6666666666666667", 1.0 + 1e-6, 10.0, "1", "ratio of specific heats of adiabatic gas");
  params_real(ps, "sound_speed", &p->sound_speed, "1", PARAMS_POSITIVE, INFINITY, "code velocity", "sound speed of isothermal gas");
  params_choice(ps, "integrator", &p->integrator, "vl2|rk3", "vl2",
                "vl2: predictor and corrector (Stone & Gardiner 2009); rk3: third-order strong-stability-preserving Runge-Kutta");
  params_choice(ps, "reconstruction", &p->reconstruction, "plm|ppm", "plm", "values at cell faces: piecewise linear or parabolic");
  params_choice(ps, "limiter", &p->limiter, "mc|vanleer", "mc", "slope limiter of plm: monotonised central, or harmonic (van Leer)");
  params_choice(ps, "riemann", &p->riemann, "hlld|hlle|llf", "hlld", "Riemann solver; without a field hlld is HLLC");
  params_real(ps, "cfl", &p->cfl, "0.3", PARAMS_POSITIVE, 1.0, "1", "time step over the shortest time in which a wave crosses a cell");
  params_int(ps, "scalars", &p->nscalar, "0", 0, MHD_SCALARS, "number of passive scalars carried by the gas");
  params_real(ps, "floor_density", &p->floor_density, "1e-20", 0.0, INFINITY, "code density", "lowest density allowed");
  params_real(ps, "floor_pressure", &p->floor_pressure, "1e-20", 0.0, INFINITY, "code pressure", "lowest gas pressure allowed");
  params_real(ps, "dual_energy", &p->dual_energy, "1e-3", 0.0, 0.1, "1",
              "below this share of the total energy the internal energy follows its own equation; the total energy stays conserved");
  params_bool(ps, "fallback", &p->fallback, "true",
              "cells whose update would fall below a floor take first-order fluxes first; floors act only where that does not help");
  params_choice(ps, "evolve", &p->frozen, "true|false", "true", "false: gas and field stay as they are, for cosmic rays in gas that is given");
  params_rule(ps, "mhd.cfl", cfl_too_large, p, "vl2 is stable up to cfl 0.5; lower mhd.cfl, or set mhd.integrator: rk3");
}
