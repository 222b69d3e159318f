/* Continuous changes of the momentum of a particle: a table of processes.
 *
 * A rate is -dp/dt in GeV/s (positive: loss).  All densities in cm^-3, energy densities in eV cm^-3, velocities in cm/s, gradients in 1/s. */
#ifndef MICROPHYSICS_LOSSES_H
#define MICROPHYSICS_LOSSES_H

#include "microphysics/species.h"

enum { CR_BANDS = 8 };

enum cr_loss_id {
  LOSS_ADIABATIC, LOSS_STREAMING, LOSS_REACCELERATION, LOSS_COULOMB, LOSS_IONISATION, LOSS_BREMSSTRAHLUNG,
  LOSS_INVERSE_COMPTON, LOSS_SYNCHROTRON, LOSS_COUNT
};

/* Choices that are constant for a run. */
struct cr_loss_options {
  double scale[LOSS_COUNT];     /* factor of each process; 0 switches it off                                  */
  bool klein_nishina;           /* reduce inverse Compton by (1 + 4 gamma h nu / m c^2)^-1.5 per band          */
  bool coulomb_full;            /* hadrons: Coulomb logarithm and thermal velocity instead of the paper's fit  */
  bool brems_neutral;           /* bremsstrahlung on neutral atoms as well (strong shielding)                  */
  bool reacceleration_maximal;  /* (4/9) v_A^2 / kappa instead of the paper's Eq. 7                            */
  int bands;                    /* radiation bands, the CMB among them                                         */
  double photon_eV[CR_BANDS];   /* mean photon energy of each band                                             */
};

/* The surroundings of the particles. */
struct cr_env {
  double n_e, n_n;              /* free electrons; neutral atoms                       */
  double n_nucleon;             /* rho / m_p                                           */
  double temperature_K;
  double u_b, u_rad[CR_BANDS];  /* energy densities of the magnetic field, radiation   */
  double div_u, bb_grad_u;      /* div u and b.(b.grad u)                              */
  double v_alfven;
  double nu0, nu_slope;         /* scattering rate nu0 beta (R / GV)^-nu_slope, 1/s    */
  /* Per bin of the species, from the transport; NULL: isotropic (chi = 1/3) with the streaming loss rate below. */
  const double *chi, *mu;       /* mu = F / (v q), of the sign of the Alfven speed     */
  double streaming_rate;        /* v_A / (3 l) of the flux-steady state, 1/s           */
  const double *drift_div;      /* divergence of the velocity at which particles stream, 1/s; not NULL: used instead of both */
};

struct cr_loss {
  const char *name, *doc;
  /* bin: the bin in which chi and mu are taken, of which p_ref is the centre. */
  double (*rate)(const struct cr_env *env, const struct cr_loss_options *opt, const struct cr_species *s, int bin, double p_ref,
                 double p);
};

extern const struct cr_loss cr_losses[LOSS_COUNT];

/* All processes on, scale 1, one band: the CMB. */
void cr_loss_defaults(struct cr_loss_options *opt);

double cr_loss_rate(enum cr_loss_id id, const struct cr_env *env, const struct cr_loss_options *opt, const struct cr_species *s, int bin,
                    double p_ref, double p);
double cr_loss_total(const struct cr_env *env, const struct cr_loss_options *opt, const struct cr_species *s, int bin, double p_ref,
                     double p);

#endif
