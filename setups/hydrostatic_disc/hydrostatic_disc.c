/* A disc of isothermal gas that turns in the potential of Miyamoto & Nagai 1975, PASJ 27, 533, in exact equilibrium:
 *     v^2 = turn R dphi/dR(R, 0),    rho = density exp(-[phi(R, z) - phi(0, 0) - turn (phi(R, 0) - phi(0, 0))] / c^2),
 * so that gravity, rotation and pressure balance everywhere.  turn = 0: a sphere-like atmosphere at rest. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>

static struct { double velocity, scale, height, density, sound_speed, turn; } par;

static void disc_params(struct params *ps) {
  params_section(ps, "hydrostatic_disc", "isothermal gas in equilibrium in the potential of a disc; set gravity.from_setup: true");
  params_real(ps, "velocity", &par.velocity, "1", PARAMS_POSITIVE, INFINITY, "code velocity", "sqrt(G M / scale) of the potential");
  params_real(ps, "scale", &par.scale, "1", PARAMS_POSITIVE, INFINITY, "code length", "radial scale of the potential");
  params_real(ps, "height", &par.height, "0.5", PARAMS_POSITIVE, INFINITY, "code length", "vertical scale of the potential");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "in the centre");
  params_real(ps, "sound_speed", &par.sound_speed, "0.3", PARAMS_POSITIVE, INFINITY, "code velocity", "isothermal, of the gas");
  params_real(ps, "turn", &par.turn, "0.9", 0.0, 1.0, "1", "share of gravity in the plane that is held by rotation");
}

static double potential(double t, const double x[3]) {
  (void)t;
  double h = par.scale + sqrt(x[2] * x[2] + par.height * par.height);
  return -par.velocity * par.velocity * par.scale / sqrt(x[0] * x[0] + x[1] * x[1] + h * h);
}

static void disc_start(const struct setup_run *run) {
  if (run->dim != 3) fail_user("hydrostatic_disc: set mesh.dim: 3");
}

static void disc_gas(double t, const double x[3], struct gas_point *w) {
  const double zero[3] = {0.0, 0.0, 0.0}, plane[3] = {x[0], x[1], 0.0}, c2 = par.sound_speed * par.sound_speed;
  double deep = potential(t, zero), fall = (potential(t, x) - deep) - par.turn * (potential(t, plane) - deep);
  double h = par.scale + par.height, r2 = x[0] * x[0] + x[1] * x[1], d = r2 + h * h;
  double spin = sqrt(par.turn * par.velocity * par.velocity * par.scale / (d * sqrt(d))); /* angular velocity */
  w->rho = par.density * exp(-fall / c2);
  w->p = c2 * w->rho;
  w->v[0] = -spin * x[1];
  w->v[1] = spin * x[0];
  w->v[2] = 0.0;
}

const struct setup setup_hydrostatic_disc = {
    .name = "hydrostatic_disc",
    .doc = "isothermal disc in equilibrium in the potential of Miyamoto & Nagai 1975",
    .exact = true,
    .still = true,
    .points = 2,
    .params = disc_params,
    .start = disc_start,
    .gas = disc_gas,
    .gravity = potential,
};
