/* Blocks that change their rank take their data along.  Private to amr/. */
#ifndef AMR_MIGRATE_H
#define AMR_MIGRATE_H

#include "amr/field.h"

/* What a block carries besides its fields. */
struct carried { double weight; int quiet; };

/* before, after [mesh.size + 1]: global number of the first block of each rank.  Interiors of the fields (faces with those on the boundary) and
 * what is carried move to where their blocks live now, in new memory.  Of the mesh only the sizes of a block are used.  Returns the
 * number of blocks that came from other ranks.  Collective. */
int64_t migrate(const struct mesh *mesh, const int64_t *before, const int64_t *after, int nfield, struct field *const *fields,
                struct carried **carried);

#endif
