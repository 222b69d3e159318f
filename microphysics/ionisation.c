#include "microphysics/ionisation.h"

#include "base/minmax.h"
#include "microphysics/constants.h"

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

double ionisation_on_grains(double fuv, double t, double n_e) {
  const double psi = fuv * sqrt(t) / n_e;
  if (!(psi > 0.0)) return 12.25e-14;
  const double lnt = log(t), lnpsi = log(psi);
  return 12.25e-14 / (1.0 + 8.074e-6 * exp(1.378 * lnpsi) * (1.0 + 508.7 * exp(0.01586 * lnt - (0.4723 + 1.102e-5 * lnt) * lnpsi)));
}

double ionisation_shielding(const struct gas_env *env, double n_h, double t) {
  if (!(env->background > 0.0)) return 0.0;
  const double rate = env->background * ionisation_background_s[0] * 1e12;
  const double x = n_h / (6.41e-3 * pow(rate, 2.0 / 3.0) * pow(t * 1e-4, 0.17)); /* Eq. 13 with sigma = 2.68e-18 cm^2, z = 0 of their Table 2 */
  return 0.98 * pow(1.0 + pow(x, 1.64), -2.28) + 0.02 * pow(1.0 + x, -0.84);
}

/* All that does not depend on the electrons. */
struct balance {
  struct ionisation_rates r;
  double n_h, t, helium, carbon, fuv, dust;
  double light[3]; /* by the background and cosmic rays, 1/s */
};

static double electrons(const struct balance *b, double x, struct gas_ions *ions) {
  const struct ionisation_rates *r = &b->r;
  const double n_e = x * b->n_h, grains = b->dust > 0.0 ? b->dust * b->n_h * ionisation_on_grains(b->fuv, b->t, n_e) : 0.0;
  const double up = b->light[0] + r->collision[0] * n_e, down = r->recombination[0] * n_e + grains;
  const double first = (b->light[1] + r->collision[1] * n_e) / (r->recombination[1] * n_e);
  const double second = (b->light[2] + r->collision[2] * n_e) / (r->recombination[2] * n_e);
  ions->h1 = up / (up + down);
  ions->h0 = down / (up + down);
  ions->he0 = b->helium / (1.0 + first * (1.0 + second));
  ions->he1 = first * ions->he0;
  ions->he2 = second * ions->he1;
  return max((ions->h1 + b->carbon) + (ions->he1 + 2.0 * ions->he2), LEAST);
}

/* ln(electrons there would be / electrons there are) falls with ln x, from above zero at LEAST to below at full ionisation. */
void ionisation_equilibrium(const struct gas_env *env, double n_h, double t, double guess, struct gas_ions *ions) {
  struct balance b = {.n_h = n_h, .t = t, .helium = env->helium, .carbon = GAS_CARBON * env->metallicity, .fuv = env->fuv};
  ionisation_rates(t, &b.r);
  b.dust = env->metallicity * ionisation_dust(t);
  const double uv = env->background * ionisation_shielding(env, n_h, t);
  b.light[0] = uv * ionisation_background_s[0] + env->zeta;
  b.light[1] = uv * ionisation_background_s[1] + ZETA_HELIUM * env->zeta;
  b.light[2] = uv * ionisation_background_s[2];
  double lo = log(LEAST), hi = log(1.0 + 2.0 * env->helium + b.carbon + LEAST);
  double x = guess > LEAST ? min(log(guess), hi) : 0.5 * (lo + hi), before = 0.0, g_before = 0.0;
  for (int i = 0; i < 100; i++) {
    const double g = log(electrons(&b, exp(x), ions)) - x;
    if (g > 0.0) lo = x;
    else hi = x;
    /* The slope is between -1 and -2 wherever collisions do not rule: a step with -1 is safe. */
    double next = i > 0 && g != g_before ? x - g * (x - before) / (g - g_before) : x + 0.7 * g;
    if (!(next > lo && next < hi)) next = 0.5 * (lo + hi);
    if (fabs(g) < 1e-12 || fabs(next - x) < 1e-12 || hi - lo < 1e-12) break;
    before = x;
    g_before = g;
    x = next;
  }
  ions->e = exp(x);
}
