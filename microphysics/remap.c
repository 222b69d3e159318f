/* Conservative characteristic remap, in the form recommended by Girichidis et al. 2020, MNRAS 491, 993, for exact T(p). */
#include "microphysics/remap.h"

#include "base/fail.h"

#include <math.h>
#include <string.h>

/* (total - gain + loss) |w| / (gain + loss) added to each w, written as factors so that no digits are lost where all are losses. */
void cr_share_work(double total, double w[LOSS_COUNT]) {
  double up = 0.0, down = 0.0;
  for (int i = 0; i < LOSS_COUNT; i++) up += fmax(w[i], 0.0), down += fmax(-w[i], 0.0);
  if (up + down == 0.0) {
    w[LOSS_ADIABATIC] += total;
    return;
  }
  double of_up = (2.0 * down + total) / (up + down), of_down = (2.0 * up - total) / (up + down);
  for (int i = 0; i < LOSS_COUNT; i++) w[i] *= w[i] > 0.0 ? of_up : of_down;
}

struct work_rate { const struct cr_map *map; int id; };

static double power(const void *data, double p) {
  const struct work_rate *w = data;
  const struct cr_map *m = w->map;
  return cr_beta(p, m->species->mass_GeV) *
         cr_loss_rate((enum cr_loss_id)w->id, m->env, m->opt, m->species, m->bin, m->p_ref, p);
}

/* Mean kinetic energy after the map of the particles between la and lb, as populations of the target (NULL: energy only, in hi). */
static void deposit(const struct cr_bin *from, double s, double la, double lb, const struct cr_map *map, const struct cr_bin *to,
                    double n, double *lo, double *hi) {
  double l[CR_NODES], w[CR_NODES], mean = 0.0;
  cr_bin_nodes(s, la, lb, l, w);
  for (int i = 0; i < CR_NODES; i++) {
    double p = cr_map_forward(map, from->p_lo * exp(l[i]));
    if (to == NULL) mean += w[i] * cr_kinetic(p, from->mass);
    else {
      double q = fmin(fmax(p, to->p_lo), to->p_hi);
      mean += w[i] * cr_kinetic_rise(to->p_lo, q, to->mass, (q / to->p_lo - 1.0) * (q / to->p_lo + 1.0));
    }
  }
  double up = to == NULL ? mean : fmin(mean / to->dt, 1.0);
  *hi += n * up;
  if (to != NULL) *lo += n * (1.0 - up);
}

void cr_remap(const struct cr_network *net, int s, const struct cr_env *env, const struct cr_loss_options *opt,
              const struct cr_remap_options *how, double dt, double *lo, double *hi, struct cr_remap_budget *budget) {
  int nb = net->nbin[s];
  const struct cr_bin *bin = &net->bin[net->first[s]];
  double new_lo[CR_MAX_BINS] = {0}, new_hi[CR_MAX_BINS] = {0}, back[CR_MAX_BINS + 1], fraction[CR_MAX_BINS + 2];
  double ends[CR_MAX_BINS + 2];

  /* Source -1 and nb: the power laws of the outer bins go on. */
  int first = how->inflow == CR_INFLOW_EXTRAPOLATED ? -1 : 0, last = how->inflow == CR_INFLOW_EXTRAPOLATED ? nb : nb - 1;
  for (int source = first; source <= last; source++) {
    int k = source < 0 ? 0 : source == nb ? nb - 1 : source;
    const struct cr_bin *b = &bin[k];
    double n = lo[k] + hi[k];
    if (!(n > 0.0)) continue;
    double slope = cr_bin_slope(b, lo[k], hi[k]);
    struct cr_map map = {.mode = how->mode, .env = env, .opt = opt, .species = &net->species[s], .bin = k,
                         .p_ref = sqrt(b->p_lo * b->p_hi), .p_stop = 0.01 * bin[0].p_lo, .p_far = 1e30 * bin[nb - 1].p_hi, .dt = dt};
    for (int j = 0; j <= nb; j++) back[j] = log(cr_map_backward(&map, j < nb ? bin[j].p_lo : bin[nb - 1].p_hi) / b->p_lo);

    /* Particles between la and lb; fraction[j + 1] of them end up in bin j, from ends[j] to ends[j + 1]. */
    double la = 0.0, lb = b->width;
    if (source < 0) {
      la = fmax(back[0], -40.0 / fmax(fabs(slope), 1.0));
      lb = 0.0;
      if (fabs(slope) > 1e6) continue;
    }
    if (source == nb) {
      la = b->width;
      if (slope > -0.1 || slope < -1e6) continue;
      lb = fmin(back[nb], b->width + 60.0 / -slope);
    }
    if (lb <= la) continue;
    double sum = 0.0, whole = source == k ? 1.0 : cr_bin_fraction(b, slope, la, lb);
    for (int j = 0; j <= nb; j++) ends[j + 1] = fmin(fmax(back[j], la), lb);
    ends[0] = la;
    for (int j = 0; j <= nb; j++) sum += fraction[j] = cr_bin_fraction(b, slope, ends[j], ends[j + 1]);
    sum += fraction[nb + 1] = cr_bin_fraction(b, slope, ends[nb + 1], lb);

    double energy = 0.0;
    for (int j = -1; j <= nb; j++) {
      double part = n * whole * (fraction[j + 1] / sum), before, a = ends[j + 1], z = j < nb ? ends[j + 2] : lb;
      if (!(part > 0.0)) continue;
      if (j < 0) {
        if (source == k) budget->n_thermal += part;
      } else if (j == nb) {
        double unused = 0.0, e = 0.0;
        if (source != k) continue;
        deposit(b, slope, a, z, &map, NULL, part, &unused, &e);
        budget->n_out += part;
        budget->e_out += e;
        energy += e;
      } else {
        before = cr_bin_energy(&bin[j], new_lo[j], new_hi[j]);
        deposit(b, slope, a, z, &map, &bin[j], part, &new_lo[j], &new_hi[j]);
        double added = cr_bin_energy(&bin[j], new_lo[j], new_hi[j]) - before;
        energy += added;
        if (source != k) budget->n_in += part, budget->e_in += added;
      }
    }
    if (source != k) continue;
    double w[LOSS_COUNT];
    for (int i = 0; i < LOSS_COUNT; i++) {
      struct work_rate rate = {&map, i};
      w[i] = opt->scale[i] == 0.0 ? 0.0 : dt * n * cr_bin_mean(b, slope, power, &rate);
    }
    cr_share_work(cr_bin_energy(b, lo[k], hi[k]) - energy, w);
    for (int i = 0; i < LOSS_COUNT; i++) budget->work[i] += w[i];
  }
  memcpy(lo, new_lo, (size_t)nb * sizeof *lo);
  memcpy(hi, new_hi, (size_t)nb * sizeof *hi);
}
