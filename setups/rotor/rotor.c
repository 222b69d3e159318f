/* A dense disc that spins fast in a light magnetised medium and winds up the field.
 * Balsara & Spicer 1999, JCP 149, 270; the tapered disc of Toth 2000, JCP 161, 605, section 6.4. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>

static struct { double radius, taper, density, speed, pressure, field; } par;

static void rotor_params(struct params *ps) {
  params_section(ps, "rotor", "spinning disc in a magnetised medium, Balsara & Spicer 1999, Toth 2000");
  params_real(ps, "radius", &par.radius, "0.1", PARAMS_POSITIVE, INFINITY, "code length", "of the disc around the origin");
  params_real(ps, "taper", &par.taper, "0.115", PARAMS_POSITIVE, INFINITY, "code length",
              "radius where density and velocity have fallen to those of the medium");
  params_real(ps, "density", &par.density, "10", PARAMS_POSITIVE, INFINITY, "code density", "of the disc; that of the medium is 1");
  params_real(ps, "speed", &par.speed, "2", -INFINITY, INFINITY, "code velocity", "at the edge of the disc");
  params_real(ps, "pressure", &par.pressure, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "uniform pressure");
  params_real(ps, "field", &par.field, "1.4104739588693909", -INFINITY, INFINITY, "code field", "uniform field along x: 5 / sqrt(4 pi)");
}

static void rotor_start(const struct setup_run *run) {
  if (run->dim < 2) fail_user("rotor: needs mesh.dim: 2 or 3");
  if (!run->magnetic && par.field != 0.0) fail_user("rotor.field: needs mhd.magnetic: true");
  if (par.taper <= par.radius) fail_user("rotor.taper: must be larger than rotor.radius");
}

static void rotor_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  double r = sqrt(x[0] * x[0] + x[1] * x[1]);
  double f = r < par.radius ? 1.0 : r < par.taper ? (par.taper - r) / (par.taper - par.radius) : 0.0;
  double spin = f > 0.0 ? f * par.speed / (r < par.radius ? par.radius : r) : 0.0;
  w->rho = 1.0 + f * (par.density - 1.0);
  w->p = par.pressure;
  w->v[0] = -spin * x[1];
  w->v[1] = spin * x[0];
}

static void rotor_background(double b[3]) {
  b[0] = par.field;
  b[1] = b[2] = 0.0;
}

const struct setup setup_rotor = {
    .name = "rotor",
    .doc = "spinning disc in a magnetised medium, Balsara & Spicer 1999, Toth 2000",
    .points = 4,
    .params = rotor_params,
    .start = rotor_start,
    .gas = rotor_gas,
    .background = rotor_background,
};
