/* Momentum changes of one species in a chunk of cells: the remap of remap.c, over cells in the innermost loops. */
#include "microphysics/batch_source.h"

#include <math.h>
#include <string.h>

/* Half widths and weights of the rule of spectrum.h. */
static const double half_node[3] = {CR_BATCH_HALF0, CR_BATCH_HALF1, CR_BATCH_HALF2};
static const double node_weight[3] = {CR_BATCH_WEIGHT0, CR_BATCH_WEIGHT1, CR_BATCH_WEIGHT2};

/* Images of the ends of the source. */
SHARED void ends_of(struct source *w, int lepton) {
  SIMD
  for (int i = 0; i < w->n; i++) {
    w->image_lo[i] = forward(w, lepton, i, w->base[i]);
    w->image_hi[i] = forward(w, lepton, i, w->top[i]);
  }
}

APART void ends_lepton(struct source *w) { ends_of(w, 1); }
APART void ends_hadron(struct source *w) { ends_of(w, 0); }

/* Their range over all cells that have particles. */
APART void image(struct source *w, int lepton, double *lowest, double *highest) {
  (lepton ? ends_lepton : ends_hadron)(w);
  double lo = 1e300, hi = 0.0;
  for (int i = 0; i < w->n; i++) {
    lo = w->count[i] > 0.0 ? min(lo, w->image_lo[i]) : lo;
    hi = w->count[i] > 0.0 ? max(hi, w->image_hi[i]) : hi;
  }
  *lowest = lo;
  *highest = hi;
}

/* Where in the source a target edge p comes from; exactly an end of the source where p is outside of the image, so that the result of a cell
 * does not depend on which edges other cells need.  Not before the edge below, also where both are as close as rounding. */
SHARED void edge(const struct source *w, int lepton, double p, const double *below, double *out) {
  SIMD
  for (int i = 0; i < w->n; i++) {
    double l = vec_log(max(backward(w, lepton, i, p) * w->inverse_base[i], 1e-290));
    l = min(max(l, 0.0), w->length[i]);
    l = p <= w->image_lo[i] ? 0.0 : max(l, below[i]);
    out[i] = p >= w->image_hi[i] ? w->length[i] : l;
  }
}

/* Number of particles between la and lb, up to a common factor. */
APART void count_piece(const struct source *w, const lanes la, const lanes lb, lanes out, lanes sum) {
  SIMD
  for (int i = 0; i < w->n; i++) {
    double from = w->s[i] < 0.0 ? la[i] : w->length[i] - lb[i];
    double f = vec_exp(-w->t[i] * from) * vec_one_minus_exp(w->t[i] * (lb[i] - la[i]));
    out[i] = f;
    sum[i] += f;
  }
}

/* Two nodes of the average of T - T(p_lo) after the map, on either side of the middle p of the window, where the weights are near and far. */
SHARED void add_nodes(const struct source *w, int lepton, int i, int g, double window, double turn, double p, double near, double far,
                      double p_lo, double p_hi, double e_lo, double m2, double *mean, double *sum) {
  double up, down;
  vec_exp_pair(window * half_node[g] * turn, &up, &down);
  double q = min(max(forward(w, lepton, i, p * down), p_lo), p_hi), r = min(max(forward(w, lepton, i, p * up), p_lo), p_hi);
  double under_q = sqrt(q * q + m2) + e_lo, under_r = sqrt(r * r + m2) + e_lo;
  double over = near * ((q - p_lo) * (q + p_lo)) * under_r + far * ((r - p_lo) * (r + p_lo)) * under_q;
  *mean += node_weight[g] * over / (under_q * under_r);
  *sum += node_weight[g] * (near + far);
}

/* The average itself, for the particles of a source between la and lb. */
SHARED double mean_rise(const struct source *w, int lepton, int i, double la, double lb, double p_lo, double p_hi, double e_lo, double m2) {
  double t = w->t[i], window = min(min(lb - la, CR_BATCH_WINDOW / t), 2.4), turn = w->s[i] < 0.0 ? 1.0 : -1.0;
  double middle = (w->s[i] < 0.0 ? la : lb) + 0.5 * turn * window, p = w->base[i] * vec_exp(middle), x = t * window;
  double a = vec_exp(x * half_node[0]), b = vec_exp(x * half_node[1]), c = vec_exp(x * half_node[2]);
  double ab = a * b, inverse = 1.0 / (ab * c), sum = 0.0, mean = 0.0;
  add_nodes(w, lepton, i, 0, window, turn, p, a, inverse * (b * c), p_lo, p_hi, e_lo, m2, &mean, &sum);
  add_nodes(w, lepton, i, 1, window, turn, p, b, inverse * (a * c), p_lo, p_hi, e_lo, m2, &mean, &sum);
  add_nodes(w, lepton, i, 2, window, turn, p, c, inverse * ab, p_lo, p_hi, e_lo, m2, &mean, &sum);
  return mean / sum;
}

