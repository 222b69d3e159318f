/* What the gas feels of cosmic rays in a cell: their stress and their momentum. */
#include "base/memory.h"
#include "base/minmax.h"
#include "crtransport/closure.h"
#include "crtransport/geometry.h"
#include "crtransport/internal.h"
#include "crtransport/rays_scratch.h"

#include <string.h>

/* Cells of a block as rows along x; entry of the first cell of row (j, k) that is no ghost. */
static size_t row_at(const struct mesh *m, const struct field *f, int j, int k) {
  const int *e = field_extent(f, 0);
  return ((size_t)(k + m->ngd[2]) * (size_t)e[1] + (size_t)(j + m->ngd[1])) * (size_t)e[0] + (size_t)m->ngd[0];
}

static void isotropic_row(int n, double weight, const double *restrict q, double *restrict pressure) {
#pragma omp simd
  for (int i = 0; i < n; i++) pressure[i] += weight * (1.0 / 3.0) * q[i];
}

static void m1_row(int n, double weight, double over_speed, const double *restrict q, const double *restrict f, double *restrict pressure,
                   double *restrict tension) {
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double chi = crt_chi(q[i], f[i], over_speed), w = weight * q[i];
    pressure[i] += chi * w;
    tension[i] += (1.0 - 3.0 * chi) * w;
  }
}

/* Of a population, in terms of the flux that is kept: physics.md 1.2. */
static double reduction(const struct rays *r, int population) { return r->transport.group[r->population[population].group].speed / r->scale.light; }

void rays_stress(const struct rays *r, const struct mesh *mesh, int block, struct field *stress) {
  double *pressure = field_data(stress, block, 0), *tension = field_data(stress, block, 1);
  const int n = mesh->nc[0];
  for (int k = 0; k < mesh->nc[2]; k++)
    for (int j = 0; j < mesh->nc[1]; j++) {
      const size_t at = row_at(mesh, stress, j, k);
      memset(pressure + at, 0, sizeof *pressure * (size_t)n);
      memset(tension + at, 0, sizeof *tension * (size_t)n);
      for (int p = 0; p < r->count; p++) {
        const struct rays_population *pop = &r->population[p];
        const double speed = r->par.transport.form == RSOL_FULL ? reduction(r, p) * pop->speed : pop->speed;
        const double *q = rays_data(r, p, block, 0) + at, *f = rays_data(r, p, block, 1) + at;
        if (r->par.transport.closure == CLOSURE_M1) m1_row(n, pop->stress, 1.0 / speed, q, f, pressure + at, tension + at);
        else isotropic_row(n, pop->stress, q, pressure + at);
      }
    }
}

static void flux_row(int n, double weight, const double *restrict f, double *restrict sum) {
#pragma omp simd
  for (int i = 0; i < n; i++) sum[i] += weight * f[i];
}

/* Momentum along b of a row of cells. */
static void momentum_row(const struct rays *r, int n, int block, size_t at, double *along) {
  memset(along, 0, sizeof *along * (size_t)n);
  for (int p = 0; p < r->count; p++) {
    const double speed = r->population[p].speed * reduction(r, p);
    flux_row(n, r->population[p].stress / (speed * speed), rays_data(r, p, block, 1) + at, along);
  }
}

static const double *direction_row(const struct rays *r, int block, int d, size_t at) {
  const struct field *f = &r->transport.directions;
  return field_data(f, block, 0) + f->comp_size[0] * (size_t)(GEOMETRY_CELL + d) + at;
}

void rays_set_momentum(struct rays *r, const struct mesh *mesh) {
  const int n = mesh->nc[0];
  double *along = memory_get(sizeof *along * (size_t)n);
  for (int b = 0; b < mesh->count; b++)
    for (int k = 0; k < mesh->nc[2]; k++)
      for (int j = 0; j < mesh->nc[1]; j++) {
        const size_t at = row_at(mesh, &r->momentum, j, k);
        momentum_row(r, n, b, at, along);
        for (int d = 0; d < 3; d++) {
          const double *dir = direction_row(r, b, d, at);
          double *to = field_data(&r->momentum, b, d) + at;
          for (int i = 0; i < n; i++) to[i] = along[i] * dir[i];
        }
      }
  memory_free(along);
}

void rays_renew_momentum(struct rays *r, const struct mesh *mesh) {
  const struct rays_totals before = rays_totals(r, mesh);
  rays_set_momentum(r, mesh);
  const struct rays_totals after = rays_totals(r, mesh);
  for (int d = 0; d < 3; d++) r->start_momentum[d] += after.momentum[d] - before.momentum[d];
}

void rays_reset_momentum(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g) {
  crt_directions(&r->transport, mesh, x, &g->b[0]);
  rays_renew_momentum(r, mesh);
}

static double volume_of(const struct mesh *mesh, int b) {
  double v = 1.0;
  for (int d = 0; d < 3; d++) v *= mesh->block[b].dx[d];
  return v;
}

