#include "microphysics/cooling.h"

#include "base/minmax.h"
#include "microphysics/constants.h"
#include "microphysics/vecmath.h"

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

/* Two levels of C+. */
#define CARBON_A 2.29e-6
#define CARBON_K 91.21

static void carbon_node(double t, struct thermal_node *n) {
  const double t4 = t * 1e-4, l2 = log(t * 0.01);
  n->carbon_h = 7.58e-10 * exp((0.128 + 0.009 * l2) * l2);
  n->carbon_e = by_electrons(t, (1.55 + 1.25 * t4) / (1.0 + 0.35 * pow(t4, 1.25)), 4.0);
  n->carbon_up = 2.0 * exp(-CARBON_K / t);
}

/* erg/s per ion. */
static double carbon_line(const struct thermal_node *n, double n_h0, double n_e) {
  const double down = n->carbon_h * n_h0 + n->carbon_e * n_e, up = n->carbon_up * down;
  return up / (up + down + CARBON_A) * CARBON_A * (BOLTZMANN_erg_K * CARBON_K);
}

/* Three levels of O, the ground state first. */
#define OXYGEN_E1 227.71
#define OXYGEN_E2 326.57

static void oxygen_node(double t, struct thermal_node *n) {
  const double e1 = OXYGEN_E1, e2 = OXYGEN_E2, g0 = 5.0, g1 = 3.0, g2 = 1.0, l2 = log(t * 0.01), l4 = l2 - 4.605170185988092;
  const double w10 = 0.0410 * exp(0.69 * l4) + 0.0640 * exp(1.72 * l4), w20 = 0.0136 * exp(0.61 * l4) + 0.0186 * exp(1.49 * l4);
  const double w21 = 0.00166 * exp(0.71 * l4) + 0.0288 * exp(1.97 * l4);
  n->oxygen_h[0] = 3.57e-10 * exp((0.419 - 0.003 * l2) * l2);
  n->oxygen_h[1] = 3.19e-10 * exp((0.369 - 0.006 * l2) * l2);
  n->oxygen_h[2] = 4.34e-10 * exp((0.755 - 0.160 * l2) * l2);
  n->oxygen_e[0] = by_electrons(t, w10, g1);
  n->oxygen_e[1] = by_electrons(t, w20, g2);
  n->oxygen_e[2] = by_electrons(t, w21, g2);
  n->oxygen_up[0] = g1 / g0 * exp(-e1 / t);
  n->oxygen_up[1] = g2 / g0 * exp(-e2 / t);
  n->oxygen_up[2] = g2 / g1 * exp(-(e2 - e1) / t);
}

/* erg/s per atom. */
static double oxygen_lines(const struct thermal_node *n, double n_h0, double n_e) {
  const double e1 = OXYGEN_E1, e2 = OXYGEN_E2, a10 = 8.91e-5, a20 = 1.34e-10, a21 = 1.75e-5;
  const double d10 = n_h0 * n->oxygen_h[0] + n_e * n->oxygen_e[0], d20 = n_h0 * n->oxygen_h[1] + n_e * n->oxygen_e[1];
  const double d21 = n_h0 * n->oxygen_h[2] + n_e * n->oxygen_e[2];
  const double u01 = d10 * n->oxygen_up[0], u02 = d20 * n->oxygen_up[1], u12 = d21 * n->oxygen_up[2];
  const double r10 = d10 + a10, r20 = d20 + a20, r21 = d21 + a21, r2 = r20 + r21;
  /* Levels 1 and 2 over that of the ground state, from their balance, times common: (r10 + u12) n1 = u01 + r21 n2, r2 n2 = u02 + u12 n1. */
  const double common = (r10 + u12) * r2 - u12 * r21, n1 = u01 * r2 + u02 * r21, n2 = u02 * (r10 + u12) + u12 * u01, all = common + n1 + n2;
  return (n1 * a10 * e1 + n2 * (a20 * e2 + a21 * (e2 - e1))) * BOLTZMANN_erg_K / all;
}

/* Grains: heat less cooling, erg/s per hydrogen nucleus of gas with solar metallicity. */
static double grains(const struct thermal_node *n, double fuv, double n_e) {
  const double share = 0.5; /* phi_PAH */
  if (!(fuv > 0.0)) return 0.0;
  const double x = fuv * n->ion.root_t / (n_e * share), lnx = vec_log(x);
  const double efficiency = 4.9e-2 / (1.0 + 4.0e-3 * vec_exp(0.73 * lnx)) + n->grains_heat / (1.0 + 2.0e-4 * x);
  return 1.3e-24 * efficiency * fuv - n->grains_cool * vec_exp(n->grains_cool_slope * lnx) * n_e * share;
}

