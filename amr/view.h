/* A component of one block, or of a buffer around it, seen from its first interior cell. */
#ifndef AMR_VIEW_H
#define AMR_VIEW_H

#include "amr/field.h"

#include <string.h>

/* Cell (i, j, k) is at[i + j sy + k sz]; (0, 0, 0) is the first that is not a ghost, ghosts have indices < 0. */
struct view { double *at; ptrdiff_t sy, sz; };

static inline struct view view_move(struct view v, int i, int j, int k) {
  v.at += i + j * v.sy + k * v.sz;
  return v;
}

/* Rows of n[0], planes of n[0] * n[1] without gaps. */
static inline struct view view_packed(double *at, const int n[3]) {
  return (struct view){at, n[0], (ptrdiff_t)n[0] * n[1]};
}

/* An array of the given extents whose first g[axis] entries along each axis are ghosts. */
static inline struct view view_array(double *data, const int extent[3], const int g[3]) {
  return view_move(view_packed(data, extent), g[0], g[1], g[2]);
}

static inline void view_copy(struct view to, struct view from, const int n[3]) {
  for (int k = 0; k < n[2]; k++) {
    for (int j = 0; j < n[1]; j++) memcpy(to.at + j * to.sy + k * to.sz, from.at + j * from.sy + k * from.sz, sizeof(double) * (size_t)n[0]);
  }
}

/* Component c of local block b of a field. */
static inline struct view view_field(const struct mesh *mesh, const struct field *f, int b, int c) {
  return view_array(field_data(f, b, c), field_extent(f, c), mesh->ngd);
}

#endif
