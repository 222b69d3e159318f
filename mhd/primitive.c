/* From conserved to primitive variables, one plane at a time. */
#include "base/minmax.h"
#include "mhd/scratch.h"

/* Rows of one block: conserved in, primitive out. */
struct rows {
  const double *rho, *m[3], *e; /* e: internal energy */
  double *prho, *v[3], *p, *bc[3];
};

/* The field in the cells of a row: averages of the two faces, `up` apart. */
static void center_row(int n, const double *restrict lower, ptrdiff_t up, double *restrict center) {
#pragma omp simd
  for (int i = 0; i < n; i++) center[i] = 0.5 * (lower[i] + lower[i + up]);
}

/* The same to fourth order, from two faces more.  Only sweeps across the field's own axis and EMFs read it, in cells that have them.
 * Not inlined: for up = 1 clang would carry the loads from one i to the next, and not vectorise. */
static __attribute__((noinline)) void fine_center_row(int n, const double *restrict lower, ptrdiff_t up, double *restrict center) {
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double sum = lower[i] + lower[i + up];
    center[i] = 0.5 * sum - ((lower[i + 2 * up] + lower[i - up]) - sum) * (1.0 / 24.0);
  }
}

static void copy_row(int n, const double *restrict from, double *restrict to) {
#pragma omp simd
  for (int i = 0; i < n; i++) to[i] = from[i];
}

static inline void gas_row(int n, bool isothermal, double gamma, double rho_floor, double p_floor, const struct rows *r) {
  const double *restrict u = r->rho, *restrict m1 = r->m[0], *restrict m2 = r->m[1], *restrict m3 = r->m[2], *restrict e = r->e;
  double *restrict rho = r->prho, *restrict v1 = r->v[0], *restrict v2 = r->v[1], *restrict v3 = r->v[2], *restrict p = r->p;
  double gm1 = gamma - 1.0;
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double d = max(u[i], rho_floor), inv = 1.0 / d;
    rho[i] = d;
    v1[i] = m1[i] * inv;
    v2[i] = m2[i] * inv;
    v3[i] = m3[i] * inv;
    if (!isothermal) p[i] = max(gm1 * e[i], p_floor);
  }
}

void primitive_plane(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int k) {
  int nx = w->nx, slot = k % RING;
  for (int j = 0; j < w->ny; j++) {
    size_t cell = ((size_t)k * w->ny + j) * nx;
    int at = j * nx;
    struct rows r = {.rho = a->u + cell, .e = a->u + (5 + s->nscalar) * a->u_comp + cell, .prho = w->prim[PRIM_RHO][slot] + at, .p = w->prim[PRIM_P][slot] + at};
    for (int d = 0; d < 3; d++) {
      r.m[d] = a->u + (1 + d) * a->u_comp + cell;
      r.v[d] = w->prim[PRIM_V1 + d][slot] + at;
      r.bc[d] = w->prim[PRIM_B1 + d][slot] + at;
    }
    if (s->magnetic) {
      size_t row = ((size_t)k * w->ny + j) * (nx + 1), plane = (size_t)w->ny * nx;
      const double *bx = a->b[0] + row;
      const double *by = a->b[1] + (s->dim > 1 ? ((size_t)k * (w->ny + 1) + j) * nx : 0);
      const double *bz = a->b[2] + cell;
      ptrdiff_t up_y = s->dim > 1 ? nx : 0, up_z = s->dim > 2 ? (ptrdiff_t)plane : 0;
      bool fine_x = s->fine_center, fine_y = s->fine_center && up_y > 0 && j > 0 && j < w->ny - 1;
      bool fine_z = s->fine_center && up_z > 0 && k > 0 && k < s->nc[2] + 2 * s->ng[2] - 1;
      center_row(nx, bx, 1, r.bc[0]);
      if (fine_x) fine_center_row(nx - 2, bx + 1, 1, r.bc[0] + 1);
      copy_row(nx, bx, w->face[0][slot] + at);
      (fine_y ? fine_center_row : center_row)(nx, by, up_y, r.bc[1]);
      copy_row(nx, by, w->face[1][slot] + at);
      (fine_z ? fine_center_row : center_row)(nx, bz, up_z, r.bc[2]);
      copy_row(nx, bz, w->face[2][slot] + at);
    }
    if (s->isothermal)
      gas_row(nx, true, s->eos, s->floor_density, s->floor_pressure, &r);
    else
      gas_row(nx, false, s->eos, s->floor_density, s->floor_pressure, &r);
    for (int c = 0; c < s->nscalar; c++) {
      const double *restrict q = a->u + (5 + c) * a->u_comp + cell, *restrict rho = r.prho;
      double *restrict x = w->prim[PRIM_SCALAR + c][slot] + at;
#pragma omp simd
      for (int i = 0; i < nx; i++) x[i] = q[i] / rho[i];
    }
  }
}
