/* Manufactured solutions of a q - div(D grad q) + div(w q) = s on meshes with and without levels. */
#ifndef TESTS_UNIT_ELLIPTIC_CASES_H
#define TESTS_UNIT_ELLIPTIC_CASES_H

#include "amr/exchange.h"
#include "amr/view.h"
#include "base/minmax.h"
#include "base/sum.h"
#include "elliptic/elliptic.h"
#include "tests/unit/mesh_cases.h"

#include <string.h>

/* A problem by its solution and coefficients; functions that are NULL are zero (d: one). */
struct problem {
  double (*q)(const double x[3]);
  void (*grad)(const double x[3], double g[3]);
  double (*a)(const double x[3]);
  void (*d)(const double x[3], double d[3][3]);
  void (*w)(const double x[3], double w[3]);
  bool tensor, dirichlet;
};

struct trial {
  struct mesh mesh;
  const struct problem *p;
  struct field s, q, exact, a, d, cross[2], w, flux, flux_exact;
  struct elliptic_coefficients c;
  struct elliptic_boundary boundary;
  struct elliptic *e;
  struct elliptic_result result;
};

/* [0, upper] along each axis, in blocks of this size, refined levels times about the middle of the unit cube. */
static inline void trial_box(struct trial *t, int dim, const int cells[3], const double upper[3], int block, int levels, bool periodic, MPI_Comm comm) {
  struct mesh_params par = {.dim = dim, .block = block, .max_level = levels};
  for (int d = 0; d < 3; d++) {
    par.cells[d] = cells[d];
    par.upper[d] = upper[d];
    for (int s = 0; s < 2; s++) par.boundary[d][s] = periodic ? BOUNDARY_PERIODIC : BOUNDARY_OUTFLOW;
  }
  if (levels > 0) par.region[par.region_count++] = (struct mesh_region){1, {0.3, 0.3, 0.3}, {0.7, 0.7, 0.7}};
  if (levels > 1) par.region[par.region_count++] = (struct mesh_region){2, {0.45, 0.45, 0.45}, {0.55, 0.7, 0.55}};
  mesh_create(&t->mesh, &par, 2, comm);
}

/* The unit cube, n cells along each axis of the root grid: the same places for n = 32 and 64. */
static inline void trial_mesh(struct trial *t, int dim, int n, int levels, bool periodic, MPI_Comm comm) {
  trial_box(t, dim, (int[3]){n, n, n}, (double[3]){1.0, 1.0, 1.0}, n > 32 ? n / 4 : 8, levels, periodic, comm);
}

static inline double trial_boundary(void *data, int axis, int side, const double x[3]) {
  (void)axis;
  (void)side;
  return ((const struct problem *)data)->q(x);
}

/* Mean of a function over a cell or (normal >= 0) over a face; two Gauss points per axis. */
typedef double point_fn(const struct problem *p, const double x[3], int which);
static inline double trial_mean(const struct trial *t, const double mid[3], const double h[3], int normal, point_fn *f, int which) {
  static const double at[2] = {-0.288675134594812882, 0.288675134594812882};
  int n[3];
  for (int a = 0; a < 3; a++) n[a] = a < t->mesh.dim && a != normal ? 2 : 1;
  double sum = 0.0;
  for (int k = 0; k < n[2]; k++) {
    for (int j = 0; j < n[1]; j++) {
      for (int i = 0; i < n[0]; i++) {
        const int o[3] = {i, j, k};
        double x[3], v = 1.0;
        for (int a = 0; a < 3; a++) {
          x[a] = mid[a] + (n[a] == 2 ? at[o[a]] * h[a] : 0.0);
          if (n[a] == 2) v *= 0.5;
        }
        sum += v * f(t->p, x, which);
      }
    }
  }
  return sum;
}

