/* Relativistic kinematics without cancellation.  p: momentum, m: mass, both in GeV. */
#ifndef MICROPHYSICS_KINEMATICS_H
#define MICROPHYSICS_KINEMATICS_H

#include <math.h>

/* Kinetic energy: sqrt(p^2 + m^2) - m, written so that no digits are lost for p << m. */
static inline double cr_kinetic(double p, double m) { return p * p / (sqrt(p * p + m * m) + m); }

/* T(q) - T(p) for q = p exp(l), exact also for small l; e = expm1(2 l). */
static inline double cr_kinetic_rise(double p, double q, double m, double e) {
  return p * p * e / (sqrt(p * p + m * m) + sqrt(q * q + m * m));
}

/* Momentum of kinetic energy t. */
static inline double cr_momentum(double t, double m) { return sqrt(t * (t + 2.0 * m)); }

static inline double cr_beta(double p, double m) { return p / sqrt(p * p + m * m); }
static inline double cr_gamma(double p, double m) { return sqrt(1.0 + (p / m) * (p / m)); }

#endif
