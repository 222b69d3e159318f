/* Working memory of crt_block_substep: planes of the block with ghosts.  Private to crtransport/. */
#ifndef CRTRANSPORT_SCRATCH_H
#define CRTRANSPORT_SCRATCH_H

#include "crtransport/block.h"

/* Slot of plane k, for what is kept of the last two or three planes. */
static inline int slot2(int k) { return k & 1; }
static inline int slot3(int k) { return (k + 3) % 3; }

struct crt_scratch {
  int nx, ny;
  size_t plane;                      /* cells of a plane                                        */
  double *low[3], *high[3];          /* least and largest q of the 3 x 3 cells around a cell    */
  double *tensor[3][2];              /* chi q and (1 - 3 chi) q                                 */
  double *down[2], *up[2];           /* room below and above q                                  */
  double *q[2], *f[2];               /* at half time                                            */
  double *chi[2];                    /* at half time                                            */
  double *across[3][2];              /* gradient of q along b, less the part along an axis      */
  double *slope_q[3][2], *slope_f[3][2]; /* half the limited difference along an axis           */
  double *curve_q[3][2];             /* second difference of q along an axis                    */
  double *loss_q[2], *loss_f[2];     /* a quarter of the speeds of dissipation                  */
  double *bound[2], *spare[2];       /* how far the bounds of the neighbourhood hold; see crt_depth_bounds */
  double *rate[2];                   /* rate dt                                                 */
  double *move[3][2];                /* what goes through the lower face: flux times dt / dx    */
  double *press[3][2], *tension[3][2]; /* V^2 chi q, and b_n V^2 (1 - 3 chi) q on the lower face */
  double *inside;                    /* 1 in the cells of the block                             */
  double *row[2];                    /* a plane for intermediate results                        */
  void *memory;
};

/* What a sub-step of a population needs that is the same everywhere on the block. */
struct crt_numbers {
  double over2dx[3];                 /* 1 / (2 dx), 0 along missing axes */
  double v2, dt;
  double depth;                      /* optical depth of a cell over its rate */
  bool uniform;                      /* coefficients are constant and already in the scratch */
  bool lossy;                        /* there is dissipation of q                            */
};

struct crt_range { int first, last; };

/* Least and largest values, and the parts of the pressure tensor, of plane k of the state. */
void crt_load_plane(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, int k);
/* Coefficients that do not depend on the state, for all planes. */
void crt_coefficients(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, struct crt_numbers *n);
/* Half time, room and slopes in plane k. */
void crt_cells(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *n, int k);
/* What goes through the lower faces along axis d of plane k; returns how often the limiter acted. */
int64_t crt_faces(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *n, int d, int k);
/* Nothing through the sides behind which the mesh is finer, among the lower faces along axis d of plane k. */
void crt_drop_surface(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, int d, int k);
/* The new state of plane k. */
void crt_update(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *n, int k);

#endif
