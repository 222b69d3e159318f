/* The potential of a density on the mesh: laplacian phi = 4 pi G rho, solved with elliptic/elliptic.h.
 *
 * Isolated (3-D, no periodic axis): values at the ends of the domain come from a multipole expansion about the centre of mass, whose moments are
 * summed over blocks in their global order.  It converges where no mass lies farther from there than the nearest end of the domain.
 * Periodic: the mean of rho counts for nothing, phi has zero mean.
 *
 * Code units.  All functions are collective. */
#ifndef GRAVITY_SELF_H
#define GRAVITY_SELF_H

#include "elliptic/elliptic.h"

enum { SELF_ORDER = 8 }; /* of the multipole expansion */

struct self_gravity;

/* For this mesh; made anew when it changes. */
/* options: method and max_iterations count, see elliptic.h; NULL: its own choice. */
struct self_gravity *self_gravity_create(const struct mesh *mesh, double constant, bool periodic, const struct elliptic_options *options);
void self_gravity_destroy(struct self_gravity *g);

/* phi from its present values as the first guess.  In the result: whether it was solved; see elliptic.h. */
struct elliptic_result self_gravity_solve(struct self_gravity *g, const struct field *rho, int rho_component, struct field *phi,
                                          int phi_component, double tolerance);
/* -grad phi along the axes on all faces of each block; on coarse faces the mean of the fine ones. */
void self_gravity_acceleration(struct self_gravity *g, const struct field *phi, int phi_component, struct field *faces);

#endif
