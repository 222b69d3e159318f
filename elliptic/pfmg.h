/* Private to elliptic/: solutions on a mesh of one level through hypre's structured interface. */
#ifndef ELLIPTIC_PFMG_H
#define ELLIPTIC_PFMG_H

#include "elliptic/internal.h"

struct pfmg;
/* hypre does not coarsen an odd number of cells where they are periodic: their number has to be a multiple of this. */
enum { PFMG_CELLS = 8 };

/* Whether all cells are of one level and rows have 2 dim + 1 entries.  The same on all ranks. */
bool pfmg_suits(const struct elliptic *e);
struct pfmg *pfmg_create(const struct elliptic *e);
void pfmg_destroy(struct pfmg *p);
/* New values of the matrix, with shift added to its diagonal. */
void pfmg_values(struct pfmg *p, const double *value, double shift);
/* x = A^-1 r to |r - A x| < tolerance |r|: conjugate gradients where A is symmetric, else BiCGSTAB. */
bool pfmg_solve(struct pfmg *p, const double *r, double *x, double tolerance, int max_iterations, struct solver_result *result);

#endif
