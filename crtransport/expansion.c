/* How much the gas expands in a step: what div u is for adiabatic changes.
 *
 * Where flow is smooth, the divergence of the mean of the velocities before and after the step, with which force.c does work.  In shocks that does not know on
 * what way between the two sides the gas was compressed (cosmic rays behind a shock of compression 3.9 would have 13 % too much pressure), and the
 * density says it: adiabatic changes scale momenta with the cube root s of the density.  Cells get gas from their neighbours; what comes from a cell with s_j has to
 * be scaled by s_new / s_j, all of it together by s_new / (mean of s_j by mass), which is the value that s would have if it were carried along.
 * So the pressure of ultra-relativistic particles goes with the density to the power of 4/3.  Not where they diffuse through the shock (there the jump of the velocity
 * is what counts) or where gas mixes at contacts, for which this would be wrong, and not in smooth flow or where cosmic rays dominate: what the two forms differ by
 * ends as heat, which then drives the flow by which they differ. */
#include "base/memory.h"
#include "base/minmax.h"
#include "crtransport/internal.h"
#include "crtransport/rays_scratch.h"

#include <math.h>

static inline double half_slope(double below, double here, double above) {
  double l = here - below, u = above - here, mean = 0.25 * (l + u);
  return max(min(mean, min(l, u)), 0.0) + min(max(mean, max(l, u)), 0.0);
}

/* As in advect.c. */
static void flux_row(int n, ptrdiff_t s, double sign, double over_dx, const double *restrict c, const double *restrict rho, const double *restrict mass,
                     double *restrict flux) {
  for (int i = 0; i < n; i++) {
    double m = sign * mass[i], part = m * over_dx;
    double left = c[i - s] + half_slope(c[i - 2 * s], c[i - s], c[i]) * max(1.0 - part / rho[i - s], 0.0);
    double right = c[i] - half_slope(c[i - s], c[i], c[i + s]) * max(1.0 + part / rho[i], 0.0);
    flux[i] = m * (m > 0.0 ? left : right);
  }
}

static size_t at_row(const struct mesh *m, const int extent[3], int j, int k) {
  return ((size_t)(k + m->ngd[2]) * (size_t)extent[1] + (size_t)(j + m->ngd[1])) * (size_t)extent[0] + (size_t)m->ngd[0];
}

/* Rate of expansion along the way of the gas that is now in the cell: from s on the mean, which a mean of cells cannot leave.  (With face values from slopes it
 * could: beside a cell a thousand times denser they may take out more than there is, or leave next to nothing.) */
static double by_density(const struct mesh *m, const double *root, const ptrdiff_t step[3], double mean, double after, double dt) {
  double least = root[0], most = root[0];
  for (int d = 0; d < m->dim; d++) {
    least = min(least, min(root[-step[d]], root[step[d]]));
    most = max(most, max(root[-step[d]], root[step[d]]));
  }
  return log(min(max(mean, least), most) / cbrt(after)) / dt * 3.0;
}

/* The largest compression between cells within two of the cell, in units of its speed of sound, from 0 (smooth) to 1 (shock). */
static double shock(const struct mesh *m, const double *const u[3], const ptrdiff_t step[3], size_t i, double sound) {
  double most = 0.0;
  for (int d = 0; d < m->dim; d++) {
    const double *v = u[d] + i;
    for (ptrdiff_t n = -2; n < 2; n++) most = max(most, v[n * step[d]] - v[(n + 1) * step[d]]);
  }
  return min(max(5.0 * most - 0.5 * sound, 0.0), sound) / sound;
}

/* gamma P of the gas. */
static double stiffness(const struct gas *g, double rho, double internal) {
  const double gamma = g->par.gamma;
  return g->par.eos == EOS_ADIABATIC ? gamma * (gamma - 1.0) * internal : g->par.sound_speed * g->par.sound_speed * rho;
}

/* Mean diffusivity of the pressure in a cell. */
static double diffusivity(const struct rays *r, int b, size_t i) {
  double all = 0.0, sum = 0.0;
  for (int p = 0; p < r->count; p++) {
    const struct rays_population *pop = &r->population[p];
    const double weight = pop->stress * max(rays_data(r, p, b, 0)[i], 0.0);
    all += weight;
    sum += weight * (pop->speed * pop->speed / (3.0 * max(pop->rate, 1e-300)));
  }
  return all > 0.0 ? sum / all / max(r->profile.data ? field_data(&r->profile, b, 0)[i] : 1.0, 1e-300) : 0.0;
}

