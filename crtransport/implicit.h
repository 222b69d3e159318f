/* Transport of cosmic rays along the field by implicit steps of any length, with the true speed of light:
 *
 *   d_t q + div(F b) = 0,      d_t F + v^2 [ b.grad(m q) + (1 - 3 chi) q div b ] = -nu F,      m = 1 - 2 chi,
 *
 * with chi = 1/3 or that of the state before the step, and streaming in nu as in transport.h.  Backward Euler with F eliminated in each cell:
 *
 *   F' = [ F - dt v^2 b.grad(m q') ] / (1 + dt nu),      q' + dt div(F' b) = q,
 *
 * which is a diffusion equation for m q' (elliptic/) with the diffusivity dt v^2 / (1 + dt nu) and the flux F b / (1 + dt nu) that is left of the
 * old one on the right-hand side.  That flux is limited so that q less its divergence stays above zero, and in optically thick cells above the least
 * value of the neighbourhood; the monotone form of elliptic/ does the rest: q' >= 0 for any dt.  Order 2: two such stages (SDIRK2, L-stable: Alexander
 * 1977, SIAM J. Numer. Anal. 14, 1006); where they would make q negative, their fluxes are limited against those of backward Euler.
 *
 * Conserves sums over cells, with what leaves through the ends of the domain, to round-off: what the solver leaves is shared out in proportion to q. */
#ifndef CRTRANSPORT_IMPLICIT_H
#define CRTRANSPORT_IMPLICIT_H

#include "crtransport/transport.h"

/* What the steps of all groups have cost since the mesh changed last. */
struct crt_implicit_cost {
  int64_t steps, solves, iterations, setups, limitings, unsettled; /* steps: of populations; unsettled: solutions that limiters or round-off kept from the tolerance */
  int64_t repairs;         /* rounds in which cells below their floors took from others   */
  double seconds, seconds_setup, seconds_solve;
  double residual;         /* largest relative residual                                   */
  double renormalised;     /* largest relative change of a sum by what the solver left    */
};

/* A linear system that was not solved: of this population; reason NULL: there was none. */
struct crt_implicit_failure { int group, member, iterations; double residual; const char *reason; };

/* Advance the group by dt; its c~ is that of light.  profile, alfven: as in crt_transport.  False when a linear system was not solved: the population it was for
 * and those after it are as before.  Collective. */
bool crt_implicit(struct crt *c, const struct mesh *mesh, struct exchange *x, int group, double dt, const struct field *profile,
                  const struct field *alfven);
struct crt_implicit_cost crt_implicit_cost(const struct crt *c);
/* Of the last step. */
struct crt_implicit_failure crt_implicit_failure(const struct crt *c);
/* What an implicit step of the group costs, in explicit sub-steps: from its length, the speeds and rates of its populations and the width of cells alone, so that
 * it is the same whenever and wherever it is asked for.  Mean of the populations.  As bench/implicit.c finds it.  Collective. */
double crt_implicit_price(const struct crt *c, const struct mesh *mesh, int group, double dt);
void crt_implicit_destroy(struct crt_implicit *im);

#endif
