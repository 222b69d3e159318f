/* Cosmic rays injected by one event: a power law in rigidity, the same for all species, with abundances of shocked ejecta and gas. */
#ifndef MICROPHYSICS_INJECTION_H
#define MICROPHYSICS_INJECTION_H

#include "microphysics/species.h"

/* A mixture is many events of all three kinds, with the shares of the options. */
enum cr_source_kind { CR_CORE_COLLAPSE, CR_TYPE_IA, CR_WIND, CR_MIXTURE };
/* Matter that is accelerated: ejecta and gas of the events; or what the sources of Galactic cosmic rays have been found to be made of. */
enum cr_composition { CR_COMPOSITION_EJECTA, CR_COMPOSITION_GALACTIC };
/* What electrons is: a share of the energy, or a number per proton at equal rigidity. */
enum cr_electron_ratio { CR_ELECTRONS_ENERGY, CR_ELECTRONS_RIGIDITY };
enum cr_swept_mass { CR_SWEPT_EJECTA, CR_SWEPT_SEDOV, CR_SWEPT_NONE };

struct cr_injection_options {
  double efficiency;             /* share of the kinetic energy of the ejecta in cosmic rays  */
  double electrons, positrons;   /* e-: by electron_ratio; e+ over e-, of energy and number   */
  double slope;                  /* psi: dN/d^3p ~ R^-psi                                     */
  enum cr_swept_mass swept;      /* mass of gas that is mixed with the ejecta                 */
  double type_ia, winds;         /* mixture: shares of the energy; the rest is core collapse  */
  enum cr_composition composition;
  enum cr_electron_ratio electron_ratio;
};

struct cr_event {
  enum cr_source_kind kind;
  double energy_GeV;             /* kinetic energy of the ejecta                              */
  double metallicity;            /* of the gas (winds: of the star), relative to solar        */
  double density_cm3;            /* of the gas, for CR_SWEPT_SEDOV                            */
};

void cr_injection_defaults(struct cr_injection_options *opt);

/* Mass fraction of an element (He, C, N, O) in the ejecta of core collapses or Ia, or in winds, that of gas of the metallicity (solar 1); -1: another name. */
double cr_ejecta_share(enum cr_source_kind kind, const char *element, double metallicity);

/* N_s/N_H of the accelerated matter; not for a mixture. */
double cr_injected_abundance(const struct cr_injection_options *opt, const struct cr_event *event, const struct cr_species *s);

/* Populations (numbers of particles) of all bins of the network, [bins] out.  Their energy adds up to efficiency energy_GeV; a network
 * without leptons or without hadrons lacks their share of it if electrons is a share of the energy. */
void cr_injection(const struct cr_network *net, const struct cr_injection_options *opt, const struct cr_event *event, double *lo, double *hi);

#endif
