#include "mhd/block.h"

#include "base/memory.h"
#include "mhd/scratch.h"

#include <string.h>

/* Planes are padded on both sides: stencils and rows rounded up to full vectors read and write a little beyond them. */
static size_t plane_pad(const struct block_scratch *w) { return (size_t)round_up8(2 * w->nx + 16); }
static size_t plane_size(const struct block_scratch *w) {
  return (size_t)round_up8(w->nx * w->ny) + 2 * plane_pad(w) + CHUNK;
}

static double *take(double **at, size_t n, size_t pad) {
  double *p = *at + pad;
  *at += n;
  return p;
}

static void carve(struct block_scratch *w, double *base, size_t *total) {
  size_t plane = plane_size(w), pad = plane_pad(w), chunk = (size_t)round_up8(CHUNK + w->nx + 16);
  double *at = base;
  for (int v = 0; v < w->nprim; v++)
    for (int r = 0; r < RING; r++) w->prim[v][r] = take(&at, plane, pad);
  for (int d = 0; d < 3; d++) {
    for (int r = 0; r < RING; r++) w->face[d][r] = take(&at, plane, pad);
    for (int r = 0; r < 2; r++) {
      for (int f = 0; f < w->nflux; f++) w->flux[d][r][f] = take(&at, plane, pad);
      w->cell_emf[d][r] = take(&at, plane, pad);
      w->emf[d][r] = take(&at, plane, pad);
    }
  }
  for (int r = 0; r < 2; r++)
    for (int v = 0; v < w->nprim; v++) w->upper[r][v] = take(&at, plane, pad);
  for (int v = 0; v < w->nprim; v++) {
    w->lo[v] = take(&at, chunk, 0);
    w->hi[v] = take(&at, chunk, 0);
  }
  for (int f = 0; f < w->nflux; f++) w->safe_flux[f] = take(&at, chunk, 0);
  w->rate = take(&at, chunk + (size_t)w->nx, 0);
  w->work = take(&at, chunk + (size_t)w->nx, 0);
  *total = (size_t)(at - base);
}

struct block_scratch *block_scratch_create(const struct mhd_scheme *s) {
  struct block_scratch *w = memory_get(sizeof *w);
  w->nx = s->nc[0] + 2 * s->ng[0];
  w->ny = s->nc[1] + 2 * s->ng[1];
  w->nprim = PRIM_SCALAR + s->nscalar;
  w->nflux = FLUX_SCALAR + s->nscalar + 2;
  size_t total;
  static double nowhere[1];
  carve(w, nowhere, &total);
  w->memory = memory_get(total * sizeof(double));
  carve(w, w->memory, &total);
  /* Harmless numbers where no cell is: 1 for densities and pressures. */
  for (int v = 0; v < w->nprim; v++) {
    if (v != PRIM_RHO && v != PRIM_P) continue;
    for (int r = 0; r < RING; r++) {
      double *p = w->prim[v][r] - plane_pad(w);
      for (size_t n = 0; n < plane_size(w); n++) p[n] = 1.0;
    }
    for (int r = 0; r < 2; r++) {
      double *p = w->upper[r][v] - plane_pad(w);
      for (size_t n = 0; n < plane_size(w); n++) p[n] = 1.0;
    }
  }
  return w;
}

void block_scratch_destroy(struct block_scratch *w) {
  if (w == NULL) return;
  memory_free(w->memory);
  memory_free(w);
}

/* Flat range of cells i0 <= i < i1, j0 <= j < j1 of a plane: everything between its first and last cell. */
struct range { int first, last; };
static struct range range(const struct block_scratch *w, int i0, int i1, int j0, int j1) {
  return (struct range){j0 * w->nx + i0, (j1 - 1) * w->nx + i1};
}

/* Fluxes along x and y in plane k.  CT needs them on one layer of ghost cells across the sweep, for the EMFs of edges. */
static void plane_fluxes(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int k) {
  int gx = s->ng[0], gy = s->ng[1], nx = s->nc[0], ny = s->nc[1];
  bool inside = k >= s->ng[2] && k < s->ng[2] + s->nc[2];
  int e = s->magnetic && s->dim > 1 && inside; /* ghost planes serve the EMFs along x and y only */
  struct range r = range(w, gx, gx + nx + 1, gy - e, gy + ny + e);
  sweep_plane(s, w, a, 0, k, r.first, r.last);
  if (s->dim < 2) return;
  r = range(w, gx - e, gx + nx + e, gy, gy + ny + 1);
  sweep_plane(s, w, a, 1, k, r.first, r.last);
}

