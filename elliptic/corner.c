/* Diffusion with D and the gradient at the corners of cells: Guenter, Yu, Krueger & Lackner 2005, JCP 209, 354.
 *
 * Each corner has the flux -D grad q with the gradient of the 2^dim cells around it; the flux through a face is the mean over its corners.  Divergence and
 * gradient are adjoint, so that where q does not change along the field only errors of fourth order drive a flux across it. */
#include "elliptic/internal.h"

/* The gradient at a corner is the sum over cells of their q times +-scale. */
static void scales(const struct mesh *m, int b, double scale[3]) {
  for (int a = 0; a < 3; a++) scale[a] = a < m->dim ? 1.0 / (m->block[b].dx[a] * (m->dim == 3 ? 4.0 : 2.0)) : 0.0;
}

static void tensor_of(const struct block_grids *g, const int i[3], double v[4]) {
  for (int c = 0; c < 4; c++) v[c] = grid_get(&g->corner[c], i);
}

void corner_weights(const struct elliptic *e, const struct block_grids *g, int b, int axis, const int i[3], double weight[8]) {
  const int dim = e->mesh->dim;
  double v[4], scale[3];
  scales(e->mesh, b, scale);
  tensor_of(g, i, v);
  for (int c = 0; c < 1 << dim; c++) {
    double along = 0.0;
    for (int a = 0; a < dim; a++) along += v[a] * (c >> a & 1 ? scale[a] : -scale[a]);
    weight[c] = -(1.0 - plain_share(e)) * (v[axis] * along + v[3] * (c >> axis & 1 ? scale[axis] : -scale[axis]));
  }
}

void corner_face(const struct elliptic *e, const struct block_grids *g, int b, int axis, const int i[3], void (*put)(void *data, const int cell[3], double value),
                 void *data) {
  const int dim = e->mesh->dim, corners = 1 << dim;
  const double share = dim == 3 ? 0.25 : 0.5;
  for (int o = 0; o < corners; o++) {
    if (o >> axis & 1) continue;
    int corner[3] = {i[0], i[1], i[2]};
    double weight[8];
    for (int a = 0; a < dim; a++) corner[a] += o >> a & 1;
    corner_weights(e, g, b, axis, corner, weight);
    for (int c = 0; c < corners; c++) {
      int cell[3] = {corner[0], corner[1], corner[2]};
      for (int a = 0; a < dim; a++) cell[a] -= c >> a & 1 ? 0 : 1;
      put(data, cell, share * weight[c]);
    }
  }
}

void corner_row(const struct elliptic *e, const struct block_grids *g, int b, const int i[3], double volume, double *value) {
  const int dim = e->mesh->dim, corners = 1 << dim;
  double scale[3];
  scales(e->mesh, b, scale);
  for (int o = 0; o < corners; o++) { /* bit a of o: the upper corner along a; this cell is below it then */
    int corner[3] = {i[0], i[1], i[2]};
    double v[4], mine = 0.0, own[3];
    for (int a = 0; a < dim; a++) {
      corner[a] += o >> a & 1;
      own[a] = o >> a & 1 ? -scale[a] : scale[a];
    }
    tensor_of(g, corner, v);
    for (int a = 0; a < dim; a++) mine += v[a] * own[a];
    for (int c = 0; c < corners; c++) {
      int d[3] = {0, 0, 0};
      double other = 0.0, isotropic = 0.0;
      for (int a = 0; a < dim; a++) {
        const double s = c >> a & 1 ? scale[a] : -scale[a];
        d[a] = (o >> a & 1) - (c >> a & 1 ? 0 : 1);
        other += v[a] * s;
        isotropic += own[a] * s;
      }
      value[e->stencil_slot[direction(d[0], d[1], d[2])]] += (1.0 - plain_share(e)) * volume * (mine * other + v[3] * isotropic);
    }
  }
}
