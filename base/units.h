/* Units of a run, and of the numbers a user writes.
 *
 * Inside crux every number is in code units; B is in units in which B^2/2 is a pressure.  The YAML says
 *
 *   units: code                                                       no physical scale, all numbers are bare
 *   units: {length: 1 kpc, velocity: 1 km/s, density: 1 mp cm^-3}     the default
 *
 * or any other three of length, mass, time, velocity and density that fix length, mass and time. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>

struct units {
  bool code;        /* "units: code": the run has no physical scale; all factors below are 1 */
  /* One code unit in cgs: */
  double length_cm, mass_g, time_s, temperature_K;
  double velocity_cm_s, density_g_cm3, pressure_erg_cm3, energy_erg, field_G; /* derived; field_G = sqrt(4 pi pressure) */
};

/* Powers of length, mass, time and temperature in a unit, multiples of 1/2: the gauss is g^1/2 cm^-1/2 s^-1. */
struct dimension { double length, mass, time, temperature; };

/* Parse a unit: names with an optional power, set apart by spaces, "*" or "/", which divides by the one name that
 * follows, after an optional number ("km/s", "cm^-3", "1e10 Msun", "erg cm^-3 s^-1", "eV", "uG", "1/s").
 * Gives its size in cgs (Gaussian) and its dimension.  Returns false when it is no unit or its size is no normal number. */
bool units_parse(const char *text, double *cgs, struct dimension *d);
/* Parse a number as people write it, "-1.5e3": no hexadecimal, nan or inf.  end is the first character after it.
 * The value may overflow to infinity.  Returns false where no number starts. */
bool units_number(const char *text, double *value, const char **end);

/* What one code unit of a quantity of this dimension is in cgs.  A half-integer power of mass means a magnetic field. */
double units_code_in_cgs(const struct units *u, struct dimension d);
/* a / b, cleaned of rounding when it is a round number, so that 40 kpc are 40 where 1 kpc is the code unit. */
double units_ratio(double a, double b);

/* The units of "units: code". */
struct units units_of_code(void);
/* Units from three of length, mass, time, velocity and density in cgs, the others 0.  Returns false when they do not
 * fix the rest or a unit over- or underflows. */
bool units_from(double length, double mass, double time, double velocity, double density, struct units *u);

bool dimension_equal(struct dimension a, struct dimension b);
/* "length", "velocity", ..., or NULL when it has no name. */
const char *dimension_name(struct dimension d);
/* The i-th unit name, with prefix, for suggestions; false after the last. */
bool units_name(int i, char name[16]);

#endif
