/* The parts of the model of the Galaxy.  Private to setups/milkyway. */
#ifndef SETUPS_MILKYWAY_MILKYWAY_H
#define SETUPS_MILKYWAY_MILKYWAY_H

#include <stdbool.h>

enum { GALAXY_WAVES = 400 };

struct galaxy_wave { double k[3], a[3], phase; };

/* field.c; lengths and strengths in code units. */
struct galaxy_field {
  double sun, disc, radius, core, pitch, height;          /* B of the disc at R = sun, z = 0; pitch in radians */
  double halo, radius_x, height_x;                        /* X-shaped field                                  */
  double turbulent, longest, shortest, height_t;          /* rms at R = sun, z = 0; wavelengths              */
  int modes, seed;
  struct galaxy_wave wave[GALAXY_WAVES];
};
/* Draw the waves. */
void galaxy_field_start(struct galaxy_field *f);
void galaxy_field_potential(const struct galaxy_field *f, const double x[3], double a[3]);

/* milkyway.c: an axisymmetric layer with surface density sigma exp(-hole / R - R / radius) and sech^2(z / 2 height) (McMillan 2017, MNRAS 465, 76). */
struct galaxy_layer { double sigma, hole, radius, height; };
double galaxy_layer_density(const struct galaxy_layer *l, double R, double z);

#endif
