/* Streaming with waves: their velocity in the gas, its divergence, and the energy that waves carry. */
#include "base/memory.h"
#include "base/minmax.h"
#include "crtransport/closure.h"
#include "crtransport/geometry.h"
#include "crtransport/momentum.h"
#include "crtransport/rays_scratch.h"

#include <math.h>
#include <stddef.h>

/* Kernels with constant arguments, one copy for each. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

struct rays_drift {
  struct correction *correction;      /* NULL on a uniform mesh                              */
  double *pressure, *chi, *rest, *flux, *ones, *velocity; /* [cells with ghosts]            */
  double *face[3], *energy[3];        /* on lower faces: velocity, and energy flux of all bins */
  double *memory;
};

struct rays_drift *rays_drift_create(struct rays *r, const struct mesh *m, struct exchange *x) {
  if (r->alfven.ncomp == 0 || r->par.cr.batch.loss.scale[LOSS_STREAMING] == 0.0) return NULL;
  struct rays_drift *d = memory_get(sizeof *d);
  const size_t size = r->exchange.comp_size[0];
  double *p = d->memory = memory_get(sizeof *p * 12 * size), **part[] = {&d->pressure, &d->chi, &d->rest, &d->flux, &d->ones, &d->velocity};
  for (int i = 0; i < 6; i++) *part[i] = p + (size_t)i * size;
  for (int i = 0; i < 3; i++) {
    d->face[i] = p + (size_t)(6 + i) * size;
    d->energy[i] = p + (size_t)(9 + i) * size;
  }
  d->correction = rays_scratch(r, m)->energy;
  struct field **states = memory_get(sizeof *states * (size_t)r->transport.count);
  for (int i = 0; i < r->transport.count; i++) states[i] = &r->transport.group[i].state;
  exchange_all(x, r->transport.count, states);
  memory_free(states);
  return d;
}

/* Populations of a bin: pressure P, chi P, (1 - 3 chi) P and the flux of P.  Returns the sum of P. */
static double load(size_t n, bool m1, double third_lo, double third_hi, double over_speed, double over_drift, const double *restrict lo,
                 const double *restrict hi, const double *restrict flux_lo, const double *restrict flux_hi, double *restrict pressure,
                 double *restrict chi, double *restrict rest, double *restrict flux) {
  double all = 0.0;
#pragma omp simd reduction(+ : all)
  for (size_t i = 0; i < n; i++) {
    double p = third_lo * max(lo[i], 0.0) + third_hi * max(hi[i], 0.0), f = (third_lo * flux_lo[i] + third_hi * flux_hi[i]) * over_drift;
    pressure[i] = p;
    flux[i] = f;
    double mu = p > 0.0 ? min(fabs(f) * over_speed, p) / (p > 0.0 ? p : 1.0) : 0.0, mu2 = mu * mu;
    double c = m1 ? crt_chi_of(mu2) : 1.0 / 3.0;
    chi[i] = c * p;
    rest[i] = (1.0 - 3.0 * c) * p;
    all += p;
  }
  return all;
}

static inline double over_axes(int dim, double x, double y, double z) { return dim == 3 ? sum3(x, y, z) : dim == 2 ? x + y : x; }

/* Divergence of the pressure along b as in the transport. */
ALWAYS_INLINE double push_at(int dim, bool m1, ptrdiff_t i, const ptrdiff_t step[3], const double over2dx[3], const double *restrict chi,
                             const double *restrict rest, const double *const b[3], const double *const face[3]) {
  double s[3] = {0.0, 0.0, 0.0}, t[3] = {0.0, 0.0, 0.0};
  for (int d = 0; d < dim; d++) {
    const ptrdiff_t e = step[d];
    s[d] = b[d][i] * ((chi[i + e] - chi[i - e]) * over2dx[d]);
    if (m1) t[d] = (face[d][i + e] * (rest[i] + rest[i + e]) - face[d][i] * (rest[i - e] + rest[i])) * over2dx[d];
  }
  double push = over_axes(dim, s[0], s[1], s[2]);
  return m1 ? push + over_axes(dim, t[0], t[1], t[2]) : push;
}

/* The part of F / q that is no diffusion: with scattering nu by particles' own waves lowered to nu_tot, F = -force / nu_tot is -force / nu with
 * F (1 - nu_tot / nu) on top.  slip: v^2 over nu of the population, where the profile is one. */
