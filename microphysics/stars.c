#include "microphysics/stars.h"

#include "base/minmax.h"

#include <math.h>

/* First core collapse, when most of the massive ones are over, last one. */
static const double FIRST = 3.401, MIDDLE = 10.37, LAST = 37.53;
/* Of the fits: Anders & Grevesse 1989. */
static const double SUN = 0.02;
static const double EARLY_RATE = 5.408e-4, LATE_RATE = 2.516e-4;
/* Type Ia: delayed ones, and the peak, age and width of the prompt ones. */
static const double DELAYED = 5.3e-8, PROMPT = 1.6e-5, PROMPT_AGE = 50.0, PROMPT_WIDTH = 10.0;

double stars_core_collapse(double age) { return age < FIRST || age >= LAST ? 0.0 : age < MIDDLE ? EARLY_RATE : LATE_RATE; }

double stars_core_collapse_most(double from, double to) {
  if (to < FIRST || from >= LAST) return 0.0;
  return from < MIDDLE ? EARLY_RATE : LATE_RATE;
}

double stars_type_ia(double age) {
  const double x = (age - PROMPT_AGE) / PROMPT_WIDTH;
  return age < LAST ? 0.0 : DELAYED + PROMPT * exp(-0.5 * x * x);
}

double stars_type_ia_most(double from, double to) {
  if (to < LAST) return 0.0;
  return stars_type_ia(min(max(PROMPT_AGE, max(from, LAST)), to));
}

double stars_mass_loss(double age, double metals) {
  const double z = min(max(metals / SUN, 0.01), 3.0), gyr = age * 1e-3;
  double rate; /* per Gyr */
  if (age < 0.0) rate = 0.0;
  else if (age <= 1.0) rate = 4.763 * z;
  else if (age <= 3.5) rate = 4.763 * z * pow(age, 1.838 * (0.79 + log10(z)));
  else if (age <= 100.0) rate = 29.4 * pow(age / 3.5, -3.25) + 0.0042;
  else rate = 0.42 * pow(gyr, -1.1) / (12.9 - log(gyr));
  return rate * 1e-3;
}

double stars_wind_energy(double age) {
  const double a = age / 10.0, a2 = a * a;
  return 1e12 * (4.83 + (age <= 100.0 ? 5.94e4 / (1.0 + pow(age / 2.5, 1.4) + a2 * a2 * a) : 0.0));
}

/* Ages, and luminosities per solar mass. */
static const double LIGHT[][2] = {{0.3, 1.21e36}, {1.0, 1.33e36},  {2.0, 1.54e36},  {3.2, 1.79e36},  {4.0, 1.5e36},    {5.0, 1.05e36},   {7.0, 5.32e35},
                                  {10.0, 2.37e35}, {15.0, 1.06e35}, {30.0, 3.18e34}, {60.0, 8.26e33}, {120.0, 1.89e33}, {300.0, 1.96e32}, {1000.0, 5.12e30}};
enum { LIGHTS = sizeof LIGHT / sizeof *LIGHT };

double stars_ultraviolet(double age) {
  if (age <= LIGHT[0][0]) return LIGHT[0][1];
  int i = 0;
  while (i < LIGHTS - 2 && age > LIGHT[i + 1][0]) i++;
  return LIGHT[i][1] * pow(age / LIGHT[i][0], log(LIGHT[i + 1][1] / LIGHT[i][1]) / log(LIGHT[i + 1][0] / LIGHT[i][0]));
}
