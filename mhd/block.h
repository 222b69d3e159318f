/* One stage of the gas on one block.
 *
 *   out = state + w (base - state) + dt L(state)          (w = 1: base + dt L(state))
 *
 * L is the finite-volume rate of change of the cells and the constrained-transport rate of the faces.  The block is worked through plane by
 * plane in z: primitives of a few planes and the fluxes of two are kept in a scratch that stays in the cache, whatever the block size.
 * Inside a plane rows of all y follow one another, so that every kernel runs over long rows with unit stride; sweeps along y and z only shift the
 * pointers.  Entries of rows that are no cells or faces of interest are computed and ignored. */
#ifndef MHD_BLOCK_H
#define MHD_BLOCK_H

#include "amr/correction.h"
#include "mhd/reconstruct.h"
#include "mhd/riemann.h"

#include <stddef.h>
#include <stdint.h>

/* Primitives in the scratch: rho, v (3), p, cell-centred B (3), then the scalars. */
enum { PRIM_RHO, PRIM_V1, PRIM_V2, PRIM_V3, PRIM_P, PRIM_B1, PRIM_B2, PRIM_B3, PRIM_SCALAR, PRIM_MAX = PRIM_SCALAR + 64 };

struct mhd_scheme {
  int dim, nc[3], ng[3];      /* cells and ghost layers per axis            */
  bool magnetic, isothermal;
  bool fine_center;           /* cell-centred field to fourth order         */
  double eos;                 /* gamma, or the isothermal sound speed       */
  int nscalar;
  double floor_density, floor_pressure, dual_energy;
  reconstruct_fn *reconstruct, *first_order;
  int radius, radius_first;   /* cells on each side that they read          */
  riemann_fn *riemann, *safe; /* safe: for the first-order fallback         */
};

struct mhd_stage {
  const double *u, *b[3];           /* state, with ghosts: u[var][k][j][i], faces with one more along their axis */
  const double *u_base, *b_base[3];
  double *u_out, *b_out[3];         /* interiors (faces: with the boundary faces) are written; may be the base   */
  size_t u_comp;                    /* doubles from one component of u to the next                               */
  double w, dt, dx[3];
  bool flat;                        /* first order everywhere (predictor of VL2)                                 */
  const double *mask;               /* [k][j][i] with ghosts; > 0: all faces of the cell take the fallback; or NULL */
  const double *mass_state[3];      /* what went through the faces up to the state; not read for w = 1           */
  double *mass[3];                  /* ... and up to the new state, mass per area; NULL: not kept                */
  struct registers *registers;      /* fluxes and EMFs of the surface, or NULL                                   */
  double *const *ends;              /* [6] fluxes at ends of the domain, likewise, or NULL                       */
  bool floors;                      /* put bad cells on the floors, instead of only counting them                */
  double *bad;                      /* [k][j][i] with ghosts: set to 1 where the new state needs the fallback; or NULL */
};

struct mhd_block_counts { int64_t bad, floor_density, floor_pressure, nan; };

struct block_scratch;
struct block_scratch *block_scratch_create(const struct mhd_scheme *s);
void block_scratch_destroy(struct block_scratch *w);

/* Counts cells whose new density or pressure is below the floor (bad), and those put on a floor. */
struct mhd_block_counts mhd_block_stage(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a);

/* The check for floors alone: u_out, u_comp, b_out, floors and bad of the stage are used.  It covers at least the layers of cells along
 * the given sides, a sum of 1 << (2 axis + side). */
enum { MHD_EVERYWHERE = 63 };
void mhd_block_check(const struct mhd_scheme *s, const struct mhd_stage *a, unsigned sides, struct mhd_block_counts *counts);

#endif
