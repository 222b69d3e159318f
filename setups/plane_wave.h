/* Plane waves that fit a periodic box: geometry and phase shared by setups.
 *
 * The wave makes waves[d] turns across the box along axis d.  Its frame is (e1, e2, e3) with e1 the direction of travel.  Phases are in
 * turns and are measured from the middle of the box, so that in a box centred on zero they are exactly odd under x -> -x; they are
 * the same to the last bit when the axes are permuted cyclically. */
#ifndef SETUPS_PLANE_WAVE_H
#define SETUPS_PLANE_WAVE_H

#include "setups/setup.h"

struct plane_wave {
  double middle[3];  /* of the box                                   */
  double k[3];       /* turns per length along each axis             */
  double length;     /* wavelength                                   */
  double e[3][3];    /* e[0] the direction of travel, right-handed   */
};

/* section: where the user set the wave numbers, for messages.  Collective in case of errors. */
void plane_wave_start(struct plane_wave *w, const int waves[3], const struct setup_run *run, const char *section);

/* Turns since the middle of the box. */
double plane_wave_phase(const struct plane_wave *w, const double x[3]);

/* A vector in the frame of the wave, turned to the axes of the box. */
void plane_wave_lab(const struct plane_wave *w, double v1, double v2, double v3, double v[3]);

/* sin and cos of 2 pi p, reduced exactly to an octant: sin_turns(p + 1/2) = sin_turns(-p) = -sin_turns(p) to the last bit. */
double sin_turns(double p);
double cos_turns(double p);

#endif
