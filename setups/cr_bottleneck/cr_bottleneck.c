/* A bottleneck: cosmic rays that stream through a cloud have to wait where the Alfven speed is lowest.  In the steady state their pressure is the same from the
 * source to the densest place, and goes with v_A^-4/3 beyond: Wiener, Oh & Zweibel 2017, MNRAS 467, 646; Jiang & Oh 2018, ApJ 854, 5. */
#include "setups/uniform.h"

static struct { double power, source_width, density, cloud, place, width, alfven, pressure; } par;
static double lower;

static void declare(struct params *ps) {
  params_section(ps, "cr_bottleneck", "cosmic rays that stream through a cloud, Wiener, Oh & Zweibel 2017; lengths from the lower end of x");
  params_real(ps, "power", &par.power, "1", 0.0, INFINITY, "1", "of the source per area, code units");
  params_real(ps, "source_width", &par.source_width, "0.1", PARAMS_POSITIVE, INFINITY, "code length", "of the source at the lower end, exp(-x^2 / 2 w^2)");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "around the cloud");
  params_real(ps, "cloud", &par.cloud, "9", 0.0, INFINITY, "code density", "in its middle, in addition");
  params_real(ps, "place", &par.place, "1", -INFINITY, INFINITY, "code length", "of its middle");
  params_real(ps, "width", &par.width, "0.2", PARAMS_POSITIVE, INFINITY, "code length", "w in exp(-(x - place)^2 / 2 w^2)");
  params_real(ps, "alfven_speed", &par.alfven, "1", PARAMS_POSITIVE, INFINITY, "code velocity", "around the cloud");
  params_real(ps, "pressure", &par.pressure, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
}

static void start(const struct setup_run *run) {
  uniform_needs_field(run, "cr_bottleneck");
  lower = run->lower[0];
}

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  const double d = (x[0] - lower - par.place) / par.width;
  w->rho = par.density + par.cloud * exp(-0.5 * d * d);
  w->p = par.pressure;
}

static void background(double b[3]) {
  b[0] = par.alfven * sqrt(par.density);
  b[1] = b[2] = 0.0;
}

static double source(double t, const double x[3], const double dx[3]) {
  (void)t, (void)dx;
  return par.power * uniform_half_gauss(x[0] - lower, par.source_width);
}

const struct setup setup_cr_bottleneck = {
    .name = "cr_bottleneck",
    .doc = "cosmic rays that stream through a cloud, Wiener, Oh & Zweibel 2017",
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .source = source,
};
