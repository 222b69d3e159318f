#include "amr/mesh.h"

#include "amr/forest.h"
#include "amr/mesh_params.h"
#include "amr/neighbours.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"

#include <stdlib.h>

/* Both weights are exact fractions of the number of cells along the axis, so they do not depend on level or block size, and
 * exchange their roles in a mirror. */
static double place(double lower, double upper, double i, double n) { return lower * ((n - i) / n) + upper * (i / n); }

static double cells_along(const struct mesh *mesh, int axis, int level) {
  return (double)(((int64_t)mesh->root[axis] * mesh->nc[axis]) << level);
}

double mesh_coordinate(const struct mesh *mesh, const struct block *block, int axis, double i) {
  if (axis >= mesh->dim) return block->lower[axis] + i * block->dx[axis];
  double n = cells_along(mesh, axis, block->level);
  return place(mesh->lower[axis], mesh->upper[axis], (double)(block->pos[axis] * mesh->nc[axis]) + i, n);
}

static void set_geometry(const struct mesh *mesh, struct block *block) {
  for (int a = 0; a < 3; a++) {
    double width = mesh->upper[a] - mesh->lower[a];
    if (a < mesh->dim) {
      block->lower[a] = mesh_coordinate(mesh, block, a, 0.0);
      block->dx[a] = width / cells_along(mesh, a, block->level);
    } else {
      block->lower[a] = mesh->lower[a];
      block->dx[a] = width > 0.0 ? width : 1.0;
    }
  }
}

struct wanted { const struct mesh *mesh; const struct mesh_params *par; };

static bool in_region(const void *data, int level, const int64_t pos[3]) {
  const struct wanted *w = data;
  const struct mesh *mesh = w->mesh;
  struct block b = {.level = level, .pos = {pos[0], pos[1], pos[2]}};
  double lo[3] = {0.0}, hi[3] = {0.0};
  for (int a = 0; a < mesh->dim; a++) {
    lo[a] = mesh_coordinate(mesh, &b, a, 0.0);
    hi[a] = mesh_coordinate(mesh, &b, a, mesh->nb);
  }
  for (int i = 0; i < w->par->region_count; i++) {
    const struct mesh_region *r = &w->par->region[i];
    if (level < r->level && mesh_region_overlaps(r, mesh->dim, lo, hi)) return true;
  }
  return false;
}

static void drop_leaves(struct mesh *mesh) {
  memory_free(mesh->block);
  memory_free(mesh->owner);
  memory_free(mesh->owner_index);
  memory_free(mesh->neighbour);
}

void mesh_take_leaves(struct mesh *mesh) {
  drop_leaves(mesh);
  struct leaves l = mesh->forest->kind->leaves(mesh->forest);
  int all = l.count + l.ghost_count;
  mesh->count = l.count;
  mesh->ghost_count = l.ghost_count;
  mesh->global_count = l.global_count;
  mesh->first = l.first;
  mesh->block = memory_get(sizeof *mesh->block * (size_t)all);
  mesh->owner = memory_get(sizeof *mesh->owner * (size_t)l.ghost_count);
  mesh->owner_index = memory_get(sizeof *mesh->owner_index * (size_t)l.ghost_count);

  int64_t count[MESH_LEVELS] = {0};
  for (int i = 0; i < all; i++) {
    const struct leaf *leaf = &l.leaf[i];
    struct block *b = &mesh->block[i];
    *b = (struct block){.level = leaf->level, .pos = {leaf->pos[0], leaf->pos[1], leaf->pos[2]}, .weight = 1.0};
    set_geometry(mesh, b);
    if (i < l.count) {
      count[leaf->level]++;
    } else {
      mesh->owner[i - l.count] = leaf->owner;
      mesh->owner_index[i - l.count] = leaf->owner_index;
    }
  }
  memory_free(l.leaf);

  MPI_Allreduce(count, mesh->level_count, MESH_LEVELS, MPI_INT64_T, MPI_SUM, mesh->comm);
  mesh->max_level = 0;
  for (int level = 0; level < MESH_LEVELS; level++) {
    if (mesh->level_count[level] > 0) mesh->max_level = level;
  }
  neighbours_find(mesh);
}

/* All but the blocks. */
static void start(struct mesh *mesh, const struct mesh_params *par, int ng, MPI_Comm comm) {
  const char *wrong = mesh_params_wrong(par);
  require(wrong == NULL, "mesh: %s", wrong);
  int nb = mesh_params_block(par);
  require(nb >= 2 * ng, "mesh: blocks of %d cells are too small for %d ghost layers", nb, ng);

  *mesh = (struct mesh){.dim = par->dim, .nb = nb, .ng = ng, .imbalance = 1.1};
  MPI_Comm_dup(comm, &mesh->comm);
  MPI_Comm_rank(mesh->comm, &mesh->rank);
  MPI_Comm_size(mesh->comm, &mesh->size);
  bool periodic[3];
  for (int a = 0; a < 3; a++) {
    bool there = a < par->dim;
    mesh->nc[a] = there ? nb : 1;
    mesh->ngd[a] = there ? ng : 0;
    mesh->root[a] = there ? par->cells[a] / nb : 1;
    mesh->lower[a] = par->lower[a];
    mesh->upper[a] = par->upper[a];
    for (int end = 0; end < 2; end++) mesh->boundary[a][end] = there ? par->boundary[a][end] : BOUNDARY_PERIODIC;
    periodic[a] = mesh->boundary[a][0] == BOUNDARY_PERIODIC;
  }

  static const struct forest_kind *const kinds[] = {&forest1, &forest2, &forest3};
  const struct forest_kind *kind = kinds[par->dim - 1];
  mesh->forest = kind->create(mesh->comm, mesh->root, periodic);
}

