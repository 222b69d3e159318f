/* New conserved variables from the fluxes of a plane, and the check for densities and pressures below the floors. */
#include "base/minmax.h"
#include "mhd/scratch.h"

/* Minus the divergence: (rate * dt) of a row. */
struct faces { const double *above[3], *below[3]; double factor[3]; };

static void row1(int n, const struct faces *f, double *restrict change) {
  const double *restrict a = f->above[0], *restrict b = f->below[0];
  double c = f->factor[0];
#pragma omp simd
  for (int i = 0; i < n; i++) change[i] = c * (a[i] - b[i]);
}

static void row2(int n, const struct faces *f, double *restrict change) {
  const double *restrict a0 = f->above[0], *restrict b0 = f->below[0], *restrict a1 = f->above[1], *restrict b1 = f->below[1];
  double c0 = f->factor[0], c1 = f->factor[1];
#pragma omp simd
  for (int i = 0; i < n; i++) change[i] = c0 * (a0[i] - b0[i]) + c1 * (a1[i] - b1[i]);
}

static void row3(int n, const struct faces *f, double *restrict change) {
  const double *restrict a0 = f->above[0], *restrict b0 = f->below[0], *restrict a1 = f->above[1], *restrict b1 = f->below[1];
  const double *restrict a2 = f->above[2], *restrict b2 = f->below[2];
  double c0 = f->factor[0], c1 = f->factor[1], c2 = f->factor[2];
#pragma omp simd
  for (int i = 0; i < n; i++) change[i] = sum3(c0 * (a0[i] - b0[i]), c1 * (a1[i] - b1[i]), c2 * (a2[i] - b2[i]));
}

static void cell_row(int n, double w, const double *restrict change, const double *restrict base, const double *restrict state,
                     double *restrict out) {
  if (w == 1.0) {
#pragma omp simd
    for (int i = 0; i < n; i++) out[i] = base[i] - change[i];
  } else {
#pragma omp simd
    for (int i = 0; i < n; i++) out[i] = (state[i] + w * (base[i] - state[i])) - change[i];
  }
}

/* Net outflow of variable v from a row of cells in a time step. */
static void change_row(const struct mhd_scheme *s, const struct block_scratch *w, const struct mhd_stage *a, int v, int slot, int at,
                       double *change) {
  struct faces f;
  for (int d = 0; d < s->dim; d++) {
    int q = flux_of(v, d);
    f.below[d] = w->flux[d][slot][q] + at;
    f.above[d] = d == 2 ? w->flux[2][1 - slot][q] + at : f.below[d] + (d == 0 ? 1 : w->nx);
    f.factor[d] = a->dt / a->dx[d];
  }
  if (s->dim == 3)
    row3(s->nc[0], &f, change);
  else if (s->dim == 2)
    row2(s->nc[0], &f, change);
  else
    row1(s->nc[0], &f, change);
}

static void add_work(int n, const double *restrict p, const double *restrict expansion, double *restrict change) {
#pragma omp simd
  for (int i = 0; i < n; i++) change[i] += p[i] * expansion[i];
}

void update_plane(const struct mhd_scheme *s, struct block_scratch *w, const struct mhd_stage *a, int k) {
  int nx = w->nx, slot = k & 1, n = s->nc[0];
  int last = 5 + s->nscalar; /* internal energy */
  for (int v = 0; v <= last; v++) {
    if ((v == 4 || v == last) && s->isothermal) continue;
    for (int j = s->ng[1]; j < s->ng[1] + s->nc[1]; j++) {
      int at = j * nx + s->ng[0];
      change_row(s, w, a, v, slot, at, w->rate);
      if (v == last) { /* work of the pressure: dt p div v */
        change_row(s, w, a, last + 1, slot, at, w->work);
        add_work(n, w->prim[PRIM_P][k % RING] + at, w->work, w->rate);
      }
      size_t cell = ((size_t)k * w->ny + j) * nx + s->ng[0] + a->u_comp * v;
      cell_row(n, a->w, w->rate, a->u_base + cell, a->u + cell, a->u_out + cell);
    }
  }
}

/* The magnetic field of a row of cells from their faces; offsets to the upper faces per axis. */
struct field_row { const double *b[3]; size_t up[3]; };
struct field_cell { double square, sum; };

static inline struct field_cell field_cell(const struct field_row *f, int i) {
  double b1 = 0.5 * (f->b[0][i] + f->b[0][i + f->up[0]]), b2 = 0.5 * (f->b[1][i] + f->b[1][i + f->up[1]]);
  double b3 = 0.5 * (f->b[2][i] + f->b[2][i + f->up[2]]);
  return (struct field_cell){sum3(b1 * b1, b2 * b2, b3 * b3), (b1 + b2) + b3};
}

struct gas_cells { double *rho, *m[3], *e, *internal; };

