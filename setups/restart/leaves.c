#include "base/fail.h"
#include "base/memory.h"
#include "setups/restart/restart.h"

#include <limits.h>

/* child: number of a node, or -1 - leaf, or 0: nothing (the root is never a child). */
struct node { int child[8]; };

struct leaves {
  MPI_Comm comm;
  int rank, size, root[3];
  double lower[3], upper[3];
  int64_t count;
  struct leaf *leaf;
  int *top;             /* [root blocks] node or -1 - leaf, as above */
  struct node *node;
  int nodes, room;
};

/* Mesh coordinates of the leaves of all ranks, and a tree above them. */
struct place { int level, owner; int64_t pos[3]; };

static int new_node(struct leaves *l) {
  if (l->nodes == l->room) {
    const int room = 2 * l->room + 64;
    struct node *more = memory_get(sizeof *more * (size_t)room);
    for (int i = 0; i < l->nodes; i++) more[i] = l->node[i];
    memory_free(l->node);
    l->node = more;
    l->room = room;
  }
  return l->nodes++;
}

static void enter(struct leaves *l, int64_t i, const struct place *p) {
  int64_t at[3];
  for (int d = 0; d < 3; d++) at[d] = p->pos[d] >> p->level;
  const size_t top = (size_t)((at[2] * l->root[1] + at[1]) * l->root[0] + at[0]);
  int node = l->top[top];
  if (p->level == 0) {
    l->top[top] = -1 - (int)i;
    return;
  }
  if (node == 0) l->top[top] = node = new_node(l);
  for (int level = 1; level <= p->level; level++) {
    int which = 0;
    for (int d = 0; d < 3; d++) which |= (int)(p->pos[d] >> (p->level - level) & 1) << d;
    if (level == p->level) {
      l->node[node].child[which] = -1 - (int)i;
    } else {
      if (l->node[node].child[which] == 0) {
        const int more = new_node(l);
        l->node[node].child[which] = more;
      }
      node = l->node[node].child[which];
    }
  }
}

struct leaves *leaves_create(const struct mesh *mesh) {
  struct leaves *l = memory_get(sizeof *l);
  l->comm = mesh->comm;
  l->rank = mesh->rank;
  l->size = mesh->size;
  l->count = mesh->global_count;
  require(l->count < INT_MAX / 64, "restart: too many blocks");
  int *bytes = memory_get(sizeof *bytes * 2 * (size_t)mesh->size), *start = bytes + mesh->size, mine = (int)sizeof(struct place) * mesh->count;
  struct place *own = memory_get(sizeof *own * (size_t)(mesh->count + 1)), *all = memory_get(sizeof *all * (size_t)(l->count + 1));
  for (int b = 0; b < mesh->count; b++) {
    own[b] = (struct place){.level = mesh->block[b].level, .owner = mesh->rank};
    for (int d = 0; d < 3; d++) own[b].pos[d] = mesh->block[b].pos[d];
  }
  MPI_Allgather(&mine, 1, MPI_INT, bytes, 1, MPI_INT, mesh->comm);
  for (int r = 1; r < mesh->size; r++) start[r] = start[r - 1] + bytes[r - 1];
  MPI_Allgatherv(own, mine, MPI_BYTE, all, bytes, start, MPI_BYTE, mesh->comm);

  size_t roots = 1;
  for (int d = 0; d < 3; d++) {
    l->root[d] = mesh->root[d];
    l->lower[d] = mesh->lower[d];
    l->upper[d] = mesh->upper[d];
    roots *= (size_t)mesh->root[d];
  }
  l->top = memory_get(sizeof *l->top * roots);
  l->leaf = memory_get(sizeof *l->leaf * (size_t)l->count);
  new_node(l); /* number 0 stands for nothing */
  for (int64_t i = 0; i < l->count; i++) {
    const struct block block = {.level = all[i].level, .pos = {all[i].pos[0], all[i].pos[1], all[i].pos[2]}};
    struct leaf *f = &l->leaf[i];
    *f = (struct leaf){.level = block.level, .owner = all[i].owner};
    f->local = (int)(i - (int64_t)((size_t)start[f->owner] / sizeof *all));
    for (int d = 0; d < 3; d++) {
      f->lower[d] = mesh_coordinate(mesh, &block, d, 0.0);
      f->upper[d] = mesh_coordinate(mesh, &block, d, mesh->nc[d]);
      f->dx[d] = (f->upper[d] - f->lower[d]) / mesh->nc[d];
    }
    enter(l, i, &all[i]);
  }
  memory_free(own);
  memory_free(all);
  memory_free(bytes);
  return l;
}

void leaves_destroy(struct leaves *l) {
  memory_free(l->leaf);
  memory_free(l->node);
  memory_free(l->top);
  memory_free(l);
}

struct sphere { const double *x; double radius; leaf_fn *fn; void *data; };

