/* A sphere of cold gas falls together under its own gravity, and that of a sphere of mass that stays where it is, as large at the start: as long as pressure
 * does not count it stays homogeneous.  Its radius is R s, with s'' = -(4 pi G rho / 3) (1 / s^2 + q s) and q the ratio of the densities of that mass and of the
 * gas.  With s = cos^2 b
 *     t sqrt(8 pi G rho / 3) = 2 times the integral from 0 to b of cos^2 / sqrt(1 + q / 2 cos^2 (1 + cos^2)),
 * b + sin(2 b) / 2 for q = 0 (Hunter 1962, ApJ 136, 594), when the free-fall time is sqrt(3 pi / (32 G rho)). */
#include "base/fail.h"
#include "base/minmax.h"
#include "base/params.h"
#include "gravity/gravity.h"
#include "setups/setup.h"

#include <math.h>

static struct { double density, radius, pressure, ambient, halo, centre[3]; } par;

static double gravity;
/* The exact solution at the time asked for last. */
static struct { bool known; double t, shrink, rate; } fall = {.t = -1.0};

static void collapse_params(struct params *ps) {
  params_section(ps, "collapse", "free fall of a homogeneous sphere");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "of the sphere");
  params_real(ps, "radius", &par.radius, "1", PARAMS_POSITIVE, INFINITY, "code length", "of the sphere");
  params_real(ps, "pressure", &par.pressure, "1e-5", PARAMS_POSITIVE, INFINITY, "code pressure", "everywhere");
  params_real(ps, "ambient", &par.ambient, "1e-4", PARAMS_POSITIVE, INFINITY, "code density", "around the sphere");
  params_real(ps, "halo", &par.halo, "0", 0.0, INFINITY, "code density", "of mass that is not gas and stays where it is, in the sphere; counts with gravity.mass_from_setup: true");
  params_reals(ps, "centre", 3, par.centre, "[0, 0, 0]", -INFINITY, INFINITY, "code length", "of the sphere");
}

static void collapse_start(const struct setup_run *run) {
  if (run->dim != 3) fail_user("collapse: set mesh.dim: 3; a sphere needs three dimensions");
  gravity = run->gravity;
  if (run->potentials && !run->potentials->mass_from_setup) par.halo = 0.0;
}

static double distance(const double x[3]) {
  double d[3];
  for (int a = 0; a < 3; a++) d[a] = x[a] - par.centre[a];
  return sqrt(sum3(d[0] * d[0], d[1] * d[1], d[2] * d[2]));
}

static void collapse_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  w->rho = distance(x) < par.radius ? par.density : par.ambient;
  w->p = par.pressure;
}

static double collapse_mass(double t, const double x[3]) { return (void)t, distance(x) < par.radius ? par.halo : 0.0; }

/* sqrt(1 + q / 2 cos^2 (1 + cos^2)): faster than without the mass that stays. */
static double faster(double b) {
  const double c2 = cos(b) * cos(b);
  return sqrt(1.0 + 0.5 * par.halo / par.density * c2 * (1.0 + c2));
}

/* Twice the integral, by Simpson's rule. */
static double elapsed(double b) {
  enum { N = 64 };
  double sum = 0.0;
  for (int i = 0; i <= N; i++) {
    const double at = b * i / N;
    sum += (i == 0 || i == N ? 1.0 : i % 2 ? 4.0 : 2.0) * cos(at) * cos(at) / faster(at);
  }
  return 2.0 * sum * b / (3.0 * N);
}

static void find_fall(double t) {
  const double pi = 3.14159265358979323846, rate = sqrt(8.0 * pi * gravity * par.density / 3.0);
  double lo = 0.0, hi = 0.5 * pi;
  fall.t = t;
  fall.known = rate * t < elapsed(hi);
  for (int i = 0; i < 60; i++) {
    const double mid = 0.5 * (lo + hi);
    if (elapsed(mid) < rate * t) lo = mid;
    else hi = mid;
  }
  fall.shrink = cos(lo) * cos(lo);
  fall.rate = -rate * tan(lo) * faster(lo) / fall.shrink; /* s' / s */
}

/* Of the sphere alone. */
static bool collapse_reference(double t, const double x[3], struct gas_point *w, double b[3]) {
  if (t != fall.t) find_fall(t);
  if (!fall.known) return false;
  const double s = fall.shrink;
  const bool inside = distance(x) < par.radius * s;
  b[0] = b[1] = b[2] = 0.0;
  w->rho = inside ? par.density / (s * s * s) : par.ambient;
  w->p = par.pressure;
  for (int d = 0; d < 3; d++) w->v[d] = inside ? (x[d] - par.centre[d]) * fall.rate : 0.0;
  return true;
}

const struct setup setup_collapse = {
    .name = "collapse",
    .doc = "free fall of a cold homogeneous sphere",
    .points = 4,
    .params = collapse_params,
    .start = collapse_start,
    .gas = collapse_gas,
    .reference = collapse_reference,
    .mass = collapse_mass,
};
