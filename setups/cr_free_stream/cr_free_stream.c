/* Cosmic rays without scattering: a beam, all of which moves along the field at the speed of light, or a pulse of isotropic pressure that
 * splits into two halves at 1 / sqrt 3 of it. */
#include "setups/rays.h"
#include "setups/uniform.h"

#include <math.h>

enum { BEAM, PULSE };

static struct { int mode; double steepness, background; } par;
static struct uniform box;
static const struct rays *all;

static void declare(struct params *ps) {
  params_section(ps, "cr_free_stream", "cosmic rays without scattering");
  params_choice(ps, "mode", &par.mode, "beam|pulse", "beam",
                "beam: all along the field (closure m1; form full or the speed c); pulse: at rest (closure isotropic)");
  params_real(ps, "steepness", &par.steepness, "40", PARAMS_POSITIVE, INFINITY, "1", "a in exp(-a r^2), r in code lengths; the number density at the centre is 1 cm^-3");
  params_real(ps, "background", &par.background, "0", 0.0, INFINITY, "1", "number density far away, moving like the rest, cm^-3");
  uniform_declare(ps, &box, "1e-3", "1e-6");
}

static void start(const struct setup_run *run) {
  uniform_start(&box, run, "cr_free_stream");
  all = run->rays;
}

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  uniform_gas(&box, w);
}

static void background(double b[3]) { uniform_field(&box, b); }

/* The blob after it has moved so far along the field. */
static double blob(const double x[3], double way) {
  double r2 = 0.0;
  for (int a = 0; a < box.dim; a++) {
    const double d = uniform_distance(&box, a, x, way * box.b[a]);
    r2 += d * d;
  }
  return exp(-par.steepness * r2);
}

static void rays(double t, const double x[3], const struct cr_network *net, struct rays_point *w) {
  for (int i = 0; i < net->count; i++) {
    const double share = 0.5 / (net->first[i + 1] - net->first[i]);
    for (int k = net->first[i]; k < net->first[i + 1]; k++) {
      for (int end = 0; end < 2; end++) {
        const double light = setup_population(all, 2 * k + end).signal, sound = light / sqrt(3.0);
        double q, f;
        if (par.mode == BEAM) {
          q = par.background + blob(x, light * t);
          f = light * q;
        } else {
          const double right = blob(x, sound * t), left = blob(x, -sound * t);
          q = par.background + 0.5 * (right + left);
          f = 0.5 * sound * (right - left);
        }
        (end ? w->hi : w->lo)[k] = share * q;
        (end ? w->flux_hi : w->flux_lo)[k] = share * f;
      }
    }
  }
}

const struct setup setup_cr_free_stream = {
    .name = "cr_free_stream",
    .doc = "cosmic rays without scattering: a beam, or a pulse of isotropic pressure",
    .exact = true,
    .exact_rays = true,
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .rays = rays,
};
