/* Heating and cooling of interstellar gas from 10 to 1e9 K: rates.  What they do to a cell over a time: microphysics/thermal_table.h.
 *
 * cgs; hydrogen and helium are in ionisation equilibrium (microphysics/ionisation.h), metals too: neutral gas cools by fine-structure lines, ionised gas
 * like gas in collisional equilibrium.  No molecules, so that dense gas stays warmer than it is below some 30 K. */
#ifndef MICROPHYSICS_COOLING_H
#define MICROPHYSICS_COOLING_H

#include "microphysics/ionisation.h"

/* Terms of the rate; heat is positive. */
enum thermal_term {
  THERMAL_PHOTOELECTRIC,  /* Wolfire et al. 2003, Eqs. 19, 20, less the cooling by electrons that recombine with grains, their Eq. 21              */
  THERMAL_COSMIC_RAYS,    /* 6.5 + 26.4 (x_e / (x_e + 0.07))^1/2 eV per primary ionisation: Draine 2011, Physics of the ISM, Eq. 30.1             */
  THERMAL_BACKGROUND,     /* Haardt & Madau 2012                                                                                                */
  THERMAL_CARBON,         /* [CII] 158 um, rates of Draine 2011, appendix F                                                                      */
  THERMAL_OXYGEN,         /* [OI] 63, 146, 44 um, the same                                                                                       */
  THERMAL_METALS,         /* collisional equilibrium: Gnat & Ferland 2012, ApJS 199, 20, tables 1, CIE columns, for abundances of Asplund et al. 2009 */
  THERMAL_HYDROGEN,       /* lines and ionisation of H and He: Katz et al. 1996, Table 1                                                          */
  THERMAL_RECOMBINATION,  /* of H and He: Hui & Gnedin 1997, appendix A                                                                           */
  THERMAL_FREE_FREE,      /* Katz et al. 1996, Table 1                                                                                            */
  THERMAL_COUNT
};
extern const char *const thermal_names[THERMAL_COUNT];

/* Net rate, erg cm^-3 s^-1, of gas with these ions; term[THERMAL_COUNT] may be NULL. */
double thermal_rate(const struct gas_env *env, double n_h, double temperature_K, const struct gas_ions *ions, double *term);

/* Temperature of gas with this pressure (dyn cm^-2), in ionisation equilibrium. */
double thermal_temperature(const struct gas_env *env, double n_h, double pressure, struct gas_ions *ions);
/* And back. */
double thermal_pressure(const struct gas_env *env, double n_h, double temperature_K, struct gas_ions *ions);

/* All numbers of the formulas that depend on the temperature alone. */
struct thermal_node {
  struct ionisation_node ion;
  double carbon_h, carbon_e, carbon_up, oxygen_h[3], oxygen_e[3], oxygen_up[3]; /* downwards by H and electrons, and up over down; levels 10, 20, 21 */
  double grains_heat, grains_cool, grains_cool_slope;
  double neutral, metals;     /* share of the fine-structure lines, and cooling of ionised gas */
  double lines[3], recombination[3], free_free;
};
void thermal_node(double temperature_K, struct thermal_node *node);
/* background: what is left of it after shielding. */
double thermal_node_rate(const struct thermal_node *node, const struct gas_env *env, double background, double n_h, const struct gas_ions *ions, double *term);

#endif
