/* What the parameters of a mesh mean.  Private to amr/. */
#ifndef AMR_MESH_PARAMS_H
#define AMR_MESH_PARAMS_H

#include "amr/mesh.h"

/* What makes a mesh impossible, or NULL: for parameters that were not read from a file and so passed no rules. */
const char *mesh_params_wrong(const struct mesh_params *par);

/* Whether a block overlaps the region along the first dim axes.  A region that ends on a face of the block, but for the rounding
 * of units, does not overlap it; one without width does. */
bool mesh_region_overlaps(const struct mesh_region *r, int dim, const double lo[3], const double hi[3]);

#endif
