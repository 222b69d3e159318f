#include "base/units.h"

#include "base/constants.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
  const char *name;
  double cgs;
  struct dimension d;
  const char *prefixes;
};

#define LENGTH {1, 0, 0, 0}
#define MASS {0, 1, 0, 0}
#define TIME {0, 0, 1, 0}
#define ENERGY {2, 1, -2, 0}

static const struct unit table[] = {
    {"cm", 1.0, LENGTH, ""},
    {"m", 1e2, LENGTH, "k"},
    {"au", ASTRONOMICAL_UNIT_cm, LENGTH, ""},
    {"pc", PARSEC_cm, LENGTH, "kM"},
    {"Rsun", SOLAR_RADIUS_cm, LENGTH, ""},
    {"barn", 1e-24, {2, 0, 0, 0}, "m"},
    {"g", 1.0, MASS, "k"},
    {"Msun", SOLAR_MASS_g, MASS, ""},
    {"mp", PROTON_MASS_g, MASS, ""},
    {"me", ELECTRON_MASS_g, MASS, ""},
    {"s", 1.0, TIME, "mun"},
    {"min", 60.0, TIME, ""},
    {"h", 3600.0, TIME, ""},
    {"day", 86400.0, TIME, ""},
    {"yr", JULIAN_YEAR_s, TIME, "kMG"},
    {"c", SPEED_OF_LIGHT_cm_s, {1, 0, -1, 0}, ""},
    {"K", 1.0, {0, 0, 0, 1}, ""},
    {"dyn", 1.0, {1, 1, -2, 0}, ""},
    {"erg", 1.0, ENERGY, ""},
    {"J", 1e7, ENERGY, ""},
    {"eV", ELECTRONVOLT_erg, ENERGY, "kMGT"},
    {"Lsun", SOLAR_LUMINOSITY_erg_s, {2, 1, -3, 0}, ""},
    {"G", 1.0, {-0.5, 0.5, -1, 0}, "mun"},
};

static const struct { char letter; double size; } prefix[] = {{'n', 1e-9}, {'u', 1e-6}, {'m', 1e-3}, {'k', 1e3},
                                                              {'M', 1e6},  {'G', 1e9},  {'T', 1e12}};

enum { NTABLE = sizeof table / sizeof table[0], NPREFIX = sizeof prefix / sizeof prefix[0] };

/* Whole names go before a prefix and a name, so that "min" and "mp" are what they look like. */
static const struct unit *find(const char *name, size_t length, double *size) {
  for (int i = 0; i < NTABLE; i++) {
    if (strlen(table[i].name) == length && memcmp(table[i].name, name, length) == 0) {
      *size = table[i].cgs;
      return &table[i];
    }
  }
  for (int i = 0; i < NTABLE; i++) {
    if (strlen(table[i].name) + 1 != length || memcmp(table[i].name, name + 1, length - 1) != 0) continue;
    if (strchr(table[i].prefixes, name[0]) == NULL) continue;
    for (int k = 0; k < NPREFIX; k++) {
      if (prefix[k].letter == name[0]) {
        *size = table[i].cgs * prefix[k].size;
        return &table[i];
      }
    }
  }
  return NULL;
}

bool units_name(int i, char name[16]) {
  for (int t = 0; t < NTABLE; t++) {
    int count = 1 + (int)strlen(table[t].prefixes);
    if (i < count) {
      snprintf(name, 16, "%.1s%s", i == 0 ? "" : table[t].prefixes + i - 1, table[t].name);
      return true;
    }
    i -= count;
  }
  return false;
}

bool units_number(const char *text, double *value, const char **end) {
  const char *s = text;
  int digits = 0;
  if (*s == '+' || *s == '-') s++;
  for (; isdigit((unsigned char)*s); s++) digits++;
  if (*s == '.') {
    s++;
    for (; isdigit((unsigned char)*s); s++) digits++;
  }
  if (digits == 0) return false;
  if (*s == 'e' || *s == 'E') {
    const char *e = s + 1;
    if (*e == '+' || *e == '-') e++;
    if (isdigit((unsigned char)*e)) {
      while (isdigit((unsigned char)*e)) e++;
      s = e;
    }
  }
  char *stop;
  *value = strtod(text, &stop);
  *end = s;
  return stop == s; /* not for "0x1" and the like */
}

/* x^power for multiples of 1/2, by products where they are exact. */
static double power_of(double x, double power) {
  double whole = fabs(power), result = 1.0;
  for (; whole >= 1.0; whole -= 1.0) result *= x;
  if (whole > 0.0) result *= sqrt(x);
  return power < 0.0 ? 1.0 / result : result;
}

/* "-3", "1/2" or "0.5" after a name. */
static bool parse_power(const char **s, double *power) {
  *power = 1.0;
  bool caret = **s == '^';
  if (caret) (*s)++;
  if (!caret && **s != '-' && **s != '+' && !isdigit((unsigned char)**s)) return true;
  double over;
  const char *end;
  if (!units_number(*s, power, &end)) return false;
  *s = end;
  if (**s == '/' && isdigit((unsigned char)(*s)[1])) {
    if (!units_number(*s + 1, &over, &end) || over == 0.0) return false;
    *power /= over;
    *s = end;
  }
  return fabs(*power) <= 12.0 && 2.0 * *power == floor(2.0 * *power);
}

static const char *skip_space(const char *s) {
  while (*s == ' ' || *s == '\t') s++;
  return s;
}

