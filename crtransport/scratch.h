/* Working memory of crt_block_substep: planes of the block with ghosts.  Private to crtransport/. */
#ifndef CRTRANSPORT_SCRATCH_H
#define CRTRANSPORT_SCRATCH_H

#include "base/lanes.h"
#include "crtransport/block.h"

/* Kernels with constant arguments, one copy for each. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Slot of plane k, for what is kept of the last two or three planes. */
static inline int slot2(int k) { return k & 1; }
static inline int slot3(int k) { return (k + 3) % 3; }

struct crt_range { int first, last; };
struct crt_rows { int first, end; };

/* Rows of plane k that hold corners. */
struct crt_cornered { int k; struct crt_rows rows; };

struct crt_scratch {
  int nx, ny;
  size_t plane;                      /* cells of a plane                                        */
  double *low[3], *high[3];          /* least and largest q of the 3 x 3 cells around a cell    */
  double *tensor[3][2];              /* chi q and (1 - 3 chi) q                                 */
  double *down[2], *up[2];           /* room below and above q                                  */
  double *q[2], *f[2], *chi[2];      /* at half time                                            */
  double *slope_q[2], *curve_q[2], *slope_f[2]; /* along z: half the limited difference, second difference */
  double *square[2], *crossed[2];    /* of lower corners, see room.c                             */
  struct crt_cornered cornered[2];
  double *across[3][2];              /* gradient of q along b, less the part along an axis      */
  double *loss_q[2], *loss_f[2];     /* a quarter of the speeds of dissipation                  */
  double *bound, *spare, *ease;      /* how far the bounds of the neighbourhood hold; see crt_depth_bounds */
  double *rate[2];                   /* rate dt                                                 */
  double *total, *wind;              /* rate with streaming; its speed                          */
  double *move[3][2];                /* what goes through the lower face: flux times dt / dx; [axis][slot], x and y: one slot */
  double *press[3][2], *tension[3][2]; /* V^2 chi q, and b_n V^2 (1 - 3 chi) q on the lower face */
  double *inside;                    /* 1 in the cells of the block; a second plane of ones     */
  double *push;                      /* V^2 times the divergence of the pressure along b        */
  void *memory;
};

/* What a sub-step of a population needs that is the same everywhere on the block. */
struct crt_numbers {
  double over2dx[3];                 /* 1 / (2 dx), 0 along missing axes */
  double v2, dt;
  double depth;                      /* optical depth of a cell over its rate */
  bool uniform;                      /* the rate is the same everywhere: the following hold */
  bool eases;                        /* there may be cells with room beyond the bounds */
  bool lossy;                        /* there is dissipation of q and F */
  double bound, spare, ease, share;  /* of the room; of the change of F in half a sub-step that counts */
  double loss_q, loss_f;             /* a quarter of the speeds of dissipation; with the closure, of a beam */
  double even;                       /* times loss_f: against q that alternates from cell to cell */
  double free;                       /* F beyond flux_speed q that is let be */
  double keep, half;                 /* 1 and 1/2; or 0 for a flux that follows the gradient at once */
};

/* Least and largest values, and the parts of the pressure tensor, of plane k of the state. */
void crt_load_plane(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, int k);
/* Numbers that do not depend on the state. */
struct crt_numbers crt_coefficients(const struct crt_shape *s, const struct crt_substep *a);
/* Half time, room (crt_room), and slopes along z in rows of plane k; edge: only where faces along z need them. */
void crt_cells(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *n, int k,
               struct crt_rows rows, bool edge);
/* How far q may go down and up in cells r of plane k, which are those of some rows. */
void crt_room(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *n, struct crt_range r,
              struct crt_rows rows, int k);
/* What goes through the lower faces along axis d of these rows of cells in plane k; returns how often the limiter acted. */
int64_t crt_faces(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *n, int d, int k,
                  struct crt_rows rows);
/* The new state of rows of plane k. */
void crt_update(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a, const struct crt_numbers *n, int k,
                struct crt_rows rows);

/* Slot of what goes through faces. */
static inline int face_slot(int d, int k) { return d == 2 ? slot2(k) : 0; }

/* The speed of waves along b over that of the particles, sqrt(<mu^2>), to a part in a hundred, from chi. */
static inline double speed_of(double chi) { return 1.0 - chi * (1.0 + 0.8 * chi); }
static inline lanes speeds_of(lanes chi) { return 1.0 - chi * (1.0 + 0.8 * chi); }

#endif
