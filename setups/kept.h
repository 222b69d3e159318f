/* Ghosts beyond the ends of the domain that a setup gives and that stay the same all the time: made once, and copied from then on. */
#ifndef SETUPS_KEPT_H
#define SETUPS_KEPT_H

#include "amr/field.h"

#include <stdbool.h>

/* Of all ends of one mesh; starts as NULL, and is to be dropped when the mesh changes.  All functions are local. */
struct kept;

/* Beyond the end of block b of the mesh (or of a coarse copy of its surroundings) at a side (0, 1) of an axis: writes what is kept to n fields of one centring
 * and number of components.  False: nothing is kept. */
bool kept_write(const struct kept *k, const struct mesh *mesh, int b, int axis, int side, int n, struct field *const *fields);
/* Keep what the field has there. */
void kept_read(struct kept **k, const struct mesh *mesh, int b, int axis, int side, const struct field *f);
void kept_drop(struct kept **k);

#endif