/* Settle the internal energy of a row (see mhd/mhd.h) and count cells that are below a floor or not a number. */
static inline int settle_row(int n, const struct gas_cells *u, const struct field_row *b, bool magnetic, bool isothermal, double share,
                             double rho_floor, double e_floor) {
  double *restrict rho = u->rho, *restrict m1 = u->m[0], *restrict m2 = u->m[1], *restrict m3 = u->m[2], *restrict e = u->e;
  double *restrict internal = u->internal;
  int bad = 0;
#pragma omp simd reduction(+ : bad)
  for (int i = 0; i < n; i++) {
    struct field_cell f = {0.0, 0.0};
    if (magnetic) f = field_cell(b, i);
    double all = ((rho[i] + m1[i]) + (m2[i] + m3[i])) + f.sum; /* finite when all are, for sum3 may drop a NaN */
    bad += rho[i] >= rho_floor ? 0 : 1;
    if (!isothermal) {
      double total = e[i], own = internal[i], rest = total - 0.5 * (sum3(m1[i] * m1[i], m2[i] * m2[i], m3[i] * m3[i]) / rho[i] + f.square);
      double settled = rest > share * total ? rest : own;
      internal[i] = settled;
      bad += settled >= e_floor ? 0 : 1;
      all += rest + settled;
    }
    bad += all - all == 0.0 ? 0 : 1; /* infinite or not a number */
  }
  return bad;
}

/* Entries of a row that are infinite or not a number. */
static int not_numbers(int n, const double *restrict q) {
  int bad = 0;
#pragma omp simd reduction(+ : bad)
  for (int i = 0; i < n; i++) bad += q[i] - q[i] == 0.0 ? 0 : 1;
  return bad;
}

/* The few rows that hold a bad cell, cell by cell. */
static void repair_row(const struct mhd_scheme *s, const struct mhd_stage *a, size_t cell, const struct gas_cells *u,
                       const struct field_row *b, struct mhd_block_counts *counts) {
  double e_floor = s->isothermal ? 0.0 : s->floor_pressure / (s->eos - 1.0);
  for (int i = 0; i < s->nc[0]; i++) {
    double rho = u->rho[i], internal = s->isothermal ? 1.0 : u->internal[i], total = s->isothermal ? 1.0 : u->e[i];
    double all = rho + internal + total + u->m[0][i] + u->m[1][i] + u->m[2][i];
    if (s->magnetic) {
      struct field_cell f = field_cell(b, i);
      all += f.sum + f.square;
    }
    for (int c = 0; c < s->nscalar; c++) all += a->u_out[(5 + c) * a->u_comp + cell + i];
    bool number = all - all == 0.0;
    if (rho >= s->floor_density && internal >= e_floor && number) continue;
    counts->bad++;
    if (a->bad) a->bad[cell + i] = 1.0;
    if (!number) {
      counts->nan++;
      continue;
    }
    if (!a->floors) continue;
    if (!(rho >= s->floor_density)) {
      counts->floor_density++;
      u->rho[i] = s->floor_density;
    }
    if (!(internal >= e_floor)) {
      counts->floor_pressure++;
      u->internal[i] = e_floor;
    }
  }
}

void check_plane(const struct mhd_scheme *s, const struct mhd_stage *a, int k, int j0, int j1, struct mhd_block_counts *counts) {
  int nx = s->nc[0] + 2 * s->ng[0], ny = s->nc[1] + 2 * s->ng[1], n = s->nc[0];
  double share = s->dual_energy, rho_floor = s->floor_density, e_floor = s->isothermal ? 0.0 : s->floor_pressure / (s->eos - 1.0);
  for (int j = j0; j < j1; j++) {
    size_t cell = ((size_t)k * ny + j) * nx + s->ng[0];
    struct gas_cells u = {.rho = a->u_out + cell, .e = a->u_out + 4 * a->u_comp + cell, .internal = a->u_out + (5 + s->nscalar) * a->u_comp + cell};
    for (int d = 0; d < 3; d++) u.m[d] = a->u_out + (1 + d) * a->u_comp + cell;
    struct field_row b = {{NULL, NULL, NULL}, {0, 0, 0}};
    if (s->magnetic) {
      b.b[0] = a->b_out[0] + ((size_t)k * ny + j) * (nx + 1) + s->ng[0];
      b.b[1] = a->b_out[1] + ((size_t)k * (ny + (s->dim > 1)) + j) * nx + s->ng[0];
      b.b[2] = a->b_out[2] + cell;
      b.up[0] = 1;
      b.up[1] = s->dim > 1 ? (size_t)nx : 0;
      b.up[2] = s->dim > 2 ? (size_t)nx * ny : 0;
    }
    int bad;
    if (s->isothermal && s->magnetic)
      bad = settle_row(n, &u, &b, true, true, share, rho_floor, e_floor);
    else if (s->isothermal)
      bad = settle_row(n, &u, &b, false, true, share, rho_floor, e_floor);
    else if (s->magnetic)
      bad = settle_row(n, &u, &b, true, false, share, rho_floor, e_floor);
    else
      bad = settle_row(n, &u, &b, false, false, share, rho_floor, e_floor);
    for (int c = 0; c < s->nscalar; c++) bad += not_numbers(n, a->u_out + (5 + c) * a->u_comp + cell);
    if (bad) repair_row(s, a, cell, &u, &b, counts);
  }
}
