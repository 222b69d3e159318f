/* Gravity on the gas: static potentials, and the potential of the gas itself.
 *
 * The force comes from differences of the potential between the faces of a cell.  A step of the gas is enclosed by two half kicks, which leave the
 * internal energy alone; afterwards the total energy gets what the mass that crossed the faces has gained in the potential, so that energy with rho phi
 * is conserved to round-off in a static potential, across levels too (Springel 2010, MNRAS 401, 791, section 5; here with the fluxes of the step).
 * Code units. */
#ifndef GRAVITY_GRAVITY_H
#define GRAVITY_GRAVITY_H

#include "mhd/mhd.h"

struct params;
struct units;

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
  double cfl;
  bool from_setup;           /* the potential of the setup counts as well */
};

struct gravity {
  struct gravity_params par;
  double (*extra)(double t, const double x[3]); /* of the setup, or NULL                                    */
  struct field phi[2];       /* cells [1]: potential of the gas now and before the step; no data without it */
  struct field fixed;        /* cells [1 + dim]: static potential in the centre and on the lower face of each axis, ghosts too */
  struct correction *flux;   /* of energy, across levels */
  struct field change;       /* cells [1]: scratch       */
  struct field kinetic;      /* cells [1]: what the kicks of this step gave; scratch */
};

void gravity_declare(struct params *ps, struct gravity_params *par);
/* After params_load; mistakes end the program with status 2.  has_potential: whether the setup of that name has one. */
void gravity_check(struct gravity_params *par, const struct params *ps, const char *setup, bool has_potential);
static inline bool gravity_on(const struct gravity_params *par) { return par->count > 0 || par->self != SELF_NONE || par->from_setup; }

/* Static potential at a point. */
double gravity_potential(const struct gravity *g, double t, const double x[3]);

/* extra: potential of the setup, or NULL.  Collective, like all below. */
void gravity_create(struct gravity *g, const struct gravity_params *par, const struct mesh *mesh, double (*extra)(double t, const double x[3]));
void gravity_destroy(struct gravity *g);
void gravity_adapted(struct gravity *g, const struct mesh *mesh);

/* cfl sqrt(dx / |a|) over all cells. */
double gravity_max_dt(const struct gravity *g, const struct mesh *mesh);

/* Around mhd_step, which has to keep the mass that crosses faces. */
void gravity_before(struct gravity *g, const struct mesh *mesh, struct exchange *x, struct gas *gas, double dt);
void gravity_after(struct gravity *g, const struct mesh *mesh, struct exchange *x, struct gas *gas, double dt);

/* Sum of rho phi (half of it for the potential of the gas itself). */
double gravity_energy(const struct gravity *g, const struct mesh *mesh, const struct gas *gas);

#endif
