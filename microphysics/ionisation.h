/* Ionisation of hydrogen and helium in equilibrium: collisions, recombination (case B, and on grains), ultraviolet background, cosmic rays.
 *
 * cgs.  Numbers of particles are per hydrogen nucleus.  Carbon is singly ionised everywhere: far-ultraviolet light does that. */
#ifndef MICROPHYSICS_IONISATION_H
#define MICROPHYSICS_IONISATION_H

#include <stdbool.h>

/* What acts on the gas of a cell. */
struct gas_env {
  double helium;       /* nuclei per hydrogen nucleus                                                              */
  double metallicity;  /* solar 1 (Asplund et al. 2009, ARA&A 47, 481); dust goes with it                           */
  double fuv;          /* far-ultraviolet field, Habing's unit; 1.7: Draine's, at the Sun                           */
  double background;   /* ionising background at redshift 0 (Haardt & Madau 2012, ApJ 746, 125) times this; 0: none */
  double zeta;         /* ionisations of a hydrogen atom by cosmic rays, those by secondary electrons among them, 1/s */
  bool zeta_heats;     /* their heat counts here; false: whoever follows the cosmic rays gives it                   */
};

/* Carbon and oxygen in the gas of the Sun's neighbourhood: Wolfire et al. 2003, ApJ 587, 278, section 3. */
#define GAS_CARBON 1.4e-4
#define GAS_OXYGEN 3.2e-4

struct gas_ions { double e, h0, h1, he0, he1, he2; };

/* T > 0, n_h > 0 (cm^-3).  Electrons to a relative 1e-11.  guess: electrons to start from, 0: none. */
void ionisation_equilibrium(const struct gas_env *env, double n_h, double temperature_K, double guess, struct gas_ions *ions);

/* What is left of the background at this density: Rahmati et al. 2013, MNRAS 430, 2427, Eqs. 13 and 14: of the ratio to the density of self-shielding, which
 * is n_h times the second function. */
double ionisation_shielding(const struct gas_env *env, double n_h, double temperature_K);
double ionisation_left(double ratio);
double ionisation_self_shields(double background, double temperature_K);

/* Rates of the background without shielding: 1/s, and erg/s per atom; H0, He0, He+. */
extern const double ionisation_background_s[3], ionisation_background_erg_s[3];

/* cm^3/s: by collisions with electrons, of H0, He0, He+ (Cen 1992, ApJS 78, 341, in the form of Katz, Weinberg & Hernquist 1996, ApJS 105, 19); recombination
 * of H+, He+ (dielectronic too), He++, case B (Hui & Gnedin 1997, MNRAS 292, 27, appendix A); of H+ on grains of solar metallicity, per hydrogen
 * nucleus (Weingartner & Draine 2001, ApJ 563, 842, Eq. 8). */
struct ionisation_rates { double collision[3], recombination[3]; };
void ionisation_rates(double temperature_K, struct ionisation_rates *r);
double ionisation_on_grains(double fuv, double temperature_K, double n_e);

/* Dust is gone in hot gas: its share that is left. */
double ionisation_dust(double temperature_K);

/* All numbers that depend on the temperature alone: with them the equilibrium costs few operations. */
struct ionisation_node {
  double t, root_t;
  struct ionisation_rates rates;
  double dust, grains, grains_slope; /* Weingartner & Draine's factor and exponent of psi */
};
void ionisation_node(double temperature_K, struct ionisation_node *node);
/* background: what is left of it after shielding, in place of env->background.  tolerance: relative, of all ions; that of the electrons is its square. */
void ionisation_solve(const struct ionisation_node *node, const struct gas_env *env, double background, double n_h, double guess, double tolerance,
                      struct gas_ions *ions);

#endif
