/* From fine to coarse: averages over cells and faces.  Averages of 2, 4 and 8 values are the same to the last bit
 * when the axes are permuted or mirrored. */
#ifndef AMR_RESTRICT_H
#define AMR_RESTRICT_H

#include "amr/view.h"

/* n coarse cells from 2^dim fine ones each: coarse cell (0, 0, 0) covers the fine cells (0..1, 0..1, 0..1).  Axes from dim on do not
 * exist: they have one cell on both levels. */
void restrict_cells(int dim, struct view coarse, struct view fine, const int n[3]);

/* n coarse faces normal to the axis: coarse face (0, 0, 0) covers the fine faces with index 0 along the axis and 0..1 along
 * the others. */
void restrict_faces(int dim, int axis, struct view coarse, struct view fine, const int n[3]);

#endif
