/* Ghost cells: copies of the neighbours' cells around every block.
 *
 * Same level: copy.  Finer neighbour: volume average of its cells (area average of its faces).  Coarser neighbour: limited linear
 * prolongation of cells, div-preserving prolongation of faces (Toth & Roe 2002, JCP 180, 736), from a coarse copy of
 * the block's surroundings.  Outside the domain: boundary conditions.  A ghost is filled from interiors of blocks only, so
 * blocks may be filled in any order, and values do not depend on the partition.
 *
 *   exchange_begin(x, nfield, fields);      sends what other ranks need; interiors must not change until exchange_end
 *   for blocks without .remote:  exchange_fill(x, b);  ... work on b ...
 *   exchange_wait(x);
 *   for the other blocks:        exchange_fill(x, b);  ... work on b ...
 *   exchange_end(x);
 */
#ifndef AMR_EXCHANGE_H
#define AMR_EXCHANGE_H

#include "amr/field.h"

struct exchange;

/* Boundary values for BOUNDARY_USER: fill the ghosts of block b beyond the lower (side 0) or upper (side 1) end of the axis,
 * over the whole extent of the other axes.  Before it is called, and where none is set, such a boundary counts as outflow.
 * It is called for the coarse copies that prolongation works from too, with a mesh of one block (b = 0) whose cells are twice as wide, and
 * with fields of the same names on it. */
typedef void exchange_user_fn(void *data, const struct mesh *mesh, int b, int axis, int side, int nfield,
                              struct field *const *fields);

/* Who needs what from whom on this mesh; for any fields on it.  Rebuild when the mesh changes.  Collective. */
struct exchange *exchange_create(const struct mesh *mesh);
void exchange_destroy(struct exchange *x);
void exchange_set_user(struct exchange *x, exchange_user_fn *fill, void *data);

/* Collective. */
void exchange_begin(struct exchange *x, int nfield, struct field *const *fields);
void exchange_wait(struct exchange *x);
void exchange_end(struct exchange *x);
/* All ghosts of local block b.  Local. */
void exchange_fill(struct exchange *x, int b);

/* All of it. */
void exchange_all(struct exchange *x, int nfield, struct field *const *fields);

/* Seconds spent packing, filling and waiting since the start, and bytes sent to other ranks. */
struct exchange_cost { double pack, fill, wait; int64_t bytes; };
struct exchange_cost exchange_cost(const struct exchange *x);

#endif
