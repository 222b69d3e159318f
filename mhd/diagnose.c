/* Time step, totals, div B and the place of a failure. */
#include "base/memory.h"
#include "base/minmax.h"
#include "base/sum.h"
#include "mhd/work.h"

#include <math.h>
#include <string.h>

/* The interior of a block row by row: pointers to the first cell of row (j, k). */
struct row { const double *u[5], *internal, *b[3]; size_t up[3]; };

static struct row row_at(const struct gas *g, const struct mesh *mesh, int copy, int b, int j, int k) {
  struct row r;
  const struct field *u = &g->u[copy], *f = &g->b[copy];
  int i = mesh->ngd[0];
  const int *e = field_extent(u, 0);
  for (int v = 0; v < 5; v++) r.u[v] = field_data(u, b, v) + ((size_t)k * e[1] + j) * e[0] + i;
  r.internal = field_data(u, b, g->nvar - 1) + ((size_t)k * e[1] + j) * e[0] + i;
  for (int d = 0; d < 3; d++) {
    if (!g->par.magnetic) {
      r.b[d] = NULL;
      r.up[d] = 0;
      continue;
    }
    e = field_extent(f, d);
    r.b[d] = field_data(f, b, d) + ((size_t)k * e[1] + j) * e[0] + i;
    r.up[d] = d >= mesh->dim ? 0 : d == 0 ? 1 : d == 1 ? (size_t)e[0] : (size_t)e[0] * e[1];
  }
  return r;
}

/* (|v| + fast speed) / dx of a row, kept where it is larger than before.  Element by element: compilers do not vectorise a maximum over
 * doubles, whose value would depend on the order if there were a NaN. */
static inline void rate_row(int n, int dim, bool magnetic, bool isothermal, double eos, double p_floor, const double *dx, const struct row *r,
                            double *restrict largest) {
  const double *restrict rho = r->u[0], *restrict m1 = r->u[1], *restrict m2 = r->u[2], *restrict m3 = r->u[3], *restrict e = r->internal;
  const double *restrict bx = r->b[0], *restrict by = r->b[1], *restrict bz = r->b[2];
  size_t ux = r->up[0], uy = r->up[1], uz = r->up[2];
  double w0 = 1.0 / dx[0], w1 = 1.0 / dx[1], w2 = 1.0 / dx[2];
#pragma omp simd
  for (int i = 0; i < n; i++) {
    double inv = 1.0 / rho[i], b1 = 0.0, b2 = 0.0, b3 = 0.0;
    if (magnetic) {
      b1 = 0.5 * (bx[i] + bx[i + ux]);
      b2 = 0.5 * (by[i] + by[i + uy]);
      b3 = 0.5 * (bz[i] + bz[i + uz]);
    }
    double bb = sum3(b1 * b1, b2 * b2, b3 * b3), a2 = eos * eos;
    if (!isothermal) a2 = eos * max((eos - 1.0) * e[i], p_floor) * inv;
    double sum = a2 + bb * inv, f1 = sum, f2 = sum, f3 = sum;
    if (magnetic) {
      double four = 4.0 * a2 * inv, square = sum * sum;
      f1 = 0.5 * (sum + sqrt(max(square - four * (b1 * b1), 0.0)));
      f2 = 0.5 * (sum + sqrt(max(square - four * (b2 * b2), 0.0)));
      f3 = 0.5 * (sum + sqrt(max(square - four * (b3 * b3), 0.0)));
    }
    double s1 = (fabs(m1[i] * inv) + sqrt(f1)) * w0, s2 = (fabs(m2[i] * inv) + sqrt(f2)) * w1, s3 = (fabs(m3[i] * inv) + sqrt(f3)) * w2;
    s2 = dim > 1 ? s2 : 0.0;
    s3 = dim > 2 ? s3 : 0.0;
    largest[i] = max(largest[i], max(s1, max(s2, s3)));
  }
}

