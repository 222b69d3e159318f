/* Where the mesh should be refined: the "refine" section of the parameters, and the tags it gives.
 *
 * A criterion is a measure of every cell.  A block is refined when it is above refine_above in any cell, of any criterion; it is joined with its
 * siblings when it is below derefine_below in all cells, of all criteria, and for all of the siblings. */
#ifndef MHD_CRITERIA_H
#define MHD_CRITERIA_H

#include "amr/criteria.h"
#include "mhd/mhd.h"

struct params;

enum { CRITERIA_MOST = 16 };

struct criterion {
  int kind;                  /* place in the table */
  char field[24];            /* rho, press, vel1..3, Bcc1..3, r0... */
  double refine_above, derefine_below, scale;
  int max_level;             /* refines up to this level; -1: mesh.max_level */
  struct moving_region region;
};

struct refine_params {
  int every;                 /* steps */
  int buffer;                /* cells */
  int derefine_after;        /* steps */
  int min_level;
  double imbalance;
  int count;
  struct criterion list[CRITERIA_MOST];
  char problem[240];         /* private: message */
  const struct mhd_params *gas;
  const int *rays;           /* not 0: the run has cosmic rays; NULL: it has none */
  const struct mesh_params *mesh;
};

/* mesh and gas have to live until the parameters are loaded. */
void refine_declare(struct params *ps, struct refine_params *par, const struct mesh_params *mesh, const struct mhd_params *gas);

/* The pressure of cosmic rays with one layer of ghosts, as in amr/criteria.h, for cr_gradient. */
typedef void refine_rays_fn(const void *data, const struct mesh *mesh, int b, double *values);

struct refine {
  struct refine_params par;
  struct mesh_params mesh;
  double gravity;            /* G in code units; 1 with units: code */
  refine_rays_fn *rays;      /* NULL: there are none */
  const void *rays_data;
};

/* After loading. */
void refine_create(struct refine *r, const struct refine_params *par, const struct mesh_params *mesh, const struct units *units);

/* Whether the mesh ever changes. */
bool refine_active(const struct refine *r);

/* tags[mesh->count] for mesh_adapt from the gas at time t, whose ghosts are valid.  Collective. */
void refine_tags(const struct refine *r, struct mesh *mesh, const struct gas *gas, double t, int8_t *tags);

#endif