void thermal_node(double t, struct thermal_node *n) {
  const double log_t = log10(t), lnt = log(t), root = sqrt(t);
  ionisation_node(t, &n->ion);
  carbon_node(t, n);
  oxygen_node(t, n);
  n->grains_heat = 3.7e-2 * exp(0.7 * (lnt - 9.210340371976184));
  n->grains_cool = 4.65e-30 * exp(0.94 * lnt);
  n->grains_cool_slope = 0.74 * exp(-0.068 * lnt);
  /* C+ and O go with neutral hydrogen, up to temperatures at which the table takes over. */
  const double x = min(max((log_t - 4.0) * (1.0 / 0.3), 0.0), 1.0), ionised = x * x * (3.0 - 2.0 * x);
  n->neutral = 1.0 - ionised;
  n->metals = ionised * metal_cooling(log_t);
  const double hot = 1.0 / (1.0 + sqrt(t * 1e-5)), warm = root * hot;
  n->lines[0] = 7.50e-19 * hot * exp(-118348.0 / t) + 1.27e-21 * warm * exp(-157809.1 / t);
  n->lines[1] = 9.38e-22 * warm * exp(-285335.4 / t);
  n->lines[2] = 5.54e-17 * pow(t, -0.397) * hot * exp(-473638.0 / t) + 4.95e-22 * warm * exp(-631515.0 / t);
  const double l = 2.0 * 157807.0 / t, l2 = 2.0 * 285335.0 / t, l3 = 2.0 * 631515.0 / t;
  n->recombination[0] = 3.435e-30 * t * pow(l, 1.970) / pow(1.0 + pow(l / 2.250, 0.376), 3.720);
  n->recombination[1] = BOLTZMANN_erg_K * t * 1.26e-14 * pow(l2, 0.75) + 1.24e-13 / (t * root) * exp(-470000.0 / t) * (1.0 + 0.3 * exp(-94000.0 / t));
  n->recombination[2] = 8.0 * 3.435e-30 * t * pow(l3, 1.970) / pow(1.0 + pow(l3 / 2.250, 0.376), 3.720);
  const double away = 5.5 - log_t;
  n->free_free = 1.42e-27 * (1.1 + 0.34 * exp(-away * away / 3.0)) * root;
}

double thermal_node_rate(const struct thermal_node *n, const struct gas_env *env, double uv, double n_h, const struct gas_ions *ions, double *term) {
  double own[THERMAL_COUNT];
  double *q = term ? term : own;
  const double n_e = ions->e * n_h, n_h0 = ions->h0 * n_h, dust = env->metallicity * n->ion.dust;
  const double *heat = ionisation_background_erg_s;
  q[THERMAL_PHOTOELECTRIC] = n_h * dust * grains(n, env->fuv, n_e);
  /* 5/3 ionisations with those of secondary electrons. */
  const double each = 0.6 * (6.5 + 26.4 * sqrt(ions->e / (ions->e + 0.07))) * ELECTRONVOLT_erg;
  q[THERMAL_COSMIC_RAYS] = env->zeta_heats ? env->zeta * each * (ions->h0 + ions->he0) * n_h : 0.0;
  q[THERMAL_BACKGROUND] = uv * n_h * (heat[0] * ions->h0 + heat[1] * ions->he0 + heat[2] * ions->he1);
  const double neutral = n->neutral * env->metallicity;
  q[THERMAL_CARBON] = neutral > 0.0 ? -neutral * GAS_CARBON * n_h * carbon_line(n, n_h0, n_e) : 0.0;
  q[THERMAL_OXYGEN] = neutral > 0.0 ? -neutral * GAS_OXYGEN * ions->h0 * n_h * oxygen_lines(n, n_h0, n_e) : 0.0;
  q[THERMAL_METALS] = -n->metals * env->metallicity * n_e * n_h;
  q[THERMAL_HYDROGEN] = -n_e * n_h * (ions->h0 * n->lines[0] + ions->he0 * n->lines[1] + ions->he1 * n->lines[2]);
  q[THERMAL_RECOMBINATION] = -n_e * n_h * (ions->h1 * n->recombination[0] + ions->he1 * n->recombination[1] + ions->he2 * n->recombination[2]);
  q[THERMAL_FREE_FREE] = -n_e * n_h * n->free_free * (ions->h1 + ions->he1 + 4.0 * ions->he2);
  double sum = 0.0;
  for (int i = 0; i < THERMAL_COUNT; i++) sum += q[i];
  return sum;
}

double thermal_rate(const struct gas_env *env, double n_h, double t, const struct gas_ions *ions, double *term) {
  struct thermal_node node;
  thermal_node(t, &node);
  return thermal_node_rate(&node, env, env->background * ionisation_shielding(env, n_h, t), n_h, ions, term);
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
