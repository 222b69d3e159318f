/* The batched update: chunks of cells, and the ledger. */
#include "microphysics/batch.h"

#include "base/memory.h"
#include "microphysics/batch_tables.h"
#include "microphysics/vecmath.h"

#include <math.h>
#include <string.h>


const char *cr_entry_name(int entry) {
  static const char *const rest[] = {"secondary", "source", "escape", "thermal", "top", "inflow"};
  if (entry < LOSS_COUNT) return cr_losses[entry].name;
  if (entry < ENTRY_SECONDARY) return cr_fates[entry - ENTRY_FATES].name;
  return rest[entry - ENTRY_SECONDARY];
}

/* m of the n values into padded lanes; the lanes beyond take `fill`. */
static void load(double *lane, const double *from, int m, int padded, double fill) {
  if (from != NULL) memcpy(lane, from, (size_t)m * sizeof *lane);
  else memset(lane, 0, (size_t)m * sizeof *lane);
  for (int i = m; i < padded; i++) lane[i] = fill;
}

static const double *shifted(const double *p, int by) { return p == NULL ? NULL : p + by; }

static void load_env(struct cr_chunk *c, const struct cr_tables *t, const struct cr_batch_env *env, int at, int m) {
  int n = c->n;
  load(c->n_e, shifted(env->n_e, at), m, n, 0.0);
  load(c->n_n, shifted(env->n_n, at), m, n, 0.0);
  load(c->n_nucleon, shifted(env->n_nucleon, at), m, n, 0.0);
  load(c->div_u, shifted(env->div_u, at), m, n, 0.0);
  load(c->bb_grad_u, shifted(env->bb_grad_u, at), m, n, 0.0);
  load(c->waves, shifted(env->v_alfven, at), m, n, 0.0);
  load(c->streaming_rate, shifted(env->streaming_rate, at), m, n, 0.0);
  load(c->x_thermal3, shifted(env->temperature_K, at), m, n, 0.0);
  load(c->amp[AMP_SYNCHROTRON], shifted(env->u_b, at), m, n, 0.0);
  for (int b = 0; b < t->opt.loss.bands; b++) load(c->amp[AMP_BAND + b], shifted(env->u_rad[b], at), m, n, 0.0);
  for (int i = 0; i < n; i++) {
    double x2 = 0.0286 * 0.0286 * c->x_thermal3[i] / 2e6;
    c->x_thermal3[i] = x2 * sqrt(x2);
    c->amp[AMP_COULOMB][i] = c->amp[AMP_BREMS][i] = c->n_e[i];
    c->amp[AMP_COULOMB_LOG][i] = c->n_e[i] * vec_log(max(c->n_e[i], 1e-30));
    c->amp[AMP_ION][i] = c->amp[AMP_BREMS_NEUTRAL][i] = c->n_n[i];
    c->waves2[i] = c->waves[i] * c->waves[i];
  }
  for (int i = 0; env->nu_factor != NULL && i < m; i++) c->waves[i] *= env->nu_factor[at + i], c->waves2[i] *= env->nu_factor[at + i];
}

/* Sum over the lanes (those beyond the cells are zero), eight at a time. */
static double lane_sum(int n, const double *x) {
  double part[8] = {0};
  for (int i = 0; i < n; i += 8)
    for (int k = 0; k < 8; k++) part[k] += x[i + k];
  return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
}

/* Entries from `first` to before `end`. */
static void book(struct cr_chunk *c, int m, int at, int first, int end, const bool *used, struct cr_ledger *ledger, double *const *energy) {
  for (int e = first; e < end; e++) {
    if (!used[e]) continue;
    if (ledger != NULL) {
      sum_add(&ledger->number[e], lane_sum(c->n, c->number[e]));
      sum_add(&ledger->energy[e], lane_sum(c->n, c->energy[e]));
    }
    if (energy != NULL && energy[e] != NULL)
      for (int i = 0; i < m; i++) energy[e][at + i] += c->energy[e][i];
    memset(c->number[e], 0, sizeof c->number[e]);
    memset(c->energy[e], 0, sizeof c->energy[e]);
  }
}

void cr_batch_step(const struct cr_tables *tables, int n, double dt, enum cr_order order, const struct cr_batch_env *env,
                   double *const *lo, double *const *hi, struct cr_ledger *ledger, double *const *energy) {
  const struct cr_network *net = tables->net;
  int bins = cr_network_bins(net);
  lanes *store = memory_get_raw((size_t)bins * 7 * sizeof *store);
  struct cr_chunk *c = memory_get(sizeof *c);
  *c = (struct cr_chunk){.dt = dt, .nu0 = env->nu0, .escape_rate = env->escape_rate, .sources = env->source_lo != NULL || env->source_hi != NULL};
  c->escape_rate_hi = env->escape_rate_hi == NULL ? env->escape_rate : env->escape_rate_hi;
  if (env->chi != NULL) c->chi = store + 4 * bins;
  if (env->mu != NULL) c->mu = store + 5 * bins;
  if (env->drift_div != NULL) c->drift_div = store + 6 * bins;
  c->lo = store, c->hi = store + bins, c->source_lo = store + 2 * bins, c->source_hi = store + 3 * bins;
  c->reaction = memory_get_raw((size_t)bins * sizeof *c->reaction);

  for (int at = 0; at < n; at += CR_LANES) {
    int m = n - at < CR_LANES ? n - at : CR_LANES;
    c->n = (m + 7) / 8 * 8;
    load_env(c, tables, env, at, m);
    for (int k = 0; k < bins; k++) {
      load(c->lo[k], lo[k] + at, m, c->n, 0.0);
      load(c->hi[k], hi[k] + at, m, c->n, 0.0);
      /* Where there are none they are zero from the first chunk on. */
      if (env->source_lo != NULL || at == 0) load(c->source_lo[k], env->source_lo == NULL ? NULL : env->source_lo[k] + at, m, c->n, 0.0);
      if (env->source_hi != NULL || at == 0) load(c->source_hi[k], env->source_hi == NULL ? NULL : env->source_hi[k] + at, m, c->n, 0.0);
      if (c->chi != NULL) load(c->chi[k], env->chi[k] + at, m, c->n, 1.0 / 3.0);
      if (c->mu != NULL) load(c->mu[k], env->mu[k] + at, m, c->n, 0.0);
      if (c->drift_div != NULL) load(c->drift_div[k], env->drift_div[k] + at, m, c->n, 0.0);
    }
    for (int half = 0; half < 2; half++) {
      bool move = (half == 0) == (order == CR_MOMENTUM_FIRST);
      if (!move) cr_batch_produce(tables, c);
      for (int s = 0; s < net->count; s++) {
        struct cr_ledger *out = ledger == NULL ? NULL : &ledger[s];
        if (move) {
          cr_batch_momentum(tables, s, c);
          book(c, m, at, 0, LOSS_COUNT, tables->used[s], out, energy);
          book(c, m, at, ENTRY_THERMAL, ENTRY_COUNT, tables->used[s], out, energy);
        } else {
          cr_batch_react(tables, s, c);
          book(c, m, at, ENTRY_FATES, ENTRY_THERMAL, tables->used[s], out, energy);
        }
      }
    }
    for (int k = 0; k < bins; k++) {
      memcpy(lo[k] + at, c->lo[k], (size_t)m * sizeof(double));
      memcpy(hi[k] + at, c->hi[k], (size_t)m * sizeof(double));
    }
  }
  memory_free(store);
  memory_free(c->reaction);
  memory_free(c);
}
