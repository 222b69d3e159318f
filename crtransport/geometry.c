#include "crtransport/geometry.h"

#include "base/minmax.h"

#include <math.h>
#include <stddef.h>

/* Less than one by more than the round-off of a sum of six moves, so that a cell which gives all its room stays in its bounds. */
static const double WHOLE = 1.0 - 1e-14;
/* Room for a flux along an axis at right angles to b, which is an average over two cells. */
static const double LEAST = 0.02;

/* One block: faces with their row and plane lengths, and the cells. */
struct place {
  const double *face[3];
  int row[3];
  size_t plane[3];
  int up[3]; /* entries to the upper face */
};

static inline const double *row_of(const struct place *p, int d, int j, int k) {
  return p->face[d] + (size_t)k * p->plane[d] + (size_t)j * (size_t)p->row[d];
}

static inline double over_length(double x, double y, double z, double floor) { return 1.0 / max(sqrt(sum3(x * x, y * y, z * z)), floor); }

/* wy, wz: 1, or 0 along missing axes. */
static void cell_row(const struct place *p, int n, int j, int k, double floor, double wy, double wz, double *const b[3], double *const share[3]) {
  const double *restrict fx = row_of(p, 0, j, k), *restrict fy = row_of(p, 1, j, k), *restrict fz = row_of(p, 2, j, k);
  double *restrict bx = b[0], *restrict by = b[1], *restrict bz = b[2], *restrict sx = share[0], *restrict sy = share[1], *restrict sz = share[2];
  const ptrdiff_t ux = p->up[0], uy = p->up[1], uz = p->up[2];
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double x = 0.5 * (fx[i] + fx[i + ux]), y = 0.5 * (fy[i] + fy[i + uy]), z = 0.5 * (fz[i] + fz[i + uz]), over = over_length(x, y, z, floor);
    x *= over;
    y *= over;
    z *= over;
    bx[i] = x;
    by[i] = y;
    bz[i] = z;
    double px = fabs(x) + LEAST, py = wy * (fabs(y) + LEAST), pz = wz * (fabs(z) + LEAST), part = 0.5 * WHOLE / sum3(px, py, pz);
    sx[i] = px * part;
    sy[i] = py * part;
    sz[i] = pz * part;
  }
}

/* Lower faces along d; without a cell below, none. */
static void face_row(const struct place *p, int d, int n, int j, int k, double floor, double *restrict b) {
  const int e = d == 0 ? 1 : 0, f = d == 2 ? 1 : 2;
  const double *restrict x = row_of(p, d, j, k), *restrict y = row_of(p, e, j, k), *restrict z = row_of(p, f, j, k);
  const ptrdiff_t uy = p->up[e], uz = p->up[f], dy = d == 0 ? 1 : d == 1 ? p->row[e] : (ptrdiff_t)p->plane[e],
                  dz = d == 0 ? 1 : d == 1 ? p->row[f] : (ptrdiff_t)p->plane[f];
#pragma omp simd
  for (int i = d == 0; i < n; i++) {
    double cy = 0.5 * (0.5 * (y[i] + y[i + uy]) + 0.5 * (y[i - dy] + y[i - dy + uy]));
    double cz = 0.5 * (0.5 * (z[i] + z[i + uz]) + 0.5 * (z[i - dz] + z[i - dz + uz]));
    b[i] = x[i] * over_length(x[i], cy, cz, floor);
  }
}

/* Sum over the cells at a lower corner, by pairs on either side of it. */
static inline double at_corner(int dim, const double *b, ptrdiff_t y, ptrdiff_t z) {
  if (dim == 1) return b[0] + b[-1];
  if (dim == 2) return (b[0] + b[-1 - y]) + (b[-1] + b[-y]);
  return sum4(b[0] + b[-1 - y - z], b[-1] + b[-y - z], b[-y] + b[-1 - z], b[-z] + b[-1 - y]);
}

/* Direction within the mesh on lower corners; without cells below, none. */
static inline __attribute__((always_inline)) void corners(int dim, int n, ptrdiff_t y, ptrdiff_t z, const double *const cell[3], double *const corner[3]) {
  const double *restrict bx = cell[0], *restrict by = cell[1], *restrict bz = cell[2];
  double *restrict cx = corner[0], *restrict cy = corner[1], *restrict cz = corner[2];
#pragma omp simd
  for (int i = 1; i < n; i++) {
    double u = at_corner(dim, bx + i, y, z), v = dim > 1 ? at_corner(dim, by + i, y, z) : 0.0, w = dim > 2 ? at_corner(dim, bz + i, y, z) : 0.0;
    double size = sqrt(sum3(u * u, v * v, w * w)), over = size > 0.0 ? 1.0 / (size > 0.0 ? size : 1.0) : 0.0;
    cx[i] = u * over;
    cy[i] = v * over;
    cz[i] = w * over;
  }
}

