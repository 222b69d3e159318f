/* The steady state of all cosmic rays in a disc galaxy that does not change: sources and gas in a disc, and a helical magnetic field
 *     B_z = vertical exp(-(R / field_radius)^2),    B_phi = toroidal (R / r1) exp((1 - (R / r1)^2) / 2) exp(-(z / field_height)^2),  r1 = field_radius / 2,
 * along which they leave for the halo; it is the curl of a potential in closed form. */
#include "base/minmax.h"
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static struct {
  double power, source_radius, source_height, density, gas_radius, gas_height, halo, pressure, vertical, toroidal, field_radius, field_height;
} par;

static void disc_params(struct params *ps) {
  params_section(ps, "cr_steady_disc", "cosmic rays of a disc galaxy at rest");
  params_real(ps, "power", &par.power, "7e40 erg s^-1", 0.0, INFINITY, "erg s^-1", "of all sources of cosmic rays");
  params_real(ps, "source_radius", &par.source_radius, "4 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "scale of exp(-R / scale) of the sources");
  params_real(ps, "source_height", &par.source_height, "0.25 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "of exp(-(z / height)^2 / 2) of the sources");
  params_real(ps, "density", &par.density, "2 mp cm^-3", PARAMS_POSITIVE, INFINITY, "code density", "of the gas in the centre");
  params_real(ps, "gas_radius", &par.gas_radius, "6 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "scale of exp(-R / scale) of the gas");
  params_real(ps, "gas_height", &par.gas_height, "0.25 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "of exp(-(z / height)^2 / 2) of the gas");
  params_real(ps, "halo", &par.halo, "3e-3 mp cm^-3", PARAMS_POSITIVE, INFINITY, "code density", "of the gas everywhere");
  params_real(ps, "pressure", &par.pressure, "1e-12 erg cm^-3", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
  params_real(ps, "vertical", &par.vertical, "2 uG", 0.0, INFINITY, "code field", "field along z in the centre");
  params_real(ps, "toroidal", &par.toroidal, "5 uG", 0.0, INFINITY, "code field", "largest field around the axis");
  params_real(ps, "field_radius", &par.field_radius, "12 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "of both");
  params_real(ps, "field_height", &par.field_height, "2 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "of the toroidal field");
}

static double radius2(const double x[3]) { return x[0] * x[0] + x[1] * x[1]; }

static double layer(double z, double height) { return exp(-0.5 * (z / height) * (z / height)); }

/* Mean of the layer from z - dz / 2 to z + dz / 2. */
static double layer_mean(double z, double dz, double height) {
  const double scale = 1.0 / (sqrt(2.0) * height), upper = (z + 0.5 * dz) * scale, lower = (z - 0.5 * dz) * scale;
  return dz > 0.0 ? 0.5 * sqrt(PI) / scale * (erf(upper) - erf(lower)) / dz : layer(z, height);
}

static void disc_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  w->rho = par.halo + par.density * exp(-sqrt(radius2(x)) / par.gas_radius) * layer(x[2], par.gas_height);
  w->p = par.pressure;
}

static void disc_potential(double t, const double x[3], double a[3]) {
  (void)t;
  const double r2 = radius2(x), q = par.field_radius * par.field_radius, r1 = 0.5 * par.field_radius;
  const double turn = r2 > 1e-12 * q ? par.vertical * 0.5 * q * -expm1(-r2 / q) / r2 : 0.5 * par.vertical; /* A_phi / R */
  a[0] = -turn * x[1];
  a[1] = turn * x[0];
  a[2] = par.toroidal * r1 * exp(0.5 - 0.5 * r2 / (r1 * r1)) * exp(-(x[2] / par.field_height) * (x[2] / par.field_height));
}

static double disc_source(double t, const double x[3], const double dx[3]) {
  (void)t;
  const double volume = 2.0 * PI * par.source_radius * par.source_radius * sqrt(2.0 * PI) * par.source_height;
  return par.power / volume * exp(-sqrt(radius2(x)) / par.source_radius) * layer_mean(x[2], dx[2], par.source_height);
}

const struct setup setup_cr_steady_disc = {
    .name = "cr_steady_disc",
    .doc = "steady state of all cosmic rays in a disc galaxy with a helical field",
    .points = 2,
    .params = disc_params,
    .gas = disc_gas,
    .potential = disc_potential,
    .source = disc_source,
};
