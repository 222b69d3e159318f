/* Supernovae as events in live gas, with or without cosmic rays.
 *
 * When and where: core collapse and type Ia are drawn as Poisson processes from rates per volume that the setup gives, a share of the core collapses
 * in associations whose members explode one after the other and which turn with the galaxy; setups with stars give their own events.  All draws
 * belong to windows of time of fixed length and to the domain, not to steps, cells or ranks: the same supernovae happen on every mesh and after every
 * restart, and there is nothing to be saved.
 *
 * What: mass, metals, energy and radial momentum for the gas and cosmic rays, over the cells of an ellipsoid of `radius` cells around it.  In the
 * frame of the gas there the momentum adds up to zero, and the ejecta come with the velocity of that frame.  The radial momentum is that of a
 * Sedov-Taylor blast with the mass in the ellipsoid, and the terminal one where its cooling is not resolved (microphysics/supernova.h); of the energy that
 * is not in motion then only (cooling radius / radius)^6.5 is left (Thornton et al. 1998, ApJ 500, 95; Hopkins et al. 2018, MNRAS 477, 1578).
 * All that happens in a step happens at its end, in the order of time. */
#ifndef SUPERNOVAE_SUPERNOVAE_H
#define SUPERNOVAE_SUPERNOVAE_H

#include "crtransport/crtransport.h"

struct params;
struct units;
struct io_column;

/* Winds are no supernovae, but come as events too: what stars blow in a while. */
enum { SUPERNOVA_II, SUPERNOVA_IA, SUPERNOVA_KINDS, SUPERNOVA_WIND = SUPERNOVA_KINDS };
enum { DEPOSIT_REMNANT, DEPOSIT_THERMAL };
enum { SUPERNOVA_ELEMENTS = 8, SUPERNOVA_WORD = 8 };

/* energy, mass, metals: of winds; supernovae have those of their kind. */
struct supernova { double time, position[3]; int kind; double energy, mass, metals; };
/* Grows as it is needed; all zero: empty. */
struct supernova_list { int count, room; struct supernova *event; };
void supernova_add(struct supernova_list *list, const struct supernova *e);
void supernova_list_free(struct supernova_list *list);

/* What a setup knows of its supernovae; NULL where it has nothing to say. */
struct supernova_source {
  /* Core collapse and Ia per code volume and time; the same at all times. */
  void (*rate)(const double x[3], double rate[SUPERNOVA_KINDS]);
  /* Angular velocity about the z axis with which an association born at x moves. */
  double (*turn)(const double x[3]);
  /* Adds the events with from < time <= to of the stars of this rank.  Windows follow one another without a gap and always have the same ends;
   * what is added may only depend on them and on `seed`, another one for each window. */
  void (*stars)(double from, double to, uint64_t seed, struct supernova_list *list);
};

struct supernovae_params {
  bool on;
  int seed, deposit;
  double energy[SUPERNOVA_KINDS], mass[SUPERNOVA_KINDS], metals[SUPERNOVA_KINDS];
  double clustered, duration;  /* share of core collapses in associations, and how long one lasts */
  int members;                 /* core collapses of an association                                 */
  double radius;               /* of the ellipsoid, in cells                                       */
  double hydrogen, metallicity;
  int metal_scalar;            /* passive scalar that is the mass fraction of metals; -1: metallicity counts */
  char element[SUPERNOVA_ELEMENTS][SUPERNOVA_WORD]; /* of the first scalars: mass fractions of He, C, N, O; -: no element */
  int element_count;
};

/* What has happened so far, the same on all ranks; code units. */
enum {
  SUPERNOVAE_II, SUPERNOVAE_IA, SUPERNOVAE_WINDS, SUPERNOVAE_OUTSIDE, /* those outside of the domain bring nothing */
  SUPERNOVAE_ENERGY,      /* of the ejecta and winds                                             */
  SUPERNOVAE_WIND_ENERGY, /* of it: of winds                                                     */
  SUPERNOVAE_RAYS,        /* of it: into cosmic rays (those of the reduced speed of light `full` get less) */
  SUPERNOVAE_UNRESOLVED,  /* of it: radiated in remnants that the mesh does not resolve          */
  SUPERNOVAE_FRAME,       /* kinetic energy of ejecta that move with the gas, beside ENERGY      */
  SUPERNOVAE_GAS,         /* what the gas got: ENERGY - RAYS - UNRESOLVED + FRAME                */
  SUPERNOVAE_POTENTIAL,   /* energy of their mass in the potential; booked by the caller of supernovae_step */
  SUPERNOVAE_MASS, SUPERNOVAE_METALS, SUPERNOVAE_MOMENTUM,
  SUPERNOVAE_BOOKS = SUPERNOVAE_MOMENTUM + 3
};

struct supernovae {
  struct supernovae_params par;
  struct supernova_source source;
  double length_pc, momentum, mass_g, energy_erg, hydrogen_cm3, energy_GeV; /* of code units; hydrogen_cm3: of code density 1 */
  struct supernova_map *map;      /* private: draw.c                    */
  double window;                  /* length in time                     */
  int64_t first, last;            /* windows of which list has the events, none: last < first */
  struct supernova_list list;
  struct sum book[SUPERNOVAE_BOOKS];
};

void supernovae_declare(struct params *ps, struct supernovae_params *par);
/* After params_load; mistakes end the program with status 2. */
void supernovae_check(const struct supernovae_params *par, const struct params *ps, const struct mhd_params *mhd, const char *setup, bool has_source);

/* Collective, like all below. */
void supernovae_create(struct supernovae *s, const struct supernovae_params *par, const struct supernova_source *source, const struct mesh *mesh,
                       const struct units *units);
void supernovae_destroy(struct supernovae *s);

/* The events after the time from and not after to, in the order of time, on all ranks the same; adds to list. */
void supernovae_draw(struct supernovae *s, const struct mesh *mesh, double from, double to, struct supernova_list *list);
/* All of them, for gas and cosmic rays (NULL: none).  Frozen gas takes nothing. */
void supernovae_happen(struct supernovae *s, const struct mesh *mesh, struct gas *g, struct rays *r, const struct supernova_list *list);
/* Those of a step. */
void supernovae_step(struct supernovae *s, const struct mesh *mesh, struct gas *g, struct rays *r, double time, double dt);

/* Columns of the history, and a row of them. */
enum { SUPERNOVAE_COLUMNS = SUPERNOVAE_BOOKS };
int supernovae_columns(struct io_column *column);
void supernovae_row(const struct supernovae *s, double *row);

#endif