static inline double point_q(const struct problem *p, const double x[3], int which) {
  (void)which;
  return p->q(x);
}
static inline double point_a(const struct problem *p, const double x[3], int which) {
  (void)which;
  return p->a != NULL ? p->a(x) : 0.0;
}
static inline double point_aq(const struct problem *p, const double x[3], int which) { return point_a(p, x, which) * p->q(x); }
/* Row and column of D in which / 3, which % 3. */
static inline double point_d(const struct problem *p, const double x[3], int which) {
  double d[3][3] = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}};
  if (p->d != NULL) p->d(x, d);
  return d[which / 3][which % 3];
}
static inline double point_w(const struct problem *p, const double x[3], int which) {
  double w[3] = {0.0, 0.0, 0.0};
  if (p->w != NULL) p->w(x, w);
  return w[which];
}
static inline double point_flux(const struct problem *p, const double x[3], int which) {
  double g[3] = {0.0, 0.0, 0.0}, sum = point_w(p, x, which) * p->q(x);
  p->grad(x, g);
  for (int b = 0; b < 3; b++) sum -= point_d(p, x, 3 * which + b) * g[b];
  return sum;
}

static inline void trial_faces(struct trial *t, int b, int n) {
  const struct mesh *m = &t->mesh;
  int upper[3] = {m->nc[0], m->nc[1], m->nc[2]}, i[3];
  upper[n]++;
  for (i[2] = 0; i[2] < upper[2]; i[2]++) {
    for (i[1] = 0; i[1] < upper[1]; i[1]++) {
      for (i[0] = 0; i[0] < upper[0]; i[0]++) {
        double x[3];
        for (int a = 0; a < 3; a++) x[a] = a < m->dim ? mesh_coordinate(m, &m->block[b], a, i[a] + (a == n ? 0.0 : 0.5)) : 0.5;
        const double *h = m->block[b].dx;
        *view_move(view_field(m, &t->flux_exact, b, n), i[0], i[1], i[2]).at = trial_mean(t, x, h, n, point_flux, n);
        *view_move(view_field(m, &t->d, b, n), i[0], i[1], i[2]).at = point_d(t->p, x, 3 * n + n);
        *view_move(view_field(m, &t->w, b, n), i[0], i[1], i[2]).at = trial_mean(t, x, h, n, point_w, n);
        for (int q = 0; q < 2; q++) {
          *view_move(view_field(m, &t->cross[q], b, n), i[0], i[1], i[2]).at = point_d(t->p, x, 3 * n + (n + 1 + q) % 3);
        }
      }
    }
  }
}

static inline void trial_cells(struct trial *t, int b) {
  const struct mesh *m = &t->mesh;
  const double *h = m->block[b].dx;
  int i[3];
  for (i[2] = 0; i[2] < m->nc[2]; i[2]++) {
    for (i[1] = 0; i[1] < m->nc[1]; i[1]++) {
      for (i[0] = 0; i[0] < m->nc[0]; i[0]++) {
        double x[3];
        for (int a = 0; a < 3; a++) x[a] = a < m->dim ? mesh_coordinate(m, &m->block[b], a, i[a] + 0.5) : 0.5;
        double s = trial_mean(t, x, h, -1, point_aq, 0);
        for (int n = 0; n < m->dim; n++) {
          const struct view f = view_move(view_field(m, &t->flux_exact, b, n), i[0], i[1], i[2]);
          const ptrdiff_t step = n == 0 ? 1 : n == 1 ? f.sy : f.sz;
          s += (f.at[step] - f.at[0]) / h[n];
        }
        *view_move(view_field(m, &t->exact, b, 0), i[0], i[1], i[2]).at = trial_mean(t, x, h, -1, point_q, 0);
        *view_move(view_field(m, &t->a, b, 0), i[0], i[1], i[2]).at = trial_mean(t, x, h, -1, point_a, 0);
        *view_move(view_field(m, &t->s, b, 0), i[0], i[1], i[2]).at = s;
      }
    }
  }
}

