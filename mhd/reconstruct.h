/* Values at the two faces of every cell of a row, from the averages of the cell and its neighbours along the sweep.
 *
 * q[m][i], m = 0..4: the cells i-2, i-1, i, i+1, i+2 along the sweep (pointers, so that any direction can be swept with unit stride in i);
 * PLM reads only m = 1..3.  lo[i], hi[i]: values at the lower and the upper face inside cell i.  n is a multiple of 8.
 * positive: a face value <= 0 where the cell is > 0 makes the cell flat.  Mirror symmetric to the last bit.
 * PLM: monotonised central or van Leer 1974 limiter.  PPM: Colella & Sekora 2008, JCP 227, 7069; McCorquodale & Colella 2011. */
#ifndef MHD_RECONSTRUCT_H
#define MHD_RECONSTRUCT_H

#include <stdbool.h>

typedef void reconstruct_fn(int n, const double *const q[5], bool positive, double *lo, double *hi);

/* lo = hi = the cell: first order */
reconstruct_fn reconstruct_flat, reconstruct_plm_mc, reconstruct_plm_vanleer, reconstruct_ppm;

#endif
