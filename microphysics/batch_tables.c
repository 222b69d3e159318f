/* Filling the tables of the batched update from the scalar functions. */
#include "microphysics/batch_tables.h"

#include "base/memory.h"
#include "base/minmax.h"
#include "microphysics/constants.h"

#include <math.h>
#include <string.h>

void cr_batch_defaults(struct cr_batch_options *opt) {
  memset(opt, 0, sizeof *opt);
  cr_loss_defaults(&opt->loss);
  cr_fate_defaults(&opt->fate);
  cr_secondary_defaults(&opt->secondary);
  opt->inflow = CR_INFLOW_ZERO;
  opt->nu_slope = 0.5;
}

/* The parabola through three points. */
static struct cr_parabola through(const double x[3], const double y[3]) {
  double first = (y[1] - y[0]) / (x[1] - x[0]), second = (y[2] - y[1]) / (x[2] - x[1]), b = (second - first) / (x[2] - x[0]);
  struct cr_parabola f = {.b = b, .a = first - b * (x[0] + x[1])};
  f.k = y[0] - x[0] * (f.a + b * x[0]);
  return f;
}

/* That through the rate at both edges and the centre; log_term: the part proportional to n_e ln n_e. */
static struct cr_parabola parabola(const struct cr_tables *t, const struct cr_species *s, const struct cr_bin *b, enum cr_loss_id id,
                                   const struct cr_env *env, bool log_term) {
  double x[3] = {b->p_lo, sqrt(b->p_lo * b->p_hi), b->p_hi}, y[3];
  for (int i = 0; i < 3; i++) {
    y[i] = cr_loss_rate(id, env, &t->opt.loss, s, 0, x[1], x[i]);
    if (log_term) {
      struct cr_env more = *env;
      more.n_e = exp(1.0);
      y[i] = cr_loss_rate(id, &more, &t->opt.loss, s, 0, x[1], x[i]) / more.n_e - y[i];
    }
  }
  struct cr_parabola f = through(x, y);
  f.power_lo = y[0] * cr_beta(x[0], b->mass);
  f.power_hi = y[2] * cr_beta(x[2], b->mass);
  return f;
}

static struct cr_parabola sum_of(const struct cr_parabola *f, const struct cr_parabola *g) {
  return (struct cr_parabola){f->k + g->k, f->a + g->a, f->b + g->b, f->power_lo + g->power_lo, f->power_hi + g->power_hi};
}

static void lepton_bin(const struct cr_tables *t, const struct cr_species *s, const struct cr_bin *b, struct cr_bin_table *out) {
  struct cr_env electrons = {.n_e = 1.0}, neutral = {.n_n = 1.0}, field = {.u_b = 1.0};
  out->parabola[AMP_COULOMB] = parabola(t, s, b, LOSS_COULOMB, &electrons, false);
  out->parabola[AMP_COULOMB_LOG] = parabola(t, s, b, LOSS_COULOMB, &electrons, true);
  out->parabola[AMP_ION] = parabola(t, s, b, LOSS_IONISATION, &neutral, false);
  out->parabola[AMP_BREMS] = parabola(t, s, b, LOSS_BREMSSTRAHLUNG, &electrons, false);
  out->parabola[AMP_BREMS_NEUTRAL] = parabola(t, s, b, LOSS_BREMSSTRAHLUNG, &neutral, false);
  out->on_electrons = sum_of(&out->parabola[AMP_COULOMB], &out->parabola[AMP_BREMS]);
  out->on_neutral = sum_of(&out->parabola[AMP_ION], &out->parabola[AMP_BREMS_NEUTRAL]);
  out->parabola[AMP_SYNCHROTRON] = parabola(t, s, b, LOSS_SYNCHROTRON, &field, false);
  for (int i = 0; i < t->opt.loss.bands; i++) {
    struct cr_env light = {.n_e = 0.0};
    light.u_rad[i] = 1.0;
    out->parabola[AMP_BAND + i] = parabola(t, s, b, LOSS_INVERSE_COMPTON, &light, false);
  }
}

