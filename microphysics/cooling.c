#include "microphysics/cooling.h"

#include "base/minmax.h"
#include "microphysics/constants.h"

#include <math.h>
#include <stddef.h>

const char *const thermal_names[THERMAL_COUNT] = {"photoelectric", "cosmic rays", "background", "[CII]", "[OI]", "metals", "H and He lines",
                                                  "recombination", "free-free"};

/* log10 of the cooling by all metals of solar abundance (C, N, O, Ne, Na, Mg, Al, Si, S, Ar, Ca, Fe, Ni) per electron and hydrogen nucleus, erg cm^3/s, at
 * log10 T = 4, 4.05 ... 8: tables 1 of Gnat & Ferland 2012 interpolated in log T and summed with abundances of Asplund et al. 2009. */
enum { METALS = 81 };
static const double metals[METALS] = {
    -23.126, -22.983, -22.856, -22.727, -22.605, -22.526, -22.488, -22.460, -22.413, -22.340, -22.250, -22.147, -22.042, -21.941, -21.843, -21.751, -21.666,
    -21.591, -21.530, -21.479, -21.440, -21.431, -21.447, -21.448, -21.430, -21.408, -21.392, -21.378, -21.387, -21.463, -21.611, -21.738, -21.801, -21.821,
    -21.828, -21.842, -21.867, -21.880, -21.874, -21.861, -21.860, -21.875, -21.902, -21.937, -21.992, -22.075, -22.180, -22.296, -22.399, -22.490, -22.572,
    -22.644, -22.700, -22.737, -22.756, -22.761, -22.756, -22.746, -22.734, -22.727, -22.732, -22.753, -22.792, -22.853, -22.934, -23.021, -23.106, -23.182,
    -23.246, -23.298, -23.340, -23.373, -23.401, -23.422, -23.440, -23.455, -23.467, -23.477, -23.486, -23.493, -23.501};

/* Linear in the logarithms; above 1e8 K as at its end. */
static double metal_cooling(double log_t) {
  const double x = min(max((log_t - 4.0) * 20.0, 0.0), (double)(METALS - 1));
  const int i = (int)min(x, (double)(METALS - 2));
  return exp(2.302585092994046 * (metals[i] + (x - i) * (metals[i + 1] - metals[i])));
}

/* Collisional de-excitation by electrons, cm^3/s, of collision strength omega. */
static double by_electrons(double t, double omega, double weight) { return 8.629e-6 / sqrt(t) * omega / weight; }

/* Two levels of C+; erg/s per ion. */
static double carbon_line(double t, double n_h0, double n_e) {
  const double a = 2.29e-6, kelvin = 91.21, t4 = t * 1e-4, l2 = log(t * 0.01);
  const double k_h = 7.58e-10 * exp((0.128 + 0.009 * l2) * l2), k_e = by_electrons(t, (1.55 + 1.25 * t4) / (1.0 + 0.35 * pow(t4, 1.25)), 4.0);
  const double down = k_h * n_h0 + k_e * n_e, up = 2.0 * exp(-kelvin / t) * down;
  return up / (up + down + a) * a * (BOLTZMANN_erg_K * kelvin);
}

