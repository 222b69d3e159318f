/* A linear sound wave in gas and cosmic rays which moves along the field, with and without diffusion.
 *
 * With scattering so strong that cosmic rays move with the gas the speed is c^2 = (gamma P + 4/3 P_cr) / rho.  Otherwise omega is a root of
 *   omega^2 rho = gamma P k^2 + 4/3 P_cr k^2 omega / (omega + i K k^2) nu / (nu - i omega),   K = V^2 / (3 (nu - i omega)),
 * with V the reduced speed of light and nu the scattering rate that goes with it: for nu >> omega the dispersion relation of a gas with a diffusing pressure
 * (Ptuskin 1981, Ap&SS 76, 265), which damps the wave. */
#include "base/fail.h"
#include "base/params.h"
#include "setups/one_bin.h"
#include "setups/plane_wave.h"

#include <complex.h>
#include <math.h>

static const double PI = 3.14159265358979323846, GAMMA_CR = 4.0 / 3.0;

static struct { int waves[3]; double amplitude, density, pressure, rays, field; } par;
static struct { struct plane_wave wave; const struct rays *rays; double gamma; } now;

static void declare(struct params *ps) {
  params_section(ps, "cr_sound_wave", "sound in gas and cosmic rays, along the field");
  params_ints(ps, "waves", 3, par.waves, "[1, 0, 0]", -1000, 1000, "wavelengths across the box along x, y, z");
  params_real(ps, "amplitude", &par.amplitude, "1e-5", 0.0, 1.0, "1", "of the density");
  params_real(ps, "density", &par.density, "1", PARAMS_POSITIVE, INFINITY, "code density", "background");
  params_real(ps, "pressure", &par.pressure, "0.6", PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
  params_real(ps, "rays", &par.rays, "1.2", PARAMS_POSITIVE, INFINITY, "code pressure", "of cosmic rays");
  params_real(ps, "field", &par.field, "1", PARAMS_POSITIVE, INFINITY, "code field", "along the wave");
}

static void start(const struct setup_run *run) {
  if (!run->magnetic) fail_user("cr_sound_wave: cosmic rays move along a field; set mhd.magnetic: true");
  if (run->sound_speed > 0.0) fail_user("cr_sound_wave: set mhd.eos: adiabatic");
  plane_wave_start(&now.wave, par.waves, run, "cr_sound_wave");
  now.gamma = run->gamma;
  now.rays = run->rays;
}

/* The wave: pressure of cosmic rays over velocity of the gas, and how the flux of a quantity goes with its gradient. */
struct wave { double k; double complex omega, response, kappa; };

static double complex mismatch(struct wave *w, double signal, double rate, double complex omega) {
  const double k = w->k;
  w->omega = omega;
  w->kappa = signal * signal / (3.0 * (rate - I * omega));
  w->response = k / (omega + I * k * k * w->kappa);
  return omega * omega * par.density - k * k * now.gamma * par.pressure - omega * k * GAMMA_CR * par.rays * w->response * rate / (rate - I * omega);
}

/* The wave to the right: Newton's method from the speed that the gas has with cosmic rays, or without where they diffuse away. */
static struct wave find(void) {
  struct wave w = {.k = 2.0 * PI / now.wave.length};
  const int bin = one_bin(&now.rays->net);
  const struct setup_population p = setup_population(now.rays, 2 * bin);
  const double gas = now.gamma * par.pressure / par.density, all = gas + GAMMA_CR * par.rays / par.density;
  double complex omega = w.k * sqrt(w.k * p.kappa > sqrt(all) ? gas : all);
  for (int i = 0; i < 50; i++) {
    const double h = 1e-7 * cabs(omega);
    const double complex slope = (mismatch(&w, p.signal, p.rate, omega + h) - mismatch(&w, p.signal, p.rate, omega - h)) / (2.0 * h);
    omega -= mismatch(&w, p.signal, p.rate, omega) / slope;
  }
  mismatch(&w, p.signal, p.rate, omega);
  return w;
}

/* Real part of z exp(i (k x - omega t)) with the phase so that density is a sine at the start. */
static double part(const struct wave *w, double complex z, double t, const double x[3]) {
  const double at = plane_wave_phase(&now.wave, x) - creal(w->omega) * t / (2.0 * PI);
  return par.amplitude * exp(cimag(w->omega) * t) * (creal(z) * sin_turns(at) + cimag(z) * cos_turns(at));
}

static void gas(double t, const double x[3], struct gas_point *g) {
  const struct wave w = now.rays ? find() : (struct wave){.k = 1.0, .omega = 1.0};
  g->rho = par.density * (1.0 + part(&w, 1.0, t, x));
  g->p = par.pressure * (1.0 + now.gamma * part(&w, 1.0, t, x));
  plane_wave_lab(&now.wave, part(&w, w.omega / w.k, t, x), 0.0, 0.0, g->v);
}

static void background(double b[3]) { plane_wave_lab(&now.wave, par.field, 0.0, 0.0, b); }

static void rays(double t, const double x[3], const struct cr_network *net, struct rays_point *p) {
  const struct wave w = find();
  const int bin = one_bin(net);
  const double n = par.rays * one_bin_number(now.rays);
  const double complex number = w.response * w.omega / w.k, pressure = GAMMA_CR * number, down = -I * w.k * w.kappa;
  one_bin_split(now.rays, n * (1.0 + part(&w, number, t, x)), par.rays * (1.0 + part(&w, pressure, t, x)), &p->lo[bin], &p->hi[bin]);
  one_bin_split(now.rays, n * part(&w, down * number, t, x), par.rays * part(&w, down * pressure, t, x), &p->flux_lo[bin], &p->flux_hi[bin]);
}

const struct setup setup_cr_sound_wave = {
    .name = "cr_sound_wave",
    .doc = "sound wave in gas and cosmic rays, with and without diffusion",
    .exact = true,
    .exact_rays = true,
    .points = 3,
    .params = declare,
    .start = start,
    .gas = gas,
    .background = background,
    .rays = rays,
};
