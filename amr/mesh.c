#include "amr/mesh.h"

#include "amr/forest.h"
#include "amr/neighbours.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/params.h"

#include <math.h>
#include <stdio.h>

enum { BLOCK_LEAST = 8, BLOCK_MOST = 64 };

static const char *const BOUNDARIES = "periodic|outflow|reflecting|user";

/* ---- parameters ---- */

static bool divides(const struct mesh_params *par, int block) {
  for (int d = 0; d < par->dim; d++) {
    if (par->cells[d] % block != 0) return false;
  }
  return true;
}

/* The size asked for; if automatic, the largest allowed one up to 16 (3-D) or 32, else the next larger one; 0 if none divides the
 * root grid. */
static int block_size(const struct mesh_params *par) {
  if (par->block > 0) return divides(par, par->block) ? par->block : 0;
  int usual = par->dim == 3 ? 16 : 32;
  for (int n = usual; n >= BLOCK_LEAST; n -= 2) {
    if (divides(par, n)) return n;
  }
  for (int n = usual + 2; n <= BLOCK_MOST; n += 2) {
    if (divides(par, n)) return n;
  }
  return 0;
}

static bool bad_block(const void *data) {
  const struct mesh_params *par = data;
  return par->block != 0 && (par->block < BLOCK_LEAST || par->block % 2 != 0);
}

/* Says in par->problem what is wrong and what would be right. */
static bool bad_cells(const void *data) {
  struct mesh_params *par = (struct mesh_params *)data;
  if (bad_block(par) || block_size(par) > 0) return false;
  int unit = par->block > 0 ? par->block : BLOCK_LEAST, d = 0;
  while (d < par->dim - 1 && par->cells[d] % unit == 0) d++;

  int n = par->cells[d], below = n / unit * unit;
  char *text = par->problem;
  size_t room = sizeof par->problem;
  if (n == 1 && d > 0) {
    snprintf(text, room, "there is one cell along %c: for a run in %d-D set dim: %d", 'x' + d, d, d);
    return true;
  }
  int at = par->block > 0
               ? snprintf(text, room, "%d cells along %c are no multiple of block (%d)", n, 'x' + d, unit)
               : snprintf(text, room, "no block of an even number of cells from %d to %d divides the root grid", BLOCK_LEAST, BLOCK_MOST);
  text += at;
  room -= (size_t)at;
  if (below > 0) {
    at = snprintf(text, room, "; nearest along %c: %d or %d", 'x' + d, below, below + unit);
  } else {
    at = snprintf(text, room, "; the least along %c is %d", 'x' + d, unit);
  }
  text += at;
  room -= (size_t)at;
  for (int b = BLOCK_LEAST, listed = 0; b <= BLOCK_MOST && listed < 4; b += 2) {
    if (!divides(par, b)) continue;
    at = snprintf(text, room, listed++ ? ", %d" : "; or block: %d", b);
    text += at;
    room -= (size_t)at;
  }
  return true;
}

static bool bad_dim(const void *data) {
  const struct mesh_params *par = data;
  bool alike = par->cells[1] == par->cells[0] && par->cells[2] == par->cells[0];
  for (int d = par->dim; d < 3; d++) {
    if (par->cells[d] != 1 && !alike) return true;
  }
  return false;
}

static bool bad_width(const void *data) {
  const struct mesh_params *par = data;
  for (int d = 0; d < par->dim; d++) {
    if (!(par->upper[d] > par->lower[d])) return true;
  }
  return false;
}

static bool half_periodic(const void *data) {
  const int *ends = data;
  return (ends[0] == BOUNDARY_PERIODIC) != (ends[1] == BOUNDARY_PERIODIC);
}

static bool refined_row(const void *data) {
  const struct mesh_params *par = data;
  return par->dim == 1 && par->max_level > 0;
}

/* A box that ends on a face of the block, but for the rounding of units, does not overlap it; one without width does. */
static bool overlap(const struct mesh_region *r, int dim, const double lo[3], const double hi[3]) {
  for (int d = 0; d < dim; d++) {
    double rounding = 1e-9 * (hi[d] - lo[d]);
    double slack = r->upper[d] - r->lower[d] > 4.0 * rounding ? -rounding : rounding;
    if (!(lo[d] < r->upper[d] + slack && hi[d] > r->lower[d] - slack)) return false;
  }
  return true;
}

static bool region_too_fine(const void *data) {
  const struct mesh_params *par = data;
  for (int i = 0; i < par->region_count; i++) {
    if (par->region[i].level > par->max_level) return true;
  }
  return false;
}