/* Three levels of O, the ground state first; erg/s per atom. */
static double oxygen_lines(double t, double n_h0, double n_e) {
  const double e1 = 227.71, e2 = 326.57, a10 = 8.91e-5, a20 = 1.34e-10, a21 = 1.75e-5, g0 = 5.0, g1 = 3.0, g2 = 1.0;
  const double l2 = log(t * 0.01), l4 = l2 - 4.605170185988092;
  const double w10 = 0.0410 * exp(0.69 * l4) + 0.0640 * exp(1.72 * l4), w20 = 0.0136 * exp(0.61 * l4) + 0.0186 * exp(1.49 * l4);
  const double w21 = 0.00166 * exp(0.71 * l4) + 0.0288 * exp(1.97 * l4);
  const double d10 = n_h0 * 3.57e-10 * exp((0.419 - 0.003 * l2) * l2) + n_e * by_electrons(t, w10, g1);
  const double d20 = n_h0 * 3.19e-10 * exp((0.369 - 0.006 * l2) * l2) + n_e * by_electrons(t, w20, g2);
  const double d21 = n_h0 * 4.34e-10 * exp((0.755 - 0.160 * l2) * l2) + n_e * by_electrons(t, w21, g2);
  const double u01 = d10 * g1 / g0 * exp(-e1 / t), u02 = d20 * g2 / g0 * exp(-e2 / t), u12 = d21 * g2 / g1 * exp(-(e2 - e1) / t);
  const double r10 = d10 + a10, r20 = d20 + a20, r21 = d21 + a21;
  /* Level populations over that of the ground state, from the balance of levels 1 and 2. */
  const double n1 = (u01 * (r20 + r21) + u02 * r21) / ((r10 + u12) * (r20 + r21) - u12 * r21), n2 = (u02 + u12 * n1) / (r20 + r21), all = 1.0 + n1 + n2;
  return (n1 * a10 * e1 + n2 * (a20 * e2 + a21 * (e2 - e1))) * BOLTZMANN_erg_K / all;
}

/* Grains: heat less cooling, erg/s per hydrogen nucleus of gas with solar metallicity. */
static double grains(double fuv, double t, double n_e) {
  const double share = 0.5; /* phi_PAH */
  if (!(fuv > 0.0)) return 0.0;
  const double x = fuv * sqrt(t) / (n_e * share), lnx = log(x), lnt = log(t);
  const double efficiency = 4.9e-2 / (1.0 + 4.0e-3 * exp(0.73 * lnx)) + 3.7e-2 * exp(0.7 * (lnt - 9.210340371976184)) / (1.0 + 2.0e-4 * x);
  return 1.3e-24 * efficiency * fuv - 4.65e-30 * exp(0.94 * lnt + 0.74 * exp(-0.068 * lnt) * lnx) * n_e * share;
}

