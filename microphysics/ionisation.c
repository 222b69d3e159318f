#include "microphysics/ionisation.h"

#include "base/minmax.h"
#include "microphysics/constants.h"
#include "microphysics/vecmath.h"

#include <math.h>

const double ionisation_background_s[3] = {2.28e-14, 1.24e-14, 5.55e-16};
const double ionisation_background_erg_s[3] = {8.89e-14 * ELECTRONVOLT_erg, 1.12e-13 * ELECTRONVOLT_erg, 1.14e-14 * ELECTRONVOLT_erg};

/* Electrons below which no one asks. */
static const double LEAST = 1e-10;
/* Of helium, over that of hydrogen: Glover et al. 2010, MNRAS 404, 2, Table B1. */
static const double ZETA_HELIUM = 1.1;

void ionisation_rates(double t, struct ionisation_rates *r) {
  const double root = sqrt(t), hot = root / (1.0 + sqrt(t * 1e-5));
  r->collision[0] = 5.85e-11 * hot * exp(-157809.1 / t);
  r->collision[1] = 2.38e-11 * hot * exp(-285335.4 / t);
  r->collision[2] = 5.68e-12 * hot * exp(-631515.0 / t);
  const double l = 2.0 * 157807.0 / t, l2 = 2.0 * 285335.0 / t, l3 = 2.0 * 631515.0 / t;
  r->recombination[0] = 2.753e-14 * l * sqrt(l) / pow(1.0 + pow(l / 2.740, 0.407), 2.242);
  r->recombination[1] = 1.26e-14 * pow(l2, 0.75) + 1.9e-3 / (t * root) * exp(-470000.0 / t) * (1.0 + 0.3 * exp(-94000.0 / t));
  r->recombination[2] = 2.0 * 2.753e-14 * l3 * sqrt(l3) / pow(1.0 + pow(l3 / 2.740, 0.407), 2.242);
}

double ionisation_dust(double t) {
  const double s = t * (1.0 / 3e4), s2 = s * s;
  return 1.0 / (1.0 + s2 * s2);
}

/* The rate on grains at ln psi, and how it rises with ln psi (slope: d ln rate / d ln psi). */
static inline double on_grains(const struct ionisation_node *node, double ln_psi, double *slope) {
  const double s = node->grains * vec_exp(-node->grains_slope * ln_psi), q = 8.074e-6 * vec_exp(1.378 * ln_psi) * (1.0 + s), rest = 1.0 / (1.0 + q);
  *slope = -q * rest * (1.378 - node->grains_slope * s / (1.0 + s));
  return 12.25e-14 * rest;
}

void ionisation_node(double t, struct ionisation_node *n) {
  const double lnt = log(t);
  n->t = t;
  n->root_t = sqrt(t);
  ionisation_rates(t, &n->rates);
  n->dust = ionisation_dust(t);
  n->grains = 508.7 * exp(0.01586 * lnt);
  n->grains_slope = 0.4723 + 1.102e-5 * lnt;
}

double ionisation_on_grains(double fuv, double t, double n_e) {
  struct ionisation_node node;
  const double psi = fuv * sqrt(t) / n_e;
  double slope;
  if (!(psi > 0.0)) return 12.25e-14;
  ionisation_node(t, &node);
  return on_grains(&node, log(psi), &slope);
}

/* Eq. 13 with sigma = 2.68e-18 cm^2, z = 0 of their Table 2. */
double ionisation_self_shields(double background, double t) {
  return 1.0 / (6.41e-3 * pow(background * ionisation_background_s[0] * 1e12, 2.0 / 3.0) * pow(t * 1e-4, 0.17));
}

double ionisation_left(double x) { return 0.98 * pow(1.0 + pow(x, 1.64), -2.28) + 0.02 * pow(1.0 + x, -0.84); }

double ionisation_shielding(const struct gas_env *env, double n_h, double t) {
  return env->background > 0.0 ? ionisation_left(n_h * ionisation_self_shields(env->background, t)) : 0.0;
}

