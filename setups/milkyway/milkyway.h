/* The parts of the model of the Galaxy.  Private to setups/milkyway. */
#ifndef SETUPS_MILKYWAY_MILKYWAY_H
#define SETUPS_MILKYWAY_MILKYWAY_H

#include "gravity/gravity.h"

#include <stdbool.h>

struct params;

enum { GALAXY_WAVES = 400 };

struct galaxy_wave { double k[3], a[3], phase, over_height; };

/* field.c; lengths and strengths in code units. */
struct galaxy_field {
  double sun, disc, radius, core, pitch, height;          /* B of the disc at R = sun, z = 0; pitch in radians */
  double toroidal, height_o;                              /* of the halo                                     */
  double halo, radius_x, height_x;                        /* X-shaped field                                  */
  double turbulent, longest, shortest, height_t;          /* rms at R = sun, z = 0; wavelengths              */
  int modes, seed;
  struct galaxy_wave wave[GALAXY_WAVES];
};
/* Draw the waves. */
void galaxy_field_start(struct galaxy_field *f);
void galaxy_field_potential(const struct galaxy_field *f, const double x[3], double a[3]);

/* clumps.c: a factor on the density with a log-normal distribution, mean 1 and this standard deviation of ln, from waves with the spectrum of Kolmogorov. */
struct galaxy_clumps {
  double sigma, longest, shortest;
  int modes, seed;
  struct { double k[3], strength, phase; } wave[GALAXY_WAVES];
};
void galaxy_clumps_declare(struct params *ps, struct galaxy_clumps *c);
void galaxy_clumps_start(struct galaxy_clumps *c);
double galaxy_clumps_at(const struct galaxy_clumps *c, const double x[3]);

/* milkyway.c: an axisymmetric layer with surface density sigma exp(-hole / R - R / radius) and sech^2(z / 2 height) (McMillan 2017, MNRAS 465, 76). */
struct galaxy_layer { double sigma, hole, radius, height; };
double galaxy_layer_density(const struct galaxy_layer *l, double R, double z);

/* equilibrium.c: gas that stays where it is in the potential of the run. */
enum { GALAXY_LAYERS = 2 }; /* neutral, warm ionised */
struct galaxy_equilibrium {
  bool on, magnetic;
  double dispersion[GALAXY_LAYERS], polytrope, hot_speed;
  double (*surface)(int layer, double R);                 /* mass per area of a layer                          */
  double sun, end, hot_density, hot_dispersion2, phi_sun;
  struct gravity well;
  struct galaxy_field field;                              /* of the disc alone                                 */
  double *ln_thickness[GALAXY_LAYERS], *table;            /* private                                           */
};
void galaxy_equilibrium_declare(struct params *ps, struct galaxy_equilibrium *e);
/* surface and sun are set; up to the radius end; hot gas: density and pressure / density at the Sun.  field: NULL without one. */
void galaxy_equilibrium_start(struct galaxy_equilibrium *e, const struct gravity_params *gravity, const struct galaxy_field *field, double end, double density,
                              double dispersion2);
/* Density, pressure, the speed with which it turns, and the share of the density that is ionised. */
struct galaxy_state { double rho, pressure, speed, ionised; };
struct galaxy_state galaxy_equilibrium_gas(const struct galaxy_equilibrium *e, double R, double z);
/* Angular velocity on a circle in the plane, without pressure. */
double galaxy_equilibrium_turn(const struct galaxy_equilibrium *e, double R);

#endif