void rays_inertia(struct rays *r, const struct mesh *mesh, struct gas *g) {
  if (r->par.coupling != COUPLING_FULL) return;
  const int n = mesh->nc[0];
  const bool energy = g->par.eos == EOS_ADIABATIC;
  double *along = memory_get(sizeof *along * (size_t)n);
  for (int b = 0; b < mesh->count; b++) {
    struct sum gain = {0.0, 0.0};
    for (int k = 0; k < mesh->nc[2]; k++)
      for (int j = 0; j < mesh->nc[1]; j++) {
        const size_t at = row_at(mesh, &r->momentum, j, k);
        const double *rho = field_data(&g->u[0], b, GAS_RHO) + at, *dir[3];
        double *e = field_data(&g->u[0], b, GAS_E) + at, *m[3], *own[3];
        for (int d = 0; d < 3; d++) {
          dir[d] = direction_row(r, b, d, at);
          m[d] = field_data(&g->u[0], b, GAS_M1 + d) + at;
          own[d] = field_data(&r->momentum, b, d) + at;
        }
        momentum_row(r, n, b, at, along);
        for (int i = 0; i < n; i++) {
          double work[3];
          for (int d = 0; d < 3; d++) {
            const double now = along[i] * dir[d][i], taken = now - own[d][i];
            own[d][i] = now;
            work[d] = -taken * (m[d][i] - 0.5 * taken);
            m[d][i] -= taken;
          }
          const double kinetic = sum3(work[0], work[1], work[2]) / rho[i];
          if (energy) {
            e[i] += kinetic;
            sum_add(&gain, kinetic);
          }
        }
      }
    sum_add(&r->inertia, sum_value(&gain) * volume_of(mesh, b));
  }
  memory_free(along);
}

/* (|v| + fast speed with the pressure of cosmic rays) / dx in a cell; eos: squared sound speed. */
static double rate_of(int dim, const double dx[3], double rho, const double m[3], double sound2, const double b[3], double pressure) {
  double bb = sum3(b[0] * b[0], b[1] * b[1], b[2] * b[2]), sum = sound2 + bb / rho, rays = (4.0 / 3.0) * pressure / rho, most = 0.0;
  for (int d = 0; d < dim; d++) {
    double fast = 0.5 * (sum + sqrt(max(sum * sum - 4.0 * sound2 * (b[d] * b[d]) / rho, 0.0)));
    most = max(most, (fabs(m[d] / rho) + sqrt(fast + rays)) / dx[d]);
  }
  return most;
}

static double cell_field(const struct mesh *m, const struct field *f, int b, int d, int i, int j, int k) {
  const int *e = field_extent(f, d);
  const size_t up = d >= m->dim ? 0 : d == 0 ? 1 : d == 1 ? (size_t)e[0] : (size_t)e[0] * (size_t)e[1];
  const double *at = field_data(f, b, d) + ((size_t)(k + m->ngd[2]) * (size_t)e[1] + (size_t)(j + m->ngd[1])) * (size_t)e[0] + (size_t)(i + m->ngd[0]);
  return 0.5 * (at[0] + at[up]);
}

double rays_max_dt(struct rays *r, const struct mesh *mesh, const struct gas *g, double cfl) {
  double most = 0.0, all;
  if (r->par.coupling != COUPLING_FULL) return INFINITY;
  struct field *stress = &rays_scratch(r, mesh)->stress;
  for (int b = 0; b < mesh->count; b++) {
    rays_stress(r, mesh, b, stress);
    for (int k = 0; k < mesh->nc[2]; k++)
      for (int j = 0; j < mesh->nc[1]; j++)
        for (int i = 0; i < mesh->nc[0]; i++) {
          const size_t at = row_at(mesh, stress, j, k) + (size_t)i;
          double m[3], field[3] = {0.0, 0.0, 0.0}, rho = field_data(&g->u[0], b, GAS_RHO)[at], sound2 = g->par.sound_speed * g->par.sound_speed;
          for (int d = 0; d < 3; d++) {
            m[d] = field_data(&g->u[0], b, GAS_M1 + d)[at];
            if (g->par.magnetic) field[d] = cell_field(mesh, &g->b[0], b, d, i, j, k);
          }
          if (g->par.eos == EOS_ADIABATIC) sound2 = g->par.gamma * (g->par.gamma - 1.0) * field_data(&g->u[0], b, g->nvar - 1)[at] / rho;
          const double pressure = field_data(stress, b, 0)[at] + field_data(stress, b, 1)[at];
          most = max(most, rate_of(mesh->dim, mesh->block[b].dx, rho, m, sound2, field, pressure));
        }
  }
  MPI_Allreduce(&most, &all, 1, MPI_DOUBLE, MPI_MAX, mesh->comm);
  return all > 0.0 ? cfl / all : INFINITY;
}
