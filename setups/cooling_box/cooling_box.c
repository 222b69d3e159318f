/* Gas of all densities at rest, each cell on its own way to the balance of heating and cooling.  Cells are so wide that nothing moves meanwhile. */
#include "base/constants.h"
#include "base/fail.h"
#include "base/params.h"
#include "base/units.h"
#include "setups/setup.h"

#include <math.h>

static struct { double low, high, temperature, fuv[2]; } par;
static double lower, length, kelvin; /* kelvin: code pressure over density of 1 K and one proton mass per particle */

static void box_params(struct params *ps) {
  params_section(ps, "cooling_box", "gas of all densities, on its way to thermal balance");
  params_real(ps, "low", &par.low, "0.01 mp cm^-3", PARAMS_POSITIVE, INFINITY, "code density", "density at the lower end of x; between the ends its logarithm is linear");
  params_real(ps, "high", &par.high, "1000 mp cm^-3", PARAMS_POSITIVE, INFINITY, "code density", "density at the upper end of x");
  params_real(ps, "temperature", &par.temperature, "1e6 K", PARAMS_POSITIVE, INFINITY, "K",
              "at the start, of gas with 0.6 (above 1e4 K) or 1.22 proton masses per particle");
  params_reals(ps, "fuv", 2, par.fuv, "[1.7, 1.7]", 0.0, 1e9, "1", "with cooling.from_setup: far-ultraviolet field in Habing's unit at both ends of x, linear between them");
}

static void box_start(const struct setup_run *run) {
  const struct units *u = run->units;
  if (u->code) fail_user("cooling_box: it needs physical units");
  lower = run->lower[0];
  length = run->upper[0] - run->lower[0];
  kelvin = BOLTZMANN_erg_K / PROTON_MASS_g / (u->velocity_cm_s * u->velocity_cm_s) * u->temperature_K;
}

static void box_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  const double kelvins = par.temperature, mass = kelvins > 1e4 ? 0.6 : 1.22;
  w->rho = par.low * pow(par.high / par.low, (x[0] - lower) / length);
  w->p = w->rho * kelvin * par.temperature / mass;
}

static double box_fuv(double t, const double x[3]) {
  (void)t;
  return par.fuv[0] + (par.fuv[1] - par.fuv[0]) * ((x[0] - lower) / length);
}

const struct setup setup_cooling_box = {
    .name = "cooling_box",
    .doc = "gas of all densities cools and heats to thermal balance",
    .points = 1,
    .params = box_params,
    .start = box_start,
    .gas = box_gas,
    .fuv = box_fuv,
};
