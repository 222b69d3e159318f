/* From the functions of a setup to the state on a mesh: averages over cells and faces.
 *
 * Cells get Gauss-Legendre averages of rho, momentum and gas energy; faces get the curl of edge averages of the vector potential plus the
 * uniform background, so div B = 0 to round-off across levels too; the energy includes Bcc^2 / 2 with Bcc the average of the two
 * faces of a cell.  Positions are computed from global cell numbers and sums do not depend on their order, so a problem that is
 * symmetric under permutations or mirrors of the axes (in a box centred on zero) starts symmetric to the last bit, for
 * any size of blocks and number of ranks. */
#ifndef SETUPS_INITIAL_H
#define SETUPS_INITIAL_H

#include "amr/exchange.h"
#include "setups/setup.h"

struct gas;

/* Fill the interiors of g->u[0] and, with a magnetic field, g->b[0] with the state at t.  Local. */
void setup_fill(const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t, struct gas *g);

/* The same for any cell field of 5 + nscalar components (and one more for the internal energy) and face field (NULL: none). */
void setup_fill_fields(const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t,
                       struct field *cells, struct field *faces);

/* Averages over one cell (counted from the first that is not a ghost) of the 5 conserved variables and the cell-centred field of
 * setup->reference at t.  False when it is not known. */
bool setup_reference(const struct mesh *mesh, int b, const int cell[3], const struct setup *setup,
                     const struct setup_run *run, double t, double value[8]);

/* Average of n values, all of them set by f, over a cell by a rule of so many points per axis (1: the value at the centre).
 *   work   [3 n]  space */
typedef void setup_point_fn(const void *data, const double x[3], double *value);
void setup_cell_average(const struct mesh *mesh, int b, const int cell[3], int points, int n, setup_point_fn *f, const void *data,
                        double *value, double *work);

/* Averages of setup->mass over cells, interiors of a field of one component.  Local. */
void setup_fill_mass(const struct mesh *mesh, const struct setup *setup, struct field *mass);

/* Boundary values of BOUNDARY_USER: ghosts from the setup's functions at time t, which the owner keeps up to date.
 * Among the fields of the exchange those called "gas", "field" and, where setup->exact_rays, cosmic rays are filled; others flow out. */
struct setup_boundary {
  const struct setup *setup;
  const struct setup_run *run;
  double t;
  struct kept *kept; /* where setup->still; the owner drops it when the mesh changes and at the end (setups/kept.h) */
};
exchange_user_fn setup_boundary_fill; /* data: struct setup_boundary */

#endif
