/* Linear waves of ideal MHD and hydrodynamics in any direction through a periodic box.
 *
 * Eigenvectors in the primitive variables: Stone et al. 2008, ApJS 178, 137, appendix A; background and normalisation of Gardiner &
 * Stone 2005, JCP 205, 509, in which fast, Alfven and slow waves have the speeds 2, 1 and 1/2.  A left-going wave is the right-going
 * one mirrored at the middle of the box (x -> -x, v -> -v, B -> B), so both runs must have the same errors to the last bit. */
#include "setups/linear_wave/linear_wave.h"

#include "base/fail.h"
#include "base/params.h"
#include "setups/plane_wave.h"

#include <math.h>
#include <string.h>

static const double TWO_PI = 6.283185307179586476925;

enum { LEFT, RIGHT };

static struct {
  int mode, direction, waves[3];
  double amplitude, density, sound_speed, field[3], flow;
} par;

static struct {
  struct plane_wave wave;
  struct linear_wave_mode mode;
  double pressure, speed; /* speed: of the pattern, with the flow */
  double b0[3];
} now;

static void wave_params(struct params *ps) {
  params_section(ps, "linear_wave", "linear waves in a periodic box, Gardiner & Stone 2005");
  params_choice(ps, "mode", &par.mode, "fast|alfven|slow|entropy|sound|vortical", "fast",
                "which wave; the first three need a magnetic field, sound has none");
  params_choice(ps, "direction", &par.direction, "left|right", "right", "left: the mirror image of the right-going wave");
  params_ints(ps, "waves", 3, par.waves, "[1, 0, 0]", -1000, 1000, "wavelengths across the box along x, y, z");
  params_real(ps, "amplitude", &par.amplitude, "1e-6", 0.0, 1.0, "1", "of the eigenvector");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "background");
  params_real(ps, "sound_speed", &par.sound_speed, "1", PARAMS_POSITIVE, INFINITY, "code velocity",
              "background; isothermal runs take mhd.sound_speed");
  params_reals(ps, "field", 3, par.field, "[1, 1.4142135623730951, 0.5]", -INFINITY, INFINITY, "code field",
               "background field along the wave and across it");
  params_real(ps, "flow", &par.flow, "0", -INFINITY, INFINITY, "code velocity", "background velocity along the wave");
}

/* Stone et al. 2008, equations A12 to A17, right-going. */
void linear_wave_find(int mode, double rho, double a, const double b[3], struct linear_wave_mode *m) {
  double ca2 = b[0] * b[0] / rho, bt2 = (b[1] * b[1] + b[2] * b[2]) / rho, a2 = a * a;
  double sum = a2 + ca2 + bt2, diff = a2 - ca2 - bt2, root = sqrt(diff * diff + 4.0 * a2 * bt2);
  double cf2 = 0.5 * (sum + root), cs2 = a2 * ca2 / cf2, cf = sqrt(cf2), cs = sqrt(cs2), bt = sqrt(bt2 * rho);
  double beta2 = bt > 0.0 ? b[1] / bt : 1.0, beta3 = bt > 0.0 ? b[2] / bt : 0.0, s = b[0] < 0.0 ? -1.0 : 1.0;
  double alpha_f = 1.0, alpha_s = 0.0;
  if (root > 0.0) {
    alpha_f = sqrt(fmax(a2 - cs2, 0.0) / root);
    alpha_s = sqrt(fmax(cf2 - a2, 0.0) / root);
  }
  *m = (struct linear_wave_mode){0};
  switch (mode) {
    case LINEAR_WAVE_FAST:
      *m = (struct linear_wave_mode){.speed = cf, .rho = rho * alpha_f, .v = {alpha_f * cf, -s * alpha_s * cs * beta2, -s * alpha_s * cs * beta3},
                                     .p = rho * a2 * alpha_f, .b = {0.0, sqrt(rho) * alpha_s * a * beta2, sqrt(rho) * alpha_s * a * beta3}};
      break;
    case LINEAR_WAVE_ALFVEN:
      *m = (struct linear_wave_mode){.speed = sqrt(ca2), .v = {0.0, beta3, -beta2}, .b = {0.0, -s * sqrt(rho) * beta3, s * sqrt(rho) * beta2}};
      break;
    case LINEAR_WAVE_SLOW:
      *m = (struct linear_wave_mode){.speed = cs, .rho = rho * alpha_s, .v = {alpha_s * cs, s * alpha_f * cf * beta2, s * alpha_f * cf * beta3},
                                     .p = rho * a2 * alpha_s, .b = {0.0, -sqrt(rho) * alpha_f * a * beta2, -sqrt(rho) * alpha_f * a * beta3}};
      break;
    case LINEAR_WAVE_ENTROPY: m->rho = rho; break;
    case LINEAR_WAVE_SOUND: *m = (struct linear_wave_mode){.speed = a, .rho = rho, .v = {a, 0.0, 0.0}, .p = rho * a2}; break;
    default: m->v[1] = a; break;
  }
}

