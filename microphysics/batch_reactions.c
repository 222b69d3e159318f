/* Catastrophic losses, escape, secondaries and sources in a chunk of cells: du/dt = source + production - rate u with rates that are constant
 * over the step.
 *
 * The population of a parent is A exp(-x t/dt) + B; a child with the rate y/dt keeps of what exp(-x t/dt) makes the part
 *     phi(x, y) = (exp(-x) - exp(-y)) / (y - x) = exp(-min(x, y)) E(|x - y|),    E(d) = (1 - exp(-d)) / d,
 * so a chain of parent and child is exact for steps of any length.  Only what a child makes in turn of the particles that it got in the same
 * step takes these as coming evenly, which is second order in dt, and exact in a steady state.  Rates are those of the shapes of spectra at the
 * start of the step. */
#include "microphysics/batch_tables.h"

#include "microphysics/vecmath.h"

#include <math.h>
#include <string.h>

#define SIMD _Pragma("omp simd")

_Static_assert(CR_FIT == 10, "");
static inline double polynomial(const struct cr_fit *f, double r) {
  const double *c = f->c;
  double high = c[5] + r * (c[6] + r * (c[7] + r * (c[8] + r * c[9])));
  return min(max(c[0] + r * (c[1] + r * (c[2] + r * (c[3] + r * (c[4] + r * high)))), f->least), f->most);
}

static inline double target_density(const struct cr_chunk *c, int target, int i) {
  return target == TARGET_NUCLEONS ? c->n_nucleon[i] : target == TARGET_ELECTRONS ? c->n_e[i] : 1.0;
}

static const double gentle_limit = 0.03;

/* exp(-x), E(x) = (1 - exp(-x)) / x and (1 - E(x)) / x; gentle: no x of the bin is above the limit. */
static inline __attribute__((always_inline)) void relaxation(double x, bool gentle, double *decay, double *mean, double *rest) {
  double series = 1.0 / 2 - x * (1.0 / 6 - x * (1.0 / 24 - x * (1.0 / 120 - x * (1.0 / 720 - x * (1.0 / 5040)))));
  double near = 1.0 - x * series;
  if (gentle) {
    *mean = near, *rest = series, *decay = 1.0 - x * near;
    return;
  }
  double safe = max(x, 0.01), e = vec_one_minus_exp(safe) / safe, far = vec_exp(-x), m = x < gentle_limit ? near : e;
  double slightly = 1.0 - x * m, other = (1.0 - e) / safe;
  *mean = m;
  *rest = x < gentle_limit ? series : other;
  *decay = x < 0.7 ? slightly : far;
}

/* E(d) for d >= 0; where no d of the chunk is above the limit, only by the series: the same bits for each cell. */
static inline double mean_of_decay(double d, bool gentle) {
  double near = 1.0 - d * (1.0 / 2 - d * (1.0 / 6 - d * (1.0 / 24 - d * (1.0 / 120 - d * (1.0 / 720 - d * (1.0 / 5040))))));
  if (gentle) return near;
  double safe = max(d, 0.01), far = vec_one_minus_exp(safe) / safe;
  return d < gentle_limit ? near : far;
}

static inline __attribute__((always_inline)) void relax(int n, bool gentle, double dt, const double *restrict lo, const double *restrict hi,
                                                        const double *restrict source_lo, const double *restrict source_hi,
                                                        struct cr_reaction *restrict q) {
  SIMD
  for (int i = 0; i < n; i++) {
    double decay, mean, rest;
    relaxation(q->x_lo[i], gentle, &decay, &mean, &rest);
    q->decay_lo[i] = decay, q->mean_lo[i] = mean, q->rest_lo[i] = rest;
    q->own_lo[i] = lo[i] * mean + source_lo[i] * dt * rest;
    relaxation(q->x_hi[i], gentle, &decay, &mean, &rest);
    q->decay_hi[i] = decay, q->mean_hi[i] = mean, q->rest_hi[i] = rest;
    q->own_hi[i] = hi[i] * mean + source_hi[i] * dt * rest;
  }
}

