/* Faces that a block shares with finer neighbours: the values on the fine side, and making the coarse side agree with them.
 *
 * Fluxes and EMFs are corrected between levels by differences, so a coarse face follows the average of the fine ones to
 * round-off only.  Where the mesh changes they have to be the same to the last bit, or blocks that become neighbours of one level
 * would disagree on their common faces.  Also what elliptic/ and implicit transport learn of the fine side with. */
#ifndef AMR_SHARED_H
#define AMR_SHARED_H

#include "amr/field.h"

struct shared;

/* Who needs what from whom on this mesh.  Collective. */
struct shared *shared_create(const struct mesh *mesh);
void shared_destroy(struct shared *s);

/* Bring the fine values of a face field, to be kept until the next fetch.  Collective. */
void shared_fetch(struct shared *s, const struct field *f);
/* The values on the leaf number leaf of those that touch side 0 or 1 of block b along the axis, as fetched: nc of the first, then of the
 * second of the other axes, the first faster.  NULL: no finer neighbour there. */
const double *shared_values(const struct shared *s, int b, int axis, int side, int leaf);

/* Fetch, and set the coarse faces to the averages of the fine ones.  Collective. */
void shared_agree(struct shared *s, struct field *f);

#endif
