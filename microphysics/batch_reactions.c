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


_Static_assert(CR_FIT == 10, "");
static inline double polynomial(const struct cr_fit *f, double r) {
  const double *c = f->c;
  double high = c[5] + r * (c[6] + r * (c[7] + r * (c[8] + r * c[9])));
  return min(max(c[0] + r * (c[1] + r * (c[2] + r * (c[3] + r * (c[4] + r * high)))), f->least), f->most);
}

static inline double target_density(const struct cr_chunk *c, int target, int i) {
  return target == TARGET_NUCLEONS ? c->n_nucleon[i] : target == TARGET_ELECTRONS ? c->n_e[i] : 1.0;
}

/* Rates times dt below which series do.  Cells in which they do take them whatever the others do, so that those do not matter to the last bit. */
static const double gentle_limit = 0.03;

/* exp(-x), E(x) = (1 - exp(-x)) / x and (1 - E(x)) / x; gentle: no x is above the limit. */
SHARED void relaxation(double x, bool gentle, double *decay, double *mean, double *rest) {
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

/* E(d) for d >= 0. */
static inline double mean_of_decay(double d) {
  double near = 1.0 - d * (1.0 / 2 - d * (1.0 / 6 - d * (1.0 / 24 - d * (1.0 / 120 - d * (1.0 / 720 - d * (1.0 / 5040))))));
  double safe = max(d, 0.01), far = vec_one_minus_exp(safe) / safe;
  return d < gentle_limit ? near : far;
}

APART void relax(int n, struct cr_reaction *restrict q) {
  SIMD
  for (int i = 0; i < n; i++) {
    double decay, mean, rest;
    relaxation(q->x_lo[i], false, &decay, &mean, &rest);
    q->decay_lo[i] = decay, q->mean_lo[i] = mean, q->rest_lo[i] = rest;
    relaxation(q->x_hi[i], false, &decay, &mean, &rest);
    q->decay_hi[i] = decay, q->mean_hi[i] = mean, q->rest_hi[i] = rest;
  }
}

/* The loss rates of a bin for one kind of target. */
APART void add_losses(int n, const struct cr_fit *f_lo, const struct cr_fit *f_hi, const double *restrict dose, int target, struct cr_reaction *restrict q) {
  SIMD
  for (int i = 0; i < n; i++) {
    double a = dose[i] * polynomial(f_lo, q->r[i]), b = dose[i] * polynomial(f_hi, q->r[i]);
    q->part_lo[target][i] = a;
    q->part_hi[target][i] = b;
    q->x_lo[i] += a;
    q->x_hi[i] += b;
  }
}

static void doses(const struct cr_chunk *c, lanes *dose) {
  for (int target = 0; target < CR_TARGETS; target++)
    for (int i = 0; i < c->n; i++) dose[target][i] = target_density(c, target, i) * c->dt;
}

static void rates(const struct cr_tables *tables, int s, struct cr_chunk *c, lanes *dose) {
  const struct cr_network *net = tables->net;
  int n = c->n;
  double dt = c->dt;
  for (int k = net->first[s]; k < net->first[s + 1]; k++) {
    const struct cr_bin_table *t = &tables->bin[k];
    struct cr_reaction *restrict q = &c->reaction[k];
    double escape = c->escape_rate == NULL ? 0.0 : c->escape_rate[k] * dt, escape_hi = c->escape_rate_hi == NULL ? 0.0 : c->escape_rate_hi[k] * dt;
    const double *restrict lo = c->lo[k], *restrict hi = c->hi[k], *restrict source_lo = c->source_lo[k], *restrict source_hi = c->source_hi[k];
    /* An empty bin that is being filled takes the shape of its source. */
    SIMD
    for (int i = 0; i < n; i++) {
      double a = lo[i], b = hi[i], from_a = source_lo[i], from_b = source_hi[i], there = a + b;
      a = there > 0.0 ? a : from_a;
      b = there > 0.0 ? b : from_b;
      q->r[i] = (b - a) / max(a + b, 1e-300);
      q->x_lo[i] = escape;
      q->x_hi[i] = escape_hi;
    }
    q->late = false;
    for (int i = 0; i < n; i++) q->gain_lo[i] = q->gain_hi[i] = q->left_lo[i] = q->left_hi[i] = 0.0;
    for (int target = 0; target < CR_TARGETS; target++)
      if (tables->has_target[s][target]) add_losses(n, &t->loss_lo[target], &t->loss_hi[target], dose[target], target, q);
    double hard = 0.0;
    _Pragma("omp simd reduction(+ : hard)")
    for (int i = 0; i < n; i++) hard += max(q->x_lo[i], q->x_hi[i]) < gentle_limit ? 0.0 : 1.0;
    q->gentle = hard == 0.0;
    c->gentle = c->gentle && q->gentle;
  }
}

/* What children are made of: the parents of both populations are u(t) = start exp(-x t/dt) + made (1 - exp(-x t/dt)) / x. */
struct parents {
  lanes average;
  /* Of them are left, if they decay as exp(-y t/dt), the sum of moment[k] y^k with moment[k] = (-1)^k times the integral of u (1 - t/dt)^k / k!. */
  lanes moment[CR_MOMENTS];
  lanes amp_lo, amp_hi, even, growing;   /* the same as exponentials, a constant and what grows evenly */
};

_Static_assert(CR_MOMENTS == 7, "");
/* The integrals of exp(-x t) (1 - t)^k / k! for k = 0, 1, ... */
struct integrals { double f0, f1, f2, f3, f4, f5, f6, f7; };

SHARED struct integrals integrals(double x) {
  struct integrals a;
  a.f7 = 1.0 / 40320 - x * (1.0 / 362880 - x * (1.0 / 3628800));
  a.f6 = 1.0 / 5040 - x * a.f7;
  a.f5 = 1.0 / 720 - x * a.f6;
  a.f4 = 1.0 / 120 - x * a.f5;
  a.f3 = 1.0 / 24 - x * a.f4;
  a.f2 = 1.0 / 6 - x * a.f3;
  a.f1 = 1.0 / 2 - x * a.f2;
  a.f0 = 1.0 - x * a.f1;
  return a;
}

APART void moments(int n, const struct cr_reaction *restrict q, const double *restrict start_lo, const double *restrict start_hi, const double *restrict made_lo,
                   const double *restrict made_hi, struct parents *restrict u) {
  SIMD
  for (int i = 0; i < n; i++) {
    double a = start_lo[i], b = start_hi[i], c = made_lo[i], d = made_hi[i];
    struct integrals l = integrals(q->x_lo[i]), h = integrals(q->x_hi[i]);
    u->average[i] = u->moment[0][i] = (a * l.f0 + b * h.f0) + (c * l.f1 + d * h.f1);
    u->moment[1][i] = -((a * l.f1 + b * h.f1) + (c * l.f2 + d * h.f2));
    u->moment[2][i] = (a * l.f2 + b * h.f2) + (c * l.f3 + d * h.f3);
    u->moment[3][i] = -((a * l.f3 + b * h.f3) + (c * l.f4 + d * h.f4));
    u->moment[4][i] = (a * l.f4 + b * h.f4) + (c * l.f5 + d * h.f5);
    u->moment[5][i] = -((a * l.f5 + b * h.f5) + (c * l.f6 + d * h.f6));
    u->moment[6][i] = (a * l.f6 + b * h.f6) + (c * l.f7 + d * h.f7);
  }
}

/* Where rates are not small. */
APART void exponentials(int n, const struct cr_reaction *restrict q, const double *restrict start_lo, const double *restrict start_hi,
                        const double *restrict made_lo, const double *restrict made_hi, struct parents *restrict u) {
  /* For very slow losses start + made t. */
  SIMD
  for (int i = 0; i < n; i++) {
    double a = made_lo[i], b = made_hi[i], x_lo = q->x_lo[i], x_hi = q->x_hi[i];
    bool slow_a = x_lo < 1e-7, slow_b = x_hi < 1e-7;
    double steady_a = slow_a ? 0.0 : a / max(x_lo, 1e-7), steady_b = slow_b ? 0.0 : b / max(x_hi, 1e-7);
    u->amp_lo[i] = start_lo[i] - steady_a;
    u->amp_hi[i] = start_hi[i] - steady_b;
    u->even[i] = steady_a + steady_b;
    u->growing[i] = (slow_a ? a : 0.0) + (slow_b ? b : 0.0);
    double all = (start_lo[i] * q->mean_lo[i] + start_hi[i] * q->mean_hi[i]) + (a * q->rest_lo[i] + b * q->rest_hi[i]);
    u->average[i] = max(x_lo, x_hi) < gentle_limit ? u->moment[0][i] : all;
  }
}

SHARED double left_of(const struct parents *restrict u, int i, double y) {
  double high = u->moment[4][i] + y * (u->moment[5][i] + y * u->moment[6][i]);
  return u->moment[0][i] + y * (u->moment[1][i] + y * (u->moment[2][i] + y * (u->moment[3][i] + y * high)));
}

/* Add the children of a bin to one of their bins, of which the rates are small. */
APART void add_gently(int n, const struct cr_yield *yield, const double *restrict r, const double *restrict dose, const struct parents *restrict u,
                      struct cr_reaction *restrict q) {
  SIMD
  for (int i = 0; i < n; i++) {
    double to_lo = dose[i] * polynomial(&yield->lo, r[i]), to_hi = dose[i] * polynomial(&yield->hi, r[i]);
    q->gain_lo[i] += to_lo * u->average[i];
    q->gain_hi[i] += to_hi * u->average[i];
    q->left_lo[i] += to_lo * left_of(u, i, q->x_lo[i]);
    q->left_hi[i] += to_hi * left_of(u, i, q->x_hi[i]);
  }
}

APART void add_fully(int n, const struct cr_yield *yield, const struct cr_reaction *restrict p, const double *restrict dose, const struct parents *restrict u,
                     struct cr_reaction *restrict q) {
  SIMD
  for (int i = 0; i < n; i++) {
    double to_lo = dose[i] * polynomial(&yield->lo, p->r[i]), to_hi = dose[i] * polynomial(&yield->hi, p->r[i]);
    double a = u->amp_lo[i], b = u->amp_hi[i], even = u->even[i], growing = u->growing[i], y_lo = q->x_lo[i], y_hi = q->x_hi[i];
    double left_lo = (a * max(p->decay_lo[i], q->decay_lo[i]) * mean_of_decay(fabs(p->x_lo[i] - y_lo)) +
                      b * max(p->decay_hi[i], q->decay_lo[i]) * mean_of_decay(fabs(p->x_hi[i] - y_lo))) +
                     (even * q->mean_lo[i] + growing * q->rest_lo[i]);
    double left_hi = (a * max(p->decay_lo[i], q->decay_hi[i]) * mean_of_decay(fabs(p->x_lo[i] - y_hi)) +
                      b * max(p->decay_hi[i], q->decay_hi[i]) * mean_of_decay(fabs(p->x_hi[i] - y_hi))) +
                     (even * q->mean_hi[i] + growing * q->rest_hi[i]);
    bool gentle = max(max(p->x_lo[i], p->x_hi[i]), max(y_lo, y_hi)) < gentle_limit;
    double near_lo = left_of(u, i, y_lo), near_hi = left_of(u, i, y_hi);
    q->gain_lo[i] += to_lo * u->average[i];
    q->gain_hi[i] += to_hi * u->average[i];
    q->left_lo[i] += to_lo * (gentle ? near_lo : max(left_lo, 0.0));
    q->left_hi[i] += to_hi * (gentle ? near_hi : max(left_hi, 0.0));
  }
}

/* Children of bin k of the chunk, whose populations are start_lo, start_hi with a source and gains made.  Where the child has had its turn (bins below
 * `done`), what it gets is late. */
static void produce(const struct cr_tables *tables, int k, int done, struct cr_chunk *c, lanes *dose, const double *start_lo,
                    const double *start_hi, const double *made_lo, const double *made_hi) {
  const struct cr_reaction *p = &c->reaction[k];
  int n = c->n;
  struct parents u;
  moments(n, p, start_lo, start_hi, made_lo, made_hi, &u);
  if (!c->gentle) exponentials(n, p, start_lo, start_hi, made_lo, made_hi, &u);
  for (int y = tables->first_yield[k]; y < tables->first_yield[k + 1]; y++) {
    const struct cr_yield *yield = &tables->yield[y];
    int child = yield->child;
    struct cr_reaction *q = &c->reaction[child];
    lanes before_lo, before_hi;
    bool late = child < done && tables->first_yield[child] < tables->first_yield[child + 1];
    if (late) memcpy(before_lo, q->gain_lo, sizeof before_lo), memcpy(before_hi, q->gain_hi, sizeof before_hi);
    if (p->gentle && q->gentle) add_gently(n, yield, p->r, dose[yield->target], &u, q);
    else add_fully(n, yield, p, dose[yield->target], &u, q);
    for (int i = 0; i < n && late; i++) {
      q->late_lo[i] = (q->late ? q->late_lo[i] : 0.0) + (q->gain_lo[i] - before_lo[i]);
      q->late_hi[i] = (q->late ? q->late_hi[i] : 0.0) + (q->gain_hi[i] - before_hi[i]);
    }
    q->late = q->late || late;
  }
}

/* Particles that came to a species after its turn make children as well.  Each round takes the loop once more, of which a round of
 * B -> 10Be -> B gives back 5% at most.  Those that are few beside what is there do not count
 * (where losses are slow: else they may be what is left). */
static void produce_late(const struct cr_tables *tables, struct cr_chunk *c, lanes *dose) {
  enum { ROUNDS = 3 };
  static const double few = 1e-8;
  static const lanes nothing;
  lanes made_lo, made_hi;
  int n = c->n, bins = cr_network_bins(tables->net);
  for (int round = 0; round < ROUNDS; round++)
    for (int k = 0; k < bins; k++) {
      struct cr_reaction *restrict p = &c->reaction[k];
      if (!p->late) continue;
      const double *restrict lo = c->lo[k], *restrict hi = c->hi[k];
      double sum = 0.0;
      _Pragma("omp simd reduction(+ : sum)")
      for (int i = 0; i < n; i++) {
        double a = p->late_lo[i], b = p->late_hi[i], all = (lo[i] + hi[i]) + (p->gain_lo[i] + p->gain_hi[i]);
        bool count = a + b > few * all || max(p->x_lo[i], p->x_hi[i]) > gentle_limit;
        made_lo[i] = count ? a : 0.0;
        made_hi[i] = count ? b : 0.0;
        sum += count ? 1.0 : 0.0;
      }
      p->late = false;
      if (sum > 0.0) produce(tables, k, bins, c, dose, nothing, nothing, made_lo, made_hi);
    }
}

void cr_batch_produce(const struct cr_tables *tables, struct cr_chunk *c) {
  const struct cr_network *net = tables->net;
  int n = c->n;
  double dt = c->dt;
  lanes dose[CR_TARGETS], made_lo, made_hi;
  c->gentle = true;
  doses(c, dose);
  for (int s = 0; s < net->count; s++) rates(tables, s, c, dose);
  for (int k = 0; k < cr_network_bins(net) && !c->gentle; k++) relax(n, &c->reaction[k]);
  for (int s = 0; s < net->count; s++)
    for (int k = net->first[s]; k < net->first[s + 1]; k++) {
      const struct cr_reaction *restrict p = &c->reaction[k];
      const double *restrict source_lo = c->source_lo[k], *restrict source_hi = c->source_hi[k];
      if (tables->first_yield[k] == tables->first_yield[k + 1]) continue;
      SIMD
      for (int i = 0; i < n; i++) {
        made_lo[i] = source_lo[i] * dt + p->gain_lo[i];
        made_hi[i] = source_hi[i] * dt + p->gain_hi[i];
      }
      produce(tables, k, net->first[s + 1], c, dose, c->lo[k], c->hi[k], made_lo, made_hi);
    }
  if (tables->loop) produce_late(tables, c, dose);
}

/* What has changed (missing, differences of populations: exact) less what is booked goes to the entries of reactions in proportion: without it
 * the rounding of the same factor exp(-x), the same in every step, would add up. */
static void settle(int n, const bool *used, double *missing, lanes *entry) {
  lanes size = {0};
  for (int e = ENTRY_FATES; e < ENTRY_THERMAL; e++) {
    const double *x = entry[e];
    if (!used[e]) continue;
    SIMD
    for (int i = 0; i < n; i++) missing[i] -= x[i], size[i] += fabs(x[i]);
  }
  SIMD
  for (int i = 0; i < n; i++) missing[i] = size[i] > 0.0 ? missing[i] / max(size[i], 1e-300) : 0.0;
  for (int e = ENTRY_FATES; e < ENTRY_THERMAL; e++) {
    double *x = entry[e];
    if (!used[e]) continue;
    SIMD
    for (int i = 0; i < n; i++) x[i] += missing[i] * fabs(x[i]);
  }
}

/* Of a species: what is not booked yet, and of a bin the averages of both populations over the step. */
struct changes { lanes number, energy, average_lo, average_hi; };

SHARED void advance(int n, bool gentle, double dt, double t_lo, double t_hi, const struct cr_reaction *restrict q, const double *restrict source_lo,
                    const double *restrict source_hi, double *restrict lo, double *restrict hi, struct changes *restrict of) {
  SIMD
  for (int i = 0; i < n; i++) {
    double a = source_lo[i] * dt, b = source_hi[i] * dt, old_lo = lo[i], old_hi = hi[i], decay, mean, rest;
    double inverse_lo = 1.0 / max(q->x_lo[i], 1e-30), inverse_hi = 1.0 / max(q->x_hi[i], 1e-30);
    /* What is lost of the gains is shared by the processes as the rest is. */
    if (gentle) relaxation(q->x_lo[i], true, &decay, &mean, &rest);
    else decay = q->decay_lo[i], mean = q->mean_lo[i], rest = q->rest_lo[i];
    lo[i] = (old_lo * decay + a * mean) + q->left_lo[i];
    of->average_lo[i] = (old_lo * mean + a * rest) + (q->gain_lo[i] - q->left_lo[i]) * inverse_lo;
    if (gentle) relaxation(q->x_hi[i], true, &decay, &mean, &rest);
    else decay = q->decay_hi[i], mean = q->mean_hi[i], rest = q->rest_hi[i];
    hi[i] = (old_hi * decay + b * mean) + q->left_hi[i];
    of->average_hi[i] = (old_hi * mean + b * rest) + (q->gain_hi[i] - q->left_hi[i]) * inverse_hi;
    of->number[i] += (old_lo - lo[i]) + (old_hi - hi[i]);
    of->energy[i] += t_lo * (old_lo - lo[i]) + t_hi * (old_hi - hi[i]);
  }
}

APART void advance_gently(int n, double dt, double t_lo, double t_hi, const struct cr_reaction *q, const double *source_lo, const double *source_hi, double *lo,
                          double *hi, struct changes *of) {
  advance(n, true, dt, t_lo, t_hi, q, source_lo, source_hi, lo, hi, of);
}

APART void advance_fully(int n, double dt, double t_lo, double t_hi, const struct cr_reaction *q, const double *source_lo, const double *source_hi, double *lo,
                         double *hi, struct changes *of) {
  advance(n, false, dt, t_lo, t_hi, q, source_lo, source_hi, lo, hi, of);
}

/* a and b of both populations, times the weight, are lost to an entry. */
static void take(struct cr_chunk *c, int entry, double weight, double t_lo, double t_hi, const double *restrict a, const double *restrict b) {
  double *restrict number = c->number[entry], *restrict energy = c->energy[entry];
  SIMD
  for (int i = 0; i < c->n; i++) {
    number[i] += weight * (a[i] + b[i]);
    energy[i] += weight * (t_lo * a[i] + t_hi * b[i]);
  }
}

void cr_batch_react(const struct cr_tables *tables, int s, struct cr_chunk *c) {
  const struct cr_network *net = tables->net;
  int n = c->n;
  struct changes of = {.number = {0}, .energy = {0}};
  for (int k = net->first[s]; k < net->first[s + 1]; k++) {
    struct cr_reaction *q = &c->reaction[k];
    double t_lo = net->bin[k].t_lo, t_hi = net->bin[k].t_hi;
    double escape = c->escape_rate == NULL ? 0.0 : c->escape_rate[k] * c->dt, escape_hi = c->escape_rate_hi == NULL ? 0.0 : c->escape_rate_hi[k] * c->dt;
    (q->gentle ? advance_gently : advance_fully)(n, c->dt, t_lo, t_hi, q, c->source_lo[k], c->source_hi[k], c->lo[k], c->hi[k], &of);
    if (c->sources) take(c, ENTRY_SOURCE, -c->dt, t_lo, t_hi, c->source_lo[k], c->source_hi[k]);
    if (tables->used[s][ENTRY_SECONDARY]) take(c, ENTRY_SECONDARY, -1.0, t_lo, t_hi, q->gain_lo, q->gain_hi);
    for (int target = 0; target < CR_TARGETS; target++) {
      if (!tables->has_target[s][target]) continue;
      lanes lost_lo, lost_hi;
      SIMD
      for (int i = 0; i < n; i++) {
        lost_lo[i] = q->part_lo[target][i] * of.average_lo[i];
        lost_hi[i] = q->part_hi[target][i] * of.average_hi[i];
      }
      take(c, ENTRY_FATES + tables->fate_of[s][target], 1.0, t_lo, t_hi, lost_lo, lost_hi);
    }
    if (escape == 0.0 && escape_hi == 0.0) continue;
    SIMD
    for (int i = 0; i < n; i++) {
      of.average_lo[i] *= escape;
      of.average_hi[i] *= escape_hi;
    }
    take(c, ENTRY_ESCAPE, 1.0, t_lo, t_hi, of.average_lo, of.average_hi);
  }
  settle(n, tables->used[s], of.number, c->number);
  settle(n, tables->used[s], of.energy, c->energy);
}