static __attribute__((noinline)) void relax_gently(int n, double dt, const double *lo, const double *hi, const double *source_lo, const double *source_hi,
                                                   struct cr_reaction *q) {
  relax(n, true, dt, lo, hi, source_lo, source_hi, q);
}

static __attribute__((noinline)) void relax_fully(int n, double dt, const double *lo, const double *hi, const double *source_lo, const double *source_hi,
                                                  struct cr_reaction *q) {
  relax(n, false, dt, lo, hi, source_lo, source_hi, q);
}

void cr_batch_rates(const struct cr_tables *tables, int s, struct cr_chunk *c) {
  const struct cr_network *net = tables->net;
  int n = c->n;
  double dt = c->dt, dose[CR_TARGETS][CR_LANES], most = 0.0;
  for (int target = 0; target < CR_TARGETS; target++)
    for (int i = 0; i < n; i++) dose[target][i] = target_density(c, target, i) * dt;

  for (int k = net->first[s]; k < net->first[s + 1]; k++) {
    const struct cr_bin_table *t = &tables->bin[k];
    struct cr_reaction *restrict q = &c->reaction[k];
    double escape = c->escape_rate == NULL ? 0.0 : c->escape_rate[k] * dt, escape_hi = c->escape_rate_hi == NULL ? 0.0 : c->escape_rate_hi[k] * dt;
    const double *restrict lo = c->lo[k], *restrict hi = c->hi[k], *source_lo = c->source_lo[k], *source_hi = c->source_hi[k];
    /* An empty bin that is being filled takes the shape of its source. */
    SIMD
    for (int i = 0; i < n; i++) {
      double a = lo[i], b = hi[i], from_a = source_lo[i], from_b = source_hi[i], there = a + b;
      a = there > 0.0 ? a : from_a;
      b = there > 0.0 ? b : from_b;
      q->r[i] = (b - a) / max(a + b, 1e-300);
      q->x_lo[i] = escape;
      q->x_hi[i] = escape_hi;
      q->gain_lo[i] = q->gain_hi[i] = q->left_lo[i] = q->left_hi[i] = q->late_lo[i] = q->late_hi[i] = 0.0;
    }
    for (int target = 0; target < CR_TARGETS; target++) {
      if (!tables->has_target[s][target]) continue;
      const struct cr_fit *f_lo = &t->loss_lo[target], *f_hi = &t->loss_hi[target];
      const double *d = dose[target];
      SIMD
      for (int i = 0; i < n; i++) {
        q->part_lo[target][i] = d[i] * polynomial(f_lo, q->r[i]);
        q->part_hi[target][i] = d[i] * polynomial(f_hi, q->r[i]);
        q->x_lo[i] += q->part_lo[target][i];
        q->x_hi[i] += q->part_hi[target][i];
      }
    }
    for (int i = 0; i < n; i++) most = max(most, max(q->x_lo[i], q->x_hi[i]));
    (most < gentle_limit ? relax_gently : relax_fully)(n, dt, lo, hi, source_lo, source_hi, q);
  }
  c->gentle = c->gentle && most < gentle_limit;
}

/* Add the children of a bin to one of their bins.  From the parents: their average over the step, the amplitudes of the exponentials of both
 * populations, the constant, and the part that grows evenly. */
