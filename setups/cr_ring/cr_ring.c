/* A wedge of cosmic rays that diffuses along circular field lines: Parrish & Stone 2005, ApJ 633, 334; Sharma & Hammett 2007, JCP 227, 123;
 * with the exact solution at any time.  In 3-D the axis of the circles may have any direction. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/rays.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static struct { double inside, outside, radius[2], half_angle, half_height, axis[3], field, density, pressure; } par;
static struct { int dim; double middle[3], e[3][3]; const struct rays *rays; } now;

static void declare(struct params *ps) {
  params_section(ps, "cr_ring", "diffusion along circular field lines, Sharma & Hammett 2007");
  params_real(ps, "inside", &par.inside, "12", 0.0, INFINITY, "1", "number density in the wedge, cm^-3");
  params_real(ps, "outside", &par.outside, "10", 0.0, INFINITY, "1", "number density elsewhere, cm^-3");
  params_reals(ps, "radius", 2, par.radius, "[0.5, 0.7]", PARAMS_POSITIVE, INFINITY, "code length", "inner and outer radius of the wedge");
  params_real(ps, "half_angle", &par.half_angle, "0.26179938779914943", 1e-3, 3.14, "1", "half the angle of the wedge, radian");
  params_real(ps, "half_height", &par.half_height, "0.25", PARAMS_POSITIVE, INFINITY, "code length", "3-D: half the height of the wedge along the axis");
  params_reals(ps, "axis", 3, par.axis, "[0, 0, 1]", -INFINITY, INFINITY, "1", "3-D: direction of the axis of the circles");
  params_real(ps, "field", &par.field, "1", PARAMS_POSITIVE, INFINITY, "code field", "strength of the field");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "of the gas");
  params_real(ps, "pressure", &par.pressure, "1", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
}

static void start(const struct setup_run *run) {
  const double *a = par.axis, size = sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]), flat = sqrt(a[0] * a[0] + a[1] * a[1]);
  if (run->dim < 2 || !run->magnetic) fail_user("cr_ring: needs mesh.dim: 2 or 3 and mhd.magnetic: true");
  if (!(size > 0.0) || (run->dim == 2 && flat > 0.0)) fail_user("cr_ring.axis: want a direction; in 2-D it is [0, 0, 1]");
  now.dim = run->dim;
  now.rays = run->rays;
  for (int d = 0; d < 3; d++) {
    now.middle[d] = 0.5 * (run->lower[d] + run->upper[d]);
    now.e[2][d] = a[d] / size;
  }
  /* The wedge begins at e[0], which has no z. */
  const double *n = now.e[2];
  now.e[0][0] = flat > 0.0 ? a[1] / flat : 1.0;
  now.e[0][1] = flat > 0.0 ? -a[0] / flat : 0.0;
  now.e[0][2] = 0.0;
  for (int d = 0; d < 3; d++) {
    const int f = (d + 1) % 3, g = (d + 2) % 3;
    now.e[1][d] = n[f] * now.e[0][g] - n[g] * now.e[0][f];
  }
}

/* Place in the frame of the circles. */
static void turned(const double x[3], double y[3]) {
  for (int c = 0; c < 3; c++) {
    y[c] = 0.0;
    for (int d = 0; d < now.dim; d++) y[c] += (x[d] - now.middle[d]) * now.e[c][d];
  }
}

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  w->rho = par.density;
  w->p = par.pressure;
}

/* A = -r along the axis: B has the same strength everywhere. */
static void potential(double t, const double x[3], double a[3]) {
  double y[3];
  (void)t;
  turned(x, y);
  const double r = sqrt(y[0] * y[0] + y[1] * y[1]);
  for (int d = 0; d < 3; d++) a[d] = -par.field * r * now.e[2][d];
}

/* The share of the wedge's excess at angle phi on a circle of radius r. */
static double spread(double phi, double r, double kappa_t) {
  if (kappa_t <= 0.0) return fabs(phi) < par.half_angle ? 1.0 : 0.0;
  const double width = sqrt(4.0 * kappa_t) / r;
  const int turns = 1 + (int)ceil(6.0 * width / (2.0 * PI));
  double sum = 0.0;
  for (int m = -turns; m <= turns; m++) {
    const double at = phi + 2.0 * PI * m;
    sum += 0.5 * (erfc((at - par.half_angle) / width) - erfc((at + par.half_angle) / width));
  }
  return sum;
}

static void rays(double t, const double x[3], const struct cr_network *net, struct rays_point *w) {
  double y[3];
  turned(x, y);
  const double r = sqrt(y[0] * y[0] + y[1] * y[1]), phi = atan2(y[1], y[0]);
  const bool ring = r > par.radius[0] && r < par.radius[1] && (now.dim < 3 || fabs(y[2]) < par.half_height);
  for (int i = 0; i < net->count; i++) {
    const double share = 0.5 / (net->first[i + 1] - net->first[i]);
    for (int k = net->first[i]; k < net->first[i + 1]; k++) {
      for (int end = 0; end < 2; end++) {
        const double excess = ring ? spread(phi, r, setup_population(now.rays, 2 * k + end).kappa * t) : 0.0;
        (end ? w->hi : w->lo)[k] = share * (par.outside + (par.inside - par.outside) * excess);
      }
    }
  }
}

const struct setup setup_cr_ring = {
    .name = "cr_ring",
    .doc = "diffusion of cosmic rays along circular field lines, Sharma & Hammett 2007",
    .exact = true,
    .exact_rays = true,
    .points = 4,
    .params = declare,
    .start = start,
    .gas = gas,
    .potential = potential,
    .rays = rays,
};
