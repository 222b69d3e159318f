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
struct rays_probe {
  struct rays *r;
  const struct mesh *mesh;
  const struct gas *gas;
  const struct field *velocity;    /* of rays_face_velocity                                */
  struct rays_drift *drift;        /* of rays_drift_create, or NULL                        */
  struct cr_network *alone;        /* [species] each by itself                             */
  struct cr_tables **move, *react; /* momentum changes alone, of each; reactions alone     */
  double dt_s;                     /* of the probing step                                  */
  /* Rows [2 bins of the largest species]: loss of a population to reactions; all its loss; what the other one of the same bin gives to it, per
   * particle of that; what the lower population of the bin above gives, and the upper one of the bin below. */
  struct rays_rows lost, sink, inside, from_above, from_below;
  struct rays_rows made;           /* rows [populations]: made by parents per second since the last solution of the child, cm^-3 s^-1 */
  struct rays_cells all;
  double **lo, **hi, **div, *memory, *medium[MEDIUM_COUNT], *band[CR_BANDS], *work[WORK_COUNT];
};
void rays_probe_create(struct rays_probe *p, struct rays *r, const struct mesh *m);
void rays_probe_destroy(struct rays_probe *p);
/* Losses of species s to reactions. */
void rays_probe_losses(struct rays_probe *p, int s);
/* All rates of bin k of species s, after its losses. */
void rays_probe_bin(struct rays_probe *p, int s, int k);
/* The populations of the bin move towards balance with their own rates, and the rates are those of the new ones.  Returns how much the lower one has
 * changed, relative to its sum. */
double rays_probe_balance(struct rays_probe *p, int s, int k);
/* What species s makes of others now is added to p->made. */
void rays_probe_children(struct rays_probe *p, int s);
/* A probing step so short that the fastest change of all species is a small one.  Collective. */
void rays_probe_step(struct rays_probe *p);

/* spread.c: the operator in space. */
struct rays_spread {
  struct elliptic *elliptic;
  struct field b;                  /* faces: the field, with ghosts                    */
  struct field kappa;              /* faces [3]: of the bin                            */
  struct field d, cross[2], w;     /* faces [3]: coefficients                          */
  struct field work;               /* cells [2]: sink, sources                         */
  bool moves;                      /* whether gas or waves move                        */
};
void rays_spread_create(struct rays_spread *s, const struct rays *r, const struct mesh *m, const struct gas *g, const struct field *velocity);
/* The kind of differences to solve with; at least once. */
void rays_spread_form(struct rays_spread *s, const struct rays *r, const struct mesh *m, const struct rays_steady_params *par, bool monotone);
void rays_spread_destroy(struct rays_spread *s);
/* Diffusion of a population, and the velocity of gas and waves. */
void rays_spread_set(struct rays_spread *s, struct rays *r, const struct mesh *m, struct exchange *x, const struct field *velocity, int population);
/* F of a population from its q. */
void rays_spread_flux(struct rays_spread *s, struct rays *r, const struct mesh *m, struct exchange *x, int population);

#endif
