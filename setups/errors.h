/* Errors against the exact solution, as Athena++ defines them: for each conserved variable (rho, momentum, energy, cell-centred field) the
 * mean over cells, weighted by volume, of |u - u_exact| with u_exact averaged over cells like the initial state; their RMS is the root
 * of the sum of their squares.  With cosmic rays of setup->exact_rays also those of number and kinetic energy density of each species, in cm^-3 and
 * GeV cm^-3; these enter the RMS relative to the mean of the exact solution. */
#ifndef SETUPS_ERRORS_H
#define SETUPS_ERRORS_H

#include "amr/field.h"
#include "crtransport/crtransport.h"
#include "setups/setup.h"

struct gas;

enum { ERRORS_VARIABLES = 8, ERRORS_NUMBER = 0, ERRORS_ENERGY = 1 };

struct errors {
  int64_t cells;
  int count;                                        /* variables compared: 8, or 5 without a magnetic field */
  double l1[ERRORS_VARIABLES], most[ERRORS_VARIABLES]; /* mean and largest |u - u_exact| */
  int species;                                      /* of cosmic rays compared; 0: none */
  /* Number and energy: mean and largest error, and the mean error over the mean of the exact solution. */
  struct { double l1[2], most[2], relative[2]; } rays[CR_MAX_SPECIES];
  double rms_l1;
};

/* Compare g and run->rays at time t with the exact solution; the same to the last bit for any order of blocks and ranks.  False, and nothing done,
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
