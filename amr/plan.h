/* The plan of a ghost exchange: for every local block, the boxes of cells or faces it takes from its neighbours.
 *
 * Made by the receiver.  Boxes in blocks of other ranks are asked for once, when the plan is made; their owners keep what was
 * asked in the same order, so that messages carry nothing but values. */
#ifndef AMR_PLAN_H
#define AMR_PLAN_H

#include "amr/peers.h"
#include "amr/view.h"

enum { TRANSFER_COPY, TRANSFER_RESTRICT };
enum { TARGET_GHOST, TARGET_COARSE };

/* A box of values, from a block's interior (its boundary faces included) to the ghosts or to the coarse copy of the surroundings
 * of another.  The box of faces of component d has the cells' extents, plus 1 along d, less the face that is trimmed. */
struct transfer {
  int op, target;
  int centring;       /* ghosts of faces may have to be deeper than those of cells, so they have their own boxes */
  int block;          /* that receives */
  int source;         /* local block, or -1 - peer; in lists for others always the local block */
  int from[3];        /* lower corner in the source's cells  */
  int to[3], size[3]; /* lower corner and size in the target's cells; a coarse copy counts from the block's corner too */
  int trim[3];        /* -1, 1: without the lowest, the uppermost face normal to the axis (the receiver's own) */
  /* Values of earlier transfers in the same message, per component of cells and per field of faces. */
  int64_t before[2];
};

struct plan {
  int dim;
  int coarse_cells[3], coarse_ghosts[3]; /* of the coarse copy; the layers next to the block that are prolonged are one less */
  int face_ghosts[3];                    /* layers of ghost faces while faces are prolonged: even */
  struct transfer *item;                 /* of block b: item[first[b]] ... item[first[b + 1]], in the order of filling */
  int *first;
  bool *coarse;                          /* [count] some neighbour is coarser, so that something is to be prolonged */
  struct peers peers;
  struct transfer *give;                 /* for peer p: give[give_first[p]] ...       */
  int *give_first;
  int64_t (*give_values)[2], (*take_values)[2]; /* [peers.count + 1] sums of values over messages before each peer's */
};

/* Collective. */
void plan_create(struct plan *plan, const struct mesh *mesh);
void plan_destroy(struct plan *plan);

/* The box of a transfer for component d of a face field, or for cells (d = -1): its extents n, and its lower corner relative to
 * that of the box of cells. */
void plan_box(const struct plan *plan, const struct transfer *t, int d, int n[3], int shift[3]);

#endif
