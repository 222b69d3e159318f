/* Advection with the gas: concentrations in the mass that goes through the faces. */
#include "base/memory.h"
#include "base/minmax.h"
#include "crtransport/transport.h"
#include "crtransport/walls.h"

#include <math.h>

/* Arrays of a block with ghosts. */
struct advected {
  const struct mesh *mesh;
  const double *rho, *mass[3];
  int extent[3], row[3];          /* rows of the faces             */
  size_t plane[3];
  double *ratio, *room, *flux[3]; /* flux through the lower faces */
};

static inline size_t cell_at(const struct advected *a, int j, int k) { return ((size_t)k * a->extent[1] + j) * a->extent[0]; }
static inline const double *mass_at(const struct advected *a, int d, int j, int k) {
  return a->mass[d] + (size_t)k * a->plane[d] + (size_t)j * (size_t)a->row[d];
}

/* By how much, as a share, the value on a face may exceed the mean of the cell, so that what leaves through all faces is no more than there is.  Below zero: more
 * gas leaves than there was, as other gas comes in meanwhile, and takes all cosmic rays with it. */
static void room_row(const struct advected *a, const double dx[3], int j, int k) {
  const size_t at = cell_at(a, j, k);
  const double *rho = a->rho + at;
  double *room = a->room + at;
  for (int i = 0; i < a->extent[0]; i++) {
    double out[3] = {0.0, 0.0, 0.0};
    for (int d = 0; d < a->mesh->dim; d++) {
      const double *m = mass_at(a, d, j, k) + i;
      double above = m[d == 0 ? 1 : d == 1 ? (size_t)a->row[1] : a->plane[2]];
      out[d] = (max(above, 0.0) + max(-m[0], 0.0)) / dx[d];
    }
    double share = sum3(out[0], out[1], out[2]) / rho[i];
    room[i] = min(1.0, (1.0 - 1e-14) / max(share, 0.1) - 1.0);
  }
}

static inline double half_slope(double below, double here, double above, double room) {
  double l = here - below, u = above - here, mean = 0.25 * (l + u), most = max(room, 0.0) * fabs(here);
  double h = max(min(mean, min(l, u)), 0.0) + min(max(mean, max(l, u)), 0.0);
  return min(max(h, -most), most);
}

/* Upwind, with slopes, and the mean over the step of what passes the face. */
static void flux_row(int n, ptrdiff_t s, double over_dx, const double *restrict c, const double *restrict rho, const double *restrict room,
                     const double *restrict mass, double *restrict flux) {
  for (int i = 0; i < n; i++) {
    double m = mass[i], part = m * over_dx;
    double left = c[i - s] * (1.0 + min(room[i - s], 0.0)) + half_slope(c[i - 2 * s], c[i - s], c[i], room[i - s]) * max(1.0 - part / rho[i - s], 0.0);
    double right = c[i] * (1.0 + min(room[i], 0.0)) - half_slope(c[i - s], c[i], c[i + s], room[i]) * max(1.0 + part / rho[i], 0.0);
    flux[i] = m * (m > 0.0 ? left : right);
  }
}

/* Fluxes through a face of the block. */
static void take_fluxes(const struct advected *a, int face, double *to) {
  const struct mesh *m = a->mesh;
  const int d = face / 2, p = d == 0 ? 1 : 0, q = d == 2 ? 1 : 2;
  int i[3];
  i[d] = m->ngd[d] + (face % 2) * m->nc[d];
  for (int y = 0; y < m->nc[q]; y++)
    for (int x = 0; x < m->nc[p]; x++) {
      i[p] = m->ngd[p] + x;
      i[q] = m->ngd[q] + y;
      *to++ = a->flux[d][cell_at(a, i[1], i[2]) + (size_t)i[0]];
    }
}

static size_t face_cells(const struct mesh *m, int face) {
  const int d = face / 2;
  return (size_t)m->nc[d == 0 ? 1 : 0] * (size_t)m->nc[d == 2 ? 1 : 2];
}

/* Where gas comes in through an absorbing wall, it brings nothing. */
static void absorb(const struct advected *a, int face) {
  const struct mesh *m = a->mesh;
  const int d = face / 2, p = d == 0 ? 1 : 0, q = d == 2 ? 1 : 2;
  int i[3];
  i[d] = m->ngd[d] + (face % 2) * m->nc[d];
  for (i[q] = m->ngd[q]; i[q] < m->ngd[q] + m->nc[q]; i[q]++)
    for (i[p] = m->ngd[p]; i[p] < m->ngd[p] + m->nc[p]; i[p]++) {
      const double mass = mass_at(a, d, i[1], i[2])[i[0]];
      if (face % 2 ? mass <= 0.0 : mass >= 0.0) a->flux[d][cell_at(a, i[1], i[2]) + (size_t)i[0]] = 0.0;
    }
}