static inline __attribute__((always_inline)) void add_children(int n, bool gentle, const struct cr_yield *yield, const struct cr_reaction *restrict p,
                                                               const double *restrict dose, const double *restrict average, const double *restrict amp_lo,
                                                               const double *restrict amp_hi, const double *restrict even, const double *restrict growing,
                                                               struct cr_reaction *restrict q) {
  SIMD
  for (int i = 0; i < n; i++) {
    double to_lo = dose[i] * polynomial(&yield->lo, p->r[i]), to_hi = dose[i] * polynomial(&yield->hi, p->r[i]);
    double e_lo = mean_of_decay(fabs(p->x_lo[i] - q->x_lo[i]), gentle), e_hi = mean_of_decay(fabs(p->x_hi[i] - q->x_lo[i]), gentle);
    double f_lo = mean_of_decay(fabs(p->x_lo[i] - q->x_hi[i]), gentle), f_hi = mean_of_decay(fabs(p->x_hi[i] - q->x_hi[i]), gentle);
    double left_lo = (amp_lo[i] * max(p->decay_lo[i], q->decay_lo[i]) * e_lo + amp_hi[i] * max(p->decay_hi[i], q->decay_lo[i]) * e_hi) +
                     (even[i] * q->mean_lo[i] + growing[i] * q->rest_lo[i]);
    double left_hi = (amp_lo[i] * max(p->decay_lo[i], q->decay_hi[i]) * f_lo + amp_hi[i] * max(p->decay_hi[i], q->decay_hi[i]) * f_hi) +
                     (even[i] * q->mean_hi[i] + growing[i] * q->rest_hi[i]);
    q->gain_lo[i] += to_lo * average[i];
    q->gain_hi[i] += to_hi * average[i];
    q->left_lo[i] += to_lo * max(left_lo, 0.0);
    q->left_hi[i] += to_hi * max(left_hi, 0.0);
  }
}

static __attribute__((noinline)) void add_gently(int n, const struct cr_yield *yield, const struct cr_reaction *p, const double *dose, const double *average,
                                                 const double *amp_lo, const double *amp_hi, const double *even, const double *growing,
                                                 struct cr_reaction *q) {
  add_children(n, true, yield, p, dose, average, amp_lo, amp_hi, even, growing, q);
}

static __attribute__((noinline)) void add_fully(int n, const struct cr_yield *yield, const struct cr_reaction *p, const double *dose, const double *average,
                                                const double *amp_lo, const double *amp_hi, const double *even, const double *growing,
                                                struct cr_reaction *q) {
  add_children(n, false, yield, p, dose, average, amp_lo, amp_hi, even, growing, q);
}

/* Children of bin k of the chunk, whose populations are start_lo, start_hi with a source and gains.  Where the child has had its turn (bins below
 * `done`), what it gets is late. */
static inline __attribute__((always_inline)) void produce(const struct cr_tables *tables, int k, int done, struct cr_chunk *c, double (*dose)[CR_LANES],
                                                          const double *start_lo, const double *start_hi, const double *made_lo, const double *made_hi,
                                                          const double *average) {
  const struct cr_reaction *restrict p = &c->reaction[k];
  int n = c->n;
  double amp_lo[CR_LANES], amp_hi[CR_LANES], even[CR_LANES], growing[CR_LANES];
  /* u = (u0 - source/rate) exp(-rate t) + source/rate; for very slow losses u0 + source t. */
  SIMD
  for (int i = 0; i < n; i++) {
    double a = made_lo[i], b = made_hi[i];
    bool slow_a = p->x_lo[i] < 1e-7, slow_b = p->x_hi[i] < 1e-7;
    double steady_a = slow_a ? 0.0 : a / max(p->x_lo[i], 1e-7), steady_b = slow_b ? 0.0 : b / max(p->x_hi[i], 1e-7);
    amp_lo[i] = start_lo[i] - steady_a;
    amp_hi[i] = start_hi[i] - steady_b;
    even[i] = steady_a + steady_b;
    growing[i] = (slow_a ? a : 0.0) + (slow_b ? b : 0.0);
  }
  for (int y = tables->first_yield[k]; y < tables->first_yield[k + 1]; y++) {
    const struct cr_yield *yield = &tables->yield[y];
    struct cr_reaction *q = &c->reaction[yield->child];
    double before_lo[CR_LANES], before_hi[CR_LANES];
    bool late = yield->child < done;
    if (late) memcpy(before_lo, q->gain_lo, sizeof before_lo), memcpy(before_hi, q->gain_hi, sizeof before_hi);
    (c->gentle ? add_gently : add_fully)(n, yield, p, dose[yield->target], average, amp_lo, amp_hi, even, growing, q);
    for (int i = 0; i < n && late; i++) q->late_lo[i] += q->gain_lo[i] - before_lo[i], q->late_hi[i] += q->gain_hi[i] - before_hi[i];
  }
}

