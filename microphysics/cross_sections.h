/* Cross-sections in mb; t_GeV is the kinetic energy per nucleon. */
#ifndef MICROPHYSICS_CROSS_SECTIONS_H
#define MICROPHYSICS_CROSS_SECTIONS_H

#include "microphysics/species.h"

/* Destruction of a nucleus of mass number a on hydrogen: Letaw, Silberberg & Tsao 1983; phase is 1.3 in Hopkins et al. 2022, 5.3 in the
 * original. */
double cr_sigma_fragmentation(double a, double t_GeV, double phase);
/* Loss of antiprotons on the interstellar gas, helium included, at momentum p in GeV. */
double cr_sigma_antiproton_loss(double p_GeV);
/* Annihilation of positrons at rest electrons (Dirac), by Lorentz factor. */
double cr_sigma_annihilation(double gamma);
/* Production of one isotope by another on hydrogen, short-lived intermediates included; 0 where there is no channel. */
double cr_sigma_isotope(enum cr_isotope parent, enum cr_isotope child, double t_GeV);
/* The same for mixtures. */
double cr_sigma_nuclear(const struct cr_species *parent, const struct cr_species *child, double t_GeV);
/* By which nuclei of a mixture become others of the same: N and O of CNO turn into C or N, 11B into 10B, 9Be into 7Be. */
double cr_sigma_kept(const struct cr_species *s, double t_GeV);
/* The paper's B -> stable Be and B -> 10Be. */
double cr_sigma_paper_beryllium(bool be10, double t_GeV);
/* Antiproton production in p + H, and the mean kinetic energy of a part of the antiprotons over that of the proton; the parts, by energy, have these shares. */
enum { ANTIPROTON_PARTS = 6 };
extern const double cr_antiproton_share[ANTIPROTON_PARTS];
double cr_sigma_antiproton(double t_GeV);
double cr_antiproton_energy_fraction(int part, double t_GeV);
/* Inelastic p + p, for the gamma rays. */
double cr_sigma_inelastic_pp(double t_GeV);
/* Ionisation of a hydrogen atom by a charge z with beta (Bethe), cm^2. */
double cr_sigma_ionisation_cm2(double z, double beta);

#endif
