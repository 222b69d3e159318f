/* LISM spectra; for the sign of the exponent in the positron fit see docs/physics.md, section 8. */
#include "microphysics/lism.h"

#include "microphysics/constants.h"

#include <math.h>

static double bend(double e, double power, double at) {
  return (pow(e, power) + pow(at, power)) / (1.0 + pow(at, power));
}

enum fit { FIT_P, FIT_HE, FIT_C, FIT_O, FIT_B, FIT_ELECTRON, FIT_POSITRON };

static double fit(enum fit which, double e) {
  double m = which >= FIT_ELECTRON ? ELECTRON_MASS_GeV : PROTON_MASS_GeV, beta = cr_beta(cr_momentum(e, m), m), b2 = 1.0 / (beta * beta);
  switch (which) {
    case FIT_P: return 2620.0 * b2 * pow(e, 1.1) * pow(bend(e, .98, .7), -4.0) + 30.0 * e * e * pow((e + 8.0) / 9.0, -12.0);
    case FIT_HE: return 163.4 * b2 * pow(e, 1.1) * pow(bend(e, .97, .58), -4.0);
    case FIT_C: return 3.3 * b2 * pow(e, 1.22) * pow(bend(e, .9, .63), -4.43);
    case FIT_O: return 3.3 * b2 * pow(e, 1.23) * pow(bend(e, .86, .62), -4.63);
    case FIT_B:
      return b2 * pow(e, 1.7) * pow((e + .685) / 1.685, -4.8) + 3e-4 * e * e * e * pow((e + .204) / 1.204, -11.0);
    case FIT_ELECTRON: return 255.0 * b2 / e * pow((e + .63) / 1.63, -2.43) + 6.4 * e * e * pow((e + 15.0) / 16.0, -26.0);
    case FIT_POSITRON: return 25.0 * b2 * pow(e, .1) * pow(bend(e, 1.1, .2), -3.31) + 23.0 * sqrt(e) * pow((e + 2.2) / 3.2, -9.5);
  }
  return 0.0;
}

double cr_lism_intensity(const struct cr_species *s, double e) {
  /* 7Be : 9Be : 10Be = 1.4 : 1 : 0.12, Be = 0.27 B; N = 0.28 O; 10B : 11B = 0.3 : 0.7. */
  static const double share_be[3] = {1.4 / 2.52, 1.0 / 2.52, 0.12 / 2.52};
  switch (s->kind) {
    case CR_PROTON: return fit(FIT_P, e);
    case CR_LEPTON: return fit(s->sign < 0 ? FIT_ELECTRON : FIT_POSITRON, e);
    case CR_ANTIPROTON: return 1e-4 * fit(FIT_P, e) * (e < 5.0 ? (e / 5.0) * (e / 5.0) : 1.0);
    case CR_NUCLEUS: break;
  }
  double sum = s->a == 4.0 ? fit(FIT_HE, e) : 0.0, b = fit(FIT_B, e), o = fit(FIT_O, e);
  if (s->mix[ISO_C12] > 0.0) sum += fit(FIT_C, e);
  if (s->mix[ISO_N14] > 0.0) sum += 0.28 * o;
  if (s->mix[ISO_O16] > 0.0) sum += o;
  if (s->mix[ISO_B10] > 0.0) sum += 0.3 * b;
  if (s->mix[ISO_B11] > 0.0) sum += 0.7 * b;
  for (int i = 0; i < 3; i++)
    if (s->mix[ISO_BE7 + i] > 0.0) sum += 0.27 * b * share_be[i];
  return sum;
}

/* dn/dp = 4 pi j / v dT/dp, and v = dT/dp; j per GeV/n is A times that per GeV. */
double cr_lism_density(const void *data, double p) {
  const struct cr_species *s = data;
  double nucleons = s->kind == CR_LEPTON ? 1.0 : s->a;
  return 4.0 * PI / SPEED_OF_LIGHT_cm_s * 1e-4 * cr_lism_intensity(s, cr_kinetic(p, s->mass_GeV) / nucleons) / nucleons;
}

void cr_fill(const struct cr_bin *b, cr_function *dn_dp, const void *data, double *lo, double *hi) {
  enum { PIECES = 40 };
  *lo = *hi = 0.0;
  for (int i = 0; i < PIECES; i++) {
    double l[CR_NODES], w[CR_NODES], h = b->width / PIECES;
    cr_bin_nodes(1e-12, i * h, (i + 1) * h, l, w);
    for (int g = 0; g < CR_NODES; g++) {
      double p = b->p_lo * exp(l[g]), n = w[g] * h * p * dn_dp(data, p);
      double up = fmin(fmax(cr_kinetic_rise(b->p_lo, p, b->mass, expm1(2.0 * l[g])) / b->dt, 0.0), 1.0);
      *hi += n * up;
      *lo += n * (1.0 - up);
    }
  }
}

void cr_lism(const struct cr_network *net, double *lo, double *hi) {
  for (int s = 0; s < net->count; s++)
    for (int k = net->first[s]; k < net->first[s + 1]; k++) cr_fill(&net->bin[k], cr_lism_density, &net->species[s], &lo[k], &hi[k]);
}