struct mhd_block_counts mhd_block_stage(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a) {
  struct mhd_block_counts counts = {0};
  int gx = s->ng[0], gy = s->ng[1], gz = s->ng[2], nx = s->nc[0], ny = s->nc[1], nz = s->nc[2];
  bool three = s->dim == 3, ct = s->magnetic && s->dim > 1;

  if (!three) {
    primitive_plane(s, w, a, 0);
    plane_fluxes(s, w, a, 0);
    if (ct) {
      struct range r = range(w, gx, gx + nx + 1, gy, gy + ny + 1);
      ct_cell_emf(w, 0);
      ct_emf(w, a, 2, 0, r.first, r.last);
    }
    if (a->registers) surface_fluxes(s, w, a->registers->flux, 0);
    if (a->ends) surface_fluxes(s, w, a->ends, 0);
    if (a->registers && ct) surface_emfs(s, w, a, 0);
    update_plane(s, w, a, 0);
    if (a->mass[0]) mass_plane(s, w, a, 0);
    for (int d = 0; s->magnetic && d < 3; d++) ct_update(s, w, a, d, 0);
    check_plane(s, a, 0, gy, gy + ny, &counts);
    return counts;
  }

  int radius = a->flat ? s->radius_first : s->radius, e = ct ? 1 : 0;
  struct range zr = range(w, gx - e, gx + nx + e, gy - e, gy + ny + e);
  int loaded = gz - 1 - radius;
  for (int k = gz - 1; k <= gz + nz; k++) {
    bool inside = k >= gz && k < gz + nz, face = k >= gz; /* face: the lower z face of plane k belongs to the block */
    for (; loaded <= k + radius; loaded++) primitive_plane(s, w, a, loaded);
    if (ct || inside) plane_fluxes(s, w, a, k);
    if (face)
      sweep_plane(s, w, a, 2, k, zr.first, zr.last);
    else
      sweep_prime_z(s, w, a, k, zr.first, zr.last);
    if (ct) ct_cell_emf(w, k);
    if (ct && inside) {
      struct range r = range(w, gx, gx + nx + 1, gy, gy + ny + 1);
      ct_emf(w, a, 2, k, r.first, r.last);
    }
    if (ct && face) {
      struct range rx = range(w, gx, gx + nx, gy, gy + ny + 1), ry = range(w, gx, gx + nx + 1, gy, gy + ny);
      ct_emf(w, a, 0, k, rx.first, rx.last);
      ct_emf(w, a, 1, k, ry.first, ry.last);
    }
    if (a->registers) surface_fluxes(s, w, a->registers->flux, k);
    if (a->ends) surface_fluxes(s, w, a->ends, k);
    if (a->registers && ct) surface_emfs(s, w, a, k);
    if (ct && face) ct_update(s, w, a, 2, k);
    if (k - 1 >= gz) {
      update_plane(s, w, a, k - 1);
      if (a->mass[0]) mass_plane(s, w, a, k - 1);
      for (int d = 0; ct && d < 2; d++) ct_update(s, w, a, d, k - 1);
      check_plane(s, a, k - 1, gy, gy + ny, &counts);
    }
  }
  return counts;
}

void mhd_block_check(const struct mhd_scheme *s, const struct mhd_stage *a, unsigned sides, struct mhd_block_counts *counts) {
  const int j0 = s->ng[1], j1 = j0 + s->nc[1], k0 = s->ng[2], k1 = k0 + s->nc[2];
  for (int k = k0; k < k1; k++) {
    if (sides & 3 || (k == k0 && sides & 16) || (k == k1 - 1 && sides & 32)) {
      check_plane(s, a, k, j0, j1, counts);
      continue;
    }
    if (sides & 4) check_plane(s, a, k, j0, j0 + 1, counts);
    if (sides & 8) check_plane(s, a, k, j1 - 1, j1, counts);
  }
}
