/* What a population of stars born at once gives back, per solar mass of it: fits of Hopkins et al. 2018, MNRAS 480, 800, appendix A, to
 * STARBURST99 with the IMF of Kroupa 2001.  Ages in Myr. */
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

/* Luminosity from 8 to 13.6 eV, erg/s per Msun: black bodies on the tracks of Ekstroem et al. 2012, A&A 537, A146 (Z = 0.014, the mean of those
 * with and without rotation), IMF of Kroupa 2001 from 0.1 to 100 Msun, as bright as with the atmospheres of STARBURST99 (Murphy et al. 2011, ApJ
 * 737, 67: nu L_nu = 10^43.355 erg/s at 1528 A for 1 Msun/yr over 100 Myr, 1.23 times that of black bodies).  Powers of age between nodes. */
double stars_ultraviolet(double age);

#endif