static void doses(const struct cr_chunk *c, double (*dose)[CR_LANES]) {
  for (int target = 0; target < CR_TARGETS; target++)
    for (int i = 0; i < c->n; i++) dose[target][i] = target_density(c, target, i) * c->dt;
}

void cr_batch_produce(const struct cr_tables *tables, int s, struct cr_chunk *c) {
  const struct cr_network *net = tables->net;
  int n = c->n;
  double dt = c->dt, dose[CR_TARGETS][CR_LANES], average[CR_LANES], made_lo[CR_LANES], made_hi[CR_LANES];
  doses(c, dose);
  for (int k = net->first[s]; k < net->first[s + 1]; k++) {
    const struct cr_reaction *restrict p = &c->reaction[k];
    const double *source_lo = c->source_lo[k], *source_hi = c->source_hi[k];
    if (tables->first_yield[k] == tables->first_yield[k + 1]) continue;
    SIMD
    for (int i = 0; i < n; i++) {
      made_lo[i] = source_lo[i] * dt + p->gain_lo[i];
      made_hi[i] = source_hi[i] * dt + p->gain_hi[i];
      average[i] = (p->own_lo[i] + p->own_hi[i]) + (p->gain_lo[i] * p->rest_lo[i] + p->gain_hi[i] * p->rest_hi[i]);
    }
    produce(tables, k, net->first[s + 1], c, dose, c->lo[k], c->hi[k], made_lo, made_hi, average);
  }
}

/* Particles that came to a species after its turn make children as well.  Each round takes the loop once more, of which a round of
 * B -> 10Be -> B gives back 5% at most. */
void cr_batch_produce_late(const struct cr_tables *tables, struct cr_chunk *c) {
  enum { ROUNDS = 3 };
  static const double nothing[CR_LANES];
  double dose[CR_TARGETS][CR_LANES], average[CR_LANES], made_lo[CR_LANES], made_hi[CR_LANES];
  int n = c->n, bins = cr_network_bins(tables->net);
  doses(c, dose);
  for (int round = 0; round < ROUNDS; round++)
    for (int k = 0; k < bins; k++) {
      struct cr_reaction *restrict p = &c->reaction[k];
      double sum = 0.0;
      for (int i = 0; i < n; i++) sum += p->late_lo[i] + p->late_hi[i];
      if (sum == 0.0) continue;
      SIMD
      for (int i = 0; i < n; i++) {
        made_lo[i] = p->late_lo[i];
        made_hi[i] = p->late_hi[i];
        average[i] = p->late_lo[i] * p->rest_lo[i] + p->late_hi[i] * p->rest_hi[i];
        p->late_lo[i] = p->late_hi[i] = 0.0;
      }
      produce(tables, k, bins, c, dose, nothing, nothing, made_lo, made_hi, average);
    }
}

/* What has changed (missing, differences of populations: exact) less what is booked goes to the entries of reactions in proportion: without it
 * the rounding of the same factor exp(-x), the same in every step, would add up. */
static void settle(int n, double *missing, double (*entry)[CR_LANES]) {
  double size[CR_LANES] = {0};
  for (int e = ENTRY_FATES; e < ENTRY_THERMAL; e++) {
    const double *x = entry[e];
    SIMD
    for (int i = 0; i < n; i++) missing[i] -= x[i], size[i] += fabs(x[i]);
  }
  SIMD
  for (int i = 0; i < n; i++) missing[i] = size[i] > 0.0 ? missing[i] / max(size[i], 1e-300) : 0.0;
  for (int e = ENTRY_FATES; e < ENTRY_THERMAL; e++) {
    double *x = entry[e];
    SIMD
    for (int i = 0; i < n; i++) x[i] += missing[i] * fabs(x[i]);
  }
}

