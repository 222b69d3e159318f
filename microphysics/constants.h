/* Constants of the cosmic-ray microphysics.  Momenta, energies and masses are in GeV (c = 1), lengths in cm, times in s,
 * number densities in cm^-3, energy densities of radiation and magnetic field in eV cm^-3, cross-sections in mb. */
#ifndef MICROPHYSICS_CONSTANTS_H
#define MICROPHYSICS_CONSTANTS_H

#include "base/constants.h"

#define ELECTRON_RADIUS_cm 2.8179403262e-13
#define FINE_STRUCTURE 7.2973525693e-3
#define HBAR_C_eV_cm 1.973269804e-5
#define MILLIBARN_cm2 1e-27
#define MEGAYEAR_s (1e6 * JULIAN_YEAR_s)
#define FIELD_ENERGY_eV_cm3 0.02483362        /* energy density of 1 uG: B^2 / 8 pi */

#endif
