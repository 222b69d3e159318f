/* Conservation across levels: where a coarse block touches finer ones, its face fluxes are replaced by the sum of the fine
 * ones, and its edge EMFs by the fine ones, so that sums over cells are conserved and div B stays zero to round-off.
 *
 * A solver that works on a block with block.jump set copies the time-weighted fluxes and EMFs on the block's surface
 * into the block's registers.  Afterwards, correction_exchange brings the fine values to the coarse blocks, and
 * correction_apply changes their cells and faces by the difference. */
#ifndef AMR_CORRECTION_H
#define AMR_CORRECTION_H

#include "amr/field.h"

struct correction;

/* Registers of one block, laid out without ghosts; face number 2 * axis + side.  Axes other than the normal in the order x, y, z
 * (x faster).  NULL where the block has no jump. */
struct registers {
  /* [comp][b][a]: flux through the face along +axis, per area and time, of each component; a, b over the nc cells of the
   * two other axes.  Set for faces at which the neighbour has another level. */
  double *flux[6];
  /* [axis][b][a]: EMF (code units) along each of the axes on the edges in the face; extents nc + 1 on the axes that exist across
   * the edge, nc along it; stored with stride nc + 1 (or 1 on missing axes) in a and b for all.  The entry of the face's own
   * normal is unused.  Set for all faces of blocks with a jump in any direction. */
  double *emf[6];
};

/* ncomp: components of the fluxes; emf: whether EMFs are kept.  Collective. */
struct correction *correction_create(const struct mesh *mesh, int ncomp, bool emf);
void correction_destroy(struct correction *c);
struct registers *correction_registers(struct correction *c, int b);

/* Send fine values to coarse blocks.  Collective. */
void correction_exchange(struct correction *c);
/* cells[comp] -= dt * (difference of flux) / dx in the cells of local block b along its coarse-fine faces, for the first
 * ncomp components of the cell field; faces += the curl of the difference of EMFs (dB/dt = -curl E).  After correction_exchange.
 * cells or faces may be NULL.  Returns the sides of the block whose layer of cells and faces may have changed: the sum of 1 << face. */
unsigned correction_apply(struct correction *c, int b, double dt, struct field *cells, struct field *faces);
/* The same for an edge-centred vector potential: after filling the EMF registers with A and setting faces = curl A,
 * makes the faces of coarse blocks agree with the fine ones: faces -= curl of the difference, i.e. correction_apply with dt = -1. */
/* What the correction of component comp amounts to on the coarse faces themselves: faces += dt * (fine - coarse flux). */
void correction_faces(const struct correction *c, int b, int comp, double dt, struct field *faces);

#endif
