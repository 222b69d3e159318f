/* A circularly polarised Alfven wave in any direction through a periodic box: an exact nonlinear solution of ideal MHD.
 * Toth 2000, JCP 161, 605, section 6.3.1; Gardiner & Stone 2005, JCP 205, 509. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/plane_wave.h"
#include "setups/setup.h"

#include <math.h>
#include <string.h>

static const double TWO_PI = 6.283185307179586476925;

enum { TRAVELLING, STANDING };

static struct {
  int form, waves[3];
  double amplitude, density, pressure, field;
} par;

static struct {
  struct plane_wave wave;
  double alfven_speed, flow; /* along the field */
  double b0[3];
} now;

static void wave_params(struct params *ps) {
  params_section(ps, "alfven_wave", "circularly polarised Alfven wave, Toth 2000");
  params_choice(ps, "form", &par.form, "travelling|standing", "travelling",
                "gas at rest on average, or flowing against the wave at the Alfven speed");
  params_ints(ps, "waves", 3, par.waves, "[1, 0, 0]", -1000, 1000, "wavelengths across the box along x, y, z");
  params_real(ps, "amplitude", &par.amplitude, "0.1", 0.0, 10.0, "1", "field across the wave over the field along it");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "uniform density");
  params_real(ps, "pressure", &par.pressure, "0.1", PARAMS_POSITIVE, INFINITY, "code pressure", "uniform gas pressure");
  params_real(ps, "field", &par.field, "1", PARAMS_POSITIVE, INFINITY, "code field", "field along the wave");
}

static void wave_start(const struct setup_run *run) {
  if (!run->magnetic) fail_user("alfven_wave: the wave needs a magnetic field; set mhd.magnetic: true");
  plane_wave_start(&now.wave, par.waves, run, "alfven_wave");
  now.alfven_speed = par.field / sqrt(par.density);
  now.flow = par.form == STANDING ? -now.alfven_speed : 0.0;
  plane_wave_lab(&now.wave, par.field, 0.0, 0.0, now.b0);
}

static double phase(double t, const double x[3]) {
  return plane_wave_phase(&now.wave, x) - t * (now.alfven_speed + now.flow) / now.wave.length;
}

/* In a wave that moves along B the velocity is opposite to the field: v = -B / sqrt(rho). */
static void wave_gas(double t, const double x[3], struct gas_point *w) {
  double p = phase(t, x), v = -par.amplitude * now.alfven_speed;
  w->rho = par.density;
  w->p = par.pressure;
  plane_wave_lab(&now.wave, now.flow, v * sin_turns(p), v * cos_turns(p), w->v);
}

/* curl A = amplitude field (0, sin, cos) in the frame of the wave. */
static void wave_potential(double t, const double x[3], double A[3]) {
  double p = phase(t, x), scale = par.amplitude * par.field * now.wave.length / TWO_PI;
  plane_wave_lab(&now.wave, 0.0, scale * sin_turns(p), scale * cos_turns(p), A);
}

static void wave_background(double b[3]) { memcpy(b, now.b0, sizeof now.b0); }

const struct setup setup_alfven_wave = {
    .name = "alfven_wave",
    .doc = "circularly polarised Alfven wave, Toth 2000",
    .exact = true,
    .points = 3,
    .params = wave_params,
    .start = wave_start,
    .gas = wave_gas,
    .potential = wave_potential,
    .background = wave_background,
};
