/* Catastrophic losses, escape, secondaries and sources of one species in a chunk of cells: du/dt = source - rate u, exact for rates and
 * sources that are constant over the step.  Species are taken in the order of production, so the mean populations of the parents are
 * known when their children come. */
#include "microphysics/batch_tables.h"

#include "microphysics/vecmath.h"

#include <string.h>

#define SIMD _Pragma("omp simd")

_Static_assert(CR_FIT == 8, "");
static inline double polynomial(const double c[CR_FIT], double r) {
  return c[0] + r * (c[1] + r * (c[2] + r * (c[3] + r * (c[4] + r * (c[5] + r * (c[6] + r * c[7]))))));
}

static inline double target_density(const struct cr_chunk *c, int target, int i) {
  return target == TARGET_NUCLEONS ? c->n_nucleon[i] : target == TARGET_ELECTRONS ? c->n_e[i] : 1.0;
}

/* E(x) = (1 - exp(-x)) / x and (1 - E(x)) / x. */
static inline void relaxation(double x, double *decay, double *mean, double *rest) {
  double small = x * (1.0 / 2 - x * (1.0 / 6 - x * (1.0 / 24 - x * (1.0 / 120 - x * (1.0 / 720 - x * (1.0 / 5040 - x * (1.0 / 40320)))))));
  double small_rest = 1.0 / 2 - x * (1.0 / 6 - x * (1.0 / 24 - x * (1.0 / 120 - x * (1.0 / 720 - x * (1.0 / 5040)))));
  double safe = max(x, 0.01), lost = vec_one_minus_exp(safe), e = lost / safe, far = vec_exp(-x), m = x < 0.03 ? 1.0 - small : e;
  double near = 1.0 - x * m, other = (1.0 - e) / safe;
  *mean = m;
  *rest = x < 0.03 ? small_rest : other;
  *decay = x < 0.7 ? near : far;
}

void cr_batch_reactions(const struct cr_tables *tables, int s, struct cr_chunk *c) {
  const struct cr_network *net = tables->net;
  int at = net->first[s], n = c->n;
  double dt = c->dt, density[CR_TARGETS][CR_LANES];
  for (int target = 0; target < CR_TARGETS; target++)
    for (int i = 0; i < n; i++) density[target][i] = target_density(c, target, i);

  for (int k = at; k < at + net->nbin[s]; k++) {
    const struct cr_bin_table *t = &tables->bin[k];
    double t_lo = net->bin[k].t_lo, t_hi = net->bin[k].t_hi;
    double escape = c->escape_rate == NULL ? 0.0 : c->escape_rate[k], escape_hi = c->escape_rate_hi == NULL ? 0.0 : c->escape_rate_hi[k];
    double r[CR_LANES], rate_lo[CR_LANES], rate_hi[CR_LANES], mean_lo[CR_LANES], mean_hi[CR_LANES], sum[CR_LANES];
    double part_lo[CR_TARGETS][CR_LANES], part_hi[CR_TARGETS][CR_LANES];
    double *restrict lo = c->lo[k], *restrict hi = c->hi[k];
    const double *source_lo = c->source_lo[k], *source_hi = c->source_hi[k];
    /* An empty bin that is being filled takes the shape of its source. */
    SIMD
    for (int i = 0; i < n; i++) {
      double a = lo[i], b = hi[i], from_a = source_lo[i], from_b = source_hi[i], there = a + b;
      a = there > 0.0 ? a : from_a;
      b = there > 0.0 ? b : from_b;
      r[i] = (b - a) / max(a + b, 1e-300);
      rate_lo[i] = escape;
      rate_hi[i] = escape_hi;
    }
    for (int target = 0; target < CR_TARGETS; target++) {
      if (!tables->has_target[s][target]) continue;
      const double *f_lo = t->loss_lo[target], *f_hi = t->loss_hi[target], *d = density[target];
      SIMD
      for (int i = 0; i < n; i++) {
        part_lo[target][i] = d[i] * max(polynomial(f_lo, r[i]), 0.0);
        part_hi[target][i] = d[i] * max(polynomial(f_hi, r[i]), 0.0);
        rate_lo[i] += part_lo[target][i];
        rate_hi[i] += part_hi[target][i];
      }
    }
    SIMD
    for (int i = 0; i < n; i++) {
      double decay, mean, rest;
      relaxation(rate_lo[i] * dt, &decay, &mean, &rest);
      mean_lo[i] = lo[i] * mean + source_lo[i] * dt * rest;
      lo[i] = lo[i] * decay + source_lo[i] * dt * mean;
      relaxation(rate_hi[i] * dt, &decay, &mean, &rest);
      mean_hi[i] = hi[i] * mean + source_hi[i] * dt * rest;
      hi[i] = hi[i] * decay + source_hi[i] * dt * mean;
      sum[i] = (mean_lo[i] + mean_hi[i]) * dt;
    }
    for (int target = 0; target < CR_TARGETS; target++) {
      if (!tables->has_target[s][target]) continue;
      double *number = c->number[ENTRY_FATES + tables->fate_of[s][target]], *energy = c->energy[ENTRY_FATES + tables->fate_of[s][target]];
      SIMD
      for (int i = 0; i < n; i++) {
        double a = part_lo[target][i] * mean_lo[i] * dt, b = part_hi[target][i] * mean_hi[i] * dt;
        number[i] += a + b;
        energy[i] += t_lo * a + t_hi * b;
      }
    }
    SIMD
    for (int i = 0; i < n; i++) {
      double a = escape * mean_lo[i] * dt, b = escape_hi * mean_hi[i] * dt;
      c->number[ENTRY_ESCAPE][i] += a + b;
      c->energy[ENTRY_ESCAPE][i] += t_lo * a + t_hi * b;
    }
    /* sum: parents times time.  Children are added as sources per second. */
    SIMD
    for (int i = 0; i < n; i++) sum[i] /= dt;
    for (int y = tables->first_yield[k]; y < tables->first_yield[k + 1]; y++) {
      const struct cr_yield *yield = &tables->yield[y];
      const double *d = density[yield->target];
      bool late = yield->child < at;
      double *to_lo = late ? c->late_lo[yield->child] : c->source_lo[yield->child];
      double *to_hi = late ? c->late_hi[yield->child] : c->source_hi[yield->child];
      SIMD
      for (int i = 0; i < n; i++) {
        double parents = sum[i] * d[i];
        to_lo[i] += parents * max(polynomial(yield->lo, r[i]), 0.0);
        to_hi[i] += parents * max(polynomial(yield->hi, r[i]), 0.0);
      }
    }
  }
}