static bool region_reversed(const void *data) {
  const struct mesh_params *par = data;
  for (int i = 0; i < par->region_count; i++) {
    for (int d = 0; d < par->dim; d++) {
      if (par->region[i].lower[d] > par->region[i].upper[d]) return true;
    }
  }
  return false;
}

static bool region_outside(const void *data) {
  const struct mesh_params *par = data;
  if (bad_width(par) || region_reversed(par)) return false;
  for (int i = 0; i < par->region_count; i++) {
    if (!overlap(&par->region[i], par->dim, par->lower, par->upper)) return true;
  }
  return false;
}

void mesh_declare(struct params *ps, struct mesh_params *par) {
  params_section(ps, "mesh", "root grid, blocks and refinement");
  params_int(ps, "dim", &par->dim, "3", 1, 3, "number of dimensions");
  params_ints(ps, "cells", 3, par->cells, NULL, 1, 1 << 24,
              "cells of the root grid along x, y, z; 1 along axes that do not exist; one number: the same along all");
  params_reals(ps, "lower", 3, par->lower, "[0, 0, 0]", -INFINITY, INFINITY, "code length", "lower corner of the domain");
  params_reals(ps, "upper", 3, par->upper, "[1, 1, 1]", -INFINITY, INFINITY, "code length", "upper corner of the domain");
  params_choices(ps, "boundary_x", 2, par->boundary[0], BOUNDARIES, "periodic", "at the lower and upper end of x; one word: both");
  params_choices(ps, "boundary_y", 2, par->boundary[1], BOUNDARIES, "periodic", "at the lower and upper end of y");
  params_choices(ps, "boundary_z", 2, par->boundary[2], BOUNDARIES, "periodic", "at the lower and upper end of z");
  params_int(ps, "block", &par->block, "0", 0, 1024,
             "cells along the side of a block, even, at least 8; 0: automatic (3-D: 16, otherwise 32, or what divides the root grid)");
  params_int(ps, "max_level", &par->max_level, "0", 0, MESH_LEVELS - 1, "finest level of refinement; 0: uniform root grid");
  params_list_begin(ps, "regions", MESH_REGIONS, sizeof par->region[0], &par->region_count, "boxes refined from the start");
  params_int(ps, "level", &par->region[0].level, NULL, 0, MESH_LEVELS - 1, "blocks that overlap the box have at least this level");
  params_reals(ps, "lower", 3, par->region[0].lower, NULL, -INFINITY, INFINITY, "code length", "lower corner of the box");
  params_reals(ps, "upper", 3, par->region[0].upper, NULL, -INFINITY, INFINITY, "code length", "upper corner of the box");
  params_list_end(ps);

  snprintf(par->problem, sizeof par->problem, "must be multiples of block");
  params_rule(ps, "mesh.cells", bad_dim, par, "cells along axes beyond dim must be 1");
  params_rule(ps, "mesh.cells", bad_cells, par, par->problem);
  params_rule(ps, "mesh.block", bad_block, par, "must be an even number of cells, at least 8, or 0 for automatic");
  params_rule(ps, "mesh.upper", bad_width, par, "must be above lower along every axis");
  params_rule(ps, "mesh.boundary_x", half_periodic, par->boundary[0], "periodic must hold at both ends");
  params_rule(ps, "mesh.boundary_y", half_periodic, par->boundary[1], "periodic must hold at both ends");
  params_rule(ps, "mesh.boundary_z", half_periodic, par->boundary[2], "periodic must hold at both ends");
  params_rule(ps, "mesh.max_level", refined_row, par, "a 1-D mesh is uniform: max_level must be 0");
  params_rule(ps, "mesh.regions", region_too_fine, par, "the level of a region is above mesh.max_level");
  params_rule(ps, "mesh.regions", region_reversed, par, "lower of a region is above its upper");
  params_rule(ps, "mesh.regions", region_outside, par, "a region lies outside the domain");
}

/* ---- geometry ---- */

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

/* ---- creation ---- */

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
    if (level < r->level && overlap(r, mesh->dim, lo, hi)) return true;
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
  int nb = block_size(par);
  require(par->dim >= 1 && par->dim <= 3, "mesh: dim is %d", par->dim);
  require(nb > 0 && nb % 2 == 0 && nb >= 2 * ng, "mesh: %d x %d x %d cells cannot be cut into even blocks (block: %d)", par->cells[0],
          par->cells[1], par->cells[2], par->block);
  require(!bad_width(par), "mesh: the domain has no width");
  require(!refined_row(par) && par->max_level < MESH_LEVELS, "mesh: max_level %d is not possible", par->max_level);
  require(!region_too_fine(par), "mesh: a region wants a level above max_level");

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
    require(!half_periodic(mesh->boundary[a]), "mesh: %c is periodic at one end only", 'x' + a);
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