/* A little more than touching, so that rounding never parts the two blocks of a face. */
static bool touches(const struct sphere *s, const double lower[3], const double upper[3]) {
  double d2 = 0.0;
  for (int d = 0; d < 3; d++) {
    const double below = lower[d] - s->x[d], above = s->x[d] - upper[d], off = below > 0.0 ? below : above > 0.0 ? above : 0.0;
    d2 += off * off;
  }
  const double reach = s->radius * (1.0 + 1e-9) + 1e-9 * (upper[0] - lower[0]);
  return d2 <= reach * reach;
}

static void descend(const struct leaves *l, int node, const double lower[3], const double upper[3], const struct sphere *s) {
  if (node < 0) {
    const struct leaf *f = &l->leaf[-1 - node];
    if (touches(s, f->lower, f->upper)) s->fn(s->data, f);
    return;
  }
  for (int c = 0; c < 8; c++) {
    double lo[3], hi[3];
    const int child = l->node[node].child[c];
    if (child == 0) continue;
    for (int d = 0; d < 3; d++) {
      const double middle = 0.5 * (lower[d] + upper[d]);
      lo[d] = c >> d & 1 ? middle : lower[d];
      hi[d] = c >> d & 1 ? upper[d] : middle;
    }
    if (touches(s, lo, hi)) descend(l, child, lo, hi, s);
  }
}

void leaves_visit(const struct leaves *l, const double x[3], double radius, leaf_fn *fn, void *data) {
  const struct sphere s = {.x = x, .radius = radius, .fn = fn, .data = data};
  int lo[3], hi[3];
  double width[3];
  for (int d = 0; d < 3; d++) {
    width[d] = (l->upper[d] - l->lower[d]) / l->root[d];
    const double from = (x[d] - radius * 1.001 - l->lower[d]) / width[d] - 1e-6, to = (x[d] + radius * 1.001 - l->lower[d]) / width[d] + 1e-6;
    lo[d] = from > 0.0 ? (int)from : 0;
    hi[d] = to < l->root[d] - 1 ? (int)(to > 0.0 ? to : 0.0) : l->root[d] - 1;
  }
  for (int k = lo[2]; k <= hi[2]; k++)
    for (int j = lo[1]; j <= hi[1]; j++)
      for (int i = lo[0]; i <= hi[0]; i++) {
        const int at[3] = {i, j, k};
        double lower[3], upper[3];
        for (int d = 0; d < 3; d++) {
          lower[d] = l->lower[d] + at[d] * width[d];
          upper[d] = l->lower[d] + (at[d] + 1) * width[d];
        }
        descend(l, l->top[(size_t)((k * l->root[1] + j) * l->root[0] + i)], lower, upper, &s);
      }
}

struct mark { int64_t *last, row; int *count; };

static void mark_rank(void *data, const struct leaf *f) {
  struct mark *m = data;
  if (m->last[f->owner] == m->row) return;
  m->last[f->owner] = m->row;
  m->count[f->owner]++;
}

struct pack { int64_t *last, row; double *to; int *next, columns; const double *from; };

static void pack_row(void *data, const struct leaf *f) {
  struct pack *p = data;
  if (p->last[f->owner] == p->row) return;
  p->last[f->owner] = p->row;
  double *to = p->to + (size_t)p->columns * (size_t)p->next[f->owner]++;
  for (int c = 0; c < p->columns; c++) to[c] = p->from[c];
}

double *leaves_spread(const struct leaves *l, int64_t count, int columns, const double *row, int64_t *received) {
  const size_t n = (size_t)l->size;
  int *out = memory_get(sizeof *out * 5 * n), *in = out + n, *out_start = in + n, *in_start = out_start + n, *next = in_start + n;
  int64_t *last = memory_get(sizeof *last * n), total_out = 0, total_in = 0;
  for (size_t r = 0; r < n; r++) last[r] = -1;
  struct mark m = {.last = last, .count = out};
  for (m.row = 0; m.row < count; m.row++) leaves_visit(l, row + m.row * columns, row[m.row * columns + ROW_RADIUS], mark_rank, &m);
  MPI_Alltoall(out, 1, MPI_INT, in, 1, MPI_INT, l->comm);
  for (size_t r = 0; r < n; r++) {
    out_start[r] = next[r] = (int)total_out;
    in_start[r] = (int)total_in;
    total_out += out[r];
    total_in += in[r];
    last[r] = -1;
  }
  require(total_out < INT_MAX && total_in < INT_MAX, "restart: too many particles on one rank; take more ranks");
  double *send = memory_get(sizeof *send * (size_t)columns * (size_t)(total_out + 1)), *get = memory_get(sizeof *get * (size_t)columns * (size_t)(total_in + 1));
  struct pack p = {.last = last, .to = send, .next = next, .columns = columns};
  for (p.row = 0; p.row < count; p.row++) {
    p.from = row + p.row * columns;
    leaves_visit(l, p.from, p.from[ROW_RADIUS], pack_row, &p);
  }
  MPI_Datatype type;
  MPI_Type_contiguous(columns, MPI_DOUBLE, &type);
  MPI_Type_commit(&type);
  MPI_Alltoallv(send, out, out_start, type, get, in, in_start, type, l->comm);
  MPI_Type_free(&type);
  memory_free(send);
  memory_free(last);
  memory_free(out);
  *received = total_in;
  return get;
}