/* Newton steps in ln x_e for ln(electrons there would be / electrons there are), which falls from above zero at LEAST to below at full ionisation; a bracket
 * catches what goes wrong. */
void ionisation_solve(const struct ionisation_node *node, const struct gas_env *env, double uv, double n_h, double guess, double tolerance,
                      struct gas_ions *ions) {
  const struct ionisation_rates *r = &node->rates;
  const double light0 = uv * ionisation_background_s[0] + env->zeta, light1 = uv * ionisation_background_s[1] + ZETA_HELIUM * env->zeta;
  const double light2 = uv * ionisation_background_s[2], carbon = GAS_CARBON * env->metallicity;
  const double nearby = sqrt(tolerance), dust = env->metallicity * node->dust * n_h, psi = env->fuv * node->root_t / n_h; /* psi times x_e */
  double lo = LEAST, hi = 1.0 + 2.0 * env->helium + carbon + LEAST, last = INFINITY, grains = 12.25e-14, slope = 0.0;
  double x = guess > 0.0 ? guess : sqrt(light0 / (r->recombination[0] * n_h)) + r->collision[0] / (r->recombination[0] + r->collision[0]) + carbon;
  x = min(max(x, lo), hi);
  for (int i = 0; i < 100; i++) {
    if (dust > 0.0 && psi > 0.0) {
      /* Close by, the first terms of its series will do. */
      if (fabs(last) > nearby) grains = on_grains(node, vec_log(psi / x), &slope);
      else grains *= 1.0 - slope * last * (1.0 - 0.5 * slope * last);
    }
    const double n_e = x * n_h, c0 = r->collision[0] * n_e, a0 = r->recombination[0] * n_e, on_dust = dust * grains;
    const double up = light0 + c0, down = a0 + on_dust, h = 1.0 / (up + down);
    const double c1 = r->collision[1] * n_e, u1 = light1 + c1, a1 = r->recombination[1] * n_e, c2 = r->collision[2] * n_e, u2 = light2 + c2;
    const double a2 = r->recombination[2] * n_e, he = env->helium / (a1 * a2 + u1 * (a2 + u2));
    ions->h1 = up * h;
    ions->h0 = down * h;
    ions->he0 = a1 * a2 * he;
    ions->he1 = u1 * a2 * he;
    ions->he2 = u1 * u2 * he;
    const double all = max((ions->h1 + carbon) + (ions->he1 + 2.0 * ions->he2), LEAST);
    /* d all / d ln x. */
    const double dh1 = (c0 * down - up * (a0 - slope * on_dust)) * (h * h);
    const double dn = (c1 + u1) * a2 + 2.0 * (c1 * u2 + u1 * c2), dd = 2.0 * a1 * a2 + (c1 + u1) * a2 + c1 * u2 + u1 * c2;
    const double dhe = env->helium > 0.0 ? he * (dn - (ions->he1 + 2.0 * ions->he2) * dd / env->helium) : 0.0;
    ions->e = x;
    if (all > x) lo = x;
    else hi = x;
    const double off = all - x, step = 2.0 * off * all / ((all + x) * max(all - (dh1 + dhe), 0.1 * all)), d = min(max(step, -1.0), 1.0);
    if (fabs(step) < tolerance) {
      ions->e = x + x * step;
      break;
    }
    if (hi - lo <= 1e-13 * x) break;
    const double next = x * (1.0 + d * (1.0 + d * (1.0 / 2 + d * (1.0 / 6 + d * (1.0 / 24)))));
    const bool in = next > lo && next < hi;
    last = in ? d : INFINITY;
    x = in ? next : sqrt(lo * hi);
  }
}

void ionisation_equilibrium(const struct gas_env *env, double n_h, double t, double guess, struct gas_ions *ions) {
  struct ionisation_node node;
  ionisation_node(t, &node);
  ionisation_solve(&node, env, env->background * ionisation_shielding(env, n_h, t), n_h, guess, 1e-11, ions);
}
