/* Directions of the magnetic field, for all populations and sub-steps of a step of the gas. */
#ifndef CRTRANSPORT_GEOMETRY_H
#define CRTRANSPORT_GEOMETRY_H

#include "amr/field.h"
#include "crtransport/block.h"

/* Components of the field below. */
enum { GEOMETRY_FACE = 0, GEOMETRY_CELL = 3, GEOMETRY_SHARE = 6, GEOMETRY_CORNER = 9, GEOMETRY_COMPONENTS = 12 };

/* From the magnetic field on faces, ghosts included, to the cell field of directions [GEOMETRY_COMPONENTS] of local block b.  Where |B| is
 * below the floor, b = B / floor goes to zero with B: no transport.  Shares are in proportion to |b|, and equal next to other levels. */
void crt_geometry_block(const struct mesh *mesh, int b, const struct field *faces, double floor, struct field *directions);

#endif
