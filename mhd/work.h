/* Working data of struct gas.  Private to mhd/. */
#ifndef MHD_WORK_H
#define MHD_WORK_H

#include "mhd/block.h"
#include "mhd/mhd.h"

/* Fluxes through the faces of a block at ends of the domain, as in the registers; NULL: not at an end. */
struct mhd_end { double *flux[6]; };

struct mhd_work {
  struct mhd_scheme scheme;
  struct block_scratch *scratch;
  struct field mask; /* [2]: cells that take first-order fluxes, and newly found ones; made when first needed */
  struct field mass; /* of the middle stage of RK3; see stage_mass */
  int flip[6 + MHD_SCALARS];       /* of the conserved variables, see amr/field.h */
  bool positive[6 + MHD_SCALARS];
  double *cost;      /* s spent on each local block; see mhd_cost */
  int last;          /* copy of the state written last */
  struct mhd_end *ends; /* [block] */
  double *end_data;
};

/* ends.c: room for the fluxes on this mesh; and outflow += dt times them. */
void ends_create(struct gas *g, const struct mesh *mesh);
void ends_destroy(struct gas *g);
void ends_book(const struct gas *g, const struct mesh *mesh, double dt, struct exact *outflow);

#endif
