/* Heating, cooling and ionisation of the gas on the mesh (microphysics/cooling.h): each cell for itself, at constant density.
 *
 * Half of a step before and half after that of the gas and the cosmic rays (Strang).  What cosmic rays heat is part of it with cooling.rays: constant; live ones
 * heat through crtransport/, and here they only ionise. */
#ifndef COOLING_COOLING_H
#define COOLING_COOLING_H

#include "base/sum.h"
#include "mhd/mhd.h"
#include "microphysics/thermal_table.h"

struct params;
struct units;
struct io_variable;

enum { COOLING_CONSTANT, COOLING_LIVE };

struct cooling_params {
  bool on;                    /* false: the energy of the gas stays, its ionisation may be asked for */
  double hydrogen;            /* mass fraction                                     */
  double metallicity;         /* solar 1                                           */
  int scalar;                 /* passive scalar that is the mass fraction of metals; -1: metallicity counts */
  double fuv, background;     /* as in struct gas_env                              */
  bool from_setup;            /* in place of fuv                                   */
  int rays;                   /* COOLING_...                                       */
  double zeta;                /* of constant ones; code units, 1/s in struct cooling */
  double floor;               /* code units, K in struct cooling                    */
};

/* Far-ultraviolet field at a point, Habing's unit. */
typedef double cooling_fuv_fn(double t, const double x[3]);

struct cooling {
  struct cooling_params par;
  double hydrogen_cm3, pressure, time_s; /* of code density, code pressure and code time 1: nuclei of hydrogen, dyn cm^-2, s */
  struct thermal_table table;
  cooling_fuv_fn *fuv;        /* of the setup; NULL: par.fuv                        */
  double time;                /* for it; set by the caller                          */
  struct field zeta;          /* cells [1]: 1/s, of live cosmic rays; no data without, else filled by the caller */
  struct field ionised;       /* cells [1]: share of the electrons that are free, of cooling_look; no data where no one asks */
  struct sum radiated;        /* energy that the gas has lost, less what heated it, code units, of all ranks     */
};

void cooling_declare(struct params *ps, struct cooling_params *par);
/* After params_load; mistakes end the program with status 2.  setup: its name. */
void cooling_check(const struct cooling_params *par, const struct params *ps, const struct mhd_params *mhd, bool has_rays, bool has_fuv, const char *setup);

/* look: cooling_look is going to be called.  fuv: of the setup, for par->from_setup. */
void cooling_create(struct cooling *c, const struct cooling_params *par, bool look, cooling_fuv_fn *fuv, const struct mesh *mesh, const struct units *units);
void cooling_destroy(struct cooling *c);
/* The mesh has changed: both fields have to be filled anew. */
void cooling_adapted(struct cooling *c, const struct mesh *mesh);
/* Bytes that the fields of a block take. */
double cooling_bytes_per_block(const struct cooling_params *par, bool look, const struct mesh *mesh);

/* Energies of the gas by dt; ghosts are not set.  Collective. */
void cooling_step(struct cooling *c, const struct mesh *mesh, struct gas *g, double dt);
/* c->ionised. */
void cooling_look(struct cooling *c, const struct mesh *mesh, const struct gas *g);

/* Temperature and electrons per hydrogen nucleus in snapshots; shown belongs to the caller.  Returns the number of variables. */
enum { COOLING_VARIABLES = 2 };
struct cooling_shown { const struct cooling *c; const struct gas *g; };
int cooling_variables(const struct cooling *c, const struct gas *g, struct cooling_shown *shown, struct io_variable *variables);

#endif