/* A piece is narrow where its image and the change of the weight along it are: there two nodes do: to h^4 / 4320 of a width h, 1e-8. */
static const double narrow_image = 0.03, narrow_weight = 0.08, narrow_length = 0.2;

/* Pieces that may be narrow: in how many cells. */
APART double count_narrow(const struct source *w, const double *la, const double *lb, const double *number) {
  double count = 0.0;
  for (int i = 0; i < w->n; i++) {
    double length = lb[i] - la[i];
    count += number[i] > 0.0 && length < narrow_length && w->t[i] * length < narrow_weight ? 1.0 : 0.0;
  }
  return count;
}

/* Shares above of narrow pieces, by two nodes; fills narrow[] with whether they hold.  Returns in how many cells they do not. */
SHARED double narrow_rise(const struct source *restrict w, int lepton, const struct cr_bin *bin, double e_lo, const double *restrict la,
                          const double *restrict lb, const double *restrict number, double *restrict rise, double *restrict narrow) {
  double p_lo = bin->p_lo, p_hi = bin->p_hi, m2 = bin->mass * bin->mass, wide = 0.0;
  const double half = 0.28867513459481288;
  _Pragma("omp simd reduction(+ : wide)")
  for (int i = 0; i < w->n; i++) {
    double length = lb[i] - la[i], h = min(length, narrow_length), x = min(w->t[i] * h, narrow_weight), up, down, heavy, light;
    double p = w->base[i] * vec_exp(la[i] + 0.5 * h);
    vec_exp_pair(h * half, &up, &down);
    vec_exp_pair(w->s[i] < 0.0 ? -x * half : x * half, &heavy, &light);
    double q = min(max(forward(w, lepton, i, p * down), p_lo), p_hi), r = min(max(forward(w, lepton, i, p * up), p_lo), p_hi);
    double under_q = sqrt(q * q + m2) + e_lo, under_r = sqrt(r * r + m2) + e_lo;
    double over = light * ((q - p_lo) * (q + p_lo)) * under_r + heavy * ((r - p_lo) * (r + p_lo)) * under_q;
    bool holds = length < narrow_length && w->t[i] * length < narrow_weight && r - q < narrow_image * q;
    rise[i] = over / ((under_q * under_r) * (heavy + light));
    narrow[i] = holds ? 1.0 : 0.0;
    wide += holds || number[i] == 0.0 ? 0.0 : 1.0;
  }
  return wide;
}

/* Shares above of the other pieces. */
SHARED void other_rise(const struct source *restrict w, int lepton, const struct cr_bin *bin, double e_lo, const double *restrict la,
                       const double *restrict lb, double *restrict rise, const double *restrict narrow) {
  double p_lo = bin->p_lo, p_hi = bin->p_hi, m2 = bin->mass * bin->mass;
  SIMD
  for (int i = 0; i < w->n; i++) {
    double full = mean_rise(w, lepton, i, la[i], lb[i], p_lo, p_hi, e_lo, m2), two = rise[i];
    rise[i] = narrow[i] > 0.0 ? two : full;
  }
}

/* The same above the highest bin: energy only. */
SHARED void leave_top(const struct source *restrict w, int lepton, double mass, const double *restrict la, const double *restrict lb,
                         const double *restrict number, double *restrict energy) {
  SIMD
  for (int i = 0; i < w->n; i++) {
    energy[i] += number[i] * mean_rise(w, lepton, i, la[i], lb[i], 0.0, 1e30, mass, mass * mass);
  }
}

/* The loops that take the time, as functions of their own: within larger ones gcc does not vectorise all of their copies. */
APART double narrow_lepton(const struct source *w, const struct cr_bin *bin, double e_lo, const double *la, const double *lb,
                           const double *number, double *rise, double *narrow) {
  return narrow_rise(w, 1, bin, e_lo, la, lb, number, rise, narrow);
}

