/* What lies around a block, as linear functions of active cells.
 *
 * Cells of the block's own level are cells; where the mesh is finer they are averages; where it is coarser, the coarse cell and its slopes.  All of it
 * depends on places only, so that two blocks see the same in the same place and fluxes agree. */
#include "elliptic/internal.h"

#include "base/fail.h"
#include "base/memory.h"

#include <string.h>

void *grow(void *old, int count, int *size, size_t bytes) {
  if (count < *size) return old;
  *size = 2 * count + 64;
  void *memory = memory_get(bytes * (size_t)*size);
  if (count > 0) memcpy(memory, old, bytes * (size_t)count);
  memory_free(old);
  return memory;
}

/* ---- lists ---- */

static void add(struct lists *l, int col, double weight) {
  int size = l->entry_size;
  l->col = grow(l->col, l->entry_count, &size, sizeof *l->col);
  l->weight = grow(l->weight, l->entry_count, &l->entry_size, sizeof *l->weight);
  l->col[l->entry_count] = col;
  l->weight[l->entry_count++] = weight;
}

static void add_ref(struct lists *l, cell_ref r, double weight) {
  require(r != NO_CELL, "elliptic: a cell is missing around a block");
  if (r >= 0) {
    add(l, r, weight);
    return;
  }
  for (int i = l->first[-1 - r]; i < l->first[-r]; i++) add(l, l->col[i], weight * l->weight[i]);
}

/* What was added since the last call. */
static cell_ref end_list(struct lists *l) {
  int size = l->size;
  l->first = grow(l->first, l->count + 1, &size, sizeof *l->first);
  l->constant = grow(l->constant, l->count + 1, &l->size, sizeof *l->constant);
  l->first[++l->count] = l->entry_count;
  return -l->count;
}

double ref_value(const struct elliptic *e, cell_ref r, const double *x) {
  if (r >= 0) return x[r];
  const struct lists *l = &e->lists;
  double sum = l->constant[-1 - r];
  for (int i = l->first[-1 - r]; i < l->first[-r]; i++) sum += l->weight[i] * x[l->col[i]];
  return sum;
}

/* ---- cells by place ---- */

enum found { FOUND, COARSER, OUTSIDE };

/* The cell i of block b's level (down = 0) or of the next coarser (down = 1), counted from the block's corner. */
static enum found look(struct elliptic *e, int b, int down, const int i[3], cell_ref *r) {
  const struct mesh *m = e->mesh;
  const struct block *k = &m->block[b];
  int d[3] = {0, 0, 0}, at[3] = {0, 0, 0};
  int64_t place[3] = {0, 0, 0};
  for (int a = 0; a < m->dim; a++) {
    const int n = m->nb >> down;
    const int64_t all = ((int64_t)m->root[a] * m->nb << k->level) >> down;
    d[a] = i[a] < 0 ? -1 : i[a] >= n ? 1 : 0;
    place[a] = (k->pos[a] * m->nb >> down) + i[a];
    if (m->boundary[a][0] == BOUNDARY_PERIODIC) place[a] = (place[a] + all) % all;
    if (place[a] < 0 || place[a] >= all) return OUTSIDE;
  }
  const struct neighbour *nb = &m->neighbour[b][direction(d[0], d[1], d[2])];
  const int level = k->level - down, up = m->block[nb->id[0]].level - level;
  if (up < 0) return COARSER;
  double weight = 1.0;
  for (int c = 0; c < up * m->dim; c++) weight *= 0.5;
  for (int o = 0; o < 1 << (up * m->dim); o++) {
    int64_t fine[3] = {0, 0, 0};
    for (int a = 0; a < m->dim; a++) {
      int low = o >> a & 1, high = o >> (m->dim + a) & 1;
      fine[a] = (place[a] << up) + (up == 2 ? 2 * high + low : up == 1 ? low : 0);
    }
    int leaf = -1;
    for (int c = 0; c < nb->count && leaf < 0; c++) {
      const int64_t *pos = m->block[nb->id[c]].pos;
      bool in = true;
      for (int a = 0; a < m->dim; a++) in = in && fine[a] / m->nb == pos[a];
      if (in) leaf = nb->id[c];
    }
    require(leaf >= 0, "elliptic: a cell next to a block is not in a neighbour");
    for (int a = 0; a < m->dim; a++) at[a] = (int)(fine[a] % m->nb);
    const int col = leaf * e->ncell + cell_at(m, at);
    if (up == 0) {
      *r = col;
      return FOUND;
    }
    add(&e->lists, col, weight);
  }
  *r = end_list(&e->lists);
  return FOUND;
}

