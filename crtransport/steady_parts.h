/* Between steady.c, probe.c and spread.c.  Private to crtransport/. */
#ifndef CRTRANSPORT_STEADY_PARTS_H
#define CRTRANSPORT_STEADY_PARTS_H

#include "crtransport/momentum.h"
#include "crtransport/steady.h"
#include "elliptic/elliptic.h"

/* Numbers per cell without ghosts: rows [row][block][cell]. */
struct rays_rows { size_t cells, blocks; double *data; };
void rays_rows_create(struct rays_rows *w, const struct mesh *m, size_t rows);
void rays_rows_destroy(struct rays_rows *w);
static inline double *rays_values(const struct rays_rows *w, int row, int b) {
  return w->data + (w->blocks * (size_t)row + (size_t)b) * w->cells;
}
/* Between rows and the cells of a component of a block. */
void rays_rows_to_cells(const struct mesh *m, const double *row, const struct field *f, double *component);
void rays_cells_to_rows(const struct mesh *m, const struct field *f, const double *component, double *row);

/* probe.c: rates (1/s) of one species; its bins count from 0 and its populations are 2 bin + end. */
enum { WORK_COUNT = 14 };
enum { TRIED_NOW, TRIED_BEFORE, TRIED_OFF };
struct rays_probe {
  struct rays *r;
  const struct mesh *mesh;
  const struct gas *gas;
  const struct field *velocity;    /* of rays_face_velocity                                */
  struct rays_drift *drift;        /* of rays_drift_create, or NULL                        */
  struct cr_network *window, *alone; /* [bins] each with those beside it; [species] each by itself */
  struct cr_tables **move, **lose, *react; /* momentum changes of windows; losses to reactions of species; all reactions */
  double dt_s, *dt_bin;            /* steps of reactions, and of momentum changes of a bin */
  /* Rows [2 bins of the largest species]: loss of a population to reactions; all its loss; what the other one of the same bin gives to it, per
   * particle of that; what the lower population of the bin above gives, and the upper one of the bin below. */
  struct rays_rows lost, sink, inside, from_above, from_below;
  struct rays_rows around;         /* rows [MEDIUM_COUNT + CR_BANDS]: surroundings of the particles    */
  struct rays_rows tried;          /* rows TRIED_...: ln hi / lo of a bin for which there are rates; of those before; and how much it was off then */
  struct rays_rows made;           /* rows [populations]: made by parents per second since the last solution of the child, cm^-3 s^-1 */
  struct rays_cells all;
  double usual[2];                 /* shares of the two populations of the bin in the mesh */
  double **lo, **hi, **div, *memory, *work[WORK_COUNT];
};
void rays_probe_create(struct rays_probe *p, struct rays *r, const struct mesh *m);
void rays_probe_destroy(struct rays_probe *p);
/* Of gas and velocity, once. */
void rays_probe_surroundings(struct rays_probe *p);
/* Losses of species s to reactions. */
void rays_probe_losses(struct rays_probe *p, int s);
/* All rates of bin k of species s, after its losses. */
void rays_probe_bin(struct rays_probe *p, int s, int k);
/* The populations of the bin move towards balance with their own rates, and the rates are those of the new ones.  again: with what the last call found for this
 * bin.  Returns how much the lower one has changed, relative to its sum; blocks whose ln hi / lo is off by less than `enough` in the mean stay as they are. */
double rays_probe_balance(struct rays_probe *p, int s, int k, bool again, double enough);
/* What species s makes of others now is added to p->made. */
void rays_probe_children(struct rays_probe *p, int s);
/* Probing steps so short that the fastest changes are small.  Collective. */
void rays_probe_steps(struct rays_probe *p);

/* spread.c: the operator in space. */
struct rays_spread {
  struct elliptic *elliptic;
  struct field b;                  /* faces: the field, with ghosts                    */
  struct field kappa[2];           /* faces [3]: along and across, where not uniform   */
  struct field corner;             /* cells [4], see elliptic.h; unused: no data       */
  struct field d, cross[2], w;     /* faces [3]: coefficients                          */
  struct field work;               /* cells [2]: sink, sources                         */
  bool moves;                      /* whether gas or waves move                        */
  bool set, keeps;                 /* coefficients; only the sink differs between them */
};
void rays_spread_create(struct rays_spread *s, const struct rays *r, const struct mesh *m, const struct gas *g, const struct field *velocity);
/* The kind of differences to solve with, STEADY_POSITIVE, ...; at least once. */
void rays_spread_form(struct rays_spread *s, const struct rays *r, const struct mesh *m, const struct rays_steady_params *par, int form);
void rays_spread_destroy(struct rays_spread *s);
/* The velocity of gas and waves, over the diffusivity of the population; uses work. */
void rays_spread_velocity(struct rays_spread *s, struct rays *r, const struct mesh *m, struct exchange *x, const struct field *velocity, int population);
/* The operator with the sink in work. */
void rays_spread_set(struct rays_spread *s, const struct mesh *m);
/* F of a population from its q. */
void rays_spread_flux(struct rays_spread *s, struct rays *r, const struct mesh *m, struct exchange *x, int population);

/* steady.c: all that the sweeps need. */
struct rays_sweep {
  struct rays *r;
  const struct mesh *mesh;
  struct exchange *x;
  struct gas *gas;
  const struct rays_steady_params *par;
  struct rays_probe probe;
  struct rays_spread spread;
  struct field velocity;           /* of faces */
  struct rays_rows power;          /* [2] GeV cm^-3 s^-1 of r->source, and rays_source_metals */
  const struct rays_made *made;
  bool *seeded;                    /* [bins] with nothing but its first guess */
  double most;                     /* largest population of the species so far, number */
  struct rays_steady_stage stage;
  struct rays_steady_result *result;
};
/* Sink and sources of a population, in code units and divided by its diffusivity, into the work of spread; returns the factor from 1/s to these units. */
double rays_sweep_right_side(struct rays_sweep *w, int s, int k, int end);

/* steady_books.c: what becomes of the particles of each species, and how far the populations are from their steady state, with rates that are all of the
 * populations as they are.  Collective. */
void rays_sweep_books(struct rays_sweep *w);

#endif
