/* Clumps of the neutral gas: rho = <rho> exp(sigma g - sigma^2 / 2) with a Gaussian random field g of mean 0 and variance 1, so that the mean density stays.
 * g is a sum of plane waves of random direction and phase whose power per ln k goes as k^-2/3. */
#include "setups/milkyway/milkyway.h"

#include "base/params.h"
#include "setups/milkyway/waves.h"

void galaxy_clumps_declare(struct params *ps, struct galaxy_clumps *c) {
  params_real(ps, "clumping", &c->sigma, "0", 0.0, 4.0, "1", "standard deviation of the logarithm of the density of neutral gas around its mean; 0: smooth (not with equilibrium)");
  params_real(ps, "clumps_longest", &c->longest, "2 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "clumping: longest wave");
  params_real(ps, "clumps_shortest", &c->shortest, "0.5 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "clumping: shortest wave");
  params_int(ps, "clumps_waves", &c->modes, "150", 1, GALAXY_WAVES, "clumping: number of waves");
  params_int(ps, "clumps_seed", &c->seed, "2", 0, 2000000000, "clumping: of their random directions and phases");
}

void galaxy_clumps_start(struct galaxy_clumps *c) {
  struct random r;
  random_start(&r, (uint64_t)c->seed);
  double power = 0.0;
  for (int i = 0; i < c->modes; i++) {
    const struct wave_draw w = wave_draw(&r, c->longest, c->shortest, i, c->modes);
    c->wave[i].k[0] = w.k * w.sine * cos(w.phi);
    c->wave[i].k[1] = w.k * w.sine * sin(w.phi);
    c->wave[i].k[2] = w.k * w.cosine;
    c->wave[i].strength = w.strength;
    c->wave[i].phase = 2.0 * PI * random_uniform(&r);
    power += 0.5 * c->wave[i].strength * c->wave[i].strength;
  }
  for (int i = 0; i < c->modes; i++) c->wave[i].strength /= sqrt(power);
}

double galaxy_clumps_at(const struct galaxy_clumps *c, const double x[3]) {
  double g = 0.0;
  if (c->sigma == 0.0) return 1.0;
  for (int i = 0; i < c->modes; i++) {
    const double *k = c->wave[i].k;
    g += c->wave[i].strength * cos((k[0] * x[0] + k[1] * x[1]) + (k[2] * x[2] + c->wave[i].phase));
  }
  return exp(c->sigma * g - 0.5 * c->sigma * c->sigma);
}