static enum found look_along(struct elliptic *e, int b, const int i[3], int axis, int by, cell_ref *r) {
  int at[3] = {i[0], i[1], i[2]};
  at[axis] += by;
  return look(e, b, 1, at, r);
}

/* Slope per cell in the middle of coarse cell i: central, or one-sided and second order at the end of the domain. */
static int slope_weights(struct elliptic *e, int b, const int i[3], int axis, int by[3], double weight[3]) {
  const struct mesh *m = e->mesh;
  const struct block *k = &m->block[b];
  const int64_t n = ((int64_t)m->root[axis] * m->nb << k->level) / 2, place = k->pos[axis] * m->nb / 2 + i[axis];
  const bool ends = m->boundary[axis][0] != BOUNDARY_PERIODIC;
  const int inward = ends && place == 0 ? 1 : ends && place == n - 1 ? -1 : 0;
  if (inward == 0) {
    memcpy(by, (int[3]){1, -1, 0}, 3 * sizeof *by);
    memcpy(weight, (double[3]){0.5, -0.5, 0.0}, 3 * sizeof *weight);
    return 2;
  }
  memcpy(by, (int[3]){0, inward, 2 * inward}, 3 * sizeof *by);
  memcpy(weight, (double[3]){-1.5 * inward, 2.0 * inward, -0.5 * inward}, 3 * sizeof *weight);
  return 3;
}

static cell_ref coarse_cell(struct elliptic *e, int b, const int i[3]) {
  cell_ref r = NO_CELL;
  require(look(e, b, 1, i, &r) == FOUND, "elliptic: no coarse cell next to a block");
  return r;
}

static cell_ref slope(struct elliptic *e, int b, const int i[3], int axis) {
  int by[3];
  double weight[3];
  cell_ref r[3];
  const int n = slope_weights(e, b, i, axis, by, weight);
  for (int c = 0; c < n; c++) {
    require(look_along(e, b, i, axis, by[c], &r[c]) == FOUND, "elliptic: no coarse cell for a slope");
  }
  for (int c = 0; c < n; c++) add_ref(&e->lists, r[c], weight[c]);
  return end_list(&e->lists);
}

/* Slope along one axis of the slope along another. */
static cell_ref mixed_slope(struct elliptic *e, int b, const int i[3], const int axis[2]) {
  int by[2][3], n[2];
  double weight[2][3];
  cell_ref r[9];
  for (int t = 0; t < 2; t++) n[t] = slope_weights(e, b, i, axis[t], by[t], weight[t]);
  for (int c = 0; c < n[0] * n[1]; c++) {
    int at[3] = {i[0], i[1], i[2]};
    at[axis[0]] += by[0][c % n[0]];
    at[axis[1]] += by[1][c / n[0]];
    r[c] = coarse_cell(e, b, at);
  }
  for (int c = 0; c < n[0] * n[1]; c++) add_ref(&e->lists, r[c], weight[0][c % n[0]] * weight[1][c / n[0]]);
  return end_list(&e->lists);
}

/* ---- around blocks ---- */

static int half_floor(int i) { return i < 0 ? -((1 - i) / 2) : i / 2; }

/* Cell i where the mesh is coarser. */
static cell_ref prolonged(struct elliptic *e, int b, const int i[3]) {
  int coarse[3] = {0, 0, 0};
  cell_ref own, along[3] = {0};
  for (int a = 0; a < e->mesh->dim; a++) coarse[a] = half_floor(i[a]);
  own = coarse_cell(e, b, coarse);
  for (int a = 0; a < e->mesh->dim; a++) along[a] = slope(e, b, coarse, a);
  add_ref(&e->lists, own, 1.0);
  for (int a = 0; a < e->mesh->dim; a++) add_ref(&e->lists, along[a], i[a] == 2 * coarse[a] ? -0.25 : 0.25);
  return end_list(&e->lists);
}

