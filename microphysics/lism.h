/* Spectra of the local interstellar medium: fits of Bisschoff, Potgieter & Aslam 2019, ApJ 878, 59. */
#ifndef MICROPHYSICS_LISM_H
#define MICROPHYSICS_LISM_H

#include "microphysics/species.h"

/* Intensity in m^-2 s^-1 sr^-1 (GeV/n)^-1 at kinetic energy t per nucleon (leptons: kinetic energy).  Fits for p, he, c, o, b, e-, e+;
 * n, be, 10Be and pbar are scaled from them.  Above 100 GeV/n, where they were made, the fits go on as they are: close to power laws. */
double cr_lism_intensity(const struct cr_species *s, double t_GeV);

/* dn/dp in cm^-3 GeV^-1 of a struct cr_species, p in GeV. */
double cr_lism_density(const void *species, double p);

/* Populations per cm^3 of all bins, [bins] out. */
void cr_lism(const struct cr_network *net, double *lo, double *hi);

/* dN/dp (cm^-3 GeV^-1) of a function: number and energy of each bin by integration. */
void cr_fill(const struct cr_bin *b, cr_function *dn_dp, const void *data, double *lo, double *hi);

#endif
