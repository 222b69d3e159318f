/* Changing the mesh: blocks are split, joined and moved to other ranks with their data.
 *
 * A split block gives limited linear prolongations of its cells, which keep their sums, and faces with the div B of the old cells
 * (Toth & Roe 2002, JCP 180, 736); where finer neighbours are already there their faces are taken as they are.  Joined blocks
 * give averages.  Faces between blocks are the same to the last bit on both sides afterwards, or exactly the average of the finer
 * ones.  New mesh and data depend neither on the number of ranks nor on the weights of blocks. */
#ifndef AMR_ADAPT_H
#define AMR_ADAPT_H

#include "amr/field.h"

/* tags[mesh->count]: > 0 the block should be split, < 0 it may be joined with its siblings if they all agree, by one level in one
 * call.  The mesh stays balanced 2:1 over faces, edges and corners: more blocks are split for that, and joining is left undone
 * where it would be in the way.  Then the blocks are spread over the ranks by their weights, if the load is more uneven
 * than mesh->imbalance.
 *
 * The fields, all that have to live on, come with valid ghosts; afterwards their ghosts are not valid.  Returns whether blocks changed or
 * moved: then whatever was made for the mesh (exchanges, corrections, other fields) has to be made anew.  Collective. */
bool mesh_adapt(struct mesh *mesh, const int8_t *tags, int nfield, struct field *const *fields);

/* Blend what each local block has cost (any unit, the same for all ranks) into its weight.  Collective. */
void mesh_weigh(struct mesh *mesh, const double *cost);

#endif
