/* Light of the disc of a galaxy. */
#ifndef SETUPS_DISC_LIGHT_H
#define SETUPS_DISC_LIGHT_H

#include <math.h>

/* Its energy density at x over that in the plane at a distance sun from the z axis: exponential in the distance, half at height. */
static inline double disc_light(const double x[3], double sun, double radius, double height) {
  const double z = x[2] / height, R = sqrt(x[0] * x[0] + x[1] * x[1]);
  return exp(-(R - sun) / radius) / (1.0 + z * z);
}

#endif
