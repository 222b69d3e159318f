/* Slopes, rates and maps of bins in a chunk of cells. */
#include "microphysics/batch_source.h"

#include <math.h>
#include <string.h>

/* Slope of the populations from the table of the bin.  Its rows are copied one by one, which is faster than gathering their terms. */
void cr_batch_slopes(struct source *w, const struct cr_bin *b, const double *restrict lo, const double *restrict hi) {
  lanes x, four_ac, term[CR_SLOPE_TERMS];
  int row[CR_LANES];
  SIMD
  for (int i = 0; i < w->n; i++) {
    double n = lo[i] + hi[i], inverse = 1.0 / max(n, 1e-300), a = lo[i] * inverse, c = hi[i] * inverse;
    double y = c * (CR_SLOPE_ROWS * (1.0 - 1e-15));
    row[i] = (int)y;
    x[i] = y - row[i];
    four_ac[i] = max(4.0 * a * c, 1e-28);
    w->count[i] = n;
  }
  for (int i = 0; i < w->n; i++) {
    const double *from = b->slope[row[i]];
    for (int k = 0; k < CR_SLOPE_TERMS; k++) term[k][i] = from[k];
  }
  SIMD
  for (int i = 0; i < w->n; i++) {
    double v = term[0][i] + x[i] * (term[1][i] + x[i] * (term[2][i] + x[i] * (term[3][i] + x[i] * (term[4][i] + x[i] * term[5][i]))));
    double s = v / four_ac[i];
    w->s[i] = s;
    w->t[i] = max(fabs(s), 1e-30);
  }
}

/* Loss rates per momentum that are the same for all momenta of a bin: adiabatic, streaming, reacceleration. */
void cr_batch_gas_exchange(const struct cr_tables *tables, int k, const struct cr_chunk *c, lanes *rate) {
  const struct cr_loss_options *opt = &tables->opt.loss;
  const struct cr_bin_table *t = &tables->bin[k];
  double adiabatic = opt->scale[LOSS_ADIABATIC], streaming = opt->scale[LOSS_STREAMING], gain = opt->scale[LOSS_REACCELERATION];
  double nu_v = c->nu0 * t->nu_over_v, nu_v2 = c->nu0 * t->nu_over_v2, third = 1.0 / 3.0;
  const double *chi = c->chi == NULL ? NULL : c->chi[k], *mu = c->mu == NULL ? NULL : c->mu[k];
  const double *drift = c->drift_div == NULL ? NULL : c->drift_div[k];
  double by_chi = drift == NULL ? 2.0 * (1.0 + t->beta2) : -1.0 / t->gamma2, fixed = 0.0;
  if (opt->reacceleration_maximal) by_chi = 0.0, fixed = 4.0 / 3.0;
  if (chi != NULL) {
    SIMD
    for (int i = 0; i < c->n; i++) {
      rate[0][i] = adiabatic * (chi[i] * c->div_u[i] + (1.0 - 3.0 * chi[i]) * c->bb_grad_u[i]);
      rate[2][i] = -gain * nu_v2 * (by_chi * chi[i] + fixed) * c->waves2[i];
    }
  } else {
    SIMD
    for (int i = 0; i < c->n; i++) {
      rate[0][i] = adiabatic * third * c->div_u[i];
      rate[2][i] = -gain * nu_v2 * (by_chi * third + fixed) * c->waves2[i];
    }
  }
  if (drift != NULL) {
    SIMD
    for (int i = 0; i < c->n; i++) rate[1][i] = streaming * third * drift[i];
  } else if (mu != NULL) {
    SIMD
    for (int i = 0; i < c->n; i++) rate[1][i] = streaming * nu_v * mu[i] * c->waves[i];
  } else {
    SIMD
    for (int i = 0; i < c->n; i++) rate[1][i] = streaming * c->streaming_rate[i];
  }
}

/* A map p -> (m0 p + m1) / (m2 p + m3). */
struct mobius { double m0, m1, m2, m3; };

/* That of dp/dt = -(k + a p + b p^2): with z = (a^2/4 - k b) t^2, C = cosh sqrt z, S = t sinh sqrt z / sqrt z,
 * p -> (p (C - a S / 2) - k S) / (C + a S / 2 + b S p).  Longer times than z = 100 or the half period change nothing more. */
SHARED struct mobius riccati(double k, double a, double b, double dt) {
  double half = 0.5 * a, d = half * half - k * b, z = d * dt * dt, cut = z > 0.0 ? 100.0 : -9.6, c1, s;
  double time = fabs(z) > fabs(cut) ? dt * sqrt(cut / z) : dt;
  vec_cosh_sinh(fabs(z) > fabs(cut) ? cut : z, &c1, &s);
  s *= time;
  return (struct mobius){1.0 + (c1 - half * s), -k * s, b * s, 1.0 + (c1 + half * s)};
}

SHARED void set_map(struct source *w, int i, struct mobius f) {
  w->m0[i] = f.m0;
  w->m1[i] = f.m1;
  w->m2[i] = f.m2;
  w->m3[i] = f.m3;
}

