#include "amr/adapt.h"

#include "amr/forest.h"
#include "amr/migrate.h"
#include "amr/prolong.h"
#include "amr/restrict.h"
#include "amr/shared.h"
#include "amr/view.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"

/* How a new block comes from old ones: it is old block number old, part octant of it, or the join of old and those that follow. */
enum { KEEP, SPLIT, JOIN };
struct origin { int kind, old, octant; };

static void halves(int octant, int dim, int o[3]) {
  for (int a = 0; a < 3; a++) o[a] = a < dim ? octant >> a & 1 : 0;
}

/* The fine faces that finer neighbours already have, into the new block; known[axis][side]: there are some. */
static void take_known_faces(const struct mesh *m, const struct shared *shared, int old, const int o[3], const struct view fine[3],
                             bool known[3][2]) {
  for (int axis = 0; axis < m->dim; axis++) {
    const int side = o[axis];
    int n[3] = {m->nc[0], m->nc[1], m->nc[2]}, at[3] = {0, 0, 0}, leaf = 0, bit = 0;
    for (int a = 0; a < m->dim; a++) {
      if (a != axis) leaf |= o[a] << bit++;
    }
    const double *values = shared_values(shared, old, axis, side, leaf);
    known[axis][side] = values != NULL;
    known[axis][!side] = false;
    if (values == NULL) continue;
    n[axis] = 1;
    at[axis] = side ? m->nc[axis] : 0;
    view_copy(view_move(fine[axis], at[0], at[1], at[2]), view_packed((double *)values, n), n);
  }
}

static void split(const struct mesh *m, const struct shared *shared, const struct field *from, int old, const struct field *to, int b, int octant) {
  int o[3], lower[3], upper[3];
  halves(octant, m->dim, o);
  /* The new block's first cell is number o * nc of the cells that the old block would have. */
  const int start[3] = {o[0] * m->nc[0], o[1] * m->nc[1], o[2] * m->nc[2]};
  if (from->centring == CENTRING_CELL) {
    for (int a = 0; a < 3; a++) {
      lower[a] = start[a];
      upper[a] = start[a] + m->nc[a];
    }
    for (int c = 0; c < from->ncomp; c++) {
      struct view fine = view_move(view_field(m, to, b, c), -start[0], -start[1], -start[2]);
      prolong_cells(m->dim, fine, view_field(m, from, old, c), lower, upper, from->positive && from->positive[c]);
    }
    return;
  }
  struct view fine[3], coarse[3];
  bool known[3][2] = {{false}};
  for (int c = 0; c < 3; c++) {
    fine[c] = view_field(m, to, b, c);
    coarse[c] = view_field(m, from, old, c);
  }
  take_known_faces(m, shared, old, o, fine, known);
  for (int c = 0; c < 3; c++) fine[c] = view_move(fine[c], -start[0], -start[1], -start[2]);
  for (int a = 0; a < 3; a++) {
    lower[a] = start[a] / 2;
    upper[a] = a < m->dim ? lower[a] + m->nc[a] / 2 : 1;
  }
  prolong_faces(m->dim, fine, coarse, lower, upper, known, m->block[old].dx);
}

static void join(const struct mesh *m, const struct field *from, int old, const struct field *to, int b) {
  for (int octant = 0; octant < 1 << m->dim; octant++) {
    int o[3], n[3];
    halves(octant, m->dim, o);
    for (int a = 0; a < 3; a++) n[a] = a < m->dim ? m->nc[a] / 2 : 1;
    for (int c = 0; c < from->ncomp; c++) {
      struct view coarse = view_move(view_field(m, to, b, c), o[0] * n[0], o[1] * n[1], o[2] * n[2]), fine = view_field(m, from, old + octant, c);
      if (from->centring == CENTRING_CELL) {
        restrict_cells(m->dim, coarse, fine, n);
      } else {
        const int faces[3] = {n[0] + (c == 0), n[1] + (c == 1 && m->dim > 1), n[2] + (c == 2 && m->dim > 2)};
        restrict_faces(m->dim, c, coarse, fine, faces);
      }
    }
  }
}

