/* Ionisations of a hydrogen atom by the cosmic rays of many cells, quickly.
 *
 * What a particle of a bin does on average depends on the shape of the power law in the bin alone, that is on the share of its upper population: a table of it is
 * made once from cr_ionisation_rate, and linear in between. */
#ifndef MICROPHYSICS_CR_ZETA_H
#define MICROPHYSICS_CR_ZETA_H

#include "microphysics/observables.h"

enum { CR_ZETA_POINTS = 65 };

struct cr_zeta { int bins; double (*rate)[CR_ZETA_POINTS]; }; /* 1/s per particle in cm^3 */

void cr_zeta_create(struct cr_zeta *z, const struct cr_network *net, const struct cr_observe *o);
void cr_zeta_destroy(struct cr_zeta *z);
/* Add what bin k does in n cells, 1/s. */
void cr_zeta_add(const struct cr_zeta *z, int k, int n, const double *lo, const double *hi, double *zeta);

#endif
