/* Units of a run.  Inside crux every number is in code units; B is in units in which B^2/2 is a pressure. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>

struct units {
  bool code;        /* "units: code": the run has no physical scale; all factors below are 1 */
  /* One code unit in cgs: */
  double length_cm, mass_g, time_s, temperature_K;
  double velocity_cm_s, density_g_cm3, pressure_erg_cm3, energy_erg, field_G; /* derived; field_G = sqrt(4 pi pressure) */
};

/* Powers of length, mass, time, temperature and magnetic field in a unit. */
struct dimension { double length, mass, time, temperature; };

/* Parse a unit ("km/s", "cm^-3", "1e10 Msun", "erg cm^-3 s^-1", "eV", "uG"): its size in cgs (Gaussian) and its dimension.
 * Returns false when it is no unit. */
bool units_parse(const char *text, double *cgs, struct dimension *d);
/* What one code unit of a quantity of this dimension is in cgs. */
double units_code_in_cgs(const struct units *u, struct dimension d);

#endif
