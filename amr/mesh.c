#include "amr/mesh.h"

#include "amr/forest.h"
#include "amr/mesh_params.h"
#include "amr/neighbours.h"
#include "base/fail.h"
#include "base/memory.h"

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

/* Everything that follows from the leaves of the forest. */
static void take_leaves(struct mesh *mesh) {
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

void mesh_create(struct mesh *mesh, const struct mesh_params *par, int ng, MPI_Comm comm) {
  const char *wrong = mesh_params_wrong(par);
  require(wrong == NULL, "mesh: %s", wrong);
  int nb = mesh_params_block(par);
  require(nb >= 2 * ng, "mesh: blocks of %d cells are too small for %d ghost layers", nb, ng);

  *mesh = (struct mesh){.dim = par->dim, .nb = nb, .ng = ng};
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
  kind->refine(mesh->forest, par->max_level, in_region, &(struct wanted){mesh, par});
  take_leaves(mesh);
}

void mesh_destroy(struct mesh *mesh) {
  if (mesh->forest == NULL) return;
  mesh->forest->kind->destroy(mesh->forest);
  memory_free(mesh->block);
  memory_free(mesh->owner);
  memory_free(mesh->owner_index);
  memory_free(mesh->neighbour);
  MPI_Comm_free(&mesh->comm);
  *mesh = (struct mesh){0};
}

int64_t mesh_cells(const struct mesh *mesh) {
  return mesh->global_count * mesh->nc[0] * mesh->nc[1] * mesh->nc[2];
}
