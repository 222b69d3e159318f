/* Fluxes along one axis through a plane: reconstruction and Riemann problems on long rows. */
#include "mhd/scratch.h"

#include <string.h>

/* The primitives a sweep along d reads, in the order rho, vn, vt1, vt2, p, bt1, bt2, scalars. */
static int sweep_order(const struct mhd_scheme *s, int d, int order[PRIM_MAX]) {
  int d1 = (d + 1) % 3, d2 = (d + 2) % 3, n = 0;
  order[n++] = PRIM_RHO;
  order[n++] = PRIM_V1 + d;
  order[n++] = PRIM_V1 + d1;
  order[n++] = PRIM_V1 + d2;
  order[n++] = PRIM_P; /* kept in its place for isothermal gas, which does not read it */
  order[n++] = PRIM_B1 + d1;
  order[n++] = PRIM_B1 + d2;
  for (int c = 0; c < s->nscalar; c++) order[n++] = PRIM_SCALAR + c;
  return n;
}

static bool unused(const struct mhd_scheme *s, int v) {
  return (v == PRIM_P && s->isothermal) || (!s->magnetic && v >= PRIM_B1 && v <= PRIM_B3);
}

static struct state_row state(double *const *q) {
  return (struct state_row){q[0], q[1], q[2], q[3], q[4], q[5], q[6]};
}

static struct flux_row fluxes(double *const *f, int at) {
  return (struct flux_row){f[0] + at, f[1] + at, f[2] + at, f[3] + at, f[4] + at, f[5] + at, f[6] + at};
}

/* Passive scalars go with the mass: upwind concentration times mass flux. */
static void scalar_flux(int n, const double *restrict mass, const double *restrict left, const double *restrict right,
                        double *restrict flux) {
#pragma omp simd
  for (int i = 0; i < n; i++) flux[i] = mass[i] * (mass[i] > 0.0 ? left[i] : right[i]);
}

/* The volume that goes through a face with the mass, and the internal energy (over gamma - 1 = 0: none). */
static void volume_flux(int n, double over_g1, const double *restrict mass, const struct state_row *left, const struct state_row *right,
                        double *restrict energy, double *restrict velocity) {
  const double *restrict rl = left->rho, *restrict rr = right->rho, *restrict pl = left->p, *restrict pr = right->p;
  if (over_g1 == 0.0) {
#pragma omp simd
    for (int i = 0; i < n; i++) {
      double m = mass[i], l = rl[i], r = rr[i];
      velocity[i] = m / (m > 0.0 ? l : r);
    }
    return;
  }
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double m = mass[i], l = rl[i], r = rr[i], p = pl[i], q = pr[i];
    double v = m / (m > 0.0 ? l : r);
    velocity[i] = v;
    energy[i] = over_g1 * (v * (m > 0.0 ? p : q));
  }
}

/* Where one of the two cells of a face is flagged, take the first-order flux. */
static void choose_row(int n, const double *restrict mask_left, const double *restrict mask_right, const double *restrict safe,
                       double *restrict flux) {
#pragma omp simd
  for (int i = 0; i < n; i++) flux[i] = mask_left[i] > 0.0 || mask_right[i] > 0.0 ? safe[i] : flux[i];
}

/* Stencil of primitive v at entry p for a sweep along d in plane k; shift: entries from a cell to the next one in the plane. */
static void stencil(const struct block_scratch *w, int v, int d, int k, int p, int shift, const double *q[5]) {
  for (int m = 0; m < 5; m++)
    q[m] = d < 2 ? w->prim[v][k % RING] + p + (m - 2) * shift : w->prim[v][(k + m - 2 + RING) % RING] + p;
}

static double over_g1(const struct mhd_scheme *s) { return s->isothermal ? 0.0 : 1.0 / (s->eos - 1.0); }

