/* Which preconditioner to solve with, and when to make it anew: by the iterations that earlier solutions took, never by clocks, so that a run takes the
 * same way when it is repeated.  Private to elliptic/. */
#ifndef ELLIPTIC_METHOD_H
#define ELLIPTIC_METHOD_H

#include <stdbool.h>

/* In the order of what they cost. */
enum method { METHOD_DIAGONAL, METHOD_ILU, METHOD_AMG, METHOD_COUNT };
enum { METHOD_BINS = 128 };

/* A preconditioner that is kept while the matrix changes. */
struct method_kept {
  bool made, stale;
  double stiffness;        /* of the matrix that it was made of                                                */
  double rate;             /* iterations per decade when it was new                                            */
  double regret;           /* what solutions since then took longer than they would have with a new one       */
};
struct method_memory {
  struct method_kept kept[METHOD_COUNT];
  double rate[METHOD_COUNT][METHOD_BINS]; /* iterations per decade of the residual, by stiffness; 0: not known */
  double regret;                          /* what incomplete factors took longer than multigrid would have     */
};

/* The cheapest, for a matrix whose rows have (diffusion + advection) / a up to stiffness, to reduce the residual by so many decades. */
enum method method_choose(const struct method_memory *m, double stiffness, double decades);
/* Whether it should be made anew for a matrix. */
bool method_stale(const struct method_memory *m, enum method method, double stiffness);
/* Iterations after which to give it up. */
int method_limit(enum method method, double decades, int most);
/* It took so many iterations for so many decades; fresh: the preconditioner is that of this matrix. */
void method_learn(struct method_memory *m, enum method method, double stiffness, double decades, int iterations, bool fresh);

#endif
