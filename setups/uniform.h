/* Uniform gas with a uniform field in which cosmic rays move: what setups share. */
#ifndef SETUPS_UNIFORM_H
#define SETUPS_UNIFORM_H

#include "base/fail.h"
#include "base/params.h"
#include "setups/setup.h"

#include <math.h>

struct uniform {
  double direction[3], field, density, pressure; /* of the parameters             */
  double middle[3], length[3], b[3];             /* of the box; unit vector along B */
  int dim;
};

static inline void uniform_declare(struct params *ps, struct uniform *u, const char *field, const char *pressure) {
  params_reals(ps, "direction", 3, u->direction, "[1, 0, 0]", -INFINITY, INFINITY, "1", "of the field");
  params_real(ps, "field", &u->field, field, PARAMS_POSITIVE, INFINITY, "code field", "strength of the field");
  params_real(ps, "density", &u->density, "1", PARAMS_POSITIVE, INFINITY, "code density", "of the gas");
  params_real(ps, "pressure", &u->pressure, pressure, PARAMS_POSITIVE, INFINITY, "code pressure", "of the gas");
}

/* For setups with cosmic rays that move along x or another direction of their own. */
static inline void uniform_needs_field(const struct setup_run *run, const char *section) {
  if (!run->magnetic) fail_user("%s: cosmic rays move along a field; set mhd.magnetic: true", section);
}

static inline void uniform_start(struct uniform *u, const struct setup_run *run, const char *section) {
  const double *d = u->direction, size = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
  uniform_needs_field(run, section);
  if (!(size > 0.0)) fail_user("%s.direction: want a direction", section);
  u->dim = run->dim;
  for (int a = 0; a < 3; a++) {
    u->middle[a] = 0.5 * (run->lower[a] + run->upper[a]);
    u->length[a] = run->upper[a] - run->lower[a];
    u->b[a] = d[a] / size;
  }
}

static inline void uniform_gas(const struct uniform *u, struct gas_point *w) {
  w->rho = u->density;
  w->p = u->pressure;
}

static inline void uniform_field(const struct uniform *u, double b[3]) {
  for (int a = 0; a < 3; a++) b[a] = u->field * u->b[a];
}

/* From the nearest copy of what has moved so far from the middle of a periodic box, along axis a. */
static inline double uniform_distance(const struct uniform *u, int a, const double x[3], double way) {
  double d = x[a] - u->middle[a] - way;
  return d - u->length[a] * nearbyint(d / u->length[a]);
}

/* Half a Gaussian of integral 1. */
static inline double uniform_half_gauss(double x, double width) {
  const double d = x / width;
  return 0.79788456080286536 / width * exp(-0.5 * d * d);
}

#endif
