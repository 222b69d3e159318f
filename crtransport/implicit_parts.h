/* Between implicit.c, implicit_stage.c and implicit_limit.c.  Private to crtransport/. */
#ifndef CRTRANSPORT_IMPLICIT_PARTS_H
#define CRTRANSPORT_IMPLICIT_PARTS_H

#include "amr/shared.h"
#include "amr/view.h"
#include "crtransport/geometry.h"
#include "crtransport/implicit.h"
#include "elliptic/elliptic.h"

/* Components of the cell field of a stage, with one layer of ghosts filled. */
enum { CELL_RATE, CELL_PART, CELL_COUNT };  /* nu with streaming; m = 1 - 2 chi */
/* Of the linear system, without ghosts: 1 / (dt m), sources, m q. */
enum { SYSTEM_A, SYSTEM_S, SYSTEM_Y, SYSTEM_COUNT };
/* Of the limiter, with ghosts: room above the floor, a share or what is given. */
enum { LIMIT_ROOM, LIMIT_SHARE, LIMIT_COUNT };

struct crt_implicit {
  const struct mesh *mesh;
  struct elliptic *elliptic;
  struct shared *shared;
  struct field start, old, next;   /* cells [2]: q, F: at the start of the step, of a stage, and after it  */
  struct field cells, system, limit;
  struct field memory;             /* faces: what is left of the old flux                                   */
  struct field d, cross[2], w;     /* faces: coefficients                                                   */
  struct field corner;             /* cells [4], see elliptic.h; unused: no data                            */
  struct field flux, sum;          /* faces: total flux of a stage, and of the step                         */
  bool positive[2];
  struct crt_implicit_cost cost;
  struct crt_implicit_failure failure;
};

/* A backward Euler step of one population. */
struct stage {
  const struct crt *c;
  double dt, speed, rate;
  const struct field *profile, *alfven; /* or NULL                              */
  bool bounded;                         /* the old flux may not make q negative */
};

/* implicit_stage.c: from im->old, ghosts filled, to im->next, interiors, and im->flux.  False: im->failure says why not. */
bool crt_stage(struct crt_implicit *im, struct exchange *x, const struct stage *s);

/* implicit_limit.c */
/* Scale fluxes so that base[0] - dt div flux does not fall below the floors: room = base - floor per cell, which is put in limit[LIMIT_ROOM] with ghosts.
 * Returns the number of cells that would have, on all ranks. */
int64_t crt_limit_fluxes(struct crt_implicit *im, struct exchange *x, const struct crt *c, double dt, struct field *flux);
/* Cells of next below their floors, floor per cell in the rates of im->cells, take what they lack from those beside them, and in the end from all,
 * so that q times volume sums up to wanted. */
void crt_repair(struct crt_implicit *im, struct exchange *x, double wanted);
/* div flux in cell i of a block. */
static inline double crt_divergence(const struct mesh *m, const struct view f[3], int b, int i, int j, int k) {
  double sum = 0.0;
  const ptrdiff_t up[3] = {1, f[1].sy, f[2].sz};
  for (int d = 0; d < m->dim; d++) {
    const double *at = f[d].at + i + j * f[d].sy + k * f[d].sz;
    sum += (at[up[d]] - at[0]) / m->block[b].dx[d];
  }
  return sum;
}

/* Component of a cell field; view_field for those beyond the third confuses gcc. */
static inline struct view crt_cells_of(const struct mesh *m, const struct field *f, int b, int c) {
  return view_array(field_data(f, b, 0) + f->comp_size[0] * (size_t)c, field_extent(f, 0), m->ngd);
}

/* One loop over a box of cells; bounds are evaluated once per row. */
#define CRT_CELLS(m, k, j, i)                  \
  for (int k = 0; k < (m)->nc[2]; k++)         \
    for (int j = 0; j < (m)->nc[1]; j++)       \
      for (int i = 0; i < (m)->nc[0]; i++)
/* Lower faces along d, and the last upper one. */
#define CRT_FACES(m, d, k, j, i)                           \
  for (int k = 0; k < (m)->nc[2] + ((d) == 2); k++)        \
    for (int j = 0; j < (m)->nc[1] + ((d) == 1); j++)      \
      for (int i = 0; i < (m)->nc[0] + ((d) == 0); i++)

static inline double *crt_at(const struct view *v, int i, int j, int k) { return v->at + i + j * v->sy + k * v->sz; }
static inline int crt_side(const struct mesh *m, int d, int i, int j, int k) { /* 0: lower surface of the block, 1: upper, -1: inside */
  const int at = d == 0 ? i : d == 1 ? j : k;
  return at == 0 ? 0 : at == m->nc[d] ? 1 : -1;
}
static inline int crt_beside(const struct mesh *m, int b, int d, int side) {
  int v[3] = {0, 0, 0};
  v[d] = side ? 1 : -1;
  return m->neighbour[b][direction(v[0], v[1], v[2])].kind;
}

#endif