static bool is_child(const struct leaf *child, int level, const int64_t pos[3]) {
  bool is = child->level == level + 1;
  for (int a = 0; a < 3; a++) is = is && child->pos[a] >> 1 == pos[a];
  return is;
}

/* Walk old and new leaves in step.  changes: blocks split, and joined ones made. */
static struct origin *trace(const struct mesh *m, const struct leaves *l, int64_t changes[2]) {
  const int children = 1 << m->dim;
  struct origin *origin = memory_get(sizeof *origin * (size_t)l->count);
  int old = 0;
  for (int n = 0; n < l->count;) {
    require(old < m->count, "mesh: more leaves than the old ones can give");
    const struct leaf *leaf = &l->leaf[n];
    const struct block *block = &m->block[old];
    if (leaf->level == block->level) {
      for (int a = 0; a < 3; a++) require(leaf->pos[a] == block->pos[a], "mesh: old and new leaves are out of step");
      origin[n++] = (struct origin){KEEP, old++, 0};
    } else if (leaf->level > block->level) {
      require(n + children <= l->count, "mesh: leaves are missing");
      for (int c = 0; c < children; c++, n++) {
        require(is_child(&l->leaf[n], block->level, block->pos), "mesh: a block was split twice");
        origin[n] = (struct origin){SPLIT, old, c};
      }
      old++;
      changes[0]++;
    } else {
      require(old + children <= m->count, "mesh: leaves are missing");
      for (int c = 0; c < children; c++) {
        const struct block *k = &block[c];
        const struct leaf child = {.level = k->level, .pos = {k->pos[0], k->pos[1], k->pos[2]}};
        require(is_child(&child, leaf->level, leaf->pos), "mesh: a block was joined twice");
      }
      origin[n++] = (struct origin){JOIN, old, 0};
      old += children;
      changes[1]++;
    }
  }
  require(old == m->count, "mesh: old leaves are left over");
  return origin;
}

/* A field on the new leaves of this rank, in place of that on the old ones. */
static void rebuild(const struct mesh *m, struct shared *shared, int count, const struct origin *origin, struct field *f) {
  if (f->centring == CENTRING_FACE) shared_agree(shared, f);
  struct field to = *f;
  to.count = count;
  to.data = memory_get(sizeof *to.data * to.block_size * (size_t)count);
  for (int b = 0; b < count; b++) {
    const struct origin *o = &origin[b];
    if (o->kind == KEEP) memcpy(field_data(&to, b, 0), field_data(f, o->old, 0), sizeof *to.data * to.block_size);
    else if (o->kind == SPLIT) split(m, shared, f, o->old, &to, b, o->octant);
    else join(m, f, o->old, &to, b);
  }
  memory_free(f->data);
  *f = to;
}

static struct carried *carry(const struct mesh *m, int count, const struct origin *origin) {
  struct carried *c = memory_get(sizeof *c * (size_t)count);
  for (int b = 0; b < count; b++) {
    const struct origin *o = &origin[b];
    const struct block *old = &m->block[o->old];
    c[b] = (struct carried){.weight = old->weight, .quiet = o->kind == KEEP ? old->quiet : 0};
    if (o->kind != JOIN) continue;
    const int children = 1 << m->dim;
    for (int i = 1; i < children; i++) c[b].weight += old[i].weight;
    c[b].weight /= children;
  }
  return c;
}