static void hadron_bin(const struct cr_tables *t, const struct cr_species *s, const struct cr_bin *b, struct cr_bin_table *out) {
  double p = sqrt(b->p_lo * b->p_hi), m = b->mass, shape = 1.0 + m * m / (p * p);
  struct cr_env one = {.n_e = 1.0}, e = {.n_e = exp(1.0)}, neutral = {.n_n = 1.0};
  out->coulomb = cr_loss_rate(LOSS_COULOMB, &one, &t->opt.loss, s, 0, p, p) / shape;
  out->coulomb_log = cr_loss_rate(LOSS_COULOMB, &e, &t->opt.loss, s, 0, p, p) / shape / exp(1.0) - out->coulomb;
  if (!t->opt.loss.coulomb_full) out->coulomb_log = 0.0;
  out->ionised_share = cr_loss_rate(LOSS_IONISATION, &neutral, &t->opt.loss, s, 0, p, p) / shape;
  out->power_lo = cr_beta(b->p_lo, m) * (1.0 + m * m / (b->p_lo * b->p_lo));
  out->power_hi = cr_beta(b->p_hi, m) * (1.0 + m * m / (b->p_hi * b->p_hi));
  double x[3] = {b->p_lo, p, b->p_hi}, y[3];
  for (int i = 0; i < 3; i++) y[i] = 1.0 + m * m / (x[i] * x[i]);
  out->fast = b->p_lo > 5.0 * m;
  out->shape = through(x, y);
  out->beta3 = pow(cr_beta(p, m), 3);
}

/* Polynomials in r through the values at these slopes, which are dense where spectra are, and the range of values at all of these. */
static const double fit_slope[CR_FIT] = {-25.0, -6.0, -3.0, -2.0, -1.3, -0.3, 1.0, 3.0, 8.0, 40.0};
enum { CR_SCAN = CR_FIT + 8 };
static const double scan_slope[CR_SCAN - CR_FIT] = {-60.0, -12.0, -4.0, 2.0, 5.0, 12.0, 20.0, 80.0};

static double slope_of(int i) { return i < CR_FIT ? fit_slope[i] : scan_slope[i - CR_FIT]; }

static void fit_points(const struct cr_bin *b, double r[CR_FIT]) {
  for (int i = 0; i < CR_FIT; i++) {
    double lo, hi;
    cr_bin_from_slope(b, fit_slope[i], 1.0, &lo, &hi);
    r[i] = hi - lo;
  }
}

/* Newton's divided differences, then expansion; y: at the slopes of slope_of. */
static void fit(const double r[CR_FIT], const double y[CR_SCAN], struct cr_fit *f) {
  double d[CR_FIT], *c = f->c;
  memcpy(d, y, sizeof d);
  for (int k = 1; k < CR_FIT; k++)
    for (int i = CR_FIT - 1; i >= k; i--) d[i] = (d[i] - d[i - 1]) / (r[i] - r[i - k]);
  memset(c, 0, CR_FIT * sizeof *c);
  for (int k = CR_FIT - 1; k >= 0; k--) {
    for (int i = CR_FIT - 1; i > 0; i--) c[i] = c[i - 1] - r[k] * c[i];
    c[0] = d[k] - r[k] * c[0];
  }
  f->least = f->most = y[0];
  for (int i = 1; i < CR_SCAN; i++) {
    f->least = min(f->least, y[i]);
    f->most = max(f->most, y[i]);
  }
}

/* Loss rates of the two populations: averages of the rate with the weights (T_hi - T) and (T - T_lo) over the spectrum.  At the
 * threshold of pion production the bin is cut in two. */
static void loss_rates(const struct cr_tables *t, const struct cr_species *s, const struct cr_bin *b, double slope, enum cr_fate_id id,
                       double *lo, double *hi) {
  double cut = log(cr_momentum(PION_THRESHOLD_GeV, b->mass) * (1.0 + 1e-14) / b->p_lo), ends[3] = {0.0, 0.0, b->width};
  double sum_lo = 0.0, sum_hi = 0.0, rate_lo = 0.0, rate_hi = 0.0;
  ends[1] = id == FATE_PIONIC ? fmin(fmax(cut, 0.0), b->width) : 0.0;
  for (int piece = 0; piece < 2; piece++) {
    double l[CR_NODES], w[CR_NODES], part = cr_bin_fraction(b, slope, ends[piece], ends[piece + 1]);
    if (!(part > 0.0)) continue;
    cr_bin_nodes(slope, ends[piece], ends[piece + 1], l, w);
    for (int i = 0; i < CR_NODES; i++) {
      double p = b->p_lo * exp(l[i]), rate = cr_fate_unit_rate(id, &t->opt.fate, s, p);
      double up = part * w[i] * cr_kinetic_rise(b->p_lo, p, b->mass, expm1(2.0 * l[i]));
      double down = -part * w[i] * cr_kinetic_rise(b->p_hi, p, b->mass, expm1(2.0 * (l[i] - b->width)));
      sum_lo += down, sum_hi += up, rate_lo += rate * down, rate_hi += rate * up;
    }
  }
  *lo = rate_lo / sum_lo;
  *hi = rate_hi / sum_hi;
}