ALWAYS_INLINE void velocities(int dim, bool m1, size_t first, size_t last, const ptrdiff_t step[3], const double over2dx[3], double slip,
                              const struct rays_drift *w, const double *const b[3], const double *const face[3], const double *restrict alfven,
                              const double *restrict profile) {
  const double *restrict chi = w->chi, *restrict rest = w->rest, *restrict pressure = w->pressure, *restrict flux = w->flux;
  double *restrict velocity = w->velocity;
#pragma omp simd
  for (ptrdiff_t i = (ptrdiff_t)first; i < (ptrdiff_t)last; i++) {
    double push = fabs(push_at(dim, m1, i, step, over2dx, chi, rest, b, face)), p = pressure[i];
    double wind = 3.0 * chi[i] * alfven[i], diffusive = slip * push, all = profile[i] * wind + diffusive;
    /* with P: wind is 3 chi v_A P */
    double share = profile[i] * wind / (all > 0.0 ? all : 1.0), over = 1.0 / (p > 1e-200 ? p : 1.0); /* no inverse of denormal numbers */
    double most = wind * over, v = flux[i] * share * over;
    velocity[i] = p > 1e-200 ? min(max(v, -most), most) : 0.0;
  }
}

static void velocities_any(int dim, bool m1, size_t first, size_t last, const ptrdiff_t step[3], const double over2dx[3], double slip,
                           const struct rays_drift *w, const double *const b[3], const double *const face[3], const double *alfven,
                           const double *profile) {
  if (dim == 3 && m1) velocities(3, true, first, last, step, over2dx, slip, w, b, face, alfven, profile);
  else if (dim == 3) velocities(3, false, first, last, step, over2dx, slip, w, b, face, alfven, profile);
  else if (dim == 2 && m1) velocities(2, true, first, last, step, over2dx, slip, w, b, face, alfven, profile);
  else if (dim == 2) velocities(2, false, first, last, step, over2dx, slip, w, b, face, alfven, profile);
  else if (m1) velocities(1, true, first, last, step, over2dx, slip, w, b, face, alfven, profile);
  else velocities(1, false, first, last, step, over2dx, slip, w, b, face, alfven, profile);
}

/* Velocity through the lower faces, and the energy flux on top of that of other bins. */
static void through(size_t first, size_t last, ptrdiff_t step, const double *restrict b, const double *restrict velocity,
                    const double *restrict pressure, double *restrict face, double *restrict energy) {
#pragma omp simd
  for (ptrdiff_t i = (ptrdiff_t)first; i < (ptrdiff_t)last; i++) {
    double v = 0.5 * (velocity[i - step] + velocity[i]) * b[i];
    face[i] = v;
    energy[i] += 0.5 * (pressure[i - step] + pressure[i]) * v;
  }
}

static void keep_surface(const struct mesh *m, const struct rays_drift *w, const int extent[3], struct registers *reg) {
  for (int f = 0; f < 2 * m->dim; f++) {
    if (reg->flux[f] == NULL) continue;
    const int d = f / 2, p = d == 0 ? 1 : 0, q = d == 2 ? 1 : 2;
    const size_t n = (size_t)m->nc[p] * (size_t)m->nc[q];
    double *to = reg->flux[f];
    int i[3];
    i[d] = m->ngd[d] + (f % 2) * m->nc[d];
    for (int y = 0; y < m->nc[q]; y++)
      for (int x = 0; x < m->nc[p]; x++, to++) {
        i[p] = m->ngd[p] + x;
        i[q] = m->ngd[q] + y;
        to[0] = to[n] = w->energy[d][((size_t)i[2] * (size_t)extent[1] + (size_t)i[1]) * (size_t)extent[0] + (size_t)i[0]];
      }
  }
}

static void carry_energy(struct rays *r, const struct mesh *m, struct rays_drift *w, int b, double dt, const ptrdiff_t step[3]) {
  const int *extent = field_extent(&r->exchange, 0);
  const double *dx = m->block[b].dx;
  double *all = field_data(&r->exchange, b, 0), *heat = field_data(&r->exchange, b, 1);
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++) {
      const ptrdiff_t at = ((ptrdiff_t)(k + m->ngd[2]) * extent[1] + j + m->ngd[1]) * extent[0] + m->ngd[0];
      for (ptrdiff_t i = at; i < at + m->nc[0]; i++) {
        double s[3] = {0.0, 0.0, 0.0};
        for (int d = 0; d < m->dim; d++) s[d] = (w->energy[d][i + step[d]] - w->energy[d][i]) / dx[d];
        double out = dt * sum3(s[0], s[1], s[2]);
        all[i] -= out;
        heat[i] -= out;
      }
    }
  if (w->correction && m->block[b].jump) keep_surface(m, w, extent, correction_registers(w->correction, b));
}

