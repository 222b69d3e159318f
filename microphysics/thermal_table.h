/* What heating and cooling (microphysics/cooling.h) do to a cell over a time, fast.
 *
 * Temperatures are those of a list, 1/96 apart in the logarithm, for which all functions of temperature are known; electrons and rates at them are found for each
 * cell, whatever its density, metals, light and cosmic rays.  Between two of them temperature, electrons and rate are linear in the energy, and the time
 * is exact (as Townsend 2009, ApJS 181, 391, for power laws).  Rates are those of the formulas within 0.02% on the mean and 1.5% at worst
 * (tests/unit/test_cooling.c). */
#ifndef MICROPHYSICS_THERMAL_TABLE_H
#define MICROPHYSICS_THERMAL_TABLE_H

#include "microphysics/cooling.h"

#include <stddef.h>

struct thermal_table {
  int count, floor;            /* temperatures; the floor's number           */
  struct thermal_node *node;   /* [count]                                    */
  double *self_shields;        /* [count]: ln(1 / density of self-shielding) */
  double *left;                /* of the background, by the logarithm of density over that of self-shielding */
  float *guess, *guess_tau;    /* electrons, by density and temperature, or pressure over density: where searches start */
  double first, background;    /* ln of the first temperature                */
};

/* usual: cells are found fastest when they are like that; its background holds for all.  Release with thermal_table_destroy. */
void thermal_table_create(struct thermal_table *table, const struct gas_env *usual, double floor_K);
void thermal_table_destroy(struct thermal_table *table);
/* Bytes. */
size_t thermal_table_size(const struct thermal_table *table);

/* Internal energy (erg cm^-3) after a time in s, at constant density; energy is pressure / (gamma - 1).  Where the rate changes sign there is a balance, which gas
 * approaches and never passes.  So any time is stable, long ones end in the balance, and two half steps are nearly one.  Gas does not
 * cool below the floor, and is put on it.  env->background counts as that of the table. */
double thermal_advance(const struct thermal_table *table, const struct gas_env *env, double gamma, double n_h, double energy, double dt);

/* Temperature of gas with this pressure (dyn cm^-2), and its free electrons per hydrogen nucleus. */
double thermal_look(const struct thermal_table *table, const struct gas_env *env, double n_h, double pressure, double *electrons);

#endif
