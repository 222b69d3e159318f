/* Plane waves of random direction, spread evenly in ln k between two wavelengths. */
#ifndef SETUPS_MILKYWAY_WAVES_H
#define SETUPS_MILKYWAY_WAVES_H

#include "base/constants.h"
#include "base/minmax.h"
#include "base/random.h"

#include <math.h>

struct wave_draw {
  double k, cosine, sine, phi;  /* wave number, and its direction                                  */
  double strength;              /* of a velocity or field with the spectrum of Kolmogorov: B^2 per wave ~ k E(k) ~ k^-2/3 */
};

/* Number i of n; two draws. */
static inline struct wave_draw wave_draw(struct random *r, double longest, double shortest, int i, int n) {
  const double k = 2.0 * PI / (longest * pow(shortest / longest, (i + 0.5) / n)), cosine = 2.0 * random_uniform(r) - 1.0;
  return (struct wave_draw){.k = k, .cosine = cosine, .sine = sqrt(max(1.0 - cosine * cosine, 0.0)), .phi = 2.0 * PI * random_uniform(r), .strength = pow(k, -1.0 / 3.0)};
}

#endif
