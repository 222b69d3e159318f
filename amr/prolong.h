/* From coarse to fine: limited linear prolongation of cells, and of faces such that div B is kept.
 *
 * Slopes are monotonised central differences (van Leer 1977, JCP 23, 276): exact for linear functions, third order along an axis
 * where the flow is smooth, zero at extrema. */
#ifndef AMR_PROLONG_H
#define AMR_PROLONG_H

#include "amr/view.h"

/* Fine cells lower <= (i, j, k) < upper; coarse cell (I, J, K) covers the fine cells (2I..2I+1, 2J..2J+1, 2K..2K+1), and its
 * neighbours on both sides along each axis are read.  Together the slopes are scaled back until no child leaves the
 * range of the coarse cell and these neighbours.  The mean of the children is the coarse value to round-off.  positive: children
 * of a positive value also keep an eighth of it. */
void prolong_cells(int dim, struct view fine, struct view coarse, const int lower[3], const int upper[3], bool positive);

/* Fine faces on and inside of the coarse cells lower <= (I, J, K) < upper; component d of fine and coarse are the faces normal
 * to axis d.  known[d][side]: the fine faces on that end of the box are there already.  All other coarse
 * faces are prolonged within their plane, where their neighbours on both sides are read; then the faces inside of coarse
 * cells follow from those on their surface: every fine cell gets the div B of its coarse cell.  Toth & Roe 2002, JCP 180, 736. */
void prolong_faces(int dim, const struct view fine[3], const struct view coarse[3], const int lower[3], const int upper[3],
                   bool known[3][2], const double dx[3]);

#endif
