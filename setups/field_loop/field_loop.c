/* A weak loop of field carried diagonally through a periodic box.
 * Gardiner & Stone 2005, JCP 205, 509, section 5.1 (2-D); Gardiner & Stone 2008, JCP 227, 4123, section 5.2 (3-D, inclined).
 *
 * The exact solution moves the loop along unchanged, to the extent that its pressure (1e-6 of the gas) does not matter. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>

static struct {
  bool inclined;
  double radius, amplitude, velocity[3], density, pressure;
} par;

static struct { double middle[3], period[2], e1[3], e3[3]; } now;

static void loop_params(struct params *ps) {
  params_section(ps, "field_loop", "advection of a weak field loop, Gardiner & Stone 2005, 2008");
  params_bool(ps, "inclined", &par.inclined, "false", "3-D: axis of the loop along (-1, 0, 2) in a box twice as long in z");
  params_real(ps, "radius", &par.radius, "0.3", PARAMS_POSITIVE, INFINITY, "code length", "of the loop");
  params_real(ps, "amplitude", &par.amplitude, "1e-3", 0.0, INFINITY, "code field", "strength of the field");
  params_reals(ps, "velocity", 3, par.velocity, "[2, 1, 0]", -INFINITY, INFINITY, "code velocity", "of the gas");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "uniform density");
  params_real(ps, "pressure", &par.pressure, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "uniform pressure");
}

static void loop_start(const struct setup_run *run) {
  double length[3];
  if (!run->magnetic) fail_user("field_loop: the loop needs a magnetic field; set mhd.magnetic: true");
  if (run->dim < 2) fail_user("field_loop: needs mesh.dim: 2 or 3");
  for (int d = 0; d < 3; d++) {
    now.middle[d] = 0.5 * (run->lower[d] + run->upper[d]);
    length[d] = run->upper[d] - run->lower[d];
    now.e1[d] = d == 0;
    now.e3[d] = d == 2;
  }
  now.period[0] = length[0];
  now.period[1] = length[1];
  if (par.inclined) {
    if (run->dim < 3 || fabs(length[2] - 2.0 * length[0]) > 1e-10 * length[0]) {
      fail_user("field_loop.inclined: needs a 3-D box that is twice as long along z as along x");
    }
    const double r = 1.0 / sqrt(5.0);
    now.e1[0] = 2.0 * r;
    now.e1[2] = r;
    now.e3[0] = -r;
    now.e3[2] = 2.0 * r;
    now.period[0] = 2.0 * length[0] * r;
  }
}

static void loop_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  w->rho = par.density;
  w->p = par.pressure;
  for (int d = 0; d < 3; d++) w->v[d] = par.velocity[d];
}

/* A = amplitude max(radius - r, 0) along the axis of the loop. */
static void loop_potential(double t, const double x[3], double a[3]) {
  double from[3], at[2];
  for (int d = 0; d < 3; d++) from[d] = x[d] - now.middle[d] - par.velocity[d] * t;
  at[0] = from[0] * now.e1[0] + from[2] * now.e1[2];
  at[1] = from[1];
  for (int d = 0; d < 2; d++) at[d] -= now.period[d] * nearbyint(at[d] / now.period[d]);
  double r = sqrt(at[0] * at[0] + at[1] * at[1]), value = r < par.radius ? par.amplitude * (par.radius - r) : 0.0;
  for (int d = 0; d < 3; d++) a[d] = value * now.e3[d];
}

const struct setup setup_field_loop = {
    .name = "field_loop",
    .doc = "advection of a weak field loop, Gardiner & Stone 2005, 2008",
    .exact = true,
    .points = 2,
    .params = loop_params,
    .start = loop_start,
    .gas = loop_gas,
    .potential = loop_potential,
};
