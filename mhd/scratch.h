/* Working memory of mhd_block_stage.  Private to mhd/. */
#ifndef MHD_SCRATCH_H
#define MHD_SCRATCH_H

#include "mhd/block.h"

enum {
  RING = 6,    /* planes of primitives kept: the PPM stencil, and one */
  CHUNK = 192, /* entries worked on at a time in a sweep: states and fluxes of a chunk fit the first-level cache */
  FLUX_MAX = 9 + 64
};

/* Fluxes of a sweep along d: rho, momentum along d, d+1, d+2, energy, field along d+1, d+2, scalars, then the
 * internal energy and the velocity of the gas through the face. */
enum { FLUX_RHO, FLUX_MN, FLUX_MT1, FLUX_MT2, FLUX_E, FLUX_BT1, FLUX_BT2, FLUX_SCALAR };

struct block_scratch {
  int nx, ny;                        /* plane with ghosts                                      */
  int nprim, nflux;
  double *prim[PRIM_MAX][RING];      /* planes of primitives                                   */
  double *face[3][RING];             /* B on the lower x, y, z face of each cell               */
  double *flux[3][2][FLUX_MAX];      /* fluxes of plane k: [axis][k mod 2]; z: lower face of k */
  double *cell_emf[3][2];            /* -v x B in the cells of plane k                         */
  double *emf[3][2];                 /* on edges: z of plane k; x and y at the lower z face of k */
  double *upper[2][PRIM_MAX];        /* value at the upper z face of the cells of plane k      */
  double *lo[PRIM_MAX], *hi[PRIM_MAX]; /* of a chunk                                           */
  double *safe_flux[FLUX_MAX];       /* first-order fluxes of a chunk                          */
  double *rate, *work;               /* a row                                                  */
  void *memory;
};

/* Primitives and B on faces of plane k of the state, in slot k mod RING. */
void primitive_plane(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int k);

/* Fluxes through the lower faces along axis d of the cells first <= n < last of plane k. */
void sweep_plane(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int d, int k, int first, int last);
/* For z sweeps: prepare the upper face values of plane k, without fluxes. */
void sweep_prime_z(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int k, int first, int last);

/* -v x B in the cells of plane k. */
void ct_cell_emf(struct block_scratch *w, int k);
/* EMFs along axis c on the edges at the lower corner of the cells first <= n < last: Gardiner & Stone 2005, JCP 205, 509, eq. 41, with the
 * upwind choice of eq. 50, made smooth where the gas rests.  c = z: edges of plane k; c = x, y: edges on the lower z faces of plane k. */
void ct_emf(struct block_scratch *w, const struct mhd_stage *a, int c, int k, int first, int last);
/* New B on the faces normal to axis d of plane k. */
void ct_update(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int d, int k);

/* New conserved variables of plane k, then the check of its rows from j0 to before j1 for floors, which needs the new B. */
void update_plane(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int k);
void check_plane(const struct mhd_scheme *s, const struct mhd_stage *a, int k, int j0, int j1, struct mhd_block_counts *counts);

/* The mass through the faces of plane k. */
void mass_plane(const struct mhd_scheme *s, const struct block_scratch *w, const struct mhd_stage *a, int k);

/* Copy from plane k the fluxes through faces of the block that flux has room for; what the registers of a block with level jumps want. */
void surface_fluxes(const struct mhd_scheme *s, const struct block_scratch *w, double *const flux[6], int k);
void surface_emfs(const struct mhd_scheme *s, const struct block_scratch *w, const struct mhd_stage *a, int k);

/* Which flux of the sweep along d changes variable v: density, momentum, energy, scalars, internal energy. */
static inline int flux_of(int v, int d) {
  if (v == 0) return FLUX_RHO;
  if (v < 4) return FLUX_MN + (v - 1 - d + 3) % 3;
  if (v == 4) return FLUX_E;
  return FLUX_SCALAR + v - 5;
}

static inline int round_up8(int n) { return (n + 7) / 8 * 8; }

#endif