static void corner_row(int dim, int n, ptrdiff_t y, ptrdiff_t z, const double *const cell[3], double *const corner[3]) {
  if (dim == 3) corners(3, n, y, z, cell, corner);
  else if (dim == 2) corners(2, n, y, z, cell, corner);
  else corners(1, n, y, z, cell, corner);
}

static void equal_box(const struct mesh *m, double *const share[3], const int extent[3], const int lower[3], const int upper[3]) {
  for (int a = 0; a < m->dim; a++)
    for (int k = lower[2]; k < upper[2]; k++)
      for (int j = lower[1]; j < upper[1]; j++)
        for (int i = lower[0]; i < upper[0]; i++) share[a][((size_t)k * extent[1] + j) * extent[0] + i] = WHOLE / (2.0 * m->dim);
}

/* A coarse cell that touches finer ones shares equally, and so do the ghosts that stand for it in the fine block: then what the fine cells take
 * from it is no more than the share of that face.  Every block that sees such a cell has to know. */
static void equal_shares(const struct mesh *m, int b, double *const share[3], const int extent[3]) {
  for (int dir = 0; dir < DIRECTIONS; dir++) {
    const int d[3] = {dir % 3 - 1, dir / 3 % 3 - 1, dir / 9 - 1}, kind = m->neighbour[b][dir].kind;
    if (dir == DIRECTION_SELF || (kind != NEIGHBOUR_COARSE && kind != NEIGHBOUR_FINE)) continue;
    int lower[3], upper[3];
    for (int a = 0; a < 3; a++) {
      lower[a] = d[a] > 0 ? m->ngd[a] + m->nc[a] : d[a] < 0 ? 0 : m->ngd[a];
      upper[a] = d[a] > 0 ? extent[a] : d[a] < 0 ? m->ngd[a] : m->ngd[a] + m->nc[a];
    }
    if (kind == NEIGHBOUR_COARSE) equal_box(m, share, extent, lower, upper);
    for (int a = 0; kind == NEIGHBOUR_FINE && a < m->dim; a++) { /* with the cells behind its faces */
      int from[3] = {lower[0], lower[1], lower[2]}, to[3] = {upper[0], upper[1], upper[2]};
      from[a] -= from[a] > 0;
      to[a] += to[a] < extent[a];
      equal_box(m, share, extent, from, to);
    }
  }
}

void crt_geometry_block(const struct mesh *m, int b, const struct field *faces, double floor, struct field *directions) {
  const int *extent = field_extent(directions, 0);
  struct place p;
  double *cell[3], *face[3], *share[3], *corner[3];
  for (int d = 0; d < 3; d++) {
    const int *e = field_extent(faces, d);
    p.face[d] = field_data(faces, b, d);
    p.row[d] = e[0];
    p.plane[d] = (size_t)e[0] * (size_t)e[1];
    p.up[d] = d >= m->dim ? 0 : d == 0 ? 1 : d == 1 ? e[0] : e[0] * e[1];
    face[d] = field_data(directions, b, GEOMETRY_FACE + d);
    cell[d] = field_data(directions, b, GEOMETRY_CELL + d);
    share[d] = field_data(directions, b, GEOMETRY_SHARE + d);
    corner[d] = field_data(directions, b, GEOMETRY_CORNER + d);
  }
  for (int k = 0; k < extent[2]; k++)
    for (int j = 0; j < extent[1]; j++) {
      const size_t at = ((size_t)k * extent[1] + j) * extent[0];
      double *const cells[3] = {cell[0] + at, cell[1] + at, cell[2] + at}, *const shares[3] = {share[0] + at, share[1] + at, share[2] + at};
      cell_row(&p, extent[0], j, k, floor, m->dim > 1 ? 1.0 : 0.0, m->dim > 2 ? 1.0 : 0.0, cells, shares);
      if ((m->dim < 2 || j > 0) && (m->dim < 3 || k > 0)) {
        const double *const own[3] = {cell[0] + at, cell[1] + at, cell[2] + at};
        double *const upto[3] = {corner[0] + at, corner[1] + at, corner[2] + at};
        corner_row(m->dim, extent[0], extent[0], (ptrdiff_t)extent[0] * extent[1], own, upto);
      }
      for (int d = 0; d < m->dim; d++)
        if ((d != 1 || j > 0) && (d != 2 || k > 0)) face_row(&p, d, extent[0], j, k, floor, face[d] + at);
    }
  if (m->block[b].jump) equal_shares(m, b, share, extent);
}
