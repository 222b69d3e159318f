/* Two smooth shear layers across y whose instability is resolved, so that runs converge: Lecoanet et al. 2016, MNRAS 455, 4274, section 2.
 * The layers lie a quarter of the box on either side of the middle; scalar 0, where there is one, is the dye of the paper. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/plane_wave.h"
#include "setups/setup.h"

#include <math.h>

static struct { double density_jump, width, speed, perturbation, reach, pressure, field; } par;

static struct { double middle[2], length[2]; } box;

static void shear_params(struct params *ps) {
  params_section(ps, "kelvin_helmholtz", "smooth shear layers, Lecoanet et al. 2016");
  params_real(ps, "density_jump", &par.density_jump, "0", 0.0, INFINITY, "code density", "density between the layers above that outside, which is 1");
  params_real(ps, "width", &par.width, "0.05", PARAMS_POSITIVE, INFINITY, "code length", "of a layer (tanh)");
  params_real(ps, "speed", &par.speed, "1", 0.0, INFINITY, "code velocity", "of the gas on both sides, in opposite directions");
  params_real(ps, "perturbation", &par.perturbation, "0.01", 0.0, INFINITY, "code velocity", "across the layers, one wave along the box");
  params_real(ps, "reach", &par.reach, "0.2", PARAMS_POSITIVE, INFINITY, "code length", "of the perturbation across a layer (Gaussian)");
  params_real(ps, "pressure", &par.pressure, "10", PARAMS_POSITIVE, INFINITY, "code pressure", "uniform pressure");
  params_real(ps, "field", &par.field, "0", -INFINITY, INFINITY, "code field", "uniform field along the flow");
}

static void shear_start(const struct setup_run *run) {
  if (run->dim < 2) fail_user("kelvin_helmholtz: needs mesh.dim: 2 or 3");
  if (par.field != 0.0 && !run->magnetic) fail_user("kelvin_helmholtz.field: needs mhd.magnetic: true");
  for (int d = 0; d < 2; d++) {
    box.middle[d] = 0.5 * (run->lower[d] + run->upper[d]);
    box.length[d] = run->upper[d] - run->lower[d];
  }
}

/* Symmetric under a mirror of y with a move by half the box along x. */
static void shear_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  double y = x[1] - box.middle[1], below = y + 0.25 * box.length[1], above = y - 0.25 * box.length[1];
  double between = tanh(below / par.width) - tanh(above / par.width);
  double bumps = exp(-below * below / (par.reach * par.reach)) + exp(-above * above / (par.reach * par.reach));
  w->rho = 1.0 + 0.5 * par.density_jump * between;
  w->v[0] = par.speed * (between - 1.0);
  w->v[1] = par.perturbation * sin_turns((x[0] - box.middle[0]) / box.length[0]) * bumps;
  w->p = par.pressure;
  w->scalar[0] = 0.5 * (2.0 - between);
}

static void shear_background(double b[3]) {
  b[0] = par.field;
  b[1] = b[2] = 0.0;
}

const struct setup setup_kelvin_helmholtz = {
    .name = "kelvin_helmholtz",
    .doc = "smooth shear layers, Lecoanet et al. 2016",
    .points = 3,
    .params = shear_params,
    .start = shear_start,
    .gas = shear_gas,
    .background = shear_background,
};
