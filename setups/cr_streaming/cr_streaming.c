/* A triangle of cosmic rays that stream at the Alfven speed gets a plateau that widens: Jiang & Oh 2018, ApJ 854, 5, section 4.2, with and without the loss
 * of energy to waves.  dN/dln p ~ p^-1 in all bins, far above the rest mass: then every bin loses particles downwards as an ultra-relativistic gas loses energy. */
#include "base/fail.h"
#include "base/minmax.h"
#include "base/params.h"
#include "microphysics/species.h"
#include "setups/setup.h"

#include <math.h>

static struct { double height, density, alfven, pressure; bool losses; } par;
static double middle;

static void declare(struct params *ps) {
  params_section(ps, "cr_streaming", "a triangle of streaming cosmic rays, Jiang & Oh 2018");
  params_real(ps, "height", &par.height, "2", PARAMS_POSITIVE, INFINITY, "code length", "of the peak, where the slope is 1 per code length");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "of the gas");
  params_real(ps, "alfven_speed", &par.alfven, "1", PARAMS_POSITIVE, INFINITY, "code velocity", "in the gas");
  params_real(ps, "pressure", &par.pressure, "0.01", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
  params_bool(ps, "losses", &par.losses, "true", "for the exact solution: whether cr_losses.streaming is on");
}

static void start(const struct setup_run *run) {
  if (!run->magnetic) fail_user("cr_streaming: cosmic rays move along a field; set mhd.magnetic: true");
  middle = 0.5 * (run->lower[0] + run->upper[0]);
}

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  w->rho = par.density;
  w->p = par.pressure;
}

static void background(double b[3]) {
  b[0] = par.alfven * sqrt(par.density);
  b[1] = b[2] = 0.0;
}

/* Height y of the plateau at the time t, in units of half the height at the start: d_t y = -g y / x_m with x_m = 2 + t - y and g = 4/3 with losses and 1 without
 * (a tilted part keeps its slope and moves at v_A). */
static double plateau(double t) {
  double lo = 1e-3, hi = 2.0;
  for (int k = 0; k < 100; k++) {
    double y = 0.5 * (lo + hi), at = par.losses ? -2.0 + 3.0 * y / 7.0 + 8.0 / 7.0 * pow(2.0 / y, 0.75) : -2.0 + y / 2.0 + 2.0 / y;
    if (at > t) lo = y;
    else hi = y;
  }
  return 0.5 * (lo + hi);
}

static void rays(double t, const double x[3], const struct cr_network *net, struct rays_point *w) {
  const double unit = 0.5 * par.height, y = t > 0.0 ? plateau(t * par.alfven / unit) : 2.0, d = fabs(x[0] - middle) / unit;
  const double shape = max(min(y, 2.0 - d + t * par.alfven / unit), 0.0);
  for (int k = 0; k < cr_network_bins(net); k++) cr_bin_from_slope(&net->bin[k], -1.0, shape * unit / net->bin[k].p_lo, &w->lo[k], &w->hi[k]);
}

const struct setup setup_cr_streaming = {
    .name = "cr_streaming",
    .doc = "a triangle of streaming cosmic rays, Jiang & Oh 2018",
    .exact_rays = true,
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .rays = rays,
};