void mesh_create(struct mesh *mesh, const struct mesh_params *par, int ng, MPI_Comm comm) {
  start(mesh, par, ng, comm);
  mesh->forest->kind->refine(mesh->forest, par->max_level, in_region, &(struct wanted){mesh, par});
  mesh_take_leaves(mesh);
}

/* Places of blocks that were split, sorted, per level. */
struct splits { int64_t count[MESH_LEVELS]; int64_t (*pos[MESH_LEVELS])[3]; };

static int compare_places(const void *a, const void *b) {
  const int64_t *x = a, *y = b;
  for (int d = 2; d >= 0; d--) {
    if (x[d] != y[d]) return x[d] < y[d] ? -1 : 1;
  }
  return 0;
}

static bool was_split(const void *data, int level, const int64_t pos[3]) {
  const struct splits *s = data;
  if (s->count[level] == 0) return false;
  return bsearch(pos, s->pos[level], (size_t)s->count[level], sizeof *s->pos[level], compare_places) != NULL;
}

/* From the finest level down: the parents of the leaves and of the blocks that were split. */
static int find_splits(struct splits *s, int64_t count, const struct mesh_leaf *leaf) {
  int finest = 0;
  *s = (struct splits){0};
  for (int64_t i = 0; i < count; i++) {
    require(leaf[i].level >= 0 && leaf[i].level < MESH_LEVELS, "mesh: a leaf has level %d", leaf[i].level);
    if (leaf[i].level > finest) finest = leaf[i].level;
  }
  for (int level = finest - 1; level >= 0; level--) {
    int64_t n = s->count[level + 1], kept = 0;
    for (int64_t i = 0; i < count; i++) n += leaf[i].level == level + 1;
    int64_t(*p)[3] = memory_get(sizeof *p * (size_t)n);
    n = 0;
    for (int64_t i = 0; i < s->count[level + 1]; i++, n++) {
      for (int d = 0; d < 3; d++) p[n][d] = s->pos[level + 1][i][d] >> 1;
    }
    for (int64_t i = 0; i < count; i++) {
      if (leaf[i].level != level + 1) continue;
      for (int d = 0; d < 3; d++) p[n][d] = leaf[i].pos[d] >> 1;
      n++;
    }
    qsort(p, (size_t)n, sizeof *p, compare_places);
    for (int64_t i = 0; i < n; i++) {
      if (kept > 0 && compare_places(p[kept - 1], p[i]) == 0) continue;
      for (int d = 0; d < 3; d++) p[kept][d] = p[i][d];
      kept++;
    }
    s->pos[level] = p;
    s->count[level] = kept;
  }
  return finest;
}

void mesh_create_from_leaves(struct mesh *mesh, const struct mesh_params *par, int ng, MPI_Comm comm, int64_t count,
                             const struct mesh_leaf *leaf) {
  struct splits splits;
  start(mesh, par, ng, comm);
  int finest = find_splits(&splits, count, leaf);
  mesh->forest->kind->refine(mesh->forest, finest, was_split, &splits);
  for (int level = 0; level < MESH_LEVELS; level++) memory_free(splits.pos[level]);
  mesh_take_leaves(mesh);
  require(mesh->global_count == count, "mesh: %lld leaves given, but they make a mesh of %lld", (long long)count,
          (long long)mesh->global_count);
  for (int i = 0; i < mesh->count; i++) {
    struct block *b = &mesh->block[i];
    const struct mesh_leaf *l = &leaf[mesh->first + i];
    require(b->level == l->level && compare_places(b->pos, l->pos) == 0, "mesh: leaf %lld is out of order, or not part of a mesh",
            (long long)(mesh->first + i));
    b->weight = l->weight;
    b->quiet = l->quiet;
  }
}

void mesh_destroy(struct mesh *mesh) {
  if (mesh->forest == NULL) return;
  mesh->forest->kind->destroy(mesh->forest);
  drop_leaves(mesh);
  MPI_Comm_free(&mesh->comm);
  *mesh = (struct mesh){0};
}

int64_t mesh_cells(const struct mesh *mesh) {
  return mesh->global_count * mesh->nc[0] * mesh->nc[1] * mesh->nc[2];
}

double mesh_root_volume(const struct mesh *mesh) {
  double w[3];
  for (int d = 0; d < 3; d++) {
    w[d] = mesh->upper[d] - mesh->lower[d];
    w[d] = d < mesh->dim ? w[d] / (mesh->root[d] * mesh->nc[d]) : w[d] > 0.0 ? w[d] : 1.0;
  }
  double lo = min(w[0], min(w[1], w[2])), hi = max(w[0], max(w[1], w[2]));
  return lo * hi * max(min(w[0], w[1]), min(max(w[0], w[1]), w[2]));
}