double mhd_max_dt(struct gas *g, const struct mesh *mesh) {
  double largest = 0.0, all;
  const struct mhd_scheme *s = &g->work->scheme;
  double pf = s->floor_pressure;
  int n = mesh->nc[0], dim = mesh->dim;
  double *rate = memory_get(sizeof *rate * (size_t)n);
  for (int b = 0; b < mesh->count; b++) {
    const double *dx = mesh->block[b].dx;
    for (int k = mesh->ngd[2]; k < mesh->ngd[2] + mesh->nc[2]; k++) {
      for (int j = mesh->ngd[1]; j < mesh->ngd[1] + mesh->nc[1]; j++) {
        struct row r = row_at(g, mesh, 0, b, j, k);
        if (s->isothermal && s->magnetic)
          rate_row(n, dim, true, true, s->eos, pf, dx, &r, rate);
        else if (s->isothermal)
          rate_row(n, dim, false, true, s->eos, pf, dx, &r, rate);
        else if (s->magnetic)
          rate_row(n, dim, true, false, s->eos, pf, dx, &r, rate);
        else
          rate_row(n, dim, false, false, s->eos, pf, dx, &r, rate);
      }
    }
  }
  for (int i = 0; i < n; i++) largest = max(largest, rate[i]);
  memory_free(rate);
  MPI_Allreduce(&largest, &all, 1, MPI_DOUBLE, MPI_MAX, mesh->comm);
  return all > 0.0 ? g->par.cfl / all : INFINITY;
}

/* Cell-centred field and its divergence, in cell i of a row. */
static double divergence(const struct row *r, const struct mesh *mesh, const double *dx, int i, double bc[3]) {
  double part[3] = {0.0, 0.0, 0.0};
  for (int d = 0; d < 3; d++) {
    bc[d] = 0.5 * (r->b[d][i] + r->b[d][i + r->up[d]]);
    if (d < mesh->dim) part[d] = (r->b[d][i + r->up[d]] - r->b[d][i]) / dx[d];
  }
  return sum3(part[0], part[1], part[2]);
}

/* Root of the mean of B^2 over the mesh. */
static double rms_field(const struct gas *g, const struct mesh *mesh) {
  double volume = 1.0;
  for (int d = 0; d < 3; d++) {
    double width = mesh->upper[d] - mesh->lower[d];
    if (width > 0.0) volume *= width;
  }
  return sqrt(2.0 * mhd_totals(g, mesh).magnetic / volume);
}

double mhd_max_div_b(const struct gas *g, const struct mesh *mesh) {
  double largest = 0.0, all, least = g->par.magnetic ? 0.1 * rms_field(g, mesh) : 0.0;
  for (int b = 0; g->par.magnetic && b < mesh->count; b++) {
    const double *dx = mesh->block[b].dx;
    double width = dx[0];
    for (int d = 1; d < mesh->dim; d++) width = min(width, dx[d]);
    for (int k = mesh->ngd[2]; k < mesh->ngd[2] + mesh->nc[2]; k++) {
      for (int j = mesh->ngd[1]; j < mesh->ngd[1] + mesh->nc[1]; j++) {
        struct row r = row_at(g, mesh, 0, b, j, k);
        for (int i = 0; i < mesh->nc[0]; i++) {
          double bc[3], div = fabs(divergence(&r, mesh, dx, i, bc)), strength = sqrt(sum3(bc[0] * bc[0], bc[1] * bc[1], bc[2] * bc[2]));
          for (int d = 0; d < mesh->dim; d++) strength = max(strength, max(fabs(r.b[d][i]), fabs(r.b[d][i + r.up[d]])));
          strength = max(strength, least);
          if (strength > 0.0) largest = max(largest, div * width / strength);
        }
      }
    }
  }
  MPI_Allreduce(&largest, &all, 1, MPI_DOUBLE, MPI_MAX, mesh->comm);
  return all;
}

