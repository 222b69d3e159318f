/* The "mesh" section of the parameters. */
#include "amr/mesh_params.h"

#include "base/params.h"

#include <math.h>
#include <stdio.h>

enum { BLOCK_LEAST = 8, BLOCK_MOST = 64 };

static const char *const BOUNDARIES = "periodic|outflow|reflecting|user";

static bool divides(const struct mesh_params *par, int block) {
  for (int d = 0; d < par->dim; d++) {
    if (par->cells[d] < block || par->cells[d] % block != 0) return false;
  }
  return true;
}

/* The size asked for; if automatic, the largest even one from 8 to 16 (3-D) or 32 that divides the root grid, else the least larger
 * one up to 64. */
int mesh_params_block(const struct mesh_params *par) {
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
  if (bad_block(par) || mesh_params_block(par) > 0) return false;
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
               : snprintf(text, room, "no block of an even number of cells from %d to %d divides the root grid", BLOCK_LEAST,
                          BLOCK_MOST);
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

bool mesh_region_overlaps(const struct mesh_region *r, int dim, const double lo[3], const double hi[3]) {
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
    if (!mesh_region_overlaps(&par->region[i], par->dim, par->lower, par->upper)) return true;
  }
  return false;
}

const char *mesh_params_wrong(const struct mesh_params *par) {
  if (par->dim < 1 || par->dim > 3) return "dim must be 1, 2 or 3";
  if (par->block < 0 || par->block % 2 != 0 || mesh_params_block(par) == 0) return "cells must be multiples of an even block";
  if (bad_width(par)) return "upper must be above lower";
  for (int d = 0; d < par->dim; d++) {
    if (half_periodic(par->boundary[d])) return "periodic must hold at both ends";
  }
  if (refined_row(par)) return "a 1-D mesh is uniform";
  if (par->max_level < 0 || par->max_level >= MESH_LEVELS) return "max_level is out of range";
  if (region_too_fine(par)) return "the level of a region is above max_level";
  if (region_reversed(par)) return "lower of a region is above its upper";
  return NULL;
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
             "cells along the side of a block, even, at least 8; 0: automatic (3-D: 16, else 32, or what divides the root grid)");
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