static void find_inside(struct elliptic *e, int b) {
  const struct mesh *m = e->mesh;
  cell_ref *ref = e->ref + (size_t)b * (size_t)e->around;
  int i[3];
  for (i[2] = -e->ghosts[2]; i[2] < m->nc[2] + e->ghosts[2]; i[2]++) {
    for (i[1] = -e->ghosts[1]; i[1] < m->nc[1] + e->ghosts[1]; i[1]++) {
      for (i[0] = -e->ghosts[0]; i[0] < m->nc[0] + e->ghosts[0]; i[0]++) {
        int d[3], out = 0;
        for (int a = 0; a < 3; a++) {
          d[a] = i[a] < 0 ? -1 : i[a] >= m->nc[a] ? 1 : 0;
          out += d[a] != 0;
        }
        cell_ref *r = &ref[ref_at(e, i)];
        *r = NO_CELL;
        if (out > (at_corners(e) || is_positive(e) ? 3 : e->options.tensor ? 2 : 1)) continue;
        const int kind = m->neighbour[b][direction(d[0], d[1], d[2])].kind;
        if (kind == NEIGHBOUR_NONE || (kind != NEIGHBOUR_SAME && !e->options.tensor)) continue;
        if (kind == NEIGHBOUR_COARSE) *r = prolonged(e, b, i);
        else require(look(e, b, 0, i, r) == FOUND, "elliptic: no cell next to a block");
      }
    }
  }
}

static void add_beyond(struct elliptic *e, cell_ref r, int b, int axis, int side, const double middle[3]) {
  e->beyond = grow(e->beyond, e->beyond_count, &e->beyond_size, sizeof *e->beyond);
  e->beyond[e->beyond_count++] = (struct beyond){-1 - r, b, axis, side, {middle[0], middle[1], middle[2]}};
}

/* Beyond the boundary of the domain, for gradients along the faces: a linear continuation through the value on the boundary, or through two
 * cells.  No gradient in the monotone form where no value is known. */
static void find_beyond(struct elliptic *e, int b, int axis, int side) {
  const struct mesh *m = e->mesh;
  cell_ref *ref = e->ref + (size_t)b * (size_t)e->around;
  int i[3], lower[3], upper[3];
  for (int a = 0; a < 3; a++) {
    lower[a] = -e->ghosts[a];
    upper[a] = m->nc[a] + e->ghosts[a];
  }
  lower[axis] = side ? m->nc[axis] : -1;
  upper[axis] = lower[axis] + 1;
  for (i[2] = lower[2]; i[2] < upper[2]; i[2]++) {
    for (i[1] = lower[1]; i[1] < upper[1]; i[1]++) {
      for (i[0] = lower[0]; i[0] < upper[0]; i[0]++) {
        int in[3] = {i[0], i[1], i[2]}, in2[3] = {i[0], i[1], i[2]};
        in[axis] += side ? -1 : 1;
        in2[axis] += side ? -2 : 2;
        const cell_ref one = ref[ref_at(e, in)], two = ref[ref_at(e, in2)];
        if (ref[ref_at(e, i)] != NO_CELL || one == NO_CELL || two == NO_CELL) continue;
        const bool dirichlet = e->boundary.kind[axis][side] == ELLIPTIC_DIRICHLET;
        if (dirichlet) {
          add_ref(&e->lists, one, -1.0);
        } else if (e->options.form != ELLIPTIC_PLAIN) {
          add_ref(&e->lists, one, 1.0);
        } else {
          add_ref(&e->lists, one, 2.0);
          add_ref(&e->lists, two, -1.0);
        }
        const cell_ref r = ref[ref_at(e, i)] = end_list(&e->lists);
        if (!dirichlet) continue;
        add_beyond(e, r, b, axis, side, (const double[3]){i[0] + 0.5, i[1] + 0.5, i[2] + 0.5});
      }
    }
  }
}

