/* Between the files of the update in momentum space: momentum.c, medium.c, drift.c, sources.c.  Private to crtransport/. */
#ifndef CRTRANSPORT_MOMENTUM_H
#define CRTRANSPORT_MOMENTUM_H

#include "crtransport/internal.h"

/* Cells of a block: n of them, each by its place (i, j, k) without ghosts and its place in a component of a cell field. */
struct rays_cells {
  int n;
  int (*ijk)[3];
  size_t *at;
};

/* c~ / c of the form full, by which all that happens to cosmic rays is slower; 1 for the form flux. */
double rays_slowness(const struct rays *r);

/* medium.c: what particles meet in the cells, one array each, in the units of struct cr_batch_env. */
enum {
  MEDIUM_N_E, MEDIUM_N_N, MEDIUM_N_NUCLEON, MEDIUM_TEMPERATURE, MEDIUM_U_B, MEDIUM_V_ALFVEN, MEDIUM_NU_FACTOR, MEDIUM_DIV_U, MEDIUM_BB_GRAD_U,
  MEDIUM_COUNT
};
/* band: of radiation, as many as cr_losses.bands.  u[0] with ghosts where the closure is not isotropic; r->alfven and r->profile as they are now.  velocity: of rays_face_velocity. */
void rays_medium(const struct rays *r, const struct mesh *m, const struct gas *g, const struct field *velocity, int b, const struct rays_cells *cells,
                 double *const out[MEDIUM_COUNT], double *const band[CR_BANDS]);

/* The environment of the batched update made of them; without chi, drift and sources. */
struct cr_batch_env rays_batch_env(const struct rays *r, double *const medium[MEDIUM_COUNT], double *const band[CR_BANDS]);

/* drift.c: particles that stream do so with waves at the velocity v b in the gas: seen from the waves nothing but the divergence of v b changes
 * their momentum.  v is the part of F / q that is no diffusion, and no more than 3 chi v_A.
 * Waves carry the energy flux P v with P = p v / 3 summed over the particles.  What is left of the loss, P div(v b) - div(P v b) = -v b.grad P, heats the gas. */
struct rays_drift;
/* NULL without streaming.  Fills the ghosts of the groups.  Collective. */
struct rays_drift *rays_drift_create(struct rays *r, const struct mesh *m, struct exchange *x);
/* div (v b), in 1/s, of all bins: div[bins][n].  r->exchange -= dt div(P v b), both components. */
void rays_drift_block(struct rays *r, const struct mesh *m, struct rays_drift *d, int b, double dt, const struct rays_cells *cells, double *const *div);
/* Once all blocks are done: the same energy on both sides of faces between levels.  Collective. */
void rays_drift_finish(struct rays *r, const struct mesh *m, struct rays_drift *d, double dt);

/* sources.c */
/* Populations per GeV of sources of the kind CR_MIXTURE in gas of some metallicities: [population][RAYS_METALS]. */
enum { RAYS_METALS = 8 };
struct rays_made { double *per_GeV; };
/* Made when it is first asked for; stays with r. */
const struct rays_made *rays_made(struct rays *r);
void rays_made_destroy(struct rays_made *made);
/* metals: where in the table the gas of the cells with power is, for rays_made_of. */
void rays_source_metals(const struct rays *r, const struct mesh *m, const struct gas *g, int b, double time, const struct rays_cells *cells, const double *power,
                        double *metals);
static inline double rays_made_of(const struct rays_made *made, int population, double metals) {
  const int i = (int)metals < RAYS_METALS - 2 ? (int)metals : RAYS_METALS - 2;
  const double *line = made->per_GeV + RAYS_METALS * population + i, share = metals - i;
  return line[0] * (1.0 - share) + line[1] * share;
}
/* Power density of r->source in the cells, GeV cm^-3 s^-1; returns whether there is any. */
bool rays_source_power(const struct rays *r, const struct mesh *m, int b, double time, const struct rays_cells *cells, double *power);

#endif
