/* A single cell with the full network: a box of gas, time-dependent or leaky. */
#ifndef MICROPHYSICS_ZONE_H
#define MICROPHYSICS_ZONE_H

#include "microphysics/batch.h"
#include "microphysics/injection.h"

struct cr_zone_gas {
  double n_e, n_n, n_nucleon;   /* cm^-3                                     */
  double temperature_K, field_uG, u_rad[CR_BANDS];  /* u in eV cm^-3         */
  double div_u, bb_grad_u, v_alfven, streaming_rate;  /* 1/s, cm/s           */
  double nu0;                   /* scattering rate at 1 GV, 1/s              */
};

struct cr_zone {
  const struct cr_network *net;
  struct cr_tables *tables;
  struct cr_zone_gas gas;
  double time;                  /* s                                         */
  double *lo, *hi;              /* [bins] populations, cm^-3                 */
  double *source_lo, *source_hi;/* [bins] injection, cm^-3 s^-1              */
  double *escape_rate, *escape_rate_hi;  /* [bins] of lower and upper population, 1/s */
  struct cr_ledger *ledger;     /* [species] since the start, per cm^3       */
};

/* An empty zone without sources and escape; the network has to live as long as the zone. */
void cr_zone_create(struct cr_zone *zone, const struct cr_network *net, const struct cr_batch_options *opt, const struct cr_zone_gas *gas);
void cr_zone_free(struct cr_zone *zone);

/* Steady injection with the spectra and abundances of an event, of power_GeV_cm3_s in all. */
void cr_zone_inject(struct cr_zone *zone, const struct cr_injection_options *opt, const struct cr_event *event, double power_GeV_cm3_s);

/* Leaky box, with the rate at the centre of each bin: the grammage is that at 5 GV times beta (R / 5 GV)^-slope, so that the escape rate is n m_p c (R / 5 GV)^slope / grammage. */
void cr_zone_leak(struct cr_zone *zone, double grammage_g_cm2, double slope);

/* Advance by dt (s), in one step; symmetric in pairs of steps. */
void cr_zone_step(struct cr_zone *zone, double dt);

/* Number and energy that are not accounted for by the ledger, relative to the turnover; for zones that started empty. */
double cr_zone_imbalance(const struct cr_zone *zone);

#endif