APART double narrow_hadron(const struct source *w, const struct cr_bin *bin, double e_lo, const double *la, const double *lb,
                           const double *number, double *rise, double *narrow) {
  return narrow_rise(w, 0, bin, e_lo, la, lb, number, rise, narrow);
}

APART void other_lepton(const struct source *w, const struct cr_bin *bin, double e_lo, const double *la, const double *lb, double *rise,
                        const double *narrow) {
  other_rise(w, 1, bin, e_lo, la, lb, rise, narrow);
}

APART void other_hadron(const struct source *w, const struct cr_bin *bin, double e_lo, const double *la, const double *lb, double *rise,
                        const double *narrow) {
  other_rise(w, 0, bin, e_lo, la, lb, rise, narrow);
}

/* Put the particles between la and lb into a bin.  Which rule a cell gets does not depend on the others; what none needs is left out. */
APART void deposit(const struct source *restrict w, int lepton, const struct cr_bin *bin, double e_lo, const double *restrict la,
                   const double *restrict lb, const double *restrict number, double *restrict lo, double *restrict hi,
                   double *restrict arrived) {
  double inverse = 1.0 / bin->dt, t_lo = bin->t_lo, dt = bin->dt, wide = 1.0;
  lanes rise, narrow;
  if (count_narrow(w, la, lb, number) > 0.0) wide = (lepton ? narrow_lepton : narrow_hadron)(w, bin, e_lo, la, lb, number, rise, narrow);
  else memset(narrow, 0, sizeof narrow), memset(rise, 0, sizeof rise);
  if (wide > 0.0) (lepton ? other_lepton : other_hadron)(w, bin, e_lo, la, lb, rise, narrow);
  SIMD
  for (int i = 0; i < w->n; i++) {
    double above = min(rise[i] * inverse, 1.0);
    lo[i] += number[i] * (1.0 - above);
    hi[i] += number[i] * above;
    arrived[i] += number[i] * (t_lo + dt * above);
  }
}

APART void edge_lepton(const struct source *w, double p, const double *below, double *out) { edge(w, 1, p, below, out); }
APART void edge_hadron(const struct source *w, double p, const double *below, double *out) { edge(w, 0, p, below, out); }
APART void leave(const struct source *w, int lepton, double mass, const double *la, const double *lb, const double *number,
                     double *energy) {
  if (lepton) leave_top(w, 1, mass, la, lb, number, energy);
  else leave_top(w, 0, mass, la, lb, number, energy);
}

/* Move the particles of a source into the bins of the species. */
static void scatter(struct source *w, int lepton, int nb, const struct cr_bin *bin, const struct cr_bin_table *table, lanes *lo,
                           lanes *hi, lanes thermal) {
  double lowest, highest;
  lanes ends[CR_MAX_BINS + 3], sum;
  image(w, lepton, &lowest, &highest);
  memset(w->arrived, 0, sizeof w->arrived);
  memset(w->above, 0, sizeof w->above);
  memset(w->e_above, 0, sizeof w->e_above);
  if (highest <= 0.0 && lowest >= 1e300) return;

  int first = -1, last = nb;               /* targets; -1: below the lowest bin, nb: above the highest one */
  while (first < nb && lowest >= (first + 1 < nb ? bin[first + 1].p_lo : bin[nb - 1].p_hi)) first++;
  while (last > first && highest <= (last < nb ? bin[last].p_lo : bin[nb - 1].p_hi)) last--;

  memset(ends[first + 1], 0, sizeof(lanes));
  for (int j = first + 1; j <= last; j++) (lepton ? edge_lepton : edge_hadron)(w, j < nb ? bin[j].p_lo : bin[nb - 1].p_hi, ends[j], ends[j + 1]);
  memcpy(ends[last + 2], w->length, sizeof(lanes));
  memset(sum, 0, sizeof sum);
  for (int j = first; j <= last; j++) count_piece(w, ends[j + 1], ends[j + 2], w->part[j + 1], sum);
  SIMD
  for (int i = 0; i < w->n; i++) sum[i] = w->count[i] / max(sum[i], 1e-300);
  for (int j = first; j <= last; j++) {
    double *part = w->part[j + 1];
    SIMD
    for (int i = 0; i < w->n; i++) part[i] *= sum[i];
    if (j < 0) {
      SIMD
      for (int i = 0; i < w->n; i++) thermal[i] += part[i];
    } else if (j == nb) {
      SIMD
      for (int i = 0; i < w->n; i++) w->above[i] += part[i];
      leave(w, lepton, bin[0].mass, ends[j + 1], ends[j + 2], part, w->e_above);
    } else {
      deposit(w, lepton, &bin[j], table[j].e_lo, ends[j + 1], ends[j + 2], part, lo[j], hi[j], w->arrived);
    }
  }
}