static void wave_start(const struct setup_run *run) {
  bool isothermal = run->sound_speed > 0.0, needs_field = par.mode <= LINEAR_WAVE_SLOW;
  if (needs_field && !run->magnetic) {
    fail_user("linear_wave.mode: this wave needs a magnetic field; set mhd.magnetic: true or take sound, entropy or vortical");
  }
  if (run->magnetic && (par.mode == LINEAR_WAVE_SOUND || par.mode == LINEAR_WAVE_VORTICAL)) {
    fail_user("linear_wave.mode: sound and vortical waves are those of gas without a field; set mhd.magnetic: false");
  }
  if (par.mode == LINEAR_WAVE_ENTROPY && isothermal) fail_user("linear_wave.mode: isothermal gas has no entropy wave");
  plane_wave_start(&now.wave, par.waves, run, "linear_wave");
  double a = isothermal ? run->sound_speed : par.sound_speed;
  now.pressure = isothermal ? par.density * a * a : par.density * a * a / run->gamma;
  linear_wave_find(par.mode, par.density, a, par.field, &now.mode);
  now.speed = now.mode.speed + par.flow;
  plane_wave_lab(&now.wave, par.field[0], par.field[1], par.field[2], now.b0);
}

/* Phase of the right-going wave at the point, or at its mirror image. */
static double phase(double t, const double x[3]) {
  double p = plane_wave_phase(&now.wave, x);
  return (par.direction == LEFT ? -p : p) - t * now.speed / now.wave.length;
}

static void wave_gas(double t, const double x[3], struct gas_point *w) {
  const struct linear_wave_mode *m = &now.mode;
  double s = par.amplitude * sin_turns(phase(t, x)), sign = par.direction == LEFT ? -1.0 : 1.0;
  w->rho = par.density + s * m->rho;
  w->p = now.pressure + s * m->p;
  plane_wave_lab(&now.wave, sign * (par.flow + s * m->v[0]), sign * s * m->v[1], sign * s * m->v[2], w->v);
}

/* curl A = b sin(phase) across the wave. */
static void wave_potential(double t, const double x[3], double A[3]) {
  const struct linear_wave_mode *m = &now.mode;
  double sign = par.direction == LEFT ? -1.0 : 1.0;
  double c = sign * par.amplitude * now.wave.length / TWO_PI * cos_turns(phase(t, x));
  plane_wave_lab(&now.wave, 0.0, -c * m->b[2], c * m->b[1], A);
}

static void wave_background(double b[3]) { memcpy(b, now.b0, sizeof now.b0); }

const struct setup setup_linear_wave = {
    .name = "linear_wave",
    .doc = "linear waves in a periodic box, Gardiner & Stone 2005",
    .exact = true,
    .points = 3,
    .params = wave_params,
    .start = wave_start,
    .gas = wave_gas,
    .potential = wave_potential,
    .background = wave_background,
};