/* Everything but the mesh. */
static inline void trial_begin(struct trial *t, const struct problem *p, const struct elliptic_options *options) {
  t->p = p;
  struct { struct field *f; enum centring centring; } all[] = {
      {&t->s, CENTRING_CELL}, {&t->q, CENTRING_CELL}, {&t->exact, CENTRING_CELL}, {&t->a, CENTRING_CELL}, {&t->d, CENTRING_FACE},
      {&t->cross[0], CENTRING_FACE}, {&t->cross[1], CENTRING_FACE}, {&t->w, CENTRING_FACE}, {&t->flux, CENTRING_FACE},
      {&t->flux_exact, CENTRING_FACE}};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    field_create(all[i].f, &t->mesh, "u", all[i].centring, all[i].centring == CENTRING_CELL ? 1 : 3);
  }
  for (int b = 0; b < t->mesh.count; b++) {
    for (int n = 0; n < t->mesh.dim; n++) trial_faces(t, b, n);
    trial_cells(t, b);
  }
  t->c = (struct elliptic_coefficients){.a = &t->a, .d = &t->d, .cross = {&t->cross[0], &t->cross[1]}, .w = p->w != NULL ? &t->w : NULL};
  t->boundary = (struct elliptic_boundary){.function = trial_boundary, .data = (void *)p};
  t->e = elliptic_create(&t->mesh, &t->boundary, options);
  elliptic_set(t->e, &t->c);
}

static inline void trial_end(struct trial *t) {
  elliptic_destroy(t->e);
  struct field *all[] = {&t->s, &t->q, &t->exact, &t->a, &t->d, &t->cross[0], &t->cross[1], &t->w, &t->flux, &t->flux_exact};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) field_destroy(all[i]);
  mesh_destroy(&t->mesh);
}

/* Largest and mean difference of component c of two fields of a kind, over cells or the faces normal to c. */
struct difference { double most, mean; };
static inline struct difference trial_compare(const struct trial *t, const struct field *f, const struct field *g, int c) {
  const struct mesh *m = &t->mesh;
  double most = 0.0, sum[2] = {0.0, 0.0};
  for (int b = 0; b < m->count; b++) {
    int upper[3] = {m->nc[0], m->nc[1], m->nc[2]};
    if (f->centring == CENTRING_FACE) upper[c]++;
    const struct view u = view_field(m, f, b, c), v = view_field(m, g, b, c);
    for (int k = 0; k < upper[2]; k++) {
      for (int j = 0; j < upper[1]; j++) {
        for (int i = 0; i < upper[0]; i++) {
          const double e = fabs(*view_move(u, i, j, k).at - *view_move(v, i, j, k).at), w = ldexp(1.0, -m->dim * m->block[b].level);
          most = e > most || isnan(e) ? e : most;
          sum[0] += w * e;
          sum[1] += w;
        }
      }
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, m->comm);
  MPI_Allreduce(MPI_IN_PLACE, sum, 2, MPI_DOUBLE, MPI_SUM, m->comm);
  return (struct difference){most, sum[0] / sum[1]};
}

/* Solve a problem on the mesh of t, which is destroyed; errors of q and of the fluxes. */
struct outcome { struct elliptic_result result; struct difference q, flux[3]; };
static inline struct outcome trial_solve(struct trial *t, const struct problem *p, const struct elliptic_options *options) {
  struct elliptic_options o = *options;
  struct outcome out;
  o.tensor = o.tensor || p->tensor;
  trial_begin(t, p, &o);
  out.result = elliptic_solve(t->e, &t->s, 0, &t->q, 0, 1e-10);
  elliptic_fluxes(t->e, &t->q, 0, &t->flux);
  out.q = trial_compare(t, &t->q, &t->exact, 0);
  for (int c = 0; c < t->mesh.dim; c++) out.flux[c] = trial_compare(t, &t->flux, &t->flux_exact, c);
  trial_end(t);
  return out;
}

static inline struct outcome trial_run(const struct problem *p, int dim, int n, int levels, const struct elliptic_options *options) {
  struct trial t = {.p = NULL};
  trial_mesh(&t, dim, n, levels, !p->dirichlet, MPI_COMM_WORLD);
  return trial_solve(&t, p, options);
}

/* Largest difference of the solutions of all ranks together and of each alone. */
static inline double trial_ranks(const struct trial *t, const struct trial *alone) {
  const struct mesh *m = &t->mesh;
  double most = 0.0;
  for (int b = 0; b < m->count; b++) {
    for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++) {
      const int i[3] = {c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]};
      const double q = *view_move(view_field(m, &t->q, b, 0), i[0], i[1], i[2]).at;
      most = fmax(most, fabs(q - *view_move(view_field(m, &alone->q, (int)m->first + b, 0), i[0], i[1], i[2]).at));
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return most;
}

#endif
