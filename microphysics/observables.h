/* What can be measured of the cosmic rays in a cell, from the power laws inside the bins, never from bin centres.
 *
 * Densities are per cm^3, momenta and energies in GeV, intensities per cm^2 s sr.  Energies t are kinetic and per nucleon, of leptons of the
 * particle.  Outside of the bins of a species its spectrum is zero. */
#ifndef MICROPHYSICS_OBSERVABLES_H
#define MICROPHYSICS_OBSERVABLES_H

#include "microphysics/losses.h"

/* The cosmic rays of one cell: populations of all bins of the network (per cm^3) and their slopes. */
struct cr_cell {
  const struct cr_network *net;
  const double *lo, *hi, *slope;   /* [bins] each; slope as of cr_bin_slope */
};
/* The slopes of such populations, [bins] out. */
void cr_slopes(const struct cr_network *net, const double *lo, const double *hi, double *slope);

enum cr_ionisation { CR_IONISATION_BETHE, CR_IONISATION_RUDD };

struct cr_observe {
  double carbon;                   /* share of carbon in the species cno, by number: 0.325 in the Sun, about 0.44 in cosmic rays */
  double be9;                      /* share of 9Be in the species be                                             */
  double secondaries;              /* phi: ionisations by secondary electrons per primary one; 2/3 or 0.5        */
  enum cr_ionisation cross_section;/* below 50 MeV per nucleon; above it is that of Bethe                        */
  double nuclei;                   /* factor of gamma rays from pions for nuclei in cosmic rays and gas          */
};
void cr_observe_defaults(struct cr_observe *o);

/* dn/dln p at momentum p of the particle, per cm^3. */
double cr_density(const struct cr_cell *cell, int s, double p);
/* Momenta at which to show a spectrum: per_bin in each bin of s, at the middles of equal parts in ln p; [nbin per_bin] out. */
void cr_points(const struct cr_network *net, int s, int per_bin, double *p);
/* Momentum of kinetic energy t per nucleon, and back. */
double cr_momentum_per_nucleon(const struct cr_species *s, double t);
double cr_kinetic_per_nucleon(const struct cr_species *s, double p);

/* j(t), per GeV per nucleon; j(R), per GV, at rigidity r; t dn/dt T, the energy density per ln t, GeV/cm^3. */
double cr_intensity(const struct cr_cell *cell, int s, double t);
double cr_intensity_rigidity(const struct cr_cell *cell, int s, double r);
double cr_energy_per_log(const struct cr_cell *cell, int s, double t);
/* Kinetic energy density (GeV/cm^3) and number density of a species, -1: of all. */
double cr_energy_density(const struct cr_cell *cell, int s);
double cr_number_density(const struct cr_cell *cell, int s);
/* Pressure, GeV/cm^3. */
double cr_pressure(const struct cr_cell *cell, int s);

/* Ratios at equal energy per nucleon, pbar/p at equal rigidity, e+/(e+ + e-) at equal energy; -1 where the denominator is zero. */
enum cr_ratio { CR_B_C, CR_BE10_BE9, CR_PBAR_P, CR_POSITRONS, CR_C_H, CR_E_P, CR_RATIO_COUNT };
extern const struct cr_ratio_text { const char *name, *doc; bool rigidity; } cr_ratios[CR_RATIO_COUNT];
double cr_ratio(const struct cr_cell *cell, enum cr_ratio which, const struct cr_observe *o, double x);

/* Ionisations of a hydrogen atom, 1/s, by particles above 0.3 MeV per nucleon, secondaries included; and dzeta/dln t.  s = -1: all. */
double cr_sigma_ionise_cm2(const struct cr_species *s, double p, enum cr_ionisation cross_section);
double cr_ionisation_rate(const struct cr_cell *cell, int s, const struct cr_observe *o);
double cr_ionisation_per_log(const struct cr_cell *cell, int s, const struct cr_observe *o, double t);

/* Gamma rays: photons per s, sr, GeV and H atom at photon energy e (GeV).
 *
 * pi0 (and eta above 0.1 TeV): protons on protons, times o->nuclei; Kafexhiu et al. 2014 for protons up to 100 GeV, Kelner et al.
 * 2006 above.  Bremsstrahlung on neutral gas: strong shielding.  Inverse Compton, per cm^3, not per H: photons of one energy per band
 * (Blumenthal & Gould 1970, Eq. 2.48); u in eV cm^-3.  A power law above the top bin of the protons is not added. */
double cr_gamma_pion(const struct cr_cell *cell, const struct cr_observe *o, double e);
double cr_gamma_bremsstrahlung(const struct cr_cell *cell, double e);
double cr_gamma_compton(const struct cr_cell *cell, double e, int bands, const double *u, const double *photon_eV);
/* Pion photons above e, per s, sr and H atom. */
double cr_gamma_pion_above(const struct cr_cell *cell, const struct cr_observe *o, double e);
/* d sigma / dE of p + p -> gamma, mb/GeV, for a proton of kinetic energy t. */
double cr_sigma_gamma(double t, double e);

/* Synchrotron emissivity of all e+-, erg per s, cm^3, sr and Hz, at frequency nu (Hz) in a field b_uG averaged over pitch angles
 * (Aharonian et al. 2010, Eq. D7), and the shape G(nu / nu_c) of one electron. */
double cr_synchrotron(const struct cr_cell *cell, double nu, double b_uG);
double cr_synchrotron_shape(double x);

/* Time in s in which a process takes the kinetic energy of a particle of momentum p; negative: gains; INFINITY: none. */
double cr_loss_time(enum cr_loss_id id, const struct cr_env *env, const struct cr_loss_options *opt, const struct cr_species *s, double p);

/* For sums over the particles of bin k: CR_PIECES momenta and the numbers of particles around them. */
enum { CR_PIECES = 48 };
void cr_pieces(const struct cr_cell *cell, int k, double p[CR_PIECES], double n[CR_PIECES]);

#endif
