/* Cosmic rays at the start of a run: of the setup, or what the section cr_initial says. */
#ifndef SETUPS_INITIAL_RAYS_H
#define SETUPS_INITIAL_RAYS_H

#include "crtransport/crtransport.h"
#include "setups/setup.h"

struct params;

enum { RAYS_INITIAL_SETUP, RAYS_INITIAL_NONE, RAYS_INITIAL_LISM, RAYS_INITIAL_POWER_LAW };

struct rays_initial {
  int kind;              /* RAYS_INITIAL_...                                             */
  double energy;         /* kinetic energy density, code pressure; 0: as they are        */
  double pressure_ratio; /* pressure over that of the gas; 0: not by the gas             */
  bool setup_gives;      /* private: for the rules                                       */
  bool from_setup;       /* energy density of the setup, cell by cell                    */
  const struct field *given; /* which is this one, or NULL; set by the owner for the fill */
};

void rays_initial_declare(struct params *ps, struct rays_initial *par);

/* Fill the interiors of q and F, |F| <= v q; the interior of the gas is set.  Local. */
void rays_initial_fill(const struct rays_initial *par, const struct mesh *mesh, const struct setup *setup, const struct gas *g, struct rays *r);

#endif