/* The map b after the map a. */
SHARED struct mobius after(struct mobius b, struct mobius a) {
  return (struct mobius){b.m0 * a.m0 + b.m1 * a.m2, b.m0 * a.m1 + b.m1 * a.m3, b.m2 * a.m0 + b.m3 * a.m2, b.m2 * a.m1 + b.m3 * a.m3};
}

/* One process after another, each for half of the step, and then in the other order. */
struct parts { lanes k[LOSS_COUNT], a[LOSS_COUNT], b[LOSS_COUNT]; };

APART void split_map(struct source *w, const struct parts *q, double dt) {
  for (int i = 0; i < w->n; i++) {
    struct mobius map = {1.0, 0.0, 0.0, 1.0};
    for (int e = 0; e < 2 * LOSS_COUNT; e++) {
      int id = e < LOSS_COUNT ? e : 2 * LOSS_COUNT - 1 - e;
      map = after(riccati(q->k[id][i], q->a[id][i], q->b[id][i], 0.5 * dt), map);
    }
    set_map(w, i, map);
  }
}

static const int process[AMP_COUNT] = {LOSS_COULOMB, LOSS_COULOMB, LOSS_IONISATION, LOSS_BREMSSTRAHLUNG, LOSS_BREMSSTRAHLUNG,
                                       LOSS_SYNCHROTRON, [AMP_BAND] = LOSS_INVERSE_COMPTON, LOSS_INVERSE_COMPTON, LOSS_INVERSE_COMPTON,
                                       LOSS_INVERSE_COMPTON, LOSS_INVERSE_COMPTON, LOSS_INVERSE_COMPTON, LOSS_INVERSE_COMPTON,
                                       LOSS_INVERSE_COMPTON};

static void split_leptons(const struct cr_tables *tables, const struct cr_bin_table *t, const struct cr_chunk *c, struct source *w,
                          lanes *rate) {
  struct parts q;
  memset(&q, 0, sizeof q);
  memcpy(q.a, rate, 3 * sizeof *q.a);   /* the gas exchange comes first */
  for (int a = 0; a < AMP_BAND + tables->opt.loss.bands; a++) {
    const struct cr_parabola *f = &t->parabola[a];
    double *k = q.k[process[a]], *linear = q.a[process[a]], *b = q.b[process[a]];
    for (int i = 0; i < c->n; i++) k[i] += c->amp[a][i] * f->k, linear[i] += c->amp[a][i] * f->a, b[i] += c->amp[a][i] * f->b;
  }
  split_map(w, &q, c->dt);
}

/* Power lost to each process, estimated with the rates at the edges, and the map of a bin. */
void cr_batch_lepton_map(const struct cr_tables *tables, int k, const struct cr_chunk *c, struct source *w, lanes *power) {
  const struct cr_bin_table *t = &tables->bin[k];
  const double *restrict lo = c->lo[k], *restrict hi = c->hi[k], *restrict n_e = c->n_e, *restrict n_n = c->n_n, *restrict log_e = c->amp[AMP_COULOMB_LOG];
  const double *restrict u_b = c->amp[AMP_SYNCHROTRON];
  const struct cr_parabola f_e = t->on_electrons, f_n = t->on_neutral, f_l = t->parabola[AMP_COULOMB_LOG], f_b = t->parabola[AMP_SYNCHROTRON];
  const struct cr_parabola coulomb = t->parabola[AMP_COULOMB], ion = t->parabola[AMP_ION], brems = t->parabola[AMP_BREMS], neutral = t->parabola[AMP_BREMS_NEUTRAL];
  lanes constant, linear, square;
  if (tables->opt.update == CR_MAP_SPLIT) split_leptons(tables, t, c, w, power);
  SIMD
  for (int i = 0; i < c->n; i++) {
    double e = n_e[i], l = log_e[i], n = n_n[i], b = u_b[i];
    double gas = (power[LOSS_ADIABATIC][i] + power[LOSS_STREAMING][i]) + power[LOSS_REACCELERATION][i];
    constant[i] = (e * f_e.k + l * f_l.k) + (n * f_n.k + b * f_b.k);
    linear[i] = gas + ((e * f_e.a + l * f_l.a) + (n * f_n.a + b * f_b.a));
    square[i] = (e * f_e.b + l * f_l.b) + (n * f_n.b + b * f_b.b);
    power[LOSS_COULOMB][i] = lo[i] * (e * coulomb.power_lo + l * f_l.power_lo) + hi[i] * (e * coulomb.power_hi + l * f_l.power_hi);
    power[LOSS_IONISATION][i] = n * (lo[i] * ion.power_lo + hi[i] * ion.power_hi);
    power[LOSS_BREMSSTRAHLUNG][i] = lo[i] * (e * brems.power_lo + n * neutral.power_lo) + hi[i] * (e * brems.power_hi + n * neutral.power_hi);
    power[LOSS_SYNCHROTRON][i] = b * (lo[i] * f_b.power_lo + hi[i] * f_b.power_hi);
    power[LOSS_INVERSE_COMPTON][i] = 0.0;
  }
  for (int band = 0; band < tables->opt.loss.bands; band++) {
    const struct cr_parabola f = t->parabola[AMP_BAND + band];
    const double *restrict amp = c->amp[AMP_BAND + band];
    double *restrict p = power[LOSS_INVERSE_COMPTON];
    SIMD
    for (int i = 0; i < c->n; i++) {
      constant[i] += amp[i] * f.k;
      linear[i] += amp[i] * f.a;
      square[i] += amp[i] * f.b;
      p[i] += amp[i] * (f.power_lo * lo[i] + f.power_hi * hi[i]);
    }
  }
  if (tables->opt.update == CR_MAP_SPLIT) return;
  SIMD
  for (int i = 0; i < c->n; i++) set_map(w, i, riccati(constant[i], linear[i], square[i], c->dt));
}