struct mhd_totals mhd_totals(const struct gas *g, const struct mesh *mesh) {
  enum { N = 8 + MHD_SCALARS };
  struct sum *part = memory_get(sizeof *part * N * (size_t)(mesh->count + 1));
  bool thermal = g->par.eos == EOS_ADIABATIC;
  for (int b = 0; b < mesh->count; b++) {
    const double *dx = mesh->block[b].dx;
    struct sum *s = part + (size_t)b * N;
    for (int k = mesh->ngd[2]; k < mesh->ngd[2] + mesh->nc[2]; k++) {
      for (int j = mesh->ngd[1]; j < mesh->ngd[1] + mesh->nc[1]; j++) {
        struct row r = row_at(g, mesh, 0, b, j, k);
        for (int i = 0; i < mesh->nc[0]; i++) {
          double kinetic = 0.5 * sum3(r.u[1][i] * r.u[1][i], r.u[2][i] * r.u[2][i], r.u[3][i] * r.u[3][i]) / r.u[0][i], magnetic = 0.0, bc[3];
          if (g->par.magnetic) {
            divergence(&r, mesh, dx, i, bc);
            magnetic = 0.5 * sum3(bc[0] * bc[0], bc[1] * bc[1], bc[2] * bc[2]);
          }
          for (int v = 0; v < 4; v++) sum_add(&s[v], r.u[v][i]);
          if (thermal) sum_add(&s[4], r.u[4][i]);
          sum_add(&s[5], kinetic);
          sum_add(&s[6], magnetic);
          if (thermal) sum_add(&s[7], r.internal[i]);
          for (int c = 0; c < g->par.nscalar; c++) sum_add(&s[8 + c], r.u[4][i + (1 + c) * (ptrdiff_t)g->u[0].comp_size[0]]);
        }
      }
    }
    for (int v = 0; v < N; v++) { /* in volumes of a root cell: powers of two, so that nothing is rounded before all blocks are added */
      s[v].hi = ldexp(s[v].hi, -mesh->dim * mesh->block[b].level);
      s[v].lo = ldexp(s[v].lo, -mesh->dim * mesh->block[b].level);
    }
  }
  double t[N], volume = mesh_root_volume(mesh);
  sum_over_blocks(mesh->comm, mesh->count, N, part, t);
  for (int v = 0; v < N; v++) t[v] *= volume;
  memory_free(part);
  struct mhd_totals out = {.mass = t[0], .momentum = {t[1], t[2], t[3]}, .energy = t[4], .kinetic = t[5], .magnetic = t[6], .internal = t[7]};
  memcpy(out.scalar, t + 8, sizeof out.scalar);
  return out;
}

void mhd_outflow(const struct gas *g, const struct mesh *mesh, struct exact outflow[5 + MHD_SCALARS]) {
  memcpy(outflow, g->outflow, sizeof g->outflow);
  exact_over_ranks(mesh->comm, 5 + MHD_SCALARS, outflow);
}

/* Whether the state of cell i of a row is made of numbers; it is copied to f. */
static bool is_number(const struct gas *g, const struct row *r, int i, struct mhd_failure *f) {
  double sum = 0.0;
  for (int v = 0; v < 5; v++) f->u[v] = r->u[v][i];
  for (int d = 0; d < 3; d++) f->b[d] = g->par.magnetic ? 0.5 * (r->b[d][i] + r->b[d][i + r->up[d]]) : 0.0;
  for (int v = 0; v < 4; v++) sum += f->u[v];
  if (g->par.eos == EOS_ADIABATIC) sum += f->u[4] + r->internal[i];
  for (int c = 0; c < g->par.nscalar; c++) sum += r->u[4][i + (1 + c) * (ptrdiff_t)g->u[0].comp_size[0]];
  return isfinite(sum + f->b[0] + f->b[1] + f->b[2]);
}

struct mhd_failure mhd_failure(const struct gas *g, const struct mesh *mesh) {
  struct mhd_failure f = {.found = false};
  for (int b = 0; b < mesh->count && !f.found; b++) {
    const struct block *block = &mesh->block[b];
    for (int k = 0; k < mesh->nc[2] && !f.found; k++) {
      for (int j = 0; j < mesh->nc[1] && !f.found; j++) {
        struct row r = row_at(g, mesh, g->work->last, b, j + mesh->ngd[1], k + mesh->ngd[2]);
        for (int i = 0; i < mesh->nc[0] && !f.found; i++) {
          if (is_number(g, &r, i, &f)) continue;
          const int at[3] = {i, j, k};
          for (int d = 0; d < 3; d++) f.x[d] = mesh_coordinate(mesh, block, d, at[d] + 0.5);
          f.level = block->level;
          f.found = true;
        }
      }
    }
  }
  int mine = f.found ? mesh->rank : mesh->size, first;
  MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, mesh->comm);
  if (first == mesh->size) return (struct mhd_failure){.found = false};
  MPI_Bcast(&f, sizeof f, MPI_BYTE, first, mesh->comm);
  return f;
}
