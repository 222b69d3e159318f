/* Who lies next to whom.  Private to amr/. */
#ifndef AMR_NEIGHBOURS_H
#define AMR_NEIGHBOURS_H

#include "amr/mesh.h"

/* Fill mesh->neighbour and the flags remote and jump of the local blocks, from mesh->block (level and pos of local and ghost
 * leaves) and the mesh's sizes.  mesh->neighbour is owned by the mesh.  Local. */
void neighbours_find(struct mesh *mesh);

#endif
