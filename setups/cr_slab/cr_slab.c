/* Cosmic rays of sources in a disc that diffuse along a field across it, lose energy and make secondaries in its gas and leave at the edges of
 * the halo: the model behind B/C and 10Be (Ginzburg, Khazan & Ptuskin 1980, Ap&SS 68, 295).  The reference is tests/reference/slab.py. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static struct { double power, source_height, density, gas_height, halo, field, angle, pressure, scattering_height; } par;
static double middle;

static void declare(struct params *ps) {
  params_section(ps, "cr_slab", "sources and gas in a disc, diffusion across it, escape at the boundaries of x");
  params_real(ps, "power", &par.power, "2e38 erg s^-1 kpc^-2", 0.0, INFINITY, "erg s^-1 kpc^-2", "of the sources per area of the disc");
  params_real(ps, "source_height", &par.source_height, "0.25", PARAMS_POSITIVE, INFINITY, "code length", "s in exp(-x^2 / 2 s^2) of the sources");
  params_real(ps, "density", &par.density, "1", 0.0, INFINITY, "code density", "of the disc in the middle");
  params_real(ps, "gas_height", &par.gas_height, "0.25", PARAMS_POSITIVE, INFINITY, "code length", "s of its gas");
  params_real(ps, "halo", &par.halo, "1e-3", PARAMS_POSITIVE, INFINITY, "code density", "of gas everywhere, in addition");
  params_real(ps, "field", &par.field, "1", PARAMS_POSITIVE, INFINITY, "code field", "uniform");
  params_real(ps, "angle", &par.angle, "0", -90.0, 90.0, "1", "of the field with x, in the plane of x and y, degrees");
  params_real(ps, "pressure", &par.pressure, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
  params_real(ps, "scattering_height", &par.scattering_height, "1", PARAMS_POSITIVE, INFINITY, "code length",
              "with scattering.model: from_setup: s in exp(-|x| / s), by which the scattering rate falls off from the middle");
}

static void start(const struct setup_run *run) {
  if (!run->magnetic) fail_user("cr_slab: cosmic rays move along a field; set mhd.magnetic: true");
  middle = 0.5 * (run->lower[0] + run->upper[0]);
}

static double bell(double x, double s) { return exp(-0.5 * (x - middle) * (x - middle) / (s * s)); }

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  w->rho = par.halo + par.density * bell(x[0], par.gas_height);
  w->p = par.pressure;
}

static void background(double b[3]) {
  b[0] = par.field * cos(par.angle * PI / 180.0);
  b[1] = par.field * sin(par.angle * PI / 180.0);
  b[2] = 0.0;
}

static double source(double t, const double x[3], const double dx[3]) {
  (void)t, (void)dx;
  return par.power * bell(x[0], par.source_height) / (sqrt(2.0 * PI) * par.source_height);
}

static double scattering(double t, const double x[3]) {
  (void)t;
  return exp(-fabs(x[0] - middle) / par.scattering_height);
}

const struct setup setup_cr_slab = {
    .name = "cr_slab",
    .doc = "diffusion of cosmic rays across a disc with losses, secondaries and escape, Ginzburg, Khazan & Ptuskin 1980",
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .source = source,
    .scattering = scattering,
};
