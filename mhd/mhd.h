/* Ideal magnetohydrodynamics on the mesh: what main.c and other modules use.
 *
 * Variables per cell: rho, momentum (3), total energy (gas + magnetic), passive scalars rho*X, and last the internal energy, from which the
 * pressure is taken.  It is what is left of the conserved total energy where that is more than a share mhd.dual_energy of it, and follows its
 * own equation elsewhere (dual energy, Bryan et al. 1995, Comput. Phys. Commun. 89, 149); the total energy is never changed by it.
 * Isothermal gas keeps both energies, unused.  The magnetic field lives on faces (constrained transport); B^2/2 is a pressure.  Code units.
 * VL2: Stone & Gardiner 2009, New Astron. 14, 139.  SSP-RK3: Gottlieb, Shu & Tadmor 2001, SIAM Rev. 43, 89. */
#ifndef MHD_MHD_H
#define MHD_MHD_H

#include "amr/correction.h"
#include "amr/exchange.h"
#include "amr/field.h"
#include "base/exact.h"

struct params;
struct units;

/* Places of the conserved variables in gas.u; the first five primitives (rho, v, p) use the same. */
enum { GAS_RHO, GAS_M1, GAS_M2, GAS_M3, GAS_E, GAS_SCALAR };

enum { MHD_SCALARS = 32 };

enum { EOS_ADIABATIC, EOS_ISOTHERMAL };
enum { INTEGRATOR_VL2, INTEGRATOR_RK3 };
enum { RECONSTRUCTION_PLM, RECONSTRUCTION_PPM };
enum { LIMITER_MC, LIMITER_VANLEER };
enum { RIEMANN_HLLD, RIEMANN_HLLE, RIEMANN_LLF };

struct mhd_params {
  bool magnetic;
  int eos;
  double gamma, sound_speed;
  int integrator, reconstruction, limiter, riemann;
  double cfl;
  double dual_energy;
  int nscalar;
  double floor_density, floor_pressure;
  bool fallback;             /* first-order flux fallback */
  int frozen;                /* 1: the gas stays as it is */
};

/* Counts since the start of the run, all ranks. */
struct mhd_counts { int64_t fallback, floor_density, floor_pressure; };

struct gas {
  struct mhd_params par;
  int nvar;                  /* 6 + scalars; the last is the internal energy */
  struct field u[3];         /* cells; u[0] is the state, the others hold stages */
  struct field b[3];         /* faces; unused without a magnetic field */
  struct field mass;         /* faces: what went through them in the last step, mass per area; see mhd_keep_mass */
  struct mhd_counts counts;
  struct exact outflow[5 + MHD_SCALARS]; /* mass, momentum, energy, scalars through the ends of the domain, this rank: see mhd_outflow */
  struct mhd_work *work;     /* private */
};

void mhd_declare(struct params *ps, struct mhd_params *par);
/* Ghost layers the scheme needs. */
int mhd_ghosts(const struct mhd_params *par);

/* Collective. */
void mhd_create(struct gas *g, const struct mhd_params *par, const struct mesh *mesh);
void mhd_destroy(struct gas *g);

/* From now on keep g->mass, on all faces of a block without ghosts: to round-off (but for floors) the density changes by minus its divergence, and
 * coarse faces have the mean of the fine ones.  Collective. */
void mhd_keep_mass(struct gas *g, const struct mesh *mesh);

/* Internal energy of u[0] from the other variables where the rule above takes it from them: at the start, and after all that changes cells outside of mhd_step.
 * Counts those that end on a floor.  Collective. */
void mhd_settle(struct gas *g, const struct mesh *mesh);

/* Adapting the mesh: give the fields that live on to mesh_adapt; if that changed something, mhd_adapted makes the rest of the gas
 * anew, and settles the internal energy.  Returns the number of fields. */
int mhd_fields(struct gas *g, struct field *list[2]);
void mhd_adapted(struct gas *g, const struct mesh *mesh);
/* Seconds spent on each local block since the last call. */
void mhd_cost(struct gas *g, const struct mesh *mesh, double *cost);

/* Largest stable step: cfl times the shortest time to cross a cell at |v| + fast speed; infinity when nothing moves.  Collective. */
double mhd_max_dt(struct gas *g, const struct mesh *mesh);

/* Advance u[0], b[0] from time t by dt.  The state before the step stays in u[2], b[2] until the next call.  Returns false when the new
 * state has a NaN; then u[0], b[0] are the state before the step, and mhd_failure says where it went wrong.  Collective, same result on all ranks. */
bool mhd_step(struct gas *g, const struct mesh *mesh, struct exchange *x, struct correction *c, double dt);

/* The step of gas that stays as it is: u[2], b[2], their ghosts and g->mass as mhd_step leaves them.  Collective. */
void mhd_hold(struct gas *g, const struct mesh *mesh, struct exchange *x, struct correction *c, double dt);

/* The first cell, in the order of blocks, whose new state is not a number.  Collective. */
struct mhd_failure { double x[3]; int level; double u[5], b[3]; bool found; };
struct mhd_failure mhd_failure(const struct gas *g, const struct mesh *mesh);

/* Largest |div B| dx / |B| over all cells, dx the shortest side of the cell; |B| is the largest in the cell and on its faces, and no less than
 * a tenth of the rms field of the mesh, so that places without a field do not count their round-off.  Collective. */
double mhd_max_div_b(const struct gas *g, const struct mesh *mesh);

/* Sums over the mesh, exact to the last bit for any number of ranks: mass, momentum, energies, scalars.  Collective. */
struct mhd_totals { double mass, momentum[3], energy, kinetic, magnetic, internal, scalar[MHD_SCALARS]; };
struct mhd_totals mhd_totals(const struct gas *g, const struct mesh *mesh);

/* What has left through the ends of the domain since the start, less what came in, of all ranks: in the order of the conserved variables.  Collective. */
void mhd_outflow(const struct gas *g, const struct mesh *mesh, struct exact outflow[5 + MHD_SCALARS]);

/* What a snapshot can hold of the gas: rho, press, vel1-3, Bcc1-3, r0, r1... (scalars).  The arrays belong to the caller and have to live as
 * long as the variables are used.  Returns the number of variables. */
struct io_variable;
struct mhd_scalar { const struct gas *gas; int number; };
enum { MHD_VARIABLES = 8 + MHD_SCALARS };
int mhd_variables(const struct gas *g, const struct units *units, struct mhd_scalar scalars[MHD_SCALARS],
                  struct io_variable *variables);

#endif
