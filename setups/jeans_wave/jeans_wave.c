/* A standing sound wave in gas with its own gravity (Jeans 1902): density (1 + A cos(k.x) f(t)) with f = cos(w t) for short waves and cosh(g t)
 * for waves longer than the Jeans length, w^2 = c^2 k^2 - 4 pi G rho.  Exact to the order of A^2. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static struct { double density, pressure, amplitude; int waves[3]; } par;

static struct { double k[3], k2, w2, gamma; } now;

static void jeans_params(struct params *ps) {
  params_section(ps, "jeans_wave", "standing wave in gas with its own gravity");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "of the background");
  params_real(ps, "pressure", &par.pressure, "0.6", PARAMS_POSITIVE, INFINITY, "code pressure", "of the background");
  params_real(ps, "amplitude", &par.amplitude, "1e-6", PARAMS_POSITIVE, 0.1, "1", "of the density, relative");
  params_ints(ps, "waves", 3, par.waves, "[1, 0, 0]", 0, 64, "wavelengths across the box along each axis");
}

static void jeans_start(const struct setup_run *run) {
  now.gamma = run->sound_speed > 0.0 ? 1.0 : run->gamma;
  now.k2 = 0.0;
  for (int d = 0; d < 3; d++) {
    now.k[d] = d < run->dim ? 2.0 * PI * par.waves[d] / (run->upper[d] - run->lower[d]) : 0.0;
    now.k2 += now.k[d] * now.k[d];
  }
  if (now.k2 == 0.0) fail_user("jeans_wave.waves: a wave needs a wavelength along an axis of the mesh");
  double c2 = run->sound_speed > 0.0 ? run->sound_speed * run->sound_speed : run->gamma * par.pressure / par.density;
  now.w2 = c2 * now.k2 - 4.0 * PI * run->gravity * par.density;
}

static void jeans_gas(double t, const double x[3], struct gas_point *w) {
  double rate = sqrt(fabs(now.w2)), phase = (now.k[0] * x[0] + now.k[1] * x[1]) + now.k[2] * x[2];
  double f = now.w2 > 0.0 ? cos(rate * t) : cosh(rate * t), slope = now.w2 > 0.0 ? -rate * sin(rate * t) : rate * sinh(rate * t);
  double wave = par.amplitude * cos(phase) * f;
  w->rho = par.density * (1.0 + wave);
  w->p = par.pressure * (1.0 + now.gamma * wave);
  for (int d = 0; d < 3; d++) w->v[d] = -par.amplitude * slope * sin(phase) * now.k[d] / now.k2;
}

const struct setup setup_jeans_wave = {
    .name = "jeans_wave",
    .doc = "standing wave in gas with its own gravity (Jeans 1902)",
    .exact = true,
    .points = 3,
    .params = jeans_params,
    .start = jeans_start,
    .gas = jeans_gas,
};