/* Fast hadrons: 1 + m^2/p^2 is close to 1 and taken as a parabola, and the map is that of the leptons. */
SHARED void fast_hadrons(struct cr_parabola f, bool split, int n, double dt, struct source *w) {
  SIMD
  for (int i = 0; i < n; i++) {
    double a = w->m0[i], k = w->m1[i];
    if (split) {
      double half = vec_exp(max(min(-0.5 * a * dt, 30.0), -30.0));
      struct mobius m = riccati(f.k * k, f.a * k, f.b * k, dt);
      set_map(w, i, (struct mobius){m.m0 * (half * half), m.m1 * half, m.m2 * half, m.m3});
    } else {
      set_map(w, i, riccati(f.k * k, a + f.a * k, f.b * k, dt));
    }
  }
}

/* Others, -dp/dt = a p + k + k m^2/p^2: half a step with k, one with the rest, p^3 -> p^3 exp(-3 a t) - 3 k m^2 t E(3 a t) with
 * E(x) = (1 - exp(-x))/x, and half a step with k.  For p << m, k does not count, and nothing is split. */
static void slow_hadrons(int n, double dt, double m2, struct source *w) {
  SIMD
  for (int i = 0; i < n; i++) {
    double x = max(min(w->m0[i] * dt, 60.0), -60.0), y = 3.0 * x, em1, loss = w->m1[i] * dt, shrink = vec_exp(-x);
    double scale = vec_exp_parts(-y, &em1), far = ((1.0 - scale) - scale * em1) / (fabs(y) < 1e-3 ? 1.0 : y);
    double mean = fabs(y) < 1e-3 ? 1.0 - y * (1.0 / 2 - y * (1.0 / 6 - y * (1.0 / 24 - y * (1.0 / 120)))) : far;
    w->m0[i] = shrink;
    w->m1[i] = shrink * (0.5 * loss);
    w->m2[i] = 3.0 * m2 * loss * mean;
    w->m3[i] = 0.5 * loss;
    w->inverse[i] = 1.0 / shrink;
  }
}

/* The same one after another: half a step with a, half a step with k, one with k m^2/p^2, and back. */
static void split_hadrons(int n, double dt, double m2, struct source *w) {
  SIMD
  for (int i = 0; i < n; i++) {
    double half = vec_exp(max(min(-0.5 * w->m0[i] * dt, 30.0), -30.0)), loss = w->m1[i] * dt;
    w->m0[i] = half * half;
    w->m1[i] = half * (0.5 * loss);
    w->m2[i] = half * half * half * (3.0 * m2 * loss);
    w->m3[i] = half * (0.5 * loss);
    w->inverse[i] = 1.0 / (half * half);
  }
}

void cr_batch_hadron_map(const struct cr_tables *tables, int k, const struct cr_chunk *c, struct source *w, lanes *power, double m2) {
  const struct cr_bin_table *t = &tables->bin[k];
  const double *lo = c->lo[k], *hi = c->hi[k];
  double dt = c->dt, full = tables->opt.loss.coulomb_full ? 1.0 : 0.0, beta3 = t->beta3;
  bool split = tables->opt.update == CR_MAP_SPLIT;
  SIMD
  for (int i = 0; i < c->n; i++) {
    double a = (power[LOSS_ADIABATIC][i] + power[LOSS_STREAMING][i]) + power[LOSS_REACCELERATION][i];
    double slow = beta3 / (beta3 + full * c->x_thermal3[i]);   /* no loss to electrons that are faster than the particle */
    double e = (c->amp[AMP_COULOMB][i] * t->coulomb + c->amp[AMP_COULOMB_LOG][i] * t->coulomb_log) * slow;
    double n = c->amp[AMP_ION][i] * t->ionised_share, edges = t->power_lo * lo[i] + t->power_hi * hi[i];
    power[LOSS_COULOMB][i] = e * edges;
    power[LOSS_IONISATION][i] = n * edges;
    w->m0[i] = a;
    w->m1[i] = e + n;
  }
  if (t->fast && split) fast_hadrons(t->shape, true, c->n, dt, w);
  else if (t->fast) fast_hadrons(t->shape, false, c->n, dt, w);
  else (split ? split_hadrons : slow_hadrons)(c->n, dt, m2, w);
}