void rays_drift_block(struct rays *r, const struct mesh *m, struct rays_drift *w, int b, double dt, const struct rays_cells *cells, double *const *div) {
  const int *e = field_extent(&r->exchange, 0), bins = cr_network_bins(&r->net);
  const ptrdiff_t step[3] = {1, m->dim > 1 ? e[0] : 0, m->dim > 2 ? (ptrdiff_t)e[0] * e[1] : 0};
  const size_t size = r->exchange.comp_size[0], border = (size_t)(step[0] + step[1] + step[2]), cells_all = (size_t)e[0] * (size_t)e[1] * (size_t)e[2];
  const struct field *dir = &r->transport.directions;
  const double *directions = field_data(dir, b, 0), *alfven = field_data(&r->alfven, b, 0), *profile = w->ones;
  const double *face[3], *cell[3], *dx = m->block[b].dx;
  double over2dx[3];
  for (int d = 0; d < 3; d++) {
    face[d] = directions + dir->comp_size[0] * (size_t)(GEOMETRY_FACE + d);
    cell[d] = directions + dir->comp_size[0] * (size_t)(GEOMETRY_CELL + d);
    over2dx[d] = 0.5 / dx[d];
    for (size_t i = 0; i < size; i++) w->energy[d][i] = 0.0;
  }
  for (size_t i = 0; i < size; i++) w->ones[i] = 1.0;
  if (r->profile.data) profile = field_data(&r->profile, b, 0);
  const bool m1 = r->par.transport.closure == CLOSURE_M1;
  for (int k = 0; k < bins; k++) {
    const struct rays_population *p = &r->population[2 * k];
    const double slip = 0.5 * (p[0].speed * p[0].speed / p[0].rate + p[1].speed * p[1].speed / p[1].rate), speed = sqrt(p[0].speed * p[1].speed);
    const bool scattered = p[0].rate > 0.0 && p[1].rate > 0.0; /* no waves without scattering */
    const double all = !scattered ? 0.0 : load(cells_all, m1, p[0].stress / 3.0, p[1].stress / 3.0, 1.0 / speed, 1.0 / rays_slowness(r), rays_data(r, 2 * k, b, 0),
         rays_data(r, 2 * k + 1, b, 0), rays_data(r, 2 * k, b, 1), rays_data(r, 2 * k + 1, b, 1), w->pressure, w->chi, w->rest, w->flux);
    if (all == 0.0) {
      for (int c = 0; c < cells->n; c++) div[k][c] = 0.0;
      continue;
    }
    velocities_any(m->dim, m1, border, cells_all - border, step, over2dx, slip, w, cell, face, alfven, profile);
    for (int d = 0; d < m->dim; d++)
      through(2 * border, cells_all - border, step[d], face[d], w->velocity, w->pressure, w->face[d], w->energy[d]);
    for (int c = 0; c < cells->n; c++) {
      const ptrdiff_t i = (ptrdiff_t)cells->at[c];
      double s[3] = {0.0, 0.0, 0.0};
      for (int d = 0; d < m->dim; d++) s[d] = (w->face[d][i + step[d]] - w->face[d][i]) / dx[d];
      div[k][c] = sum3(s[0], s[1], s[2]) / r->scale.time_s;
    }
  }
  if (r->par.coupling != COUPLING_NONE) carry_energy(r, m, w, b, dt, step);
}

void rays_drift_finish(struct rays *r, const struct mesh *m, struct rays_drift *w, double dt) {
  if (w == NULL) return;
  if (w->correction && r->par.coupling != COUPLING_NONE) {
    correction_exchange(w->correction);
    for (int b = 0; b < m->count; b++)
      if (m->block[b].jump) correction_apply(w->correction, b, dt, &r->exchange, NULL);
  }
  memory_free(w->memory);
  memory_free(w);
}
