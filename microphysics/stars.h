/* What a population of stars born at once gives back, per solar mass of it: fits of Hopkins et al. 2018, MNRAS 480, 800, appendix A, to STARBURST99 with the IMF of
 * Kroupa 2001; the same numbers stand in the public versions of GIZMO (galaxy_sf/mechanical_fb.c, FIRE-2).  Ages in Myr. */
#ifndef MICROPHYSICS_STARS_H
#define MICROPHYSICS_STARS_H

/* Core collapses per Msun and Myr, and the largest rate between two ages. */
double stars_core_collapse(double age);
double stars_core_collapse_most(double from, double to);
/* Supernovae of type Ia per Msun and Myr, prompt and delayed (Mannucci, Della Valle & Panagia 2006, MNRAS 370, 773). */
double stars_type_ia(double age);
double stars_type_ia_most(double from, double to);

/* Winds of O, B and AGB stars: share of the mass per Myr; metals: mass fraction, counts between 0.0002 and 0.06.  And their kinetic energy, erg per g. */
double stars_mass_loss(double age, double metals);
double stars_wind_energy(double age);

/* Luminosity from 8 to 13.6 eV, erg/s per Msun: a fit to STARBURST99 with tracks of 0.1 solar, as in the public versions of GIZMO (radiation/rt_utilities.c). */
double stars_ultraviolet(double age);

#endif
