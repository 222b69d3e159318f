/* Fields: data on every local block of a mesh, ghosts included.
 *
 * A cell field has ncomp components; a face field has 3: component d lives on the faces normal to axis d.  Layout
 * data[block][comp][k][j][i], i fastest; every component of a block starts at a multiple of 64 bytes.  Cell (i, j, k) counts from
 * the first ghost; face i is the lower face of cell i.  Extent of a component along axis d: mesh.nc[d] + 2 mesh.ngd[d],
 * plus 1 for face component d where axis d exists.  On an axis that does not exist a face component has extent 1. */
#ifndef AMR_FIELD_H
#define AMR_FIELD_H

#include "amr/mesh.h"

#include <stddef.h>

enum centring { CENTRING_CELL, CENTRING_FACE };

struct field {
  const char *name;
  enum centring centring;
  int ncomp;
  /* How a component behaves at a reflecting wall and under a limiter: for each component the axis whose velocity-like
   * sign flips at a wall normal to it, or -1; NULL: none flips.  Faces: component d flips at walls normal to d. */
  const int *flip;
  const bool *positive;     /* [ncomp] stays above zero in prolongation; NULL: none */
  int extent[3][3];         /* [comp (faces) or 0 (cells)][axis]                     */
  size_t comp_size[3];      /* doubles from one component to the next (0 for cells; faces: each its own) */
  size_t block_size;        /* doubles from one block to the next                   */
  int count;                /* blocks allocated                                     */
  double *data;
};

/* The shape of a field, without memory. */
void field_shape(struct field *f, const struct mesh *mesh, const char *name, enum centring centring, int ncomp);
/* Zeroed memory for all local blocks. */
void field_create(struct field *f, const struct mesh *mesh, const char *name, enum centring centring, int ncomp);
void field_destroy(struct field *f);

/* Component c of block b. */
static inline double *field_data(const struct field *f, int b, int c) {
  size_t at = 0;
  if (f->centring == CENTRING_CELL) {
    at = f->comp_size[0] * (size_t)c;
  } else {
    for (int d = 0; d < c && d < 3; d++) at += f->comp_size[d];
  }
  return f->data + f->block_size * (size_t)b + at;
}

/* Extents along the axes of component c. */
static inline const int *field_extent(const struct field *f, int c) {
  return f->extent[f->centring == CENTRING_FACE ? c : 0];
}

#endif
