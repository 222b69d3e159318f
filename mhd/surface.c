/* Fluxes and EMFs on the surface of a block, for the correction at level jumps (amr/correction.h) and the ends of the domain. */
#include "mhd/scratch.h"

void surface_fluxes(const struct mhd_scheme *s, const struct block_scratch *w, double *const flux[6], int k) {
  int gx = s->ng[0], gy = s->ng[1], gz = s->ng[2], nx = s->nc[0], ny = s->nc[1], nz = s->nc[2], slot = k & 1;
  int kk = k - gz;
  bool inside = kk >= 0 && kk < nz;
  for (int f = 0; f < 2 * s->dim; f++) {
    double *to = flux[f];
    int d = f / 2, side = f % 2;
    if (to == NULL || (d < 2 && !inside) || (d == 2 && kk != side * nz)) continue;
    for (int c = 0; c < 6 + s->nscalar; c++) {
      const double *q = w->flux[d][slot][flux_of(c, d)];
      if (d == 0) {
        for (int j = 0; j < ny; j++) to[(c * nz + kk) * ny + j] = q[(gy + j) * w->nx + gx + side * nx];
      } else if (d == 1) {
        for (int i = 0; i < nx; i++) to[(c * nz + kk) * nx + i] = q[(gy + side * ny) * w->nx + gx + i];
      } else {
        for (int j = 0; j < ny; j++)
          for (int i = 0; i < nx; i++) to[(c * ny + j) * nx + i] = q[(gy + j) * w->nx + gx + i];
      }
    }
  }
}

/* A row along the face's first axis a: entry i of the EMF at `from`, `step` apart, to row b of the register. */
static void keep_row(const struct mhd_scheme *s, double *face, int d, int axis, int b, int n, const double *from, int step, double sign) {
  int a = d == 0 ? 1 : 0, other = d == 2 ? 1 : 2;
  int stride_a = a < s->dim ? s->nc[a] + 1 : 1, stride_b = other < s->dim ? s->nc[other] + 1 : 1;
  double *to = face + ((size_t)axis * stride_b + b) * stride_a;
  for (int i = 0; i < n; i++) to[i] = sign * from[i * step];
}

void surface_emfs(const struct mhd_scheme *s, const struct block_scratch *w, const struct mhd_stage *a, int k) {
  double *const *emf = a->registers->emf;
  int nx = s->nc[0], ny = s->nc[1], nz = s->nc[2], row = w->nx, corner = s->ng[1] * row + s->ng[0], slot = k & 1, kk = k - s->ng[2];
  if (emf[0] == NULL) return;
  for (int side = 0; side < 2; side++) {
    int px = corner + side * nx, py = corner + side * ny * row;
    if (kk >= 0 && kk < nz) {
      keep_row(s, emf[side], 0, 2, kk, ny + 1, w->emf[2][slot] + px, row, 1.0);
      keep_row(s, emf[2 + side], 1, 2, kk, nx + 1, w->emf[2][slot] + py, 1, 1.0);
    }
    if (s->dim == 2) { /* without z, the edges along x and y are faces, and their EMFs fluxes of Bz */
      keep_row(s, emf[side], 0, 1, 0, ny, w->flux[0][slot][FLUX_BT2] + px, row, 1.0);
      keep_row(s, emf[2 + side], 1, 0, 0, nx, w->flux[1][slot][FLUX_BT1] + py, 1, -1.0);
    } else if (kk >= 0) {
      keep_row(s, emf[side], 0, 1, kk, ny, w->emf[1][slot] + px, row, 1.0);
      keep_row(s, emf[2 + side], 1, 0, kk, nx, w->emf[0][slot] + py, 1, 1.0);
      if (kk != side * nz) continue;
      for (int j = 0; j <= ny; j++) keep_row(s, emf[4 + side], 2, 0, j, nx, w->emf[0][slot] + corner + j * row, 1, 1.0);
      for (int j = 0; j < ny; j++) keep_row(s, emf[4 + side], 2, 1, j, nx + 1, w->emf[1][slot] + corner + j * row, 1, 1.0);
    }
  }
}
