/* Gas and cosmic rays of uniform density and pressure that flow together: v = -speed sin(2 pi (x - middle) / length) along an axis.
 *
 * As long as the flow is smooth both are compressed adiabatically, wherever gas has gone: the pressure of cosmic rays is proportional to the density to the
 * power of 4/3 where they are ultra-relativistic, of 5/3 where they are slow (all particles are in the middle bin), and that of the gas to the power of gamma. */
#include "setups/one_bin.h"
#include "setups/uniform.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static struct { double speed, density, pressure, rays, field; int axis; } par;
static struct { double middle, length; const struct rays *rays; } now;

static void declare(struct params *ps) {
  params_section(ps, "cr_compression", "gas and cosmic rays that flow together and are compressed adiabatically");
  params_real(ps, "speed", &par.speed, "0.5", 0.0, INFINITY, "code velocity", "largest, towards the middle of the box");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "uniform at the start");
  params_real(ps, "pressure", &par.pressure, "0.6", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas, uniform at the start");
  params_real(ps, "rays", &par.rays, "1.2", PARAMS_POSITIVE, INFINITY, "code pressure", "of cosmic rays, uniform at the start");
  params_real(ps, "field", &par.field, "1", PARAMS_POSITIVE, INFINITY, "code field", "along the flow");
  params_choice(ps, "axis", &par.axis, "x|y|z", "x", "direction of the flow, and of the field");
}

static void start(const struct setup_run *run) {
  if (par.axis >= run->dim) fail_user("cr_compression.axis: axis %c does not exist in %d-D", "xyz"[par.axis], run->dim);
  uniform_needs_field(run, "cr_compression");
  if (!run->periodic[par.axis]) fail_user("cr_compression: the axis of the flow has to be periodic");
  now.middle = 0.5 * (run->lower[par.axis] + run->upper[par.axis]);
  now.length = run->upper[par.axis] - run->lower[par.axis];
  now.rays = run->rays;
}

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  w->rho = par.density;
  w->p = par.pressure;
  w->v[par.axis] = -par.speed * sin(2.0 * PI * (x[par.axis] - now.middle) / now.length);
}

static void background(double b[3]) {
  b[0] = b[1] = b[2] = 0.0;
  b[par.axis] = par.field;
}

/* As many particles with the energy of either edge of the bin. */
static void rays(double t, const double x[3], const struct cr_network *net, struct rays_point *w) {
  (void)t, (void)x;
  const int k = one_bin(net);
  const double one = now.rays->scale.pressure * cr_bin_pressure(&net->bin[k], 0.5, 0.5);
  w->lo[k] = w->hi[k] = 0.5 * par.rays / one;
}

const struct setup setup_cr_compression = {
    .name = "cr_compression",
    .doc = "gas and cosmic rays that flow together, compressed adiabatically",
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .rays = rays,
};
