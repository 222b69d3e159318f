/* The momentum of a supernova remnant whose cooling a mesh does not resolve.
 *
 * Fits to remnants in uniform and two-phase gas: Kim & Ostriker 2015, ApJ 802, 99; powers of the energy as in Cioffi, McKee & Bertschinger 1988,
 * ApJ 334, 252; of the metallicity as in Martizzi, Faucher-Giguere & Quataert 2015, MNRAS 450, 504. */
#ifndef MICROPHYSICS_SUPERNOVA_H
#define MICROPHYSICS_SUPERNOVA_H

/* Radius at which the shell forms, pc: 22.6 E51^0.29 n^-0.42 (Kim & Ostriker 2015, Eq. 8).  n_cm3: hydrogen nuclei. */
double supernova_cooling_radius_pc(double energy_erg, double n_cm3);
/* Radial momentum in the end, g cm/s: 2.8e5 Msun km/s E51^0.93 n^-0.17 Z^-0.14 (their Eq. 34), Z (solar 1) not below 0.01 as in Martizzi et al. */
double supernova_terminal_momentum(double energy_erg, double n_cm3, double metallicity);
/* Radial momentum of a blast that has swept up this mass (g, ejecta included): that of the Sedov-Taylor solution, whose share of kinetic energy is 0.283
 * and whose momentum is (2 E_kin M)^1/2 times 0.927; never above the terminal one. */
double supernova_momentum(double energy_erg, double mass_g, double n_cm3, double metallicity);

#endif