void rays_expansion(struct rays *r, const struct mesh *mesh, const struct gas *g, const struct field *velocity, double dt, bool ahead,
                    struct field *rate) {
  const size_t size = g->u[0].comp_size[0];
  const int *e = field_extent(&g->u[0], 0);
  const ptrdiff_t step[3] = {1, e[0], (ptrdiff_t)e[0] * e[1]};
  double *memory = memory_get(sizeof *memory * 7 * size), *root = memory, *flux[3], *u[3];
  struct field *stress = &rays_scratch(r, mesh)->stress;
  for (int d = 0; d < 3; d++) {
    flux[d] = memory + (size_t)(1 + d) * size;
    u[d] = memory + (size_t)(4 + d) * size;
  }
  for (int b = 0; b < mesh->count; b++) {
    const double *old = field_data(&g->u[2], b, GAS_RHO), *new = field_data(&g->u[0], b, GAS_RHO), *dx = mesh->block[b].dx;
    const double *before = ahead ? new : old, *after = ahead ? old : new, *pressure = field_data(stress, b, 0);
    const double *internal = field_data(&g->u[0], b, 0) + size * (size_t)(g->nvar - 1);
    double *to = field_data(rate, b, 0);
    rays_stress(r, mesh, b, stress);
    for (int d = 0; d < mesh->dim; d++) {
      const double *m0 = field_data(&g->u[2], b, GAS_M1 + d), *m1 = field_data(&g->u[0], b, GAS_M1 + d);
      for (size_t i = 0; i < size; i++) u[d][i] = 0.5 * (m0[i] / old[i] + m1[i] / new[i]);
    }
    for (size_t i = 0; i < size; i++) root[i] = cbrt(before[i]);
    for (int d = 0; d < mesh->dim; d++)
      for (int k = 0; k < mesh->nc[2] + (d == 2); k++)
        for (int j = 0; j < mesh->nc[1] + (d == 1); j++) {
          const size_t at = at_row(mesh, e, j, k);
          const double *mass = field_data(&g->mass, b, d) + at_row(mesh, field_extent(&g->mass, d), j, k);
          flux_row(mesh->nc[0] + (d == 0), step[d], ahead ? -1.0 : 1.0, 1.0 / dx[d], root + at, before + at, mass, flux[d] + at);
        }
    for (int k = 0; k < mesh->nc[2]; k++)
      for (int j = 0; j < mesh->nc[1]; j++) {
        const size_t at = at_row(mesh, e, j, k);
        for (int n = 0; n < mesh->nc[0]; n++) {
          const size_t i = at + (size_t)n;
          double part[3] = {0.0, 0.0, 0.0}, div[3] = {0.0, 0.0, 0.0};
          for (int d = 0; d < mesh->dim; d++) {
            const int *f = field_extent(velocity, d);
            const double *v = field_data(velocity, b, d) + at_row(mesh, f, j, k) + n;
            part[d] = (flux[d][i + (size_t)step[d]] - flux[d][i]) / dx[d];
            div[d] = (v[d == 0 ? 1 : d == 1 ? f[0] : f[0] * f[1]] - v[0]) / dx[d];
          }
          const double smooth = sum3(div[0], div[1], div[2]), gas = stiffness(g, new[i], internal[i]), rays = (4.0 / 3.0) * max(pressure[i], 0.0);
          const double share = min(max(2.0 - 0.5 * rays / gas, 0.0), 1.0); /* 1 for rays < 2 gas, 0 from 4 on */
          const double weight = share * shock(mesh, (const double *const *)u, step, i, sqrt((gas + rays) / new[i]));
          to[i] = smooth;
          if (weight == 0.0) continue;
          /* No more where they diffuse over a cell as fast as the gas is compressed: there they see the whole jump of the velocity at one pressure. */
          double width = dx[0];
          for (int d = 1; d < mesh->dim; d++) width = min(width, dx[d]);
          const double tied = max(1.0 - diffusivity(r, b, i) / (sqrt((gas + rays) / new[i]) * width), 0.0);
          const double mean = (before[i] * root[i] - sum3(part[0], part[1], part[2])) / after[i];
          const double steep = by_density(mesh, root + i, step, mean, after[i], ahead ? -dt : dt);
          to[i] = smooth + tied * weight * (steep - smooth);
        }
      }
  }
  memory_free(memory);
}