/* Share the work of the bin among the processes as cr_share_work does, into the ledger. */
APART void share(struct cr_chunk *c, const double *work, lanes *power) {
  lanes of_up, of_down;
  double dt = c->dt;
  memset(of_up, 0, sizeof of_up);
  memset(of_down, 0, sizeof of_down);
  for (int e = 0; e < LOSS_COUNT; e++) {
    double *p = power[e];
    SIMD
    for (int i = 0; i < c->n; i++) {
      p[i] *= dt;
      of_up[i] += max(p[i], 0.0);
      of_down[i] += max(-p[i], 0.0);
    }
  }
  SIMD
  for (int i = 0; i < c->n; i++) {
    double sum = of_up[i] + of_down[i], inverse = sum > 0.0 ? 1.0 / max(sum, 1e-300) : 0.0;
    double up = (2.0 * of_down[i] + work[i]) * inverse, down = (2.0 * of_up[i] - work[i]) * inverse;
    of_up[i] = up;
    of_down[i] = down;
    c->energy[LOSS_ADIABATIC][i] += sum > 0.0 ? 0.0 : work[i];
  }
  for (int e = 0; e < LOSS_COUNT; e++) {
    double *p = power[e], *out = c->energy[e];
    SIMD
    for (int i = 0; i < c->n; i++) out[i] += p[i] * (p[i] > 0.0 ? of_up[i] : of_down[i]);
  }
}

/* What is booked and what has changed differ by rounding, always in the same direction where a spectrum is steady.  The differences of the
 * populations are exact, so their energy is right to rounding of the turnover; what is missing goes to the processes as the rest does. */
static void settle(struct cr_chunk *c, int nb, const struct cr_bin *bin, lanes *old_lo, lanes *old_hi, lanes *lo, lanes *hi) {
  lanes missing, size;
  SIMD
  for (int i = 0; i < c->n; i++) missing[i] = -c->energy[ENTRY_TOP][i] - c->energy[ENTRY_INFLOW][i], size[i] = 0.0;
  for (int k = 0; k < nb; k++) {
    double t_lo = bin[k].t_lo, t_hi = bin[k].t_hi, *old_l = old_lo[k], *old_h = old_hi[k], *new_l = lo[k], *new_h = hi[k];
    SIMD
    for (int i = 0; i < c->n; i++) missing[i] += t_lo * (old_l[i] - new_l[i]) + t_hi * (old_h[i] - new_h[i]);
  }
  for (int e = 0; e < LOSS_COUNT; e++) {
    const double *x = c->energy[e];
    SIMD
    for (int i = 0; i < c->n; i++) missing[i] -= x[i], size[i] += fabs(x[i]);
  }
  SIMD
  for (int i = 0; i < c->n; i++) missing[i] = size[i] > 0.0 ? missing[i] / max(size[i], 1e-300) : 0.0;
  for (int e = 0; e < LOSS_COUNT; e++) {
    double *x = c->energy[e];
    SIMD
    for (int i = 0; i < c->n; i++) x[i] += missing[i] * fabs(x[i]);
  }
}

/* The continuation of the spectrum below the lowest (end = 0) or above the highest bin, as far as it is to be moved in. */
SHARED void continuation_of(struct source *w, int lepton, int end, const struct cr_bin *b) {
  double p_end = end ? b->p_hi : b->p_lo, width = b->width;
  SIMD
  for (int i = 0; i < w->n; i++) {
    double t = w->t[i], back = vec_log(max(backward(w, lepton, i, p_end) * (1.0 / p_end), 1e-290));
    double far = end ? min(max(back, 0.0), 60.0 / t) : min(max(-back, 0.0), 40.0 / max(t, 1.0));
    bool use = end ? w->s[i] < -0.1 && t < 1e6 : t < 1e6;
    far = use ? far : 0.0;
    double at_end = (end ? w->s[i] < 0.0 : w->s[i] > 0.0) ? vec_exp(-t * width) : 1.0, whole = vec_one_minus_exp(t * width);
    double grown = w->s[i] < 0.0 && !end ? vec_exp(t * far) : 1.0;
    w->count[i] *= at_end * grown * vec_one_minus_exp(t * far) / whole;
    w->base[i] = end ? p_end : p_end * vec_exp(-far);
    w->inverse_base[i] = 1.0 / w->base[i];
    w->length[i] = far;
    w->top[i] = w->base[i] * vec_exp(far);
  }
}

