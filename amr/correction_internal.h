/* Shared by amr/correction.c, which brings fine values to coarse blocks, and amr/correction_apply.c, which uses them. */
#ifndef AMR_CORRECTION_INTERNAL_H
#define AMR_CORRECTION_INTERNAL_H

#include "amr/correction.h"
#include "amr/peers.h"

enum { FLUX = -1 };

/* Fine values for a box of coarse faces (axis FLUX) or of coarse edges along the axis, on one face of a block: averages of
 * what is in the register of a finer neighbour's opposite face. */
struct patch {
  int block, face;
  int source;           /* local block, or -1 - peer; in lists for others always the local block */
  int axis;
  int from[2];          /* in the register of the finer block */
  int to[2], n[2];      /* in that of the coarse block        */
  int64_t at;           /* first value in the message, or in fine */
};

struct correction {
  const struct mesh *mesh;
  int ncomp;
  bool emf;
  struct registers *reg;   /* [count] */
  double *memory;          /* of all registers */

  struct peers peers;
  struct patch *patch;     /* of block b: patch[first[b]] ... patch[first[b + 1]] */
  int *first;
  struct patch *give;
  int *give_first;
  int64_t *message;        /* [2][peers.count + 1] where messages begin: given, taken */
  double *fine, *give_data;

  /* Differences on the edges and faces of one block */
  double *edge[3], *face[6];
  int edge_extent[3][3];
};

/* The axes other than the normal. */
static inline void correction_across(int normal, int axis[2]) {
  axis[0] = normal == 0 ? 1 : 0;
  axis[1] = normal == 2 ? 1 : 2;
}

static inline int correction_edge_stride(const struct mesh *m, int axis) { return axis < m->dim ? m->nb + 1 : 1; }

static inline size_t correction_flux_size(const struct mesh *m, int face) {
  int o[2];
  correction_across(face / 2, o);
  return (size_t)m->nc[o[0]] * (size_t)m->nc[o[1]];
}

static inline size_t correction_emf_size(const struct mesh *m, int face) {
  int o[2];
  correction_across(face / 2, o);
  return (size_t)correction_edge_stride(m, o[0]) * (size_t)correction_edge_stride(m, o[1]);
}

#endif
