/* Gravity on the gas: static potentials, and the potential of the gas itself.
 *
 * The force comes from differences of the potential between the faces of a cell.  A step of the gas is enclosed by two half kicks, which leave the
 * internal energy alone; afterwards the total energy gets what the mass that crossed the faces has gained in the potential, so that energy with rho phi
 * is conserved to round-off in a static potential, across levels too (Springel 2010, MNRAS 401, 791, section 5; here with the fluxes of the step).
 * Code units. */
#ifndef GRAVITY_GRAVITY_H
#define GRAVITY_GRAVITY_H

#include "gravity/self.h"
#include "mhd/mhd.h"

struct params;
struct units;
struct io_variable;
struct mesh_params;

enum { GRAVITY_POTENTIALS = 16 };
enum { SELF_NONE, SELF_ISOLATED, SELF_PERIODIC };

/* One term of the static potential; what the numbers mean depends on the kind, see potentials.c. */
struct potential {
  int kind;                  /* line of the table gravity_kinds */
  double mass, scale, height, velocity, flattening, acceleration[3], centre[3];
};

struct gravity_kind {
  const char *name, *doc;
  /* x relative to the centre; gm: G times the mass. */
  double (*value)(const struct potential *p, double gm, const double x[3]);
};
extern const struct gravity_kind gravity_kinds[]; /* ended by a line without name */

struct gravity_params {
  double constant;           /* G; 0 in the YAML: that of nature, or 1 with units: code */
  int count;
  struct potential potential[GRAVITY_POTENTIALS];
  int self;                  /* SELF_... */
  int solver;                /* ELLIPTIC_AUTO, ...      */
  int max_iterations;
  double tolerance;          /* of the solver, relative */
  double cfl;
  bool from_setup;           /* the potential of the setup counts as well */
  bool mass_from_setup;      /* mass of the setup counts with the gas     */
};

struct gravity {
  struct gravity_params par;
  double (*extra)(double t, const double x[3]); /* of the setup, or NULL                                    */
  /* Only with par.self: the potential of the gas (and of mass) now and before the step, in cells [1] and, as the force wants it, on the lower faces of cells
   * [dim].  phi[0] lives on with the mesh and in checkpoints: the first guess. */
  struct self_gravity *own;  /* NULL: to be made for this mesh */
  struct field phi[2], face[2], slope;
  struct field mass;         /* cells [1]: density of what is not gas, stars or a halo; see gravity_add_mass */
  struct field density;      /* gas and mass; scratch */
  struct elliptic_result last;
  int64_t solves, iterations;
  double seconds;            /* spent on the potential */
  struct field fixed;        /* cells [1 + dim]: static potential in the centre and on the lower face of each axis, ghosts too */
  struct correction *flux;   /* of energy, across levels */
  struct exact outflow;      /* of energy in the potential, with the mass that left through the ends of the domain, this rank */
  struct field change;       /* cells [1]: scratch       */
  struct field kinetic;      /* cells [1]: what the kicks of this step gave; scratch */
};

void gravity_declare(struct params *ps, struct gravity_params *par);
/* After params_load; mistakes end the program with status 2.  has_potential, has_mass: whether the setup of that name has one. */
void gravity_check(struct gravity_params *par, const struct params *ps, const struct mesh_params *mesh, const char *setup, bool has_potential, bool has_mass);
static inline bool gravity_on(const struct gravity_params *par) { return par->count > 0 || par->self != SELF_NONE || par->from_setup; }

/* Static potential at a point. */
double gravity_potential(const struct gravity *g, double t, const double x[3]);

/* extra: potential of the setup, or NULL.  Collective, like all below. */
void gravity_create(struct gravity *g, const struct gravity_params *par, const struct mesh *mesh, double (*extra)(double t, const double x[3]));
void gravity_destroy(struct gravity *g);
/* What lives on with the mesh and in checkpoints; when mesh_adapt has changed something, the rest is made anew. */
enum { GRAVITY_FIELDS = 2 };
int gravity_fields(struct gravity *g, struct field *list[GRAVITY_FIELDS]);
void gravity_adapted(struct gravity *g, const struct mesh *mesh);
/* Density of what is not gas, zero at first, that counts in the potential of the gas from the next solution on; the caller fills the interior. */
struct field *gravity_add_mass(struct gravity *g, const struct mesh *mesh);
/* Bytes of a block, with the matrix and what is made of it. */
double gravity_bytes_per_block(const struct gravity_params *par, const struct mesh *mesh);

/* The potential of the gas as it is now, from the last one as the first guess; hardly any work where the density has not changed.  Before the first step and
 * wherever the mesh or the density was changed but by steps.  False: not solved, g->last says why. */
bool gravity_solve(struct gravity *g, const struct mesh *mesh, const struct gas *gas);

/* cfl sqrt(dx / |a|) over all cells. */
double gravity_max_dt(const struct gravity *g, const struct mesh *mesh);

/* Around mhd_step, which has to keep the mass that crosses faces. */
void gravity_before(struct gravity *g, const struct mesh *mesh, struct exchange *x, struct gas *gas, double dt);
/* False when the potential could not be solved for. */
bool gravity_after(struct gravity *g, const struct mesh *mesh, struct exchange *x, struct gas *gas, double dt);
/* Instead of gravity_after, or when it failed: gas and potential as before gravity_before, to round-off.  stepped: mhd_step has succeeded. */
void gravity_undo(struct gravity *g, const struct mesh *mesh, struct gas *gas, double dt, bool stepped);

/* Sum of rho phi (half of it for the potential of the gas itself, with mass if there is some); that with the energy of the gas is conserved. */
double gravity_energy(const struct gravity *g, const struct mesh *mesh, const struct gas *gas);
/* Of mass that has left through the ends of the domain since the start, rho phi; exact in a static potential.  Collective. */
double gravity_outflow(const struct gravity *g, const struct mesh *mesh);
/* The potential in a snapshot. */
void gravity_variable(const struct gravity *g, const struct units *units, struct io_variable *variable);
/* A line in the log. */
void gravity_tell(const struct gravity *g, double seconds);

#endif