double thermal_rate(const struct gas_env *env, double n_h, double t, const struct gas_ions *ions, double *term) {
  double own[THERMAL_COUNT];
  double *q = term ? term : own;
  const double n_e = ions->e * n_h, n_h0 = ions->h0 * n_h, log_t = log10(t), root = sqrt(t), dust = env->metallicity * ionisation_dust(t);
  const double electron_volt = ELECTRONVOLT_erg;
  q[THERMAL_PHOTOELECTRIC] = n_h * dust * grains(env->fuv, t, n_e);
  /* 5/3 ionisations with those of secondary electrons. */
  const double each = 0.6 * (6.5 + 26.4 * sqrt(ions->e / (ions->e + 0.07))) * electron_volt;
  q[THERMAL_COSMIC_RAYS] = env->zeta_heats ? env->zeta * each * (ions->h0 + ions->he0) * n_h : 0.0;
  const double *heat = ionisation_background_erg_s, uv = env->background * ionisation_shielding(env, n_h, t);
  q[THERMAL_BACKGROUND] = uv * n_h * (heat[0] * ions->h0 + heat[1] * ions->he0 + heat[2] * ions->he1);

  /* C+ and O go with neutral hydrogen, up to temperatures at which the table takes over. */
  const double x = min(max((log_t - 4.0) * (1.0 / 0.3), 0.0), 1.0), ionised = x * x * (3.0 - 2.0 * x), neutral = (1.0 - ionised) * env->metallicity;
  q[THERMAL_CARBON] = neutral > 0.0 ? -neutral * GAS_CARBON * n_h * carbon_line(t, n_h0, n_e) : 0.0;
  q[THERMAL_OXYGEN] = neutral > 0.0 ? -neutral * GAS_OXYGEN * ions->h0 * n_h * oxygen_lines(t, n_h0, n_e) : 0.0;
  q[THERMAL_METALS] = ionised > 0.0 ? -ionised * env->metallicity * n_e * n_h * metal_cooling(log_t) : 0.0;

  const double hot = 1.0 / (1.0 + sqrt(t * 1e-5)), warm = root * hot;
  const double lines = ions->h0 * (7.50e-19 * hot * exp(-118348.0 / t) + 1.27e-21 * warm * exp(-157809.1 / t)) + ions->he0 * 9.38e-22 * warm * exp(-285335.4 / t) +
                       ions->he1 * (5.54e-17 * pow(t, -0.397) * hot * exp(-473638.0 / t) + 4.95e-22 * warm * exp(-631515.0 / t));
  q[THERMAL_HYDROGEN] = -n_e * n_h * lines;
  const double l = 2.0 * 157807.0 / t, l2 = 2.0 * 285335.0 / t, l3 = 2.0 * 631515.0 / t;
  const double h1 = 3.435e-30 * t * pow(l, 1.970) / pow(1.0 + pow(l / 2.250, 0.376), 3.720), he1 = BOLTZMANN_erg_K * t * 1.26e-14 * pow(l2, 0.75);
  const double he2 = 8.0 * 3.435e-30 * t * pow(l3, 1.970) / pow(1.0 + pow(l3 / 2.250, 0.376), 3.720);
  const double two = 1.24e-13 / (t * root) * exp(-470000.0 / t) * (1.0 + 0.3 * exp(-94000.0 / t));
  q[THERMAL_RECOMBINATION] = -n_e * n_h * (ions->h1 * h1 + ions->he1 * (he1 + two) + ions->he2 * he2);
  const double away = 5.5 - log_t, gaunt = 1.1 + 0.34 * exp(-away * away / 3.0);
  q[THERMAL_FREE_FREE] = -n_e * n_h * 1.42e-27 * gaunt * root * (ions->h1 + ions->he1 + 4.0 * ions->he2);
  double sum = 0.0;
  for (int i = 0; i < THERMAL_COUNT; i++) sum += q[i];
  return sum;
}

double thermal_pressure(const struct gas_env *env, double n_h, double t, struct gas_ions *ions) {
  ionisation_equilibrium(env, n_h, t, ions->e, ions);
  return n_h * ((1.0 + env->helium) + ions->e) * BOLTZMANN_erg_K * t;
}

/* Pressure rises with temperature, between that of neutral and of ionised gas. */
double thermal_temperature(const struct gas_env *env, double n_h, double pressure, struct gas_ions *ions) {
  const double most = pressure / (n_h * (1.0 + env->helium) * BOLTZMANN_erg_K);
  double hi = most, lo = most * (1.0 + env->helium) / (2.0 + 3.0 * env->helium + GAS_CARBON * env->metallicity + 1e-9), t = lo, before = 0.0, g_before = 0.0;
  ions->e = 0.0;
  if (!(pressure > 0.0)) return 0.0;
  if (most < 5e3) t = most;
  for (int i = 0; i < 100; i++) {
    const double g = thermal_pressure(env, n_h, t, ions) - pressure;
    if (g > 0.0) hi = t;
    else lo = t;
    double next = i > 0 && g != g_before ? t - g * (t - before) / (g - g_before) : t * (pressure / (g + pressure));
    if (fabs(g) <= 1e-13 * pressure || hi - lo <= 1e-13 * t) break;
    if (!(next > lo && next < hi)) next = 0.5 * (lo + hi);
    if (fabs(next - t) <= 1e-14 * t) break;
    before = t;
    g_before = g;
    t = next;
  }
  return t;
}

/* A state on the way. */
struct state { double t, energy, rate; struct gas_ions ions; };