/* The coarse neighbour of coarse cell i on a side, or what stands for it on the boundary. */
static cell_ref beside(struct elliptic *e, int b, const int i[3], int axis, int side, int own) {
  cell_ref r;
  if (look_along(e, b, i, axis, side ? 1 : -1, &r) == FOUND) return r;
  if (e->boundary.kind[axis][side] != ELLIPTIC_DIRICHLET) return NO_CELL;
  add_ref(&e->lists, own, -1.0);
  r = end_list(&e->lists);
  add_beyond(e, r, b, axis, side, (const double[3]){2.0 * i[0] + 1.0, 2.0 * i[1] + 1.0, 2.0 * i[2] + 1.0});
  return r;
}

static void find_jumps(struct elliptic *e, int b, int axis, int side) {
  const struct mesh *m = e->mesh;
  int n[3], c[3], across[2], count = 0;
  for (int a = 0; a < 3; a++) n[a] = a < m->dim && a != axis ? m->nc[a] / 2 : 1;
  for (int a = 0; a < m->dim; a++) {
    if (a != axis) across[count++] = a;
  }
  for (c[2] = 0; c[2] < n[2]; c[2]++) {
    for (c[1] = 0; c[1] < n[1]; c[1]++) {
      for (c[0] = 0; c[0] < n[0]; c[0]++) {
        struct jump j = {.block = b, .axis = axis, .side = side, .slope = {NO_CELL, NO_CELL}, .mixed = NO_CELL,
                         .low = {NO_CELL, NO_CELL}, .high = {NO_CELL, NO_CELL}};
        int at[3] = {c[0], c[1], c[2]};
        at[axis] = side ? m->nc[axis] / 2 : -1;
        for (int a = 0; a < 3; a++) j.cell[a] = a < m->dim ? 2 * at[a] : 0;
        j.cell[axis] = side ? m->nc[axis] - 1 : 0;
        j.coarse = coarse_cell(e, b, at);
        require(j.coarse >= 0, "elliptic: the coarse cell next to a fine block is not a cell");
        for (int t = 0; t < count; t++) {
          j.slope[t] = slope(e, b, at, across[t]);
          j.low[t] = beside(e, b, at, across[t], 0, j.coarse);
          j.high[t] = beside(e, b, at, across[t], 1, j.coarse);
        }
        if (count == 2) j.mixed = mixed_slope(e, b, at, across);
        e->jump = grow(e->jump, e->jump_count, &e->jump_size, sizeof *e->jump);
        e->jump[e->jump_count++] = j;
      }
    }
  }
}

void cells_find(struct elliptic *e) {
  const struct mesh *m = e->mesh;
  e->lists.first = memory_get(sizeof *e->lists.first);
  e->lists.constant = memory_get(sizeof *e->lists.constant);
  e->ref = memory_get(sizeof *e->ref * (size_t)e->around * (size_t)m->count);
  for (int b = 0; b < m->count; b++) {
    find_inside(e, b);
    for (int axis = 0; axis < m->dim; axis++) {
      for (int side = 0; side < 2; side++) {
        const int kind = face_neighbour(m, b, axis, side);
        if (kind == NEIGHBOUR_NONE && e->options.tensor) find_beyond(e, b, axis, side);
        if (kind == NEIGHBOUR_COARSE) find_jumps(e, b, axis, side);
      }
    }
  }
}

/* ---- the boundary of the domain ---- */

void boundary_place(const struct elliptic *e, int b, int axis, int side, const double middle[3], double x[3]) {
  const struct mesh *m = e->mesh;
  for (int a = 0; a < 3; a++) x[a] = mesh_coordinate(m, &m->block[b], a, a < m->dim ? middle[a] : 0.5);
  x[axis] = side ? m->upper[axis] : m->lower[axis];
}

double boundary_value(const struct elliptic *e, int axis, int side, const double x[3]) {
  const struct elliptic_boundary *bc = &e->boundary;
  return bc->function != NULL ? bc->function(bc->data, axis, side, x) : bc->value[axis][side];
}

void cells_boundary(struct elliptic *e) {
  for (int i = 0; i < e->beyond_count; i++) {
    const struct beyond *y = &e->beyond[i];
    double x[3];
    boundary_place(e, y->block, y->axis, y->side, y->middle, x);
    e->lists.constant[y->list] = 2.0 * boundary_value(e, y->axis, y->side, x);
  }
}