/* Whole numbers for the forest, or NULL where the load is even enough. */
static int *weights(const struct mesh *m, int count, const struct carried *carried) {
  double sum = 0.0, largest, total;
  for (int b = 0; b < count; b++) sum += carried[b].weight;
  MPI_Allreduce(&sum, &largest, 1, MPI_DOUBLE, MPI_MAX, m->comm);
  MPI_Allreduce(&sum, &total, 1, MPI_DOUBLE, MPI_SUM, m->comm);
  if (!(largest * m->size > m->imbalance * total)) return NULL;
  int64_t mine = count, blocks;
  MPI_Allreduce(&mine, &blocks, 1, MPI_INT64_T, MPI_SUM, m->comm);
  /* One more than needed, since NULL has a meaning. */
  int *w = memory_get(sizeof *w * (size_t)(count + 1));
  for (int b = 0; b < count; b++) w[b] = (int)min(max(1000.0 * carried[b].weight * (double)blocks / total, 1.0), 1e6);
  return w;
}

/* Splits that are possible, joins without those of root blocks. */
static void change_forest(const struct mesh *m, const int8_t *tags) {
  int8_t *possible = memory_get((size_t)m->count + 1);
  for (int b = 0; b < m->count; b++) {
    const int level = m->block[b].level;
    possible[b] = (int8_t)(tags[b] > 0 ? level < MESH_LEVELS - 1 : tags[b] < 0 && level > 0 ? -1 : 0);
  }
  m->forest->kind->adapt(m->forest, possible);
  memory_free(possible);
}

bool mesh_adapt(struct mesh *mesh, const int8_t *tags, int nfield, struct field *const *fields) {
  const double start = MPI_Wtime();
  struct forest *forest = mesh->forest;
  int64_t mine[2] = {0, 0}, changes[2];
  mesh->adapted.calls++;
  change_forest(mesh, tags);
  struct leaves l = forest->kind->own(forest);
  struct origin *origin = trace(mesh, &l, mine);
  MPI_Allreduce(mine, changes, 2, MPI_INT64_T, MPI_SUM, mesh->comm);
  const bool changed = changes[0] + changes[1] > 0;

  if (changed) {
    struct shared *shared = shared_create(mesh);
    for (int i = 0; i < nfield; i++) rebuild(mesh, shared, l.count, origin, fields[i]);
    shared_destroy(shared);
  }
  struct carried *carried = carry(mesh, l.count, origin);
  memory_free(origin);

  const double moving = MPI_Wtime();
  int *weight = weights(mesh, l.count, carried);
  int64_t *before = memory_get(sizeof *before * 2 * (size_t)(mesh->size + 1)), *after = before + mesh->size + 1;
  const bool moved = forest->kind->partition(forest, weight, before, after);
  if (moved) mesh->adapted.moved += migrate(mesh, before, after, nfield, fields, &carried);
  memory_free(weight);
  memory_free(before);
  memory_free(l.leaf);
  const double rebuilding = MPI_Wtime();

  if (changed || moved) {
    mesh_take_leaves(mesh);
    for (int b = 0; b < mesh->count; b++) {
      mesh->block[b].weight = carried[b].weight;
      mesh->block[b].quiet = carried[b].quiet;
    }
  }
  memory_free(carried);
  if (changed) {
    struct shared *shared = shared_create(mesh);
    for (int i = 0; i < nfield; i++) {
      if (fields[i]->centring == CENTRING_FACE) shared_agree(shared, fields[i]);
    }
    shared_destroy(shared);
  }
  struct mesh_adapted *a = &mesh->adapted;
  a->changes += changed;
  a->split += changes[0];
  a->joined += changes[1];
  a->seconds_moving += rebuilding - moving;
  a->seconds += MPI_Wtime() - start;
  return changed || moved;
}

void mesh_weigh(struct mesh *mesh, const double *cost) {
  double mine[2] = {0.0, 0.0}, all[2];
  for (int b = 0; b < mesh->count; b++) mine[0] += cost[b];
  mine[1] = mesh->count;
  MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, mesh->comm);
  if (!(all[0] > 0.0)) return;
  /* Relative to the mean, so that weights of different times compare. */
  for (int b = 0; b < mesh->count; b++) mesh->block[b].weight = 0.5 * (mesh->block[b].weight + cost[b] * all[1] / all[0]);
}
