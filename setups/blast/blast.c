/* A sphere (disc in 2-D) of hot gas bursts into a medium that may be threaded by a strong uniform field.
 * Balsara & Spicer 1999, JCP 149, 270; Stone et al. 2008, ApJS 178, 137, section 8.6. */
#include "base/fail.h"
#include "base/minmax.h"
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>
#include <string.h>

static struct {
  double radius, width, density, pressure, density_ratio, pressure_ratio, field[3];
} par;

static int dim;

static void blast_params(struct params *ps) {
  params_section(ps, "blast", "explosion in a uniform, possibly magnetised medium, Balsara & Spicer 1999");
  params_real(ps, "radius", &par.radius, "0.1", PARAMS_POSITIVE, INFINITY, "code length", "of the hot sphere around the origin");
  params_real(ps, "width", &par.width, "0", 0.0, INFINITY, "code length", "of its edge (tanh); 0: sharp");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "of the medium");
  params_real(ps, "pressure", &par.pressure, "0.1", PARAMS_POSITIVE, INFINITY, "code pressure", "of the medium");
  params_real(ps, "density_ratio", &par.density_ratio, "1", PARAMS_POSITIVE, INFINITY, "1", "density in the sphere over that of the medium");
  params_real(ps, "pressure_ratio", &par.pressure_ratio, "100", PARAMS_POSITIVE, INFINITY, "1", "the same for the pressure");
  params_reals(ps, "field", 3, par.field, "[0, 0, 0]", -INFINITY, INFINITY, "code field", "uniform magnetic field");
}

static void blast_start(const struct setup_run *run) {
  dim = run->dim;
  bool any = par.field[0] != 0.0 || par.field[1] != 0.0 || par.field[2] != 0.0;
  if (any && !run->magnetic) fail_user("blast.field: needs mhd.magnetic: true");
}

static void blast_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  double r = sqrt(sum3(x[0] * x[0], dim > 1 ? x[1] * x[1] : 0.0, dim > 2 ? x[2] * x[2] : 0.0));
  double inside = par.width > 0.0 ? 0.5 * (1.0 - tanh((r - par.radius) / par.width)) : r < par.radius ? 1.0 : 0.0;
  w->rho = par.density * (1.0 + inside * (par.density_ratio - 1.0));
  w->p = par.pressure * (1.0 + inside * (par.pressure_ratio - 1.0));
  w->scalar[0] = inside;
}

static void blast_background(double b[3]) { memcpy(b, par.field, sizeof par.field); }

const struct setup setup_blast = {
    .name = "blast",
    .doc = "explosion in a uniform, possibly magnetised medium, Balsara & Spicer 1999",
    .points = 4,
    .params = blast_params,
    .start = blast_start,
    .gas = blast_gas,
    .background = blast_background,
};
