/* Physical boundaries: values beyond the ends of the domain. */
#ifndef AMR_BOUNDARY_H
#define AMR_BOUNDARY_H

#include "amr/view.h"

/* What has to be known about a component. */
struct boundary_component {
  int face_axis; /* component of a face field, or -1: cells                 */
  int flip;      /* axis at whose walls the value changes its sign, or -1   */
};

/* Fill depth layers beyond the lower (side 0) or upper (side 1) end of the axis from the interior side, over the whole extent of
 * the other axes: n cells with g ghosts on both sides.
 *   outflow      the nearest cell inside; the normal component of a face field continues the face on the boundary
 *   reflecting   the mirror image, negated where the component flips; the face on the wall stays
 * BOUNDARY_USER is taken as outflow. */
void boundary_fill(int kind, struct boundary_component c, struct view v, const int n[3], const int g[3], int axis, int side,
                   int depth);

#endif