static void advect_component(const struct advected *a, const double dx[3], const bool absorbs[6], double *q) {
  const struct mesh *m = a->mesh;
  const size_t size = (size_t)a->extent[0] * (size_t)a->extent[1] * (size_t)a->extent[2];
  const ptrdiff_t step[3] = {1, a->extent[0], (ptrdiff_t)a->extent[0] * a->extent[1]};
  for (size_t i = 0; i < size; i++) a->ratio[i] = q[i] / a->rho[i];
  for (int d = 0; d < m->dim; d++)
    for (int k = m->ngd[2]; k < m->ngd[2] + m->nc[2] + (d == 2); k++)
      for (int j = m->ngd[1]; j < m->ngd[1] + m->nc[1] + (d == 1); j++) {
        const size_t at = cell_at(a, j, k) + (size_t)m->ngd[0];
        flux_row(m->nc[0] + (d == 0), step[d], 1.0 / dx[d], a->ratio + at, a->rho + at, a->room + at, mass_at(a, d, j, k) + m->ngd[0],
                 a->flux[d] + at);
      }
  for (int f = 0; f < 6; f++)
    if (absorbs[f]) absorb(a, f);
  for (int k = m->ngd[2]; k < m->ngd[2] + m->nc[2]; k++)
    for (int j = m->ngd[1]; j < m->ngd[1] + m->nc[1]; j++) {
      const size_t at = cell_at(a, j, k) + (size_t)m->ngd[0];
      for (int i = 0; i < m->nc[0]; i++) {
        double change[3] = {0.0, 0.0, 0.0};
        for (int d = 0; d < m->dim; d++) {
          const double *f = a->flux[d] + at + i;
          change[d] = (f[step[d]] - f[0]) / dx[d];
        }
        q[at + (size_t)i] -= sum3(change[0], change[1], change[2]);
      }
    }
}

void crt_advect(struct crt *c, const struct mesh *mesh, struct exchange *x, int group, const struct field *mass, const struct field *density) {
  struct crt_group *g = &c->group[group];
  struct field *state[1] = {&g->state};
  struct advected a = {.mesh = mesh};
  const size_t size = g->state.comp_size[0];
  double *memory = memory_get(sizeof *memory * 6 * size), *surface = memory + 5 * size;
  a.ratio = memory;
  a.room = memory + size;
  for (int d = 0; d < 3; d++) {
    const int *e = field_extent(mass, d);
    a.extent[d] = field_extent(&g->state, 0)[d];
    a.row[d] = e[0];
    a.plane[d] = (size_t)e[0] * (size_t)e[1];
    a.flux[d] = memory + (size_t)(2 + d) * size;
  }
  exchange_all(x, 1, state);
  for (int b = 0; b < mesh->count; b++) {
    const struct block *block = &mesh->block[b];
    a.rho = field_data(density, b, 0);
    for (int d = 0; d < 3; d++) a.mass[d] = field_data(mass, b, d);
    for (int k = 0; k < a.extent[2]; k++)
      for (int j = 0; j < a.extent[1]; j++) room_row(&a, block->dx, j, k);
    const struct registers *reg = block->jump ? correction_registers(g->correction, b) : NULL;
    bool walls[6], absorbs[6];
    for (int f = 0; f < 6; f++) {
      walls[f] = crt_wall(mesh, b, f);
      absorbs[f] = walls[f] && c->par.boundary[f / 2][f % 2] == CRT_BOUNDARY_ABSORBING;
    }
    for (int comp = 0; comp < 2 * g->count; comp++) {
      advect_component(&a, block->dx, absorbs, field_data(&g->state, b, comp));
      for (int f = 0; f < 6 && comp < g->count; f++) {
        const size_t n = face_cells(mesh, f);
        if (reg && reg->flux[f]) take_fluxes(&a, f, reg->flux[f] + n * (size_t)comp);
        if (!walls[f]) continue;
        take_fluxes(&a, f, surface);
        crt_walls_count(mesh, b, f, 1.0, n, surface, &g->outflow[comp]);
      }
    }
  }
  memory_free(memory);
  if (mesh->max_level == 0) return;
  correction_exchange(g->correction);
  for (int b = 0; b < mesh->count; b++)
    if (mesh->block[b].jump) correction_apply(g->correction, b, 1.0, &g->state, NULL);
}
