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

/* Their range over all cells that have particles: eight at a time, which is what vectorises. */
APART void image(struct source *w, int lepton, double *lowest, double *highest) {
  (lepton ? ends_lepton : ends_hadron)(w);
  double lo[8], hi[8];
  for (int k = 0; k < 8; k++) lo[k] = 1e300, hi[k] = 0.0;
  for (int i = 0; i < w->n; i += 8) {
    SIMD
    for (int k = 0; k < 8; k++) {
      lo[k] = w->count[i + k] > 0.0 ? min(lo[k], w->image_lo[i + k]) : lo[k];
      hi[k] = w->count[i + k] > 0.0 ? max(hi[k], w->image_hi[i + k]) : hi[k];
    }
  }
  *lowest = min(min(min(lo[0], lo[4]), min(lo[1], lo[5])), min(min(lo[2], lo[6]), min(lo[3], lo[7])));
  *highest = max(max(max(hi[0], hi[4]), max(hi[1], hi[5])), max(max(hi[2], hi[6]), max(hi[3], hi[7])));
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

/* Particles between la and lb, up to a common factor: those of the piece alone times the part that the pieces before leave (left).  Where most are at the
 * lower end pieces come upwards, which is done here, else downwards, which is done by rise_piece. */
APART void fall_piece(const struct source *w, const double *restrict la, const double *restrict lb, double *restrict out, double *restrict part,
                      double *restrict left) {
  SIMD
  for (int i = 0; i < w->n; i++) {
    double em1, scale = vec_exp_parts(-min(w->t[i] * (lb[i] - la[i]), 700.0), &em1), stay = scale + scale * em1;
    out[i] = ((1.0 - scale) - scale * em1) * (w->s[i] < 0.0 ? left[i] : 1.0);
    part[i] = stay;
    left[i] *= stay;
  }
}

APART void rise_piece(const struct source *w, const double *restrict part, double *restrict out, double *restrict left, double *restrict sum) {
  SIMD
  for (int i = 0; i < w->n; i++) {
    out[i] *= w->s[i] < 0.0 ? 1.0 : left[i];
    left[i] *= part[i];
    sum[i] += out[i];
  }
}

/* The particles of all pieces: number[j] between ends[j] and ends[j + 1]. */
static void count_pieces(const struct source *w, int pieces, lanes *ends, lanes *number) {
  lanes part[CR_MAX_BINS + 2], below, above, sum;
  for (int i = 0; i < w->n; i++) below[i] = above[i] = 1.0, sum[i] = 0.0;
  for (int j = 0; j < pieces; j++) fall_piece(w, ends[j], ends[j + 1], number[j], part[j], below);
  for (int j = pieces - 1; j >= 0; j--) rise_piece(w, part[j], number[j], above, sum);
  SIMD
  for (int i = 0; i < w->n; i++) sum[i] = w->count[i] / max(sum[i], 1e-300);
  for (int j = 0; j < pieces; j++) {
    double *restrict out = number[j];
    SIMD
    for (int i = 0; i < w->n; i++) out[i] *= sum[i];
  }
}

/* Two nodes of the average of T - T(p_lo) = (q - p_lo) (q + p_lo) / (E(q) + E(p_lo)) over the images q of a and b, with the weights of both. */
SHARED struct fraction two_nodes(struct fraction a, struct fraction b, double weight_a, double weight_b, double p_lo, double e_lo, double m2) {
  double over_a = (a.over - p_lo * a.under) * (a.over + p_lo * a.under), over_b = (b.over - p_lo * b.under) * (b.over + p_lo * b.under);
  double under_a = a.under * (sqrt(a.over * a.over + m2 * (a.under * a.under)) + e_lo * a.under);
  double under_b = b.under * (sqrt(b.over * b.over + m2 * (b.under * b.under)) + e_lo * b.under);
  return (struct fraction){weight_a * over_a * under_b + weight_b * over_b * under_a, under_a * under_b};
}

/* Those on either side of the middle p of the window, at distances of which the exponentials are up and down, with the weights near and far. */
SHARED struct fraction nodes(const struct source *w, int lepton, int i, double p, double up, double down, double near, double far, double p_lo, double p_hi,
                             double e_lo, double m2) {
  return two_nodes(image_of(w, lepton, i, p * down, p_lo, p_hi), image_of(w, lepton, i, p * up, p_lo, p_hi), near, far, p_lo, e_lo, m2);
}

/* The average itself, for the particles of a source between la and lb. */
SHARED double mean_rise(const struct source *w, int lepton, int i, double la, double lb, double p_lo, double p_hi, double e_lo, double m2) {
  double t = w->t[i], window = min(min(lb - la, CR_BATCH_WINDOW / t), 2.4), turn = w->s[i] < 0.0 ? 1.0 : -1.0;
  double middle = (w->s[i] < 0.0 ? la : lb) + 0.5 * turn * window, p = w->base[i] * vec_exp(middle), x = t * window, size = turn * window, up, down;
  double a = vec_exp(x * half_node[0]), b = vec_exp(x * half_node[1]), c = vec_exp(x * half_node[2]);
  double ab = a * b, inverse = 1.0 / (ab * c), back_a = inverse * (b * c), back_b = inverse * (a * c), back_c = inverse * ab;
  vec_exp_pair(size * half_node[0], &up, &down);
  struct fraction f = nodes(w, lepton, i, p, up, down, node_weight[0] * a, node_weight[0] * back_a, p_lo, p_hi, e_lo, m2);
  vec_exp_pair(size * half_node[1], &up, &down);
  struct fraction g = nodes(w, lepton, i, p, up, down, node_weight[1] * b, node_weight[1] * back_b, p_lo, p_hi, e_lo, m2);
  vec_exp_pair_small(size * half_node[2], &up, &down);
  struct fraction h = nodes(w, lepton, i, p, up, down, node_weight[2] * c, node_weight[2] * back_c, p_lo, p_hi, e_lo, m2);
  double sum = (node_weight[0] * (a + back_a) + node_weight[1] * (b + back_b)) + node_weight[2] * (c + back_c);
  return ((f.over * g.under + g.over * f.under) * h.under + h.over * (f.under * g.under)) / ((f.under * g.under) * (h.under * sum));
}

/* A piece is narrow where its image and the change of the weight along it are: there two nodes do: to h^4 / 4320 of a width h, 1e-8. */
static const double narrow_image = 0.03, narrow_weight = 0.08, narrow_length = 0.2;

/* Pieces that may be narrow: in how many cells. */
APART double count_narrow(const struct source *w, const double *la, const double *lb, const double *number) {
  double count = 0.0;
  _Pragma("omp simd reduction(+ : count)")
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
    vec_exp_pair_small(h * half, &up, &down);
    vec_exp_pair_small(w->s[i] < 0.0 ? -x * half : x * half, &heavy, &light);
    struct fraction q = image_of(w, lepton, i, p * down, p_lo, p_hi), r = image_of(w, lepton, i, p * up, p_lo, p_hi);
    struct fraction sum = two_nodes(q, r, light, heavy, p_lo, e_lo, m2);
    double from = q.over * r.under, to = r.over * q.under;
    bool holds = length < narrow_length && w->t[i] * length < narrow_weight && to - from < narrow_image * from;
    rise[i] = sum.over / (sum.under * (heavy + light));
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
  lanes ends[CR_MAX_BINS + 3];
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
  count_pieces(w, last - first + 1, &ends[first + 1], &w->part[first + 1]);
  for (int j = first; j <= last; j++) {
    const double *part = w->part[j + 1];
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

/* Share the work of the bin among its processes as cr_share_work does, into the ledger. */
APART void share(struct cr_chunk *c, int processes, const double *work, lanes *power) {
  lanes of_up, of_down;
  double dt = c->dt;
  for (int i = 0; i < c->n; i++) of_up[i] = of_down[i] = 0.0;
  for (int e = 0; e < processes; e++) {
    const double *p = power[e];
    SIMD
    for (int i = 0; i < c->n; i++) {
      of_up[i] += max(p[i], 0.0);
      of_down[i] += max(-p[i], 0.0);
    }
  }
  SIMD
  for (int i = 0; i < c->n; i++) {
    double up = of_up[i] * dt, down = of_down[i] * dt, sum = up + down, inverse = sum > 0.0 ? dt / max(sum, 1e-280) : 0.0;
    of_up[i] = (2.0 * down + work[i]) * inverse;
    of_down[i] = (2.0 * up - work[i]) * inverse;
    c->energy[LOSS_ADIABATIC][i] += sum > 0.0 ? 0.0 : work[i];
  }
  for (int e = 0; e < processes; e++) {
    const double *p = power[e];
    double *out = c->energy[e];
    SIMD
    for (int i = 0; i < c->n; i++) out[i] += p[i] * (p[i] > 0.0 ? of_up[i] : of_down[i]);
  }
}

/* What is booked and what has changed differ by rounding, always in the same direction where a spectrum is steady.  The differences of the
 * populations are exact, so their energy is right to rounding of the turnover; what is missing goes to the processes as the rest does. */
static void settle(struct cr_chunk *c, int nb, int processes, const struct cr_bin *bin, lanes *old_lo, lanes *old_hi, lanes *lo, lanes *hi) {
  lanes missing, size;
  SIMD
  for (int i = 0; i < c->n; i++) missing[i] = -c->energy[ENTRY_TOP][i] - c->energy[ENTRY_INFLOW][i], size[i] = 0.0;
  for (int k = 0; k < nb; k++) {
    double t_lo = bin[k].t_lo, t_hi = bin[k].t_hi, *old_l = old_lo[k], *old_h = old_hi[k], *new_l = lo[k], *new_h = hi[k];
    SIMD
    for (int i = 0; i < c->n; i++) missing[i] += t_lo * (old_l[i] - new_l[i]) + t_hi * (old_h[i] - new_h[i]);
  }
  for (int e = 0; e < processes; e++) {
    const double *x = c->energy[e];
    SIMD
    for (int i = 0; i < c->n; i++) missing[i] -= x[i], size[i] += fabs(x[i]);
  }
  SIMD
  for (int i = 0; i < c->n; i++) missing[i] = size[i] > 0.0 ? missing[i] / max(size[i], 1e-300) : 0.0;
  for (int e = 0; e < processes; e++) {
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
  int nb = net->nbin[s], at = net->first[s], processes = net->species[s].kind == CR_LEPTON ? LOSS_COUNT : LOSS_BREMSSTRAHLUNG;   /* those after it are of leptons */
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
    cr_batch_slopes(&w, &bin[k], from_lo, from_hi);
    cr_batch_gas_exchange(tables, at + k, c, power);  /* rates; the map needs them before they become powers */
    if (net->species[s].kind == CR_LEPTON) cr_batch_lepton_map(tables, at + k, c, &w, power);
    else cr_batch_hadron_map(tables, at + k, c, &w, power, m2);
    SIMD
    for (int i = 0; i < c->n; i++) {
      double pv = pv_lo * from_lo[i] + pv_hi * from_hi[i];
      power[LOSS_ADIABATIC][i] *= pv;
      power[LOSS_STREAMING][i] *= pv;
      power[LOSS_REACCELERATION][i] *= pv;
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
    share(c, processes, work, power);

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
  settle(c, nb, processes, bin, c->lo + at, c->hi + at, lo, hi);
  memcpy(c->lo[at], lo, (size_t)nb * sizeof *lo);
  memcpy(c->hi[at], hi, (size_t)nb * sizeof *hi);
}