/* First-order fluxes of a chunk on flagged faces, in place of those in flux. */
static void fall_back(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int d, int k, int p, int n, int shift,
                      const int *order, int count, double *const *flux) {
  double *left[PRIM_MAX], *right[PRIM_MAX];
  int below = d < 2 ? k : k - 1;
  for (int o = 0; o < count; o++) {
    left[o] = w->prim[order[o]][below % RING] + p - (d < 2 ? shift : 0);
    right[o] = w->prim[order[o]][k % RING] + p;
  }
  struct state_row l = state(left), r = state(right);
  struct flux_row f = fluxes(w->safe_flux, 0);
  s->safe(n, s->eos, &l, &r, w->face[d][k % RING] + p, &f);
  size_t plane = (size_t)w->nx * w->ny;
  for (int o = FLUX_SCALAR; o < count; o++) scalar_flux(n, w->safe_flux[FLUX_RHO], left[o], right[o], w->safe_flux[o]);
  volume_flux(n, over_g1(s), w->safe_flux[FLUX_RHO], &l, &r, w->safe_flux[count], w->safe_flux[count + 1]);
  /* The mask has no padding: entries beyond the plane belong to no face of the block. */
  int last = (int)plane - p, m = n < last ? n : last;
  const double *mr = a->mask + plane * (size_t)k + p, *ml = d < 2 ? mr - shift : mr - plane;
  for (int o = 0; o < count + 2; o++) choose_row(m, ml, mr, w->safe_flux[o], flux[o] + p);
}

static void sweep(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int d, int k, int first, int last,
                  bool prime_only) {
  int order[PRIM_MAX], count = sweep_order(s, d, order), shift = d == 0 ? 1 : d == 1 ? w->nx : 0;
  reconstruct_fn *reconstruct = a->flat ? s->first_order : s->reconstruct;
  double *const *flux = w->flux[d][k % 2], *lo[PRIM_MAX], *hi[PRIM_MAX];
  const double *q[5];
  for (int o = 0; o < count; o++) {
    lo[o] = w->lo[o];
    hi[o] = w->hi[o];
  }
  /* Within a plane hi[] runs `shift` entries ahead of lo[]: hi[i] belongs to the cell below face i.  Start with the cells before the first face. */
  if (d < 2) {
    for (int o = 0; o < count; o++) {
      int v = order[o];
      if (unused(s, v)) continue;
      stencil(w, v, d, k, first - shift, shift, q);
      reconstruct(round_up8(shift), q, v == PRIM_RHO || v == PRIM_P, lo[o], hi[o]);
    }
  }
  for (int p = first; p < last;) {
    int left = round_up8(last - p), n = left < CHUNK ? left : CHUNK;
    for (int o = 0; o < count; o++) {
      int v = order[o];
      if (unused(s, v)) continue;
      stencil(w, v, d, k, p, shift, q);
      if (d == 2) hi[o] = w->upper[(k - 1) & 1][v] + p;
      reconstruct(n, q, v == PRIM_RHO || v == PRIM_P, lo[o], d < 2 ? hi[o] + shift : w->upper[k & 1][v] + p);
    }
    if (!prime_only) {
      struct state_row l = state(hi), r = state(lo);
      struct flux_row f = fluxes(flux, p);
      s->riemann(n, s->eos, &l, &r, w->face[d][k % RING] + p, &f);
      for (int o = FLUX_SCALAR; o < count; o++) scalar_flux(n, flux[FLUX_RHO] + p, hi[o], lo[o], flux[o] + p);
      volume_flux(n, over_g1(s), flux[FLUX_RHO] + p, &l, &r, flux[count] + p, flux[count + 1] + p);
      if (a->mask) fall_back(s, w, a, d, k, p, n, shift, order, count, flux);
    }
    for (int o = 0; d < 2 && o < count; o++)
      if (!unused(s, order[o])) memmove(hi[o], hi[o] + n, sizeof(double) * (size_t)shift);
    p += n;
  }
}

void sweep_plane(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int d, int k, int first, int last) {
  sweep(s, w, a, d, k, first, last, false);
}

void sweep_prime_z(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int k, int first, int last) {
  sweep(s, w, a, 2, k, first, last, true);
}