bool units_parse(const char *text, double *cgs, struct dimension *d) {
  const char *s = skip_space(text), *end;
  double scale = 1.0, above = 1.0, below = 1.0;
  bool first = true;
  *d = (struct dimension){0};
  if (units_number(s, &scale, &end)) {
    s = end;
    first = false;
  }
  for (s = skip_space(s); *s != '\0'; first = false) {
    bool divide = *s == '/';
    if (divide || (*s == '*' && !first)) s = skip_space(s + 1);
    size_t length = 0;
    while (isalpha((unsigned char)s[length])) length++;
    double size, power;
    const struct unit *u = length > 0 ? find(s, length, &size) : NULL;
    if (u == NULL) return false;
    s += length;
    if (!parse_power(&s, &power)) return false;
    if (*s != '\0' && *s != ' ' && *s != '\t' && *s != '*' && *s != '/') return false;
    s = skip_space(s);
    if (divide) power = -power;
    if (power > 0.0) above *= power_of(size, power);
    if (power < 0.0) below *= power_of(size, -power);
    d->length += power * u->d.length;
    d->mass += power * u->d.mass;
    d->time += power * u->d.time;
    d->temperature += power * u->d.temperature;
  }
  *cgs = scale * above / below;
  if (fabs(d->length) > 36 || fabs(d->mass) > 36 || fabs(d->time) > 36 || fabs(d->temperature) > 36) return false;
  return !first && isnormal(*cgs) && *cgs > 0.0;
}

bool dimension_equal(struct dimension a, struct dimension b) {
  return a.length == b.length && a.mass == b.mass && a.time == b.time && a.temperature == b.temperature;
}

const char *dimension_name(struct dimension d) {
  static const struct { const char *name; struct dimension d; } names[] = {
      {"plain number", {0, 0, 0, 0}},   {"length", LENGTH},
      {"mass", MASS},                   {"time", TIME},
      {"temperature", {0, 0, 0, 1}},    {"velocity", {1, 0, -1, 0}},
      {"mass density", {-3, 1, 0, 0}},  {"number density", {-3, 0, 0, 0}},
      {"pressure", {-1, 1, -2, 0}},     {"energy", ENERGY},
      {"power", {2, 1, -3, 0}},         {"magnetic field", {-0.5, 0.5, -1, 0}},
      {"area", {2, 0, 0, 0}},           {"volume", {3, 0, 0, 0}},
      {"rate", {0, 0, -1, 0}},          {"diffusion coefficient", {2, 0, -1, 0}},
      {"acceleration", {1, 0, -2, 0}},  {"momentum", {1, 1, -1, 0}},
      {"mass per time", {0, 1, -1, 0}}, {"power density", {-1, 1, -3, 0}},
      {"column density", {-2, 1, 0, 0}}, {"force", {1, 1, -2, 0}},
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (dimension_equal(names[i].d, d)) return names[i].name;
  }
  return NULL;
}

double units_code_in_cgs(const struct units *u, struct dimension d) {
  if (u->code) return 1.0;
  if (dimension_equal(d, (struct dimension){1, 0, -1, 0})) return u->velocity_cm_s;
  if (dimension_equal(d, (struct dimension){-3, 1, 0, 0})) return u->density_g_cm3;
  if (dimension_equal(d, (struct dimension){-1, 1, -2, 0})) return u->pressure_erg_cm3;
  if (dimension_equal(d, (struct dimension)ENERGY)) return u->energy_erg;
  if (dimension_equal(d, (struct dimension){-0.5, 0.5, -1, 0})) return u->field_G;
  double value = pow(u->length_cm, d.length) * pow(u->mass_g, d.mass) * pow(u->time_s, d.time) *
                 pow(u->temperature_K, d.temperature);
  bool field = d.mass != floor(d.mass);
  return field ? value * sqrt(4.0 * PI) : value;
}

double units_ratio(double a, double b) {
  double ratio = a / b;
  char text[32];
  snprintf(text, sizeof text, "%.12g", ratio);
  double round = strtod(text, NULL);
  return fabs(ratio - round) <= 2e-15 * fabs(ratio) ? round : ratio;
}

struct units units_of_code(void) {
  return (struct units){true, 1, 1, 1, 1, 1, 1, 1, 1, 1};
}

bool units_from(double length, double mass, double time, double velocity, double density, struct units *u) {
  int given = (length > 0.0) + (mass > 0.0) + (time > 0.0) + (velocity > 0.0) + (density > 0.0);
  if (given != 3) return false;
  for (int pass = 0; pass < 3; pass++) {
    if (length == 0.0 && velocity > 0.0 && time > 0.0) length = velocity * time;
    if (length == 0.0 && mass > 0.0 && density > 0.0) length = cbrt(mass / density);
    if (length == 0.0) continue;
    if (velocity == 0.0 && time > 0.0) velocity = length / time;
    if (time == 0.0 && velocity > 0.0) time = length / velocity;
    if (density == 0.0 && mass > 0.0) density = mass / (length * length * length);
    if (mass == 0.0 && density > 0.0) mass = density * length * length * length;
  }
  double pressure = density * velocity * velocity, energy = mass * velocity * velocity;
  *u = (struct units){false, length, mass, time, 1.0, velocity, density, pressure, energy, sqrt(4.0 * PI * pressure)};
  return isnormal(length) && isnormal(mass) && isnormal(time) && isnormal(velocity) && isnormal(density) &&
         isnormal(pressure) && isnormal(energy) && isnormal(u->field_G);
}
