/* Private to gravity/: the potential of the gas in the course of a step. */
#ifndef GRAVITY_OWN_H
#define GRAVITY_OWN_H

#include "gravity/gravity.h"

/* All but phi[0] and mass, which mesh_adapt carries over, for this mesh; nothing without par.self. */
void own_create(struct gravity *g, const struct mesh *mesh);
void own_forget(struct gravity *g);
/* The present potential becomes the one before; solve for the density after the step. */
bool own_after(struct gravity *g, const struct mesh *mesh, const struct gas *gas);
/* The one before is the present one again. */
void own_back(struct gravity *g);

#endif
