/* Between the files of crtransport/: the parts of a step. */
#ifndef CRTRANSPORT_INTERNAL_H
#define CRTRANSPORT_INTERNAL_H

#include "crtransport/crtransport.h"

/* stress.c, force.c */

/* chi q and (1 - 3 chi) q summed over all populations with their stress: the tensor along[0] I + along[1] b b, code pressure, in all cells of a block
 * whose q and F are valid.  stress: cells [2]. */
void rays_stress(const struct rays *r, const struct mesh *mesh, int block, struct field *stress);
/* Momentum of the gas += dt times the divergence of stresses; energy of the gas with its kinetic energy; r->exchange[0] += what the energy flux
 * stress times velocity brings beyond that.  Does nothing unless coupling is full. */
void rays_kick(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double dt);
/* Take from the gas the momentum that cosmic rays have gained since the last call, with its kinetic energy (booked in r->inertia). */
void rays_inertia(struct rays *r, const struct mesh *mesh, struct gas *g);
/* r->momentum from the state as it is, without changing the gas: at the start. */
void rays_set_momentum(struct rays *r, const struct mesh *mesh);
/* The same when c~ changes: what that adds counts as having been there at the start.  Collective. */
void rays_renew_momentum(struct rays *r, const struct mesh *mesh);
/* Energy of the gas += r->exchange[0], internal energy += r->exchange[1]; both are zero afterwards. */
void rays_settle(struct rays *r, const struct mesh *mesh, struct gas *g);
/* Velocity normal to the faces, mean of the states u[2] before and u[0] after the step of the gas: what adiabatic changes are made with.  velocity: faces,
 * all of the block's own faces are set. */
void rays_face_velocity(const struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, struct field *velocity);

/* Rate of expansion of the gas in the last step, 1 / time, for adiabatic changes in place of div u; after rays_face_velocity.  ahead: it is used before cosmic rays
 * are carried along with the gas.  rate: cells, ghosts are not set. */
void rays_expansion(struct rays *r, const struct mesh *mesh, const struct gas *g, const struct field *velocity, double dt, bool ahead,
                    struct field *rate);

/* momentum.c, medium.c, drift.c, sources.c */

/* Events after the time from and not after to, for cosmic rays and gas: at the end of a step, so that the next one is as short as they ask for.  Mass comes with
 * the velocity of the cell that gets it: momentum and energy of the gas grow by what it brings.  Collective. */
void rays_events(struct rays *r, const struct mesh *mesh, struct gas *g, double from, double to);
/* Momentum-space update of all cells by dt and continuous sources; r->exchange, r->ledger. */
void rays_momentum(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double time, double dt, enum cr_order order);

/* scattering.c: r->profile and r->alfven from the gas. */
void rays_scattering(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g);

/* populations.c: speeds, rates and weights of populations, and their groups. */
void rays_populations(struct rays *r, const struct mesh *mesh);
/* scheme auto: which groups are advanced implicitly, by the number of explicit sub-steps that they would take in dt.  Collective. */
void rays_choose(struct rays *r, const struct mesh *mesh, double dt);
/* c~ of the groups for this step. */
void rays_speeds(struct rays *r, const struct mesh *mesh, const struct gas *g);

/* q (flux: 0) or F (1) of a population in a block. */
static inline double *rays_data(const struct rays *r, int population, int block, int flux) {
  const struct rays_population *p = &r->population[population];
  const struct crt_group *g = &r->transport.group[p->group];
  return field_data(&g->state, block, p->member + flux * g->count);
}

#endif
