/* Steady state of cosmic rays in gas that does not change: for every population
 *
 *     sink q - div(kappa b b.grad q) + div((u + v_st b) q) = sources,      kappa = v^2 / (3 nu),
 *
 * solved directly, without time steps and without a reduced speed of light.  Sinks and what goes from one population to another come from the same update
 * of microphysics/batch.h that time-dependent runs use, over a short probing step: what a bin loses, what it gives to its neighbours in
 * momentum, and what it makes of other species.  They depend on the slopes of spectra, so that sweeps are repeated: species in the order
 * of production, bins from high to low momentum, the upper population of a bin first; gains from below are those of the sweep before. */
#ifndef CRTRANSPORT_STEADY_H
#define CRTRANSPORT_STEADY_H

#include "crtransport/crtransport.h"

/* Where the solution is: bins done of all in this sweep, the bin that was done last, and the changes of the two sweeps before (0: there was none). */
struct rays_steady_stage { int sweep, done, bins, bin; const char *species; double change, before, residual; };

enum { STEADY_POSITIVE, STEADY_SYMMETRIC, STEADY_MONOTONE, STEADY_PLAIN }; /* steady.operator: forms of elliptic/ */

/* Of a bin in all sweeps so far, on this rank. */
struct rays_steady_cost { int64_t iterations, solves, setups; double seconds_probe, seconds_setup, seconds_solve; };

struct rays_steady_params {
  int operator;
  int sweeps;              /* at most                                                          */
  double tolerance;        /* of the change of all populations in a sweep, relative            */
  double negative;         /* most of a population that may be negative in cells at the end    */
  int solver;              /* ELLIPTIC_AUTO, ...                                               */
  int solver_iterations;   /* at most                                                          */
  double solver_tolerance; /* of linear systems, relative residual                             */
  int limiting;            /* iterations of limiters in one solution; the next sweep goes on */
  bool (*go_on)(void *data); /* asked after each bin; NULL: always. The same on all ranks      */
  void (*progress)(void *data, const struct rays_steady_stage *stage); /* told after each bin; may be NULL */
  void *data;
  struct rays_steady_cost *cost; /* [bins], added to; may be NULL */
};

/* What happens to the particles of a species, per second in the whole mesh: injected, made by others; lost to reactions, through the ends of the spectrum, and
 * through the ends of the domain. */
struct rays_steady_balance { double injected, made, lost, cooled, escaped; };

struct rays_steady_result {
  bool converged;
  const char *reason;      /* why not, or ""                                                   */
  int sweeps;
  double change;           /* of the last sweep                                                */
  int changed, apart;      /* bins of the network with the largest change and residual         */
  double residual;         /* largest of all populations before they were solved for the last time: |sources - operator q| / |sources| */
  int64_t iterations, solves, setups, unsettled; /* unsettled: solutions whose limiters did not */
  double negative;         /* largest share of a population that was below zero, and was taken from the rest of it */
  struct rays_steady_balance balance[CR_MAX_SPECIES]; /* in the end                                      */
  double added;            /* operator positive: diffusion across the field that the differences add, over that along it: traces, means over the volume */
  double left;             /* the residual in the end, with the rates of then                    */
  double seconds, seconds_probe, seconds_setup, seconds_solve;
};

/* The section "steady". */
void rays_steady_declare(struct params *ps, struct rays_steady_params *par);

/* From the populations as they are (bins that are empty everywhere start with a power law) to the steady state; fluxes too.  time: for sources.  The gas
 * stays as it is.  Collective. */
struct rays_steady_result rays_steady(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, const struct rays_steady_params *par,
                                      double time);

#endif
