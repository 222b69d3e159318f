/* Constants of nature and astronomical units in cgs (Gaussian).
 *
 * CODATA 2018: Tiesinga et al. 2021, Rev. Mod. Phys. 93, 025010.  "exact" ones are fixed by the SI of 2019.
 * IAU 2012 B2 (astronomical unit), IAU 2015 B2 (parsec), IAU 2015 B3 (nominal solar values). */
#ifndef BASE_CONSTANTS_H
#define BASE_CONSTANTS_H

#define PI 3.14159265358979323846

/* CODATA 2018 */
#define SPEED_OF_LIGHT_cm_s 2.99792458e10          /* exact */
#define PLANCK_erg_s 6.62607015e-27                /* exact */
#define BOLTZMANN_erg_K 1.380649e-16               /* exact */
#define ELECTRONVOLT_erg 1.602176634e-12           /* exact */
#define ELEMENTARY_CHARGE_esu 4.803204712570263e-10 /* exact: e c / 10 of the SI value */
#define GRAVITATION_cm3_g_s2 6.67430e-8
#define PROTON_MASS_g 1.67262192369e-24
#define ELECTRON_MASS_g 9.1093837015e-28
#define ATOMIC_MASS_g 1.66053906660e-24
#define PROTON_MASS_GeV 0.93827208816
#define ELECTRON_MASS_GeV 0.51099895000e-3
#define THOMSON_cm2 6.6524587321e-25

/* IAU */
#define ASTRONOMICAL_UNIT_cm 1.495978707e13        /* exact */
#define PARSEC_cm 3.0856775814913673e18            /* 648000 / pi astronomical units */
#define JULIAN_YEAR_s 3.15576e7                    /* exact: 365.25 days */
#define SOLAR_GM_cm3_s2 1.3271244e26               /* nominal */
#define SOLAR_MASS_g (SOLAR_GM_cm3_s2 / GRAVITATION_cm3_g_s2)
#define SOLAR_RADIUS_cm 6.957e10                   /* nominal */
#define SOLAR_LUMINOSITY_erg_s 3.828e33            /* nominal */

#define SOLAR_METALS 0.0134                        /* mass fraction: Asplund et al. 2009, ARA&A 47, 481, Table 4 */

#endif
