/* Ends of the domain that are not periodic.  Faces of a block have the number 2 * axis + side. */
#ifndef CRTRANSPORT_WALLS_H
#define CRTRANSPORT_WALLS_H

#include "crtransport/block.h"
#include "crtransport/transport.h"

bool crt_wall(const struct mesh *mesh, int b, int face);

/* Nothing goes through reflecting walls: b_n = 0 on them. */
void crt_walls_close(const struct mesh *mesh, int b, struct field *directions);

/* Fill the ghosts of one population beyond absorbing walls.  Where cells are thick, q is odd about the wall, so that q = 0 on it, and F goes on linearly; where
 * they are thin there is nothing beyond, except what moves out in a beam. */
void crt_walls_absorb(const struct mesh *mesh, int b, const struct crt_params *par, const struct crt_shape *s, const struct crt_substep *a);

/* Add n values of flux through the face, per area, times dt: counted outwards. */
void crt_walls_count(const struct mesh *mesh, int b, int face, double dt, size_t n, const double *flux, struct exact *outflow);

#endif
