/* Diffusion along a magnetic field, as a tensor on faces. */
#include "amr/view.h"
#include "base/minmax.h"
#include "elliptic/elliptic.h"

/* Mean over the four faces normal to t that touch the face normal to n below cell i. */
static double across(const struct view b, int n, int t, const int i[3]) {
  const ptrdiff_t step[3] = {1, b.sy, b.sz};
  const double *at = b.at + i[0] + i[1] * b.sy + i[2] * b.sz;
  return 0.25 * ((at[0] + at[step[t] - step[n]]) + (at[step[t]] + at[-step[n]]));
}

void elliptic_along_field(const struct mesh *mesh, const struct field *b, const struct field *const kappa[2], const double number[2],
                          struct field *d, struct field *cross[2]) {
  for (int block = 0; block < mesh->count; block++) {
    struct view field[3];
    for (int a = 0; a < 3; a++) field[a] = view_field(mesh, b, block, a);
    for (int n = 0; n < mesh->dim; n++) {
      int upper[3] = {mesh->nc[0], mesh->nc[1], mesh->nc[2]}, i[3];
      upper[n]++;
      for (i[2] = 0; i[2] < upper[2]; i[2]++) {
        for (i[1] = 0; i[1] < upper[1]; i[1]++) {
          for (i[0] = 0; i[0] < upper[0]; i[0]++) {
            double v[3], k[2];
            for (int a = 0; a < 3; a++) {
              if (a == n) v[a] = *view_move(field[a], i[0], i[1], i[2]).at;
              else if (a < mesh->dim) v[a] = across(field[a], n, a, i);
              else {
                /* On a missing axis the component lives in cells. */
                const double *at = view_move(field[a], i[0], i[1], i[2]).at;
                v[a] = 0.5 * (at[0] + at[n == 0 ? -1 : -field[a].sy]);
              }
            }
            for (int c = 0; c < 2; c++) k[c] = kappa != NULL && kappa[c] != NULL ? *view_move(view_field(mesh, kappa[c], block, n), i[0], i[1], i[2]).at : number[c];
            const double b2 = sum3(v[0] * v[0], v[1] * v[1], v[2] * v[2]), scale = b2 > 0.0 ? (k[0] - k[1]) / b2 : 0.0;
            *view_move(view_field(mesh, d, block, n), i[0], i[1], i[2]).at =
                b2 > 0.0 ? k[1] + scale * v[n] * v[n] : (k[0] + 2.0 * k[1]) / 3.0;
            for (int q = 0; q < 2; q++) *view_move(view_field(mesh, cross[q], block, n), i[0], i[1], i[2]).at = scale * v[n] * v[(n + 1 + q) % 3];
          }
        }
      }
    }
  }
}