void cr_batch_react(const struct cr_tables *tables, int s, struct cr_chunk *c) {
  const struct cr_network *net = tables->net;
  int n = c->n;
  double dt = c->dt, missing_number[CR_LANES] = {0}, missing_energy[CR_LANES] = {0};
  for (int k = net->first[s]; k < net->first[s + 1]; k++) {
    struct cr_reaction *restrict q = &c->reaction[k];
    double t_lo = net->bin[k].t_lo, t_hi = net->bin[k].t_hi;
    double escape = c->escape_rate == NULL ? 0.0 : c->escape_rate[k] * dt, escape_hi = c->escape_rate_hi == NULL ? 0.0 : c->escape_rate_hi[k] * dt;
    double average_lo[CR_LANES], average_hi[CR_LANES];
    double *restrict lo = c->lo[k], *restrict hi = c->hi[k], *number = c->number[ENTRY_SOURCE], *energy = c->energy[ENTRY_SOURCE];
    const double *source_lo = c->source_lo[k], *source_hi = c->source_hi[k];
    SIMD
    for (int i = 0; i < n; i++) {
      double a = source_lo[i] * dt, b = source_hi[i] * dt;
      /* What is lost of the gains is shared by the processes as the rest is. */
      average_lo[i] = q->own_lo[i] + (q->gain_lo[i] - q->left_lo[i]) / max(q->x_lo[i], 1e-30);
      average_hi[i] = q->own_hi[i] + (q->gain_hi[i] - q->left_hi[i]) / max(q->x_hi[i], 1e-30);
      double old_lo = lo[i], old_hi = hi[i];
      lo[i] = (old_lo * q->decay_lo[i] + a * q->mean_lo[i]) + q->left_lo[i];
      hi[i] = (old_hi * q->decay_hi[i] + b * q->mean_hi[i]) + q->left_hi[i];
      missing_number[i] += (old_lo - lo[i]) + (old_hi - hi[i]);
      missing_energy[i] += t_lo * (old_lo - lo[i]) + t_hi * (old_hi - hi[i]);
      number[i] -= a + b;
      energy[i] -= t_lo * a + t_hi * b;
    }
    number = c->number[ENTRY_SECONDARY], energy = c->energy[ENTRY_SECONDARY];
    SIMD
    for (int i = 0; i < n; i++) {
      number[i] -= q->gain_lo[i] + q->gain_hi[i];
      energy[i] -= t_lo * q->gain_lo[i] + t_hi * q->gain_hi[i];
    }
    for (int target = 0; target < CR_TARGETS; target++) {
      if (!tables->has_target[s][target]) continue;
      number = c->number[ENTRY_FATES + tables->fate_of[s][target]], energy = c->energy[ENTRY_FATES + tables->fate_of[s][target]];
      SIMD
      for (int i = 0; i < n; i++) {
        double a = q->part_lo[target][i] * average_lo[i], b = q->part_hi[target][i] * average_hi[i];
        number[i] += a + b;
        energy[i] += t_lo * a + t_hi * b;
      }
    }
    if (escape == 0.0 && escape_hi == 0.0) continue;
    number = c->number[ENTRY_ESCAPE], energy = c->energy[ENTRY_ESCAPE];
    SIMD
    for (int i = 0; i < n; i++) {
      double a = escape * average_lo[i], b = escape_hi * average_hi[i];
      number[i] += a + b;
      energy[i] += t_lo * a + t_hi * b;
    }
  }
  settle(n, missing_number, c->number);
  settle(n, missing_energy, c->energy);
}
