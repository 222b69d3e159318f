#include "amr/boundary.h"

void boundary_fill(int kind, struct boundary_component c, struct view v, const int n[3], const int g[3], int axis, int side,
                   int depth) {
  const ptrdiff_t stride[3] = {1, v.sy, v.sz};
  const int p = axis == 0 ? 1 : 0, q = axis == 2 ? 1 : 2;
  int lower[3], upper[3];
  for (int d = 0; d < 3; d++) {
    lower[d] = -g[d];
    upper[d] = n[d] + g[d] + (c.face_axis == d && g[d] > 0 ? 1 : 0);
  }
  const int normal = c.face_axis == axis; /* the face on the boundary is the block's own */
  const double sign = kind == BOUNDARY_REFLECTING && c.flip == axis ? -1.0 : 1.0;

  for (int m = 0; m < depth; m++) {
    int inside = kind == BOUNDARY_REFLECTING ? m + normal : 0;
    int to = side ? n[axis] + normal + m : -1 - m;
    int from = side ? n[axis] - 1 + normal - inside : inside;
    for (int b = lower[q]; b < upper[q]; b++) {
      double *restrict t = v.at + b * stride[q] + to * stride[axis];
      const double *restrict f = v.at + b * stride[q] + from * stride[axis];
      if (p == 0) {
        for (int a = lower[p]; a < upper[p]; a++) t[a] = sign * f[a];
      } else {
        for (int a = lower[p]; a < upper[p]; a++) t[a * v.sy] = sign * f[a * v.sy];
      }
    }
  }
}
