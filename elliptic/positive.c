/* Diffusion as exchange between pairs of cells, none of it against the gradient: the matrix has a non-negative inverse whatever D is.
 *
 * D in units of cells is written as a sum of  weight e e  with weights >= 0 over offsets e to the 26 cells around (the idea of Fehrenbach & Mirebeau 2014,
 * J. Math. Imaging Vis. 49, 123, on a fixed stencil).  With the components of g sorted, m1 >= m2 >= m3, and the signs of g put into e,
 *     g g = m2 m3 (111) + m2 (m1 - m3) (110) + m3 (m1 - m2) (101) + (m1 - m2) (m1 - m3) (100) - m2 (m1 - m2) (010) - m3 (m1 - m3) (001),
 * and what is negative is left out where p does not outweigh it: diffusion across g that D does not have, zero for g along one of the offsets. */
#include "elliptic/internal.h"

#include "base/minmax.h"

#include <math.h>

/* Sorted sizes of the components of g in cells per length, their axes and signs; p in the same units, by axis. */
struct pieces { double m[3], p[3]; int axis[3], sign[3]; };

static struct pieces pieces_of(const struct elliptic *e, const struct block_grids *g, int b, const int i[3]) {
  const double *h = e->mesh->block[b].dx;
  struct pieces s;
  for (int a = 0; a < 3; a++) {
    const double v = a < e->mesh->dim ? grid_get(&g->corner[a], i) / h[a] : 0.0, size = fabs(v);
    int at = a;
    for (; at > 0 && s.m[at - 1] < size; at--) {
      s.m[at] = s.m[at - 1];
      s.axis[at] = s.axis[at - 1];
    }
    s.m[at] = size;
    s.axis[at] = a;
    s.sign[a] = v < 0.0 ? -1 : 1;
    s.p[a] = a < e->mesh->dim ? grid_get(&g->corner[3], i) / (h[a] * h[a]) : 0.0;
  }
  return s;
}

/* Negative parts of the weights of the second and third axis without p. */
static inline double lacks(const struct pieces *s, int n) { return s->m[n] * (s->m[0] - s->m[n]); }

static double weight(const struct pieces *s, const int d[3]) {
  const double *m = s->m;
  int count = 0, sign[3] = {0, 0, 0};
  for (int n = 0; n < 3; n++) {
    sign[n] = d[s->axis[n]] * s->sign[s->axis[n]];
    count += sign[n] != 0;
  }
  if (count == 1) {
    if (sign[0]) return (m[0] - m[1]) * (m[0] - m[2]) + s->p[s->axis[0]];
    const int n = sign[1] ? 1 : 2;
    return max(s->p[s->axis[n]] - lacks(s, n), 0.0);
  }
  if (count == 3) return sign[0] == sign[1] && sign[1] == sign[2] ? m[1] * m[2] : 0.0;
  if (sign[0] == 0) return 0.0;
  if (sign[1]) return sign[0] == sign[1] ? m[1] * (m[0] - m[2]) : 0.0;
  return sign[0] == sign[2] ? m[2] * (m[0] - m[1]) : 0.0;
}

void positive_pairs(const struct elliptic *e, const struct block_grids *g, int b, const int i[3], double pair[27]) {
  const int dim = e->mesh->dim;
  const struct pieces own = pieces_of(e, g, b, i);
  for (int n = 0; n < 27; n++) {
    const int d[3] = {n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1}, at[3] = {i[0] + d[0], i[1] + d[1], i[2] + d[2]};
    pair[n] = 0.0;
    if (n == 13 || (dim < 3 && d[2] != 0) || (dim < 2 && d[1] != 0)) continue;
    const struct pieces other = pieces_of(e, g, b, at);
    pair[n] = 0.5 * (weight(&own, d) + weight(&other, d));
  }
}

/* Of the exchange c with the cell on a side of the axis, and the velocity out of the cell through the face in cells per time: upwinded where c is less. */
void positive_face(double c, double w, double *own, double *other) {
  const double spread = max(c, 0.5 * fabs(w));
  *own = spread + 0.5 * w;
  *other = 0.5 * w - spread;
}

double elliptic_added(const struct elliptic *e) {
  const struct mesh *m = e->mesh;
  double sums[2] = {0.0, 0.0};
  struct block_grids g;
  if (!is_positive(e)) return 0.0;
  for (int b = 0; b < m->count; b++) {
    const double *h = m->block[b].dx, volume = row_volume(m, b);
    int i[3];
    block_grids(e, b, &g);
    for (i[2] = 0; i[2] < m->nc[2]; i[2]++) {
      for (i[1] = 0; i[1] < m->nc[1]; i[1]++) {
        for (i[0] = 0; i[0] < m->nc[0]; i[0]++) {
          const struct pieces s = pieces_of(e, &g, b, i);
          for (int n = 0; n < m->dim; n++) {
            const double h2 = h[s.axis[n]] * h[s.axis[n]];
            sums[0] += volume * h2 * (n > 0 ? max(lacks(&s, n) - s.p[s.axis[n]], 0.0) : 0.0);
            sums[1] += volume * h2 * (s.m[n] * s.m[n] + s.p[s.axis[n]]);
          }
        }
      }
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, m->comm);
  return sums[1] > 0.0 ? sums[0] / sums[1] : 0.0;
}
