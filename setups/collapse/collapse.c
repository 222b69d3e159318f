/* A sphere of cold gas falls together under its own gravity: as long as pressure does not count it stays homogeneous, and its radius is
 * R cos^2(b) with b + sin(2 b) / 2 = t sqrt(8 pi G rho / 3); the free-fall time is sqrt(3 pi / (32 G rho)). */
#include "base/fail.h"
#include "base/minmax.h"
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static struct { double density, radius, pressure, ambient, centre[3]; } par;

static double gravity;

static void collapse_params(struct params *ps) {
  params_section(ps, "collapse", "free fall of a homogeneous sphere");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "of the sphere");
  params_real(ps, "radius", &par.radius, "1", PARAMS_POSITIVE, INFINITY, "code length", "of the sphere");
  params_real(ps, "pressure", &par.pressure, "1e-5", PARAMS_POSITIVE, INFINITY, "code pressure", "everywhere");
  params_real(ps, "ambient", &par.ambient, "1e-4", PARAMS_POSITIVE, INFINITY, "code density", "around the sphere");
  params_reals(ps, "centre", 3, par.centre, "[0, 0, 0]", -INFINITY, INFINITY, "code length", "of the sphere");
}

static void collapse_start(const struct setup_run *run) {
  if (run->dim != 3) fail_user("collapse: set mesh.dim: 3; a sphere needs three dimensions");
  gravity = run->gravity;
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

/* Of the sphere alone. */
static bool collapse_reference(double t, const double x[3], struct gas_point *w, double b[3]) {
  double rate = sqrt(8.0 * PI * gravity * par.density / 3.0), lo = 0.0, hi = 0.5 * PI;
  if (!(rate * t < hi)) return false;
  for (int i = 0; i < 60; i++) {
    double mid = 0.5 * (lo + hi);
    if (mid + 0.5 * sin(2.0 * mid) < rate * t) lo = mid;
    else hi = mid;
  }
  double shrink = cos(lo) * cos(lo), r = distance(x);
  bool inside = r < par.radius * shrink;
  b[0] = b[1] = b[2] = 0.0;
  w->rho = inside ? par.density / (shrink * shrink * shrink) : par.ambient;
  w->p = par.pressure;
  /* dR/dt = - R0 rate sin(2 b) / (1 + cos(2 b)) = - R0 rate tan(b); velocities grow with the radius. */
  for (int d = 0; d < 3; d++) w->v[d] = inside ? -(x[d] - par.centre[d]) / shrink * rate * tan(lo) : 0.0;
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
};
