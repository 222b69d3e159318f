#include "setups/kept.h"

#include "amr/view.h"
#include "base/memory.h"

#include <stdint.h>

enum { HEADS = 1024 };

/* A layer of ghosts of one field; blocks are known by their places, as coarse copies are not numbered. */
struct layer {
  struct layer *next;
  int64_t pos[3];
  int level, axis, side, cells, ncomp; /* cells: along a block, fewer in coarse copies */
  enum centring centring;
  double *value;
};

struct kept { struct layer *head[HEADS]; };

static size_t head_of(const struct block *b) {
  uint64_t h = (uint64_t)b->level;
  for (int d = 0; d < 3; d++) h = (h ^ (uint64_t)b->pos[d]) * 0x9e3779b97f4a7c15u;
  return (size_t)(h >> 54);
}

static struct layer *find(const struct kept *k, const struct mesh *m, int b, int axis, int side, const struct field *f) {
  const struct block *at = &m->block[b];
  struct layer *l = k ? k->head[head_of(at)] : NULL;
  while (l && !(l->pos[0] == at->pos[0] && l->pos[1] == at->pos[1] && l->pos[2] == at->pos[2] && l->level == at->level && l->axis == axis && l->side == side &&
                l->cells == m->nc[0] && l->ncomp == f->ncomp && l->centring == f->centring))
    l = l->next;
  return l;
}

/* First entry and extent of the layer of component c.  The faces on the end of the domain are not ghosts. */
static struct view layer_of(const struct mesh *m, const struct field *f, int b, int axis, int side, int c, int n[3]) {
  int lower[3];
  for (int d = 0; d < 3; d++) {
    const bool face = f->centring == CENTRING_FACE && c == d && d < m->dim;
    lower[d] = d != axis || side == 0 ? -m->ngd[d] : m->nc[d] + face;
    n[d] = d == axis ? m->ngd[d] : m->nc[d] + 2 * m->ngd[d] + face;
  }
  return view_move(view_field(m, f, b, c), lower[0], lower[1], lower[2]);
}

/* Between the field and `value`, or (NULL) nothing.  Returns the number of values. */
static size_t copy(const struct mesh *m, const struct field *f, int b, int axis, int side, double *value, bool write) {
  size_t count = 0;
  for (int c = 0; c < f->ncomp; c++) {
    int n[3];
    const struct view in = layer_of(m, f, b, axis, side, c, n);
    if (value && write) view_copy(in, view_packed(value + count, n), n);
    if (value && !write) view_copy(view_packed(value + count, n), in, n);
    count += (size_t)n[0] * (size_t)n[1] * (size_t)n[2];
  }
  return count;
}

bool kept_write(const struct kept *k, const struct mesh *mesh, int b, int axis, int side, int n, struct field *const *fields) {
  for (int i = 0; i < n; i++) {
    const struct layer *l = find(k, mesh, b, axis, side, fields[i]);
    if (l == NULL) return false;
    copy(mesh, fields[i], b, axis, side, l->value, true);
  }
  return true;
}

void kept_read(struct kept **k, const struct mesh *mesh, int b, int axis, int side, const struct field *f) {
  if (*k == NULL) *k = memory_get(sizeof **k);
  if (find(*k, mesh, b, axis, side, f)) return;
  const struct block *at = &mesh->block[b];
  struct layer *l = memory_get(sizeof *l), **head = &(*k)->head[head_of(at)];
  *l = (struct layer){.next = *head, .pos = {at->pos[0], at->pos[1], at->pos[2]}, .level = at->level, .axis = axis, .side = side, .cells = mesh->nc[0],
                      .ncomp = f->ncomp, .centring = f->centring};
  l->value = memory_get(sizeof *l->value * copy(mesh, f, b, axis, side, NULL, false));
  copy(mesh, f, b, axis, side, l->value, false);
  *head = l;
}

void kept_drop(struct kept **k) {
  for (int h = 0; *k && h < HEADS; h++)
    while ((*k)->head[h]) {
      struct layer *l = (*k)->head[h];
      (*k)->head[h] = l->next;
      memory_free(l->value);
      memory_free(l);
    }
  memory_free(*k);
  *k = NULL;
}
