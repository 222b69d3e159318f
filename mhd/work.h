/* Working data of struct gas.  Private to mhd/. */
#ifndef MHD_WORK_H
#define MHD_WORK_H

#include "mhd/block.h"
#include "mhd/mhd.h"

struct mhd_work {
  struct mhd_scheme scheme;
  struct block_scratch *scratch;
  struct field mask; /* [2]: cells that take first-order fluxes, and newly found ones; made when first needed */
  struct field mass; /* of the middle stage of RK3; see stage_mass */
  int flip[6 + MHD_SCALARS];       /* of the conserved variables, see amr/field.h */
  bool positive[6 + MHD_SCALARS];
  double *cost;      /* s spent on each local block; see mhd_cost */
  int last;          /* copy of the state written last */
};

#endif
