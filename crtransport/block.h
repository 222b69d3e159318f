/* One sub-step of one population on one block: q and its flux F along b, in place.
 *
 *   d_t q + div(F b) = 0
 *   d_t F + V^2 [ b.grad(chi q) + div((1 - 3 chi) q b) ] = -rate (F - 3 chi v_A sign q)
 *
 * One pass, second order in space and time, with two ghost layers: a centred predictor gives q and F of all cells at half time, limited
 * slopes of the state carry them to the faces (as in the scheme of Hancock; van Leer 1984, SIAM J. Sci. Stat. Comput. 5, 1), scattering is
 * implicit and local.  The flux of q is b_n F with dissipation along B only, which vanishes with the optical depth of a cell;
 * the usual dissipation of HLLE along the grid axes would diffuse across oblique fields.
 *
 * Limiter: every face may carry no more than a share of the room that the cell on either side has before it leaves the range of its 3^d
 * neighbourhood (optically thick) or gets negative (thin, where beams cross).  The shares of a cell are given by the direction of B
 * and add up to one, so that the bounds hold whatever the other faces do; unlike in the limiter of Zalesak 1979, JCP 31, 335, no sums over the
 * fluxes of neighbours are needed, and with equal shares at level jumps the bounds survive the correction of fluxes there.
 *
 * The block is worked through plane by plane; inside a plane all rows follow one another, as in mhd/block.h. */
#ifndef CRTRANSPORT_BLOCK_H
#define CRTRANSPORT_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct crt_shape {
  int dim, nc[3], ng[3]; /* cells, and two or more ghost layers per axis */
};

/* What all populations share; arrays [k][j][i] with ghosts. */
struct crt_geometry {
  const double *b_face[3]; /* B_n / |B| on the lower face of each cell               */
  const double *b_cell[3]; /* B / |B| in the cell                                    */
  const double *b_corner[3]; /* its direction within the mesh on the lower corner of each cell */
  const double *share[3];  /* of the room of a cell, for each of its two faces       */
  const double *profile;   /* scattering rate over that of the population, or NULL: 1 */
  const double *alfven;    /* speed of streaming, or NULL: no streaming               */
};

struct crt_population {
  double signal;     /* V: reduced speed of the particles                                  */
  double flux_speed; /* |F| <= flux_speed q: true or reduced speed, as F is (physics.md 1.2) */
  double rate;       /* at which F is scattered                                            */
  double drift;      /* by which the speed of streaming is reduced                         */
  bool m1;           /* closure chi(<mu>), or isotropic: chi = 1/3                         */
  bool diffusive;    /* F follows the gradient at once                                     */
  bool limited;      /* false for tests of the scheme only                                 */
};

struct crt_substep {
  const struct crt_population *population;
  const struct crt_geometry *geometry;
  double *q, *f;     /* [k][j][i] with ghosts */
  double dt, dx[3];
  bool finer[6];     /* what goes through this side comes later from finer neighbours: taken as 0 */
  double *flux[6];   /* where to put the flux of q through each side, or NULL: [b][a] as in amr/correction.h */
};

struct crt_scratch;
struct crt_scratch *crt_scratch_create(const struct crt_shape *s);
void crt_scratch_destroy(struct crt_scratch *w);

/* Returns the number of faces on which the limiter acted, each counted for the cell above it. */
int64_t crt_block_substep(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a);

#endif
