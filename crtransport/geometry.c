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

static inline double middle(const struct place *p, int d, int i, int j, int k) {
  const double *f = p->face[d] + (size_t)k * p->plane[d] + (size_t)j * (size_t)p->row[d] + (size_t)i;
  return 0.5 * (f[0] + f[p->up[d]]);
}

static double over_length(double x, double y, double z, double floor) { return 1.0 / max(sqrt(sum3(x * x, y * y, z * z)), floor); }

static void cell_row(const struct mesh *m, const struct place *p, int n, int j, int k, double floor, double *const b[3],
                     double *const share[3]) {
  for (int i = 0; i < n; i++) {
    double x = middle(p, 0, i, j, k), y = middle(p, 1, i, j, k), z = middle(p, 2, i, j, k), over = over_length(x, y, z, floor);
    x *= over;
    y *= over;
    z *= over;
    b[0][i] = x;
    b[1][i] = y;
    b[2][i] = z;
    double wx = fabs(x) + LEAST, wy = m->dim > 1 ? fabs(y) + LEAST : 0.0, wz = m->dim > 2 ? fabs(z) + LEAST : 0.0;
    double part = 0.5 * WHOLE / sum3(wx, wy, wz);
    share[0][i] = wx * part;
    share[1][i] = wy * part;
    share[2][i] = wz * part;
  }
}

/* Lower faces along d; without a cell below, none. */
static void face_row(const struct place *p, int d, int n, int j, int k, double floor, double *b) {
  const int di = d == 0, dj = d == 1, dk = d == 2;
  for (int i = di; i < n; i++) {
    double c[3];
    for (int e = 0; e < 3; e++)
      c[e] = e == d ? p->face[e][(size_t)k * p->plane[e] + (size_t)j * (size_t)p->row[e] + (size_t)i]
                    : 0.5 * (middle(p, e, i, j, k) + middle(p, e, i - di, j - dj, k - dk));
    b[i] = c[d] * over_length(c[0], c[1], c[2], floor);
  }
}

/* Direction within the mesh on lower corners; without cells below, none. */
static void corner_row(int dim, int n, const ptrdiff_t step[3], const double *const cell[3], double *const corner[3]) {
  for (int i = 1; i < n; i++) {
    double c[3] = {0.0, 0.0, 0.0};
    for (int d = 0; d < dim; d++) {
      const double *b = cell[d] + i;
      const ptrdiff_t x = step[0], y = step[1], z = step[2];
      c[d] = dim == 1 ? b[0] + b[-x]
             : dim == 2 ? (b[0] + b[-x - y]) + (b[-x] + b[-y])
                        : sum4(b[0] + b[-x - y - z], b[-x] + b[-y - z], b[-y] + b[-x - z], b[-z] + b[-x - y]);
    }
    const double size = sqrt(sum3(c[0] * c[0], c[1] * c[1], c[2] * c[2])), over = size > 0.0 ? 1.0 / size : 0.0;
    for (int d = 0; d < 3; d++) corner[d][i] = c[d] * over;
  }
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
      cell_row(m, &p, extent[0], j, k, floor, cells, shares);
      if ((m->dim < 2 || j > 0) && (m->dim < 3 || k > 0)) {
        const double *const own[3] = {cell[0] + at, cell[1] + at, cell[2] + at};
        double *const corners[3] = {corner[0] + at, corner[1] + at, corner[2] + at};
        corner_row(m->dim, extent[0], (const ptrdiff_t[3]){1, extent[0], (ptrdiff_t)extent[0] * extent[1]}, own, corners);
      }
      for (int d = 0; d < m->dim; d++)
        if ((d != 1 || j > 0) && (d != 2 || k > 0)) face_row(&p, d, extent[0], j, k, floor, face[d] + at);
    }
  if (m->block[b].jump) equal_shares(m, b, share, extent);
}