APART void continuation(struct source *w, int lepton, int end, const struct cr_bin *b) {
  if (lepton) continuation_of(w, 1, end, b);
  else continuation_of(w, 0, end, b);
}

void cr_batch_momentum(const struct cr_tables *tables, int s, struct cr_chunk *c) {
  const struct cr_network *net = tables->net;
  int nb = net->nbin[s], at = net->first[s];
  const struct cr_bin *bin = &net->bin[at];
  const struct cr_bin_table *table = &tables->bin[at];
  double m2 = bin[0].mass * bin[0].mass;
  struct source w;
  lanes lo[CR_MAX_BINS], hi[CR_MAX_BINS], power[LOSS_COUNT], work;
  w.n = c->n;
  memset(lo, 0, (size_t)nb * sizeof *lo);
  memset(hi, 0, (size_t)nb * sizeof *hi);

  for (int k = 0; k < nb; k++) {
    const double *from_lo = c->lo[at + k], *from_hi = c->hi[at + k];
    double pv_lo = table[k].pv_lo, pv_hi = table[k].pv_hi, t_lo = bin[k].t_lo, t_hi = bin[k].t_hi;
    int lepton = net->species[s].kind == CR_LEPTON || table[k].fast;  /* the form of the map */
    memset(power, 0, sizeof power);
    cr_batch_slopes(&w, &bin[k], from_lo, from_hi);
    cr_batch_gas_exchange(tables, at + k, c, power);  /* rates; the map needs them before they become powers */
    if (net->species[s].kind == CR_LEPTON) cr_batch_lepton_map(tables, at + k, c, &w, power);
    else cr_batch_hadron_map(tables, at + k, c, &w, power, m2);
    for (int e = 0; e < 3; e++) {
      SIMD
      for (int i = 0; i < c->n; i++) power[e][i] *= pv_lo * from_lo[i] + pv_hi * from_hi[i];
    }
    SIMD
    for (int i = 0; i < c->n; i++) {
      w.base[i] = bin[k].p_lo;
      w.inverse_base[i] = 1.0 / bin[k].p_lo;
      w.length[i] = bin[k].width;
      w.top[i] = bin[k].p_hi;
    }
    scatter(&w, lepton, nb, bin, table, lo, hi, c->number[ENTRY_THERMAL]);
    SIMD
    for (int i = 0; i < c->n; i++) {
      work[i] = t_lo * from_lo[i] + t_hi * from_hi[i] - w.arrived[i] - w.e_above[i];
      c->number[ENTRY_TOP][i] += w.above[i];
      c->energy[ENTRY_TOP][i] += w.e_above[i];
    }
    share(c, work, power);

    for (int end = 0; end < 2 && tables->opt.inflow == CR_INFLOW_EXTRAPOLATED; end++) {
      if (k != (end ? nb - 1 : 0)) continue;
      lanes before, thermal;
      if (end && nb == 1) cr_batch_slopes(&w, &bin[k], from_lo, from_hi);
      continuation(&w, lepton, end, &bin[k]);
      memset(thermal, 0, sizeof thermal);
      scatter(&w, lepton, nb, bin, table, lo, hi, thermal);
      SIMD
      for (int i = 0; i < c->n; i++) {
        before[i] = w.count[i] - thermal[i] - w.above[i];
        c->number[ENTRY_INFLOW][i] -= before[i];
        c->energy[ENTRY_INFLOW][i] -= w.arrived[i];
      }
    }
  }
  settle(c, nb, bin, c->lo + at, c->hi + at, lo, hi);
  memcpy(c->lo[at], lo, (size_t)nb * sizeof *lo);
  memcpy(c->hi[at], hi, (size_t)nb * sizeof *hi);
}
