/* Electrons of a disc in a wind: advection, diffusion and synchrotron losses make a halo that is the thinner the higher the energy
 * (Pohl & Schlickeiser 1990, A&A 239, 424).  x is the height above the disc, the lower end its plane.  The reference is reference.py beside this file. */
#include "setups/uniform.h"

static struct { double power, source_height, density, wind, wind_height, field, pressure; } par;
static double lower;

static void declare(struct params *ps) {
  params_section(ps, "cr_synchrotron_halo", "electrons from a disc in a wind, with diffusion and synchrotron losses, Pohl & Schlickeiser 1990");
  params_real(ps, "power", &par.power, "1e38 erg s^-1 kpc^-2", 0.0, INFINITY, "erg s^-1 kpc^-2", "of the sources per area on this side of the disc");
  params_real(ps, "source_height", &par.source_height, "0.2", PARAMS_POSITIVE, INFINITY, "code length", "s in exp(-x^2 / 2 s^2) of the sources");
  params_real(ps, "density", &par.density, "0.01", PARAMS_POSITIVE, INFINITY, "code density", "of the gas, the same everywhere");
  params_real(ps, "wind", &par.wind, "100", 0.0, INFINITY, "code velocity", "speed far from the disc");
  params_real(ps, "wind_height", &par.wind_height, "0.5", PARAMS_POSITIVE, INFINITY, "code length", "h of the speed wind tanh(x / h)");
  params_real(ps, "field", &par.field, "1", PARAMS_POSITIVE, INFINITY, "code field", "uniform, along x");
  params_real(ps, "pressure", &par.pressure, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
}

static void start(const struct setup_run *run) {
  uniform_needs_field(run, "cr_synchrotron_halo");
  lower = run->lower[0];
}

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  w->rho = par.density;
  w->p = par.pressure;
  w->v[0] = par.wind * tanh((x[0] - lower) / par.wind_height);
}

static void background(double b[3]) {
  b[0] = par.field;
  b[1] = b[2] = 0.0;
}

static double source(double t, const double x[3], const double dx[3]) {
  (void)t, (void)dx;
  return par.power * uniform_half_gauss(x[0] - lower, par.source_height);
}

const struct setup setup_cr_synchrotron_halo = {
    .name = "cr_synchrotron_halo",
    .doc = "electrons from a disc in a wind, with diffusion and synchrotron losses, Pohl & Schlickeiser 1990",
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .source = source,
};
