/* A Gaussian blob of cosmic rays that diffuses along a uniform field of any direction and is carried along with the gas.
 * Jiang & Oh 2018, ApJ 854, 5, section 4.1; the test cr_diffusion of Athena++. */
#include "setups/rays.h"
#include "setups/uniform.h"

#include <math.h>

static struct { double steepness, background, velocity[3]; } par;
static struct uniform box;
static const struct rays *all;

static void declare(struct params *ps) {
  params_section(ps, "cr_gaussian", "diffusion of a Gaussian blob, Jiang & Oh 2018");
  params_real(ps, "steepness", &par.steepness, "40", PARAMS_POSITIVE, INFINITY, "1", "a in exp(-a r^2), r in code lengths; the number density at the centre is 1 cm^-3");
  params_real(ps, "background", &par.background, "0", 0.0, INFINITY, "1", "number density without the blob, cm^-3");
  params_reals(ps, "velocity", 3, par.velocity, "[0, 0, 0]", -INFINITY, INFINITY, "code velocity", "of the gas");
  uniform_declare(ps, &box, "0.1", "0.01");
}

static void start(const struct setup_run *run) {
  uniform_start(&box, run, "cr_gaussian");
  all = run->rays;
}

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  uniform_gas(&box, w);
  for (int a = 0; a < 3; a++) w->v[a] = par.velocity[a];
}

static void background(double b[3]) { uniform_field(&box, b); }

/* Variance s^2 + 2 kappa t along the field, s^2 = 1 / (2 steepness) across it; in fewer dimensions only the part of the field in them counts.
 * F = -kappa b.grad q. */
static void rays(double t, const double x[3], const struct cr_network *net, struct rays_point *w) {
  double r2 = 0.0, along = 0.0, in_mesh = 0.0;
  for (int a = 0; a < box.dim; a++) {
    const double d = uniform_distance(&box, a, x, par.velocity[a] * t);
    r2 += d * d;
    along += d * box.b[a];
    in_mesh += box.b[a] * box.b[a];
  }
  const double s2 = 0.5 / par.steepness;
  for (int i = 0; i < net->count; i++) {
    for (int k = net->first[i]; k < net->first[i + 1]; k++) {
      for (int end = 0; end < 2; end++) {
        const double kappa = setup_population(all, 2 * k + end).kappa, wide = s2 + 2.0 * kappa * t * in_mesh;
        const double across2 = in_mesh > 0.0 ? r2 - along * along / in_mesh : r2, along2 = in_mesh > 0.0 ? along * along / in_mesh : 0.0;
        const double blob = sqrt(s2 / wide) * exp(-0.5 * (along2 / wide + across2 / s2));
        const double share = 0.5 / (net->first[i + 1] - net->first[i]);
        (end ? w->hi : w->lo)[k] = share * (par.background + blob);
        (end ? w->flux_hi : w->flux_lo)[k] = share * kappa * along / wide * blob;
      }
    }
  }
}

const struct setup setup_cr_gaussian = {
    .name = "cr_gaussian",
    .doc = "diffusion of a Gaussian blob of cosmic rays along a uniform field, Jiang & Oh 2018",
    .exact = true,
    .exact_rays = true,
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .rays = rays,
};
