/* A setup is a problem to run: initial gas and magnetic field, and where it has one, the exact solution.
 *
 * It is a set of functions of time and position and knows nothing of blocks, levels, ghosts or ranks.  Averages over
 * cells, the curl that turns the vector potential into a face field with div B = 0, boundary values and error norms are common
 * code (setups/initial.c, setups/errors.c).  A new setup is one folder and one line in setups/list.c; `crux new-setup` writes both. */
#ifndef SETUPS_SETUP_H
#define SETUPS_SETUP_H

#include <stdbool.h>

struct params;
struct units;
struct cr_network;
struct rays;
struct rays_surroundings;
struct mesh;
struct gas;
struct field;
struct supernova_source;
struct gravity_params;

enum { SETUP_SCALARS = 8 };

/* Gas at a point, code units. */
struct gas_point { double rho, v[3], p, scalar[SETUP_SCALARS]; };

/* Cosmic rays at a point: populations of the bins of the network in cm^-3, and their fluxes along the field in cm^-3 times the code velocity. */
struct rays_point { double *lo, *hi, *flux_lo, *flux_hi; };

/* What a setup may want to know about the run before it starts. */
struct setup_run {
  int dim;
  double lower[3], upper[3];
  int cells[3];               /* of the root grid */
  bool periodic[3];           /* both ends of an axis are the same */
  double gamma, sound_speed;  /* sound_speed > 0: isothermal */
  bool magnetic;
  int nscalar;
  double gravity;             /* G                                 */
  const struct gravity_params *potentials; /* until start has returned */
  const struct units *units;
  const struct rays *rays;    /* NULL: none; not filled before start has returned */
  bool supernovae;            /* the section supernovae counts */
};

struct setup {
  const char *name;  /* the value of run.setup in the YAML file */
  const char *doc;   /* one line, with the reference            */
  bool exact;        /* gas and potential hold for all t, not only for t = 0 */
  bool still;        /* gas and potential are the same for all t, so that boundaries that are `user` are made once */
  int points;        /* Gauss points per axis for averages over cells at the start; 1: the centre */

  void (*params)(struct params *ps);                                 /* declare the section of the same name; may be NULL */
  void (*start)(const struct setup_run *run);                        /* after loading; fail_user on nonsense; may be NULL */
  void (*gas)(double t, const double x[3], struct gas_point *w);
  void (*potential)(double t, const double x[3], double a[3]);       /* NULL: curl A = 0 */
  /* Uniform field added to curl A: keeps a mean field exact to the last bit, and is the only way to a field along an axis
   * in 1-D.  NULL: none. */
  void (*background)(double b[3]);
  /* Exact state at t where gas(t) is not it, for profiles and errors; false: not known for these parameters.  May be NULL. */
  bool (*reference)(double t, const double x[3], struct gas_point *w, double b[3]);

  /* Static gravitational potential, for gravity.from_setup; NULL: none.  t is 0. */
  double (*gravity)(double t, const double x[3]);

  /* Density of mass that is not gas (stars, a halo) and stays where it is, for gravity.mass_from_setup; NULL: none.  t is 0. */
  double (*mass)(double t, const double x[3]);

  /* Far-ultraviolet field in Habing's unit, for cooling.from_setup; NULL: none. */
  double (*fuv)(double t, const double x[3]);

  /* In place of gas, potential and background at the start, for setups that make fields and not points: fills the interiors of g->u[0] and g->b[0], and
   * cr_energy [1], the energy density of cosmic rays for cr_initial.from_setup.  draft: the mesh is going to change, B may have a divergence.  Collective.
   * gas is still what boundaries that are `user` get. */
  void (*fill)(const struct mesh *mesh, const struct setup_run *run, bool draft, struct gas *g, struct field *cr_energy);

  /* With cosmic rays (transport.scheme), any of them may be NULL.  State at t: exact where .exact_rays, else at the start only; all zero on entry; NULL: what
   * the section cr_initial says. */
  bool exact_rays;
  void (*rays)(double t, const double x[3], const struct cr_network *net, struct rays_point *w);
  double (*source)(double t, const double x[3], const double dx[3]); /* power of sources, code energy per volume and time: the mean over a cell of widths dx
                                                                      * about x, which matters where cells are larger than sources; not with supernovae */
  double (*scattering)(double t, const double x[3]);  /* factor of the rate for scattering.model: from_setup  */
  const struct supernova_source *supernovae;          /* for the section supernovae; NULL: none               */
  void (*medium)(double t, const double x[3], struct rays_surroundings *m); /* ionisation and light; holds the values of the section medium on entry */
};

/* All setups, ended by NULL. */
extern const struct setup *const setup_list[];
/* The setup of that name or NULL. */
const struct setup *setup_find(const char *name);

#endif