static struct state state_at(const struct gas_env *env, double gamma, double n_h, double t, double guess) {
  struct state s = {.t = t, .ions = {.e = guess}};
  s.energy = thermal_pressure(env, n_h, t, &s.ions) / (gamma - 1.0);
  s.rate = thermal_rate(env, n_h, t, &s.ions, NULL);
  return s;
}

/* The state without a net rate between two with rates of either sign: the Illinois rule (Dowell & Jarratt 1971, BIT 11, 168) in ln T. */
static struct state balance_between(const struct gas_env *env, double gamma, double n_h, struct state a, struct state b) {
  double ra = a.rate, rb = b.rate, la = log(a.t), lb = log(b.t);
  struct state c = b;
  for (int i = 0; i < 60 && fabs(lb - la) > 1e-13; i++) {
    const double l = (la * rb - lb * ra) / (rb - ra);
    c = state_at(env, gamma, n_h, exp(l), b.ions.e);
    if (c.rate == 0.0) break;
    if ((c.rate > 0.0) == (rb > 0.0)) ra *= 0.5;
    else la = lb, ra = rb;
    const bool done = fabs(l - lb) < 1e-12;
    lb = l;
    rb = c.rate;
    if (done) break;
  }
  return c;
}

static const double STEP = 0.05;

double thermal_advance(const struct gas_env *env, double gamma, double floor_K, double n_h, double energy, double dt, struct gas_ions *ions) {
  const double t = thermal_temperature(env, n_h, (gamma - 1.0) * energy, ions);
  if (!(t > floor_K)) {
    const struct state s = state_at(env, gamma, n_h, floor_K, ions->e);
    *ions = s.ions;
    if (!(s.rate > 0.0)) return s.energy;
    energy = max(s.energy, energy);
  }
  struct state a = {.t = max(t, floor_K), .energy = energy, .ions = *ions};
  a.rate = thermal_rate(env, n_h, a.t, ions, NULL);
  for (int i = 0; i < 100000 && dt > 0.0 && a.rate != 0.0; i++) {
    double to = a.rate > 0.0 ? a.t * (1.0 + STEP) : max(a.t * (1.0 - STEP), floor_K);
    if (to == a.t) break; /* on the floor */
    struct state b = state_at(env, gamma, n_h, to, a.ions.e);
    const bool settles = b.rate == 0.0 || (b.rate > 0.0) != (a.rate > 0.0);
    if (settles) b = balance_between(env, gamma, n_h, a, b), b.rate = 0.0;
    const double change = b.energy - a.energy, slope = (b.rate - a.rate) / change, ratio = b.rate / a.rate;
    if (!(a.rate > 0.0 ? change > 0.0 : change < 0.0)) break; /* already at the balance, to round-off */
    const double all = settles ? INFINITY : fabs(ratio - 1.0) < 1e-6 ? change / (0.5 * (a.rate + b.rate)) : log(ratio) / slope;
    if (all >= dt) {
      const double x = slope * dt, grown = fabs(x) < 1e-8 ? dt * (1.0 + 0.5 * x) : expm1(x) / slope;
      a.energy += a.rate * grown;
      *ions = grown * a.rate / change > 0.5 ? b.ions : a.ions;
      return a.energy;
    }
    dt -= all;
    a = b;
  }
  *ions = a.ions;
  return a.energy;
}

double thermal_equilibrium(const struct gas_env *env, double n_h, double t) {
  struct state a = state_at(env, 5.0 / 3.0, n_h, t, 0.0);
  while (a.rate != 0.0) {
    const double to = a.rate > 0.0 ? a.t * (1.0 + STEP) : a.t * (1.0 - STEP);
    if (to < 10.0 || to > 1e9) return 0.0;
    struct state b = state_at(env, 5.0 / 3.0, n_h, to, a.ions.e);
    if ((b.rate > 0.0) != (a.rate > 0.0)) return balance_between(env, 5.0 / 3.0, n_h, a, b).t;
    a = b;
  }
  return a.t;
}
