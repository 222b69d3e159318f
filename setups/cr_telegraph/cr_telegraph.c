/* A plane wave of cosmic rays along the field, between diffusion and free waves: w^2 + i nu w - V^2 k^2 / 3 = 0, the telegraph equation that
 * the two moments obey where the fluxes are small. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/plane_wave.h"
#include "setups/rays.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static struct { double amplitude, mean, field, density, pressure; int waves[3]; } par;
static struct plane_wave wave;
static const struct rays *all;

static void declare(struct params *ps) {
  params_section(ps, "cr_telegraph", "plane waves of cosmic rays along the field");
  params_real(ps, "amplitude", &par.amplitude, "1e-4", 0.0, 1.0, "1", "of the wave over the mean; the solution is that of isotropic pressure");
  params_real(ps, "mean", &par.mean, "1", PARAMS_POSITIVE, INFINITY, "1", "mean number density, cm^-3");
  params_ints(ps, "waves", 3, par.waves, "[1, 0, 0]", -1000, 1000, "wavelengths across the box along each axis; the field points along the wave");
  params_real(ps, "field", &par.field, "1e-3", PARAMS_POSITIVE, INFINITY, "code field", "strength of the field");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "of the gas");
  params_real(ps, "pressure", &par.pressure, "1e-6", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
}

static void start(const struct setup_run *run) {
  if (!run->magnetic) fail_user("cr_telegraph: cosmic rays move along a field; set mhd.magnetic: true");
  plane_wave_start(&wave, par.waves, run, "cr_telegraph");
  all = run->rays;
}

static void gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  w->rho = par.density;
  w->p = par.pressure;
}

static void background(double b[3]) { plane_wave_lab(&wave, par.field, 0.0, 0.0, b); }

/* The root that moves along the field, or the slowly decaying one: q ~ exp(i(k x - turn t) - decay t), F = (w / k) q. */
static void rays(double t, const double x[3], const struct cr_network *net, struct rays_point *w) {
  const double k = 2.0 * PI / wave.length, phase = plane_wave_phase(&wave, x);
  for (int i = 0; i < net->count; i++) {
    const double share = 0.5 * par.mean / (net->first[i + 1] - net->first[i]);
    for (int bin = net->first[i]; bin < net->first[i + 1]; bin++) {
      for (int end = 0; end < 2; end++) {
        const struct setup_population p = setup_population(all, 2 * bin + end);
        const double free2 = p.signal * p.signal * k * k / 3.0, half = 0.5 * p.rate, rest = free2 - half * half;
        const double turn = rest > 0.0 ? sqrt(rest) : 0.0, decay = rest > 0.0 ? half : free2 / (half + sqrt(-rest));
        const double at = phase - turn * t / (2.0 * PI), size = par.amplitude * exp(-decay * t), c = cos_turns(at), s = sin_turns(at);
        (end ? w->hi : w->lo)[bin] = share * (1.0 + size * c);
        (end ? w->flux_hi : w->flux_lo)[bin] = share * size * (turn * c + decay * s) / k;
      }
    }
  }
}

const struct setup setup_cr_telegraph = {
    .name = "cr_telegraph",
    .doc = "plane waves of cosmic rays with scattering: the telegraph equation",
    .exact = true,
    .exact_rays = true,
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .rays = rays,
};