static void fate_tables(struct cr_tables *t, int s) {
  const struct cr_network *net = t->net;
  const struct cr_species *species = &net->species[s];
  for (int id = 0; id < FATE_COUNT; id++) {
    if (cr_fate_unit_rate((enum cr_fate_id)id, &t->opt.fate, species, 10.0 * species->mass_GeV) == 0.0) continue;
    int target = cr_fates[id].target;
    t->has_target[s][target] = true;
    t->fate_of[s][target] = id;
    t->used[s][ENTRY_FATES + id] = true;
    for (int k = net->first[s]; k < net->first[s + 1]; k++) {
      double lo[CR_SCAN], hi[CR_SCAN], r[CR_FIT];
      fit_points(&net->bin[k], r);
      for (int i = 0; i < CR_SCAN; i++)
        loss_rates(t, species, &net->bin[k], slope_of(i), (enum cr_fate_id)id, &lo[i], &hi[i]);
      fit(r, lo, &t->bin[k].loss_lo[target]);
      fit(r, hi, &t->bin[k].loss_hi[target]);
    }
  }
}

/* All yields that are not zero, by bins of the parents. */
static void yield_tables(struct cr_tables *t) {
  const struct cr_network *net = t->net;
  int bins = cr_network_bins(net), count = 0, size = 0;
  struct cr_production prod = {net, &t->opt.fate, &t->opt.secondary};
  struct cr_channel channel[CR_MAX_CHANNELS];
  int channels = t->opt.secondary.scale == 0.0 ? 0 : cr_channels(&prod, channel);
  for (int c = 0; c < channels; c++) size += net->nbin[channel[c].parent] * net->nbin[channel[c].child];
  t->yield = memory_get((size_t)size * sizeof *t->yield);
  t->first_yield = memory_get((size_t)(bins + 1) * sizeof *t->first_yield);
  for (int s = 0; s < net->count; s++)
    for (int k = 0; k < net->nbin[s]; k++) {
      const struct cr_bin *b = &net->bin[net->first[s] + k];
      double r[CR_FIT];
      fit_points(b, r);
      for (int c = 0; c < channels; c++) {
        if (channel[c].parent != s) continue;
        for (int j = 0; j < net->nbin[channel[c].child]; j++) {
          double lo[CR_SCAN], hi[CR_SCAN], most = 0.0;
          for (int i = 0; i < CR_SCAN; i++) {
            cr_channel_yield(&prod, &channel[c], k, slope_of(i), j, &lo[i], &hi[i]);
            most = fmax(most, lo[i] + hi[i]);
          }
          if (most == 0.0) continue;
          struct cr_yield *y = &t->yield[count++];
          y->child = net->first[channel[c].child] + j;
          y->target = channel[c].target;
          t->loop = t->loop || channel[c].child <= s;
          t->used[channel[c].child][ENTRY_SECONDARY] = true;
          fit(r, lo, &y->lo);
          fit(r, hi, &y->hi);
        }
      }
      t->first_yield[net->first[s] + k + 1] = count;
    }
}

struct cr_tables *cr_tables_create(const struct cr_network *net, const struct cr_batch_options *opt) {
  struct cr_tables *t = memory_get(sizeof *t);
  t->net = net;
  t->opt = *opt;
  t->bin = memory_get((size_t)cr_network_bins(net) * sizeof *t->bin);
  for (int s = 0; s < net->count; s++) {
    const struct cr_species *species = &net->species[s];
    for (int e = 0; e < ENTRY_COUNT; e++) t->used[s][e] = e < LOSS_BREMSSTRAHLUNG || (e < LOSS_COUNT && species->kind == CR_LEPTON) || e >= ENTRY_SOURCE;
    for (int k = net->first[s]; k < net->first[s + 1]; k++) {
      const struct cr_bin *b = &net->bin[k];
      struct cr_bin_table *out = &t->bin[k];
      if (species->kind == CR_LEPTON) lepton_bin(t, species, b, out);
      else hadron_bin(t, species, b, out);
      double p = sqrt(b->p_lo * b->p_hi), beta = cr_beta(p, b->mass), v = beta * SPEED_OF_LIGHT_cm_s;
      out->pv_lo = b->p_lo * cr_beta(b->p_lo, b->mass);
      out->pv_hi = b->p_hi * cr_beta(b->p_hi, b->mass);
      out->nu_over_v = beta * pow(p / species->z, -opt->nu_slope) / v;
      out->nu_over_v2 = out->nu_over_v / v;
      out->beta2 = beta * beta;
      out->gamma2 = 1.0 + (p / b->mass) * (p / b->mass);
      out->e_lo = sqrt(b->p_lo * b->p_lo + b->mass * b->mass);
      out->e_hi = sqrt(b->p_hi * b->p_hi + b->mass * b->mass);
    }
    fate_tables(t, s);
  }
  yield_tables(t);
  return t;
}

void cr_tables_free(struct cr_tables *t) {
  if (t == NULL) return;
  memory_free(t->bin);
  memory_free(t->yield);
  memory_free(t->first_yield);
  memory_free(t);
}
