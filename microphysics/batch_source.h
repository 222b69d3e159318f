/* Particles on the move in the batched update; private to batch_momentum.c and batch_maps.c. */
#ifndef MICROPHYSICS_BATCH_SOURCE_H
#define MICROPHYSICS_BATCH_SOURCE_H

#include "microphysics/batch_tables.h"
#include "microphysics/vecmath.h"


/* Particles on the move: those of one bin, or of the continuation of the spectrum at an end. */
struct source {
  int n;
  lanes base, inverse_base, length, top;   /* from base to top = base exp(length)                            */
  lanes image_lo, image_hi;           /* where the ends go                                                   */
  lanes count, s, t;                  /* number, slope of dN/dln p, its modulus                              */
  /* The map.  Leptons: p -> (m0 p + m1) / (m2 p + m3).  Hadrons: p -> cbrt((m0 p - m1)^3 - m2) - m3, with inverse = 1/m0. */
  lanes m0, m1, m2, m3, inverse;
  lanes part[CR_MAX_BINS + 2];        /* number that ends up in bin j: part[j + 1]                           */
  lanes arrived, above, e_above;      /* energy that arrives in bins; number and energy above the highest one */
};

SHARED double forward(const struct source *w, int lepton, int i, double p) {
  if (lepton) {
    double num = w->m0[i] * p + w->m1[i], den = w->m2[i] * p + w->m3[i], q = num / den;
    q = den > 0.0 ? q : 1e30;
    return num > 0.0 ? q : 0.0;
  }
  double x = w->m0[i] * p - w->m1[i], c = x * x * x - w->m2[i], q = vec_cbrt(max(c, 1e-60)) - w->m3[i];
  return max(c > 0.0 ? q : 0.0, 0.0);
}

/* The same between p_lo and p_hi as a fraction, so that many of them need one division together. */
struct fraction { double over, under; };

SHARED struct fraction image_of(const struct source *w, int lepton, int i, double p, double p_lo, double p_hi) {
  if (lepton) {
    double num = w->m0[i] * p + w->m1[i], den = w->m2[i] * p + w->m3[i];
    bool pole = den < 1e-20;
    double most = pole ? p_hi : p_hi * den, least = pole ? p_lo : p_lo * den;
    num = pole ? num * 1e50 : num;
    return (struct fraction){min(max(num, least), most), pole ? 1.0 : den};
  }
  return (struct fraction){min(max(forward(w, 0, i, p), p_lo), p_hi), 1.0};
}

SHARED double backward(const struct source *w, int lepton, int i, double q) {
  if (lepton) {
    double den = w->m0[i] - w->m2[i] * q, p = (w->m3[i] * q - w->m1[i]) / den;
    return den > 0.0 ? min(p, 1e30) : 1e30;
  }
  double x = q + w->m3[i];
  return (vec_cbrt(x * x * x + w->m2[i]) + w->m1[i]) * w->inverse[i];
}

/* Number and slope of the particles of a bin, from the table of slopes. */
void cr_batch_slopes(struct source *w, const struct cr_bin *b, const double *lo, const double *hi);
/* Rates of adiabatic, streaming and reacceleration losses of bin k of the network: rate[LOSS_ADIABATIC] ... */
void cr_batch_gas_exchange(const struct cr_tables *tables, int k, const struct cr_chunk *c, lanes *rate);
/* The map of bin k into w, and into power what each process takes from the populations at the edges; in: the rates of the gas exchange. */
void cr_batch_lepton_map(const struct cr_tables *tables, int k, const struct cr_chunk *c, struct source *w, lanes *power);
void cr_batch_hadron_map(const struct cr_tables *tables, int k, const struct cr_chunk *c, struct source *w, lanes *power, double m2);

#endif
