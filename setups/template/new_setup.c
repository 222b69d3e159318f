/* A blob of dense gas, drifting with a uniform field through a periodic box: an exact solution.  Replace it by your problem. */
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>

static struct { double density, contrast, radius, speed, pressure, field; } par;
static double lower[3], length[3];
static int dim;

static void declare(struct params *ps) {
  params_section(ps, "new_setup", "a drifting blob");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "density far from the blob");
  params_real(ps, "contrast", &par.contrast, "1", 0.0, INFINITY, "1", "density at the centre over that outside, less one");
  params_real(ps, "radius", &par.radius, "0.1", PARAMS_POSITIVE, INFINITY, "code length", "radius at which the density has fallen by e");
  params_real(ps, "speed", &par.speed, "1", -INFINITY, INFINITY, "code velocity", "drift along x");
  params_real(ps, "pressure", &par.pressure, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "uniform gas pressure");
  params_real(ps, "field", &par.field, "0.5", -INFINITY, INFINITY, "code field", "uniform field along y");
}

static void start(const struct setup_run *run) {
  dim = run->dim;
  for (int a = 0; a < 3; a++) {
    lower[a] = run->lower[a];
    length[a] = run->upper[a] - run->lower[a];
  }
}

/* The gas at time t and place x.  All times, because the solution is known; otherwise t is 0. */
static void gas(double t, const double x[3], struct gas_point *w) {
  double r2 = 0.0;
  for (int a = 0; a < dim; a++) {
    double d = x[a] - (a == 0 ? par.speed * t : 0.0) - (lower[a] + 0.5 * length[a]);
    d -= length[a] * round(d / length[a]); /* the nearest copy of the blob */
    r2 += d * d;
  }
  w->rho = par.density * (1.0 + par.contrast * exp(-r2 / (par.radius * par.radius)));
  w->v[0] = par.speed;
  w->p = par.pressure;
}

/* A uniform field.  One that is not uniform is the curl of a function "potential", and so free of divergence. */
static void background(double b[3]) {
  b[0] = b[2] = 0.0;
  b[1] = par.field;
}

const struct setup setup_new_setup = {
    .name = "new_setup",
    .doc = "a drifting blob",
    .exact = true, /* gas holds at all times; leave out if it is the initial state only */
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
};
