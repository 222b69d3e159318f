/* One cell, by the batched update. */
#include "microphysics/zone.h"

#include "base/memory.h"
#include "microphysics/constants.h"

#include <math.h>
#include <string.h>

static double *doubles(int n) { return memory_get((size_t)n * sizeof(double)); }

void cr_zone_create(struct cr_zone *zone, const struct cr_network *net, const struct cr_batch_options *opt, const struct cr_zone_gas *gas) {
  int bins = cr_network_bins(net);
  *zone = (struct cr_zone){.net = net, .tables = cr_tables_create(net, opt), .gas = *gas};
  zone->lo = doubles(bins);
  zone->hi = doubles(bins);
  zone->source_lo = doubles(bins);
  zone->source_hi = doubles(bins);
  zone->escape_rate = doubles(bins);
  zone->escape_rate_hi = doubles(bins);
  zone->ledger = memory_get((size_t)net->count * sizeof *zone->ledger);
}

void cr_zone_free(struct cr_zone *zone) {
  cr_tables_free(zone->tables);
  memory_free(zone->lo);
  memory_free(zone->hi);
  memory_free(zone->source_lo);
  memory_free(zone->source_hi);
  memory_free(zone->escape_rate);
  memory_free(zone->escape_rate_hi);
  memory_free(zone->ledger);
  memset(zone, 0, sizeof *zone);
}

void cr_zone_inject(struct cr_zone *zone, const struct cr_injection_options *opt, const struct cr_event *event, double power) {
  cr_injection(zone->net, opt, event, zone->source_lo, zone->source_hi);
  double scale = power / (opt->efficiency * event->energy_GeV);
  for (int k = 0; k < cr_network_bins(zone->net); k++) zone->source_lo[k] *= scale, zone->source_hi[k] *= scale;
}

void cr_zone_leak(struct cr_zone *zone, double grammage, double slope) {
  const struct cr_network *net = zone->net;
  for (int s = 0; s < net->count; s++)
    for (int k = net->first[s]; k < net->first[s + 1]; k++) {
      double r = sqrt(net->bin[k].p_lo * net->bin[k].p_hi) / net->species[s].z;
      zone->escape_rate[k] = zone->escape_rate_hi[k] = zone->gas.n_nucleon * PROTON_MASS_g * SPEED_OF_LIGHT_cm_s / grammage * pow(r / 5.0, slope);
    }
}

void cr_zone_step(struct cr_zone *zone, double dt) {
  enum { MOST = CR_MAX_SPECIES * CR_MAX_BINS };
  const struct cr_zone_gas *g = &zone->gas;
  double u_b = FIELD_ENERGY_eV_cm3 * g->field_uG * g->field_uG;
  double *lo[MOST], *hi[MOST];
  const double *source_lo[MOST], *source_hi[MOST];
  for (int k = 0; k < cr_network_bins(zone->net); k++) {
    lo[k] = &zone->lo[k], hi[k] = &zone->hi[k];
    source_lo[k] = &zone->source_lo[k], source_hi[k] = &zone->source_hi[k];
  }
  struct cr_batch_env env = {.n_e = &g->n_e, .n_n = &g->n_n, .n_nucleon = &g->n_nucleon, .temperature_K = &g->temperature_K, .u_b = &u_b,
                             .div_u = &g->div_u, .bb_grad_u = &g->bb_grad_u, .v_alfven = &g->v_alfven, .streaming_rate = &g->streaming_rate,
                             .nu0 = g->nu0, .escape_rate = zone->escape_rate, .escape_rate_hi = zone->escape_rate_hi, .source_lo = source_lo, .source_hi = source_hi};
  for (int i = 0; i < CR_BANDS; i++) env.u_rad[i] = &g->u_rad[i];
  /* Half a step of one kind on either side of the other. */
  cr_batch_step(zone->tables, 1, 0.5 * dt, CR_REACTIONS_FIRST, &env, lo, hi, zone->ledger, NULL);
  cr_batch_step(zone->tables, 1, 0.5 * dt, CR_MOMENTUM_FIRST, &env, lo, hi, zone->ledger, NULL);
  zone->time += dt;
}

double cr_zone_imbalance(const struct cr_zone *zone) {
  const struct cr_network *net = zone->net;
  double worst = 0.0;
  for (int s = 0; s < net->count; s++) {
    double number = 0.0, energy = 0.0, turn_n = 1e-300, turn_e = 1e-300;
    for (int k = net->first[s]; k < net->first[s + 1]; k++)
      number += zone->lo[k] + zone->hi[k], energy += cr_bin_energy(&net->bin[k], zone->lo[k], zone->hi[k]);
    for (int e = 0; e < ENTRY_COUNT; e++) {
      double n = sum_value(&zone->ledger[s].number[e]), en = sum_value(&zone->ledger[s].energy[e]);
      number += n, energy += en;
      turn_n += fabs(n), turn_e += fabs(en);
    }
    worst = fmax(worst, fmax(fabs(number) / turn_n, fabs(energy) / turn_e));
  }
  return worst;
}
