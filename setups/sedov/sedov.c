/* The Sedov-Taylor explosion in 1-D (planar), 2-D (cylindrical) or 3-D: thermal energy in a small sphere around the origin.
 *
 * The energy is spread as (1 - r^2 / radius^2)^3, smooth enough for the averages over cells to hold the total to about
 * 1e-6 when the radius is three cells or more. */
#include "base/fail.h"
#include "base/minmax.h"
#include "base/params.h"
#include "setups/exact/sedov.h"
#include "setups/setup.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static struct { double energy, radius, density, pressure; } par;

static struct {
  int dim;
  double scale; /* pressure at the centre */
  bool known;
  struct sedov exact;
} now;

static void sedov_params(struct params *ps) {
  params_section(ps, "sedov", "Sedov-Taylor explosion, exact solution of Kamm & Timmes 2007");
  params_real(ps, "energy", &par.energy, "1", PARAMS_POSITIVE, INFINITY, "code energy", "of the explosion; 2-D per length, 1-D per area");
  params_real(ps, "radius", &par.radius, "0.05", PARAMS_POSITIVE, INFINITY, "code length", "of the sphere that holds the energy at the start");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "uniform density");
  params_real(ps, "pressure", &par.pressure, "1e-5", PARAMS_POSITIVE, INFINITY, "code pressure", "around the explosion");
}

static void blast_start(const struct setup_run *run) {
  if (run->sound_speed > 0.0) fail_user("sedov: set mhd.eos: adiabatic; an isothermal gas has no explosion");
  /* Integral of (1 - q^2)^3 over the unit interval, disc and ball. */
  const double volume[] = {32.0 / 35.0, PI / 4.0, 64.0 * PI / 315.0}, r = par.radius;
  const double size[] = {r, r * r, r * r * r};
  now.dim = run->dim;
  now.scale = (run->gamma - 1.0) * par.energy / (volume[run->dim - 1] * size[run->dim - 1]);
  now.known = sedov_start(&now.exact, run->dim, run->gamma, par.energy, par.density);
}

static double radius2(const double x[3]) {
  return sum3(x[0] * x[0], now.dim > 1 ? x[1] * x[1] : 0.0, now.dim > 2 ? x[2] * x[2] : 0.0);
}

static void blast_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  double q = max(1.0 - radius2(x) / (par.radius * par.radius), 0.0);
  w->rho = par.density;
  w->p = par.pressure + now.scale * (q * q * q);
}

static bool blast_reference(double t, const double x[3], struct gas_point *w, double b[3]) {
  double r = sqrt(radius2(x)), v = 0.0;
  if (!now.known || t <= 0.0) return false;
  b[0] = b[1] = b[2] = 0.0;
  w->rho = par.density;
  w->p = par.pressure;
  sedov_sample(&now.exact, t, r, &w->rho, &v, &w->p);
  w->p = max(w->p, par.pressure);
  for (int d = 0; d < 3; d++) w->v[d] = d < now.dim && r > 0.0 ? v * x[d] / r : 0.0;
  return true;
}

const struct setup setup_sedov = {
    .name = "sedov",
    .doc = "Sedov-Taylor explosion with exact solution",
    .points = 4,
    .params = sedov_params,
    .start = blast_start,
    .gas = blast_gas,
    .reference = blast_reference,
};
