/* A box with a corner of low density and pressure: waves run to and fro between reflecting walls, and a jet leaves along the diagonal if the scheme
 * keeps the symmetry.  Hui, Li & Li 1999, JCP 153, 596; Liska & Wendroff 2003, SIAM J. Sci. Comput. 25, 995, section 4.7. */
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>

static struct { double distance, density, pressure, corner_density, corner_pressure; } par;
static double lower[3];

static void implosion_params(struct params *ps) {
  params_section(ps, "implosion", "a corner of low pressure between walls, Liska & Wendroff 2003");
  params_real(ps, "distance", &par.distance, "0.15", PARAMS_POSITIVE, INFINITY, "code length",
              "the corner is x + y < distance, from the lower corner of the box");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "outside of the corner");
  params_real(ps, "pressure", &par.pressure, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "outside of the corner");
  params_real(ps, "corner_density", &par.corner_density, "0.125", PARAMS_POSITIVE, INFINITY, "code density", "in the corner");
  params_real(ps, "corner_pressure", &par.corner_pressure, "0.14", PARAMS_POSITIVE, INFINITY, "code pressure", "in the corner");
}

static void implosion_start(const struct setup_run *run) {
  for (int d = 0; d < 3; d++) lower[d] = run->lower[d];
}

/* On the diagonal itself, where the rounding of x + y decides, the mean of both. */
static void implosion_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  double from = (x[0] - lower[0]) + (x[1] - lower[1]) - par.distance, edge = 1e-9 * par.distance;
  double inside = from < -edge ? 1.0 : from > edge ? 0.0 : 0.5;
  w->rho = par.density + inside * (par.corner_density - par.density);
  w->p = par.pressure + inside * (par.corner_pressure - par.pressure);
  w->scalar[0] = inside;
}

const struct setup setup_implosion = {
    .name = "implosion",
    .doc = "a corner of low pressure between walls, Liska & Wendroff 2003",
    .points = 4,
    .params = implosion_params,
    .start = implosion_start,
    .gas = implosion_gas,
};
