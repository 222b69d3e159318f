/* Errors against the exact solution, as Athena++ defines them: for each conserved variable (rho, momentum, energy, cell-centred field) the
 * mean over cells, weighted by volume, of |u - u_exact| with u_exact averaged over cells like the initial state; their RMS is the root
 * of the sum of their squares. */
#ifndef SETUPS_ERRORS_H
#define SETUPS_ERRORS_H

#include "amr/field.h"
#include "setups/setup.h"

struct gas;

enum { ERRORS_VARIABLES = 8 };

struct errors {
  int64_t cells;
  int count;                                        /* variables compared: 8, or 5 without a magnetic field */
  double l1[ERRORS_VARIABLES], most[ERRORS_VARIABLES]; /* mean and largest |u - u_exact| */
  double rms_l1;
};

/* Compare g at time t with the exact solution; the same to the last bit for any order of blocks and ranks.  False, and nothing done,
 * when there is none.  Collective. */
bool errors_find(struct errors *e, const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t,
                 const struct gas *g);

/* The same, and tell: a line in the log and the file errors.txt in dir (a head line and one row). */
bool errors_report(const char *dir, const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t,
                   const struct gas *g);

/* Fill the interiors of cells (5 + nscalar components: conserved averages; scalars only of setups that are exact) and of centred (3 components:
 * cell-centred field, 0 without one; may be NULL) with the exact state at t.  False when there is none.  Local. */
bool errors_exact(const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t,
                  struct field *cells, struct field *centred);

#endif
