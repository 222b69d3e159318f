#include "crtransport/walls.h"

#include "base/minmax.h"
#include "crtransport/depth.h"
#include "crtransport/geometry.h"

#include <math.h>

bool crt_wall(const struct mesh *mesh, int b, int face) {
  int d[3] = {0, 0, 0};
  d[face / 2] = face % 2 ? 1 : -1;
  return face / 2 < mesh->dim && mesh->neighbour[b][direction(d[0], d[1], d[2])].kind == NEIGHBOUR_NONE;
}

void crt_walls_close(const struct mesh *mesh, int b, struct field *directions) {
  const int *e = field_extent(directions, 0);
  for (int f = 0; f < 2 * mesh->dim; f++) {
    const int d = f / 2, p = d == 0 ? 1 : 0, q = d == 2 ? 1 : 2;
    if (mesh->boundary[d][f % 2] != BOUNDARY_REFLECTING || !crt_wall(mesh, b, f)) continue;
    double *face = field_data(directions, b, GEOMETRY_FACE + d);
    int i[3];
    i[d] = mesh->ngd[d] + (f % 2) * mesh->nc[d];
    for (i[q] = 0; i[q] < e[q]; i[q]++)
      for (i[p] = 0; i[p] < e[p]; i[p]++) face[((size_t)i[2] * e[1] + i[1]) * e[0] + i[0]] = 0.0;
  }
}

/* With the closure, F <= v q forbids q = 0 on the wall but for depths well above one. */

/* What a beam that moves out has of its values beyond the wall, where cells are thin. */
static double beam_share(const struct crt_population *p, double q, double f, double outwards) {
  double mu = q > 0.0 && outwards * f > 0.0 ? min(fabs(f) / (p->flux_speed * q), 1.0) : 0.0;
  return p->m1 ? mu * mu : 0.0;
}

/* q on the wall over that in the cell, with isotropic particles on their way out. */
static double wall_share(const struct crt_population *p, double q, double f_out) {
  return q > 0.0 ? min(max(1.7320508075688772 * f_out / (p->flux_speed * q), 0.0), 1.0) : 0.0;
}

/* Independent of the order of the arguments. */
static double product3(double a, double b, double c) {
  double lo = min(a, b), hi = max(a, b), mid = max(lo, min(hi, c));
  return (min(lo, c) * max(hi, c)) * mid;
}

void crt_walls_absorb(const struct mesh *mesh, int b, const struct crt_params *par, const struct crt_shape *s,
                      const struct crt_substep *a) {
  const struct crt_geometry *g = a->geometry;
  const struct crt_population *p = a->population;
  bool absorbs[3][2], any = false;
  int e[3], i[3];
  double dx = a->dx[0];
  for (int d = 0; d < 3; d++) {
    e[d] = s->nc[d] + 2 * s->ng[d];
    if (d < s->dim) dx = min(dx, a->dx[d]);
    for (int side = 0; side < 2; side++) {
      absorbs[d][side] = par->boundary[d][side] == CRT_BOUNDARY_ABSORBING && crt_wall(mesh, b, 2 * d + side);
      any = any || absorbs[d][side];
    }
  }
  if (!any) return;
  for (i[2] = 0; i[2] < e[2]; i[2]++)
    for (i[1] = 0; i[1] < e[1]; i[1]++)
      for (i[0] = 0; i[0] < e[0]; i[0]++) {
        int from[3], sign[3], outside = 0;
        ptrdiff_t inwards = 0; /* to the next cell */
        int depth = 0;         /* in cells from the wall */
        for (int d = 0; d < 3; d++) {
          const int first = s->ng[d], end = first + s->nc[d], side = i[d] >= end;
          const bool here = (i[d] < first || side) && absorbs[d][side];
          from[d] = !here ? i[d] : side ? 2 * end - 1 - i[d] : 2 * first - 1 - i[d];
          sign[d] = !here ? 0 : side ? 1 : -1;
          outside += here;
          if (!here) continue;
          const ptrdiff_t step = d == 0 ? 1 : d == 1 ? e[0] : (ptrdiff_t)e[0] * e[1];
          inwards = side ? -step : step;
          depth = side ? i[d] - end + 1 : first - i[d];
        }
        if (outside == 0) {
          if (i[0] == s->ng[0] && i[1] >= s->ng[1] && i[1] < s->ng[1] + s->nc[1] && i[2] >= s->ng[2] &&
              i[2] < s->ng[2] + s->nc[2])
            i[0] += s->nc[0] - 1; /* past the block's own cells */
          continue;
        }
        const size_t to = ((size_t)i[2] * e[1] + i[1]) * e[0] + i[0], at = ((size_t)from[2] * e[1] + from[1]) * e[0] + from[0];
        /* In true mean free paths, so that the steady state does not depend on the reduced speed of light. */
        double tau = p->rate * (g->profile ? g->profile[at] : 1.0) * (dx / p->signal) * (p->flux_speed / p->signal);
        double thick = p->diffusive ? 1.0 : crt_depth_bounds(p->m1 ? 0.1 * tau : tau);
        /* Where the reduced speed of light is lower than the true one, what leaves is set by the latter: q = sqrt(3) F / v on the wall. */
        double held = max(thick, 1.0 - p->signal / p->flux_speed);
        double odd[3] = {1.0, 1.0, 1.0}, even[3] = {1.0, 1.0, 1.0};
        for (int d = 0; d < 3; d++)
          if (sign[d] != 0) {
            double out = sign[d] * g->b_cell[d][at], beam = (1.0 - held) * beam_share(p, a->q[at], a->f[at], out);
            double wall = (1.0 - thick) * wall_share(p, a->q[at], out * a->f[at]);
            odd[d] = beam + held * (2.0 * wall - 1.0);
            even[d] = beam + held;
          }
        a->q[to] = a->q[at] * product3(odd[0], odd[1], odd[2]);
        a->f[to] = a->f[at] * product3(even[0], even[1], even[2]);
        if (outside == 1) { /* the flux goes on evenly */
          const double *f = a->f + at - (depth - 1) * inwards;
          a->f[to] += held * (f[0] + depth * (f[0] - f[inwards]) - a->f[at]);
        }
      }
}

void crt_walls_count(const struct mesh *mesh, int b, int face, double dt, size_t n, const double *flux, struct exact *outflow) {
  const double *dx = mesh->block[b].dx;
  double area = 1.0;
  for (int d = 0; d < 3; d++)
    if (d != face / 2) area *= dx[d];
  const double weight = (face % 2 ? dt : -dt) * area;
  for (size_t i = 0; i < n; i++) exact_add(outflow, flux[i] * weight);
}
