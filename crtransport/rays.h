/* Between the files about cosmic rays in a run.  Private to crtransport/. */
#ifndef CRTRANSPORT_RAYS_H
#define CRTRANSPORT_RAYS_H

#include "crtransport/internal.h"

#include <stddef.h>

/* Words and meanings of the models of scattering, for the declaration. */
const char *rays_scattering_names(char *text, size_t size);
const char *rays_scattering_meanings(char *text, size_t size);

/* r->profile and r->alfven as they are needed. */
void rays_scattering_create(struct rays *r, const struct mesh *mesh);
void rays_scattering_destroy(struct rays *r);

/* Place of the first cell of row (j, k) that is no ghost, in a component of a cell field. */
static inline size_t rays_place(const struct mesh *m, const struct field *f, int j, int k) {
  const int *e = field_extent(f, 0);
  return ((size_t)(k + m->ngd[2]) * (size_t)e[1] + (size_t)(j + m->ngd[1])) * (size_t)e[0] + (size_t)m->ngd[0];
}

#endif
