#include "elliptic/elliptic.h"

#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/sum.h"
#include "amr/mesh.h"
#include "elliptic/internal.h"
#include "elliptic/pfmg.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *elliptic_method_fault(enum elliptic_method method, bool tensor, const struct mesh_params *mesh) {
  if (method != ELLIPTIC_PFMG) return NULL;
  if (tensor) return "pfmg is for diffusion along the axes of the mesh, and this is along the field: choose auto or amg";
  if (mesh->dim == 1) return "pfmg needs two or three dimensions: choose auto";
  if (mesh->max_level > 0) return "pfmg needs cells of one level, mesh.max_level: 0; for meshes with levels choose auto or amg";
  for (int d = 0; d < mesh->dim; d++)
    if (mesh->cells[d] % PFMG_CELLS != 0) return "pfmg needs mesh.cells that are multiples of 8 along each axis; else choose auto or amg";
  return NULL;
}

/* Global rows of the leaves this rank knows; those of other ranks in ascending order. */
static void number_rows(struct elliptic *e) {
  const struct mesh *m = e->mesh;
  int64_t *first = memory_get(sizeof *first * (size_t)m->size);
  MPI_Allgather(&m->first, 1, MPI_INT64_T, first, 1, MPI_INT64_T, m->comm);
  e->leaf_row = memory_get(sizeof *e->leaf_row * (size_t)(m->count + m->ghost_count));
  for (int b = 0; b < m->count; b++) e->leaf_row[b] = (m->first + b) * e->ncell;
  for (int g = 0; g < m->ghost_count; g++) {
    int64_t *row = &e->leaf_row[m->count + g];
    *row = (first[m->owner[g]] + m->owner_index[g]) * e->ncell;
    require(g == 0 || row[0] > row[-1], "elliptic: ghost leaves are not in the order of the mesh");
  }
  memory_free(first);
}

struct elliptic *elliptic_create(const struct mesh *mesh, const struct elliptic_boundary *boundary,
                                 const struct elliptic_options *options) {
  struct elliptic *e = memory_get(sizeof *e);
  e->mesh = mesh;
  e->boundary = *boundary;
  e->options = *options;
  if (e->options.max_iterations == 0) e->options.max_iterations = 200;
  if (e->options.max_limiting == 0) e->options.max_limiting = 40;
  e->ncell = mesh->nc[0] * mesh->nc[1] * mesh->nc[2];
  e->around = 1;
  for (int a = 0; a < 3; a++) {
    e->ghosts[a] = a < mesh->dim ? 1 : 0;
    e->extent[a] = mesh->nc[a] + 2 * e->ghosts[a];
    e->around *= e->extent[a];
  }
  require((int64_t)(mesh->count + mesh->ghost_count) * e->ncell < INT_MAX, "elliptic: too many cells on one rank");
  require(mesh_cells(mesh) < INT_MAX, "elliptic: more than 2^31 cells, hypre's integers are too short");
  e->rows = mesh->count * e->ncell;
  e->columns = (mesh->count + mesh->ghost_count) * e->ncell;
  e->c.d_number = 1.0;
  number_rows(e);
  peers_create(&e->peers, mesh);
  e->shared = shared_create(mesh);
  cells_find(e);
  if (e->options.form == ELLIPTIC_MONOTONE) {
    for (int q = 0; q < 2; q++) field_create(&e->theta[q], mesh, "limiter", CENTRING_FACE, 3);
  }
  e->slope_theta = memory_get(sizeof *e->slope_theta * (size_t)e->jump_count);
  matrix_create(e);
  halo_create(e);
  e->x = memory_get(sizeof *e->x * (size_t)e->columns);
  e->r = memory_get(sizeof *e->r * (size_t)e->rows);
  e->cells = memory_get(sizeof *e->cells * (size_t)e->around);
  e->solver = solver_create(e);
  return e;
}

void elliptic_destroy(struct elliptic *e) {
  if (e == NULL) return;
  solver_destroy(e->solver);
  halo_destroy(e);
  peers_destroy(&e->peers);
  shared_destroy(e->shared);
  for (int q = 0; q < 2; q++) field_destroy(&e->theta[q]);
  void *memory[] = {e->leaf_row, e->ref, e->lists.first, e->lists.constant, e->lists.col, e->lists.weight, e->jump, e->beyond, e->regular,
                    e->row_first, e->col, e->value, e->rest, e->slot, e->send_first, e->receive_first, e->receive_slot, e->send_data,
                    e->receive_data, e->x, e->r, e->cells, e->slope_theta};
  for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++) memory_free(memory[i]);
  memory_free(e);
}

void elliptic_set_boundary(struct elliptic *e, const struct elliptic_boundary *boundary) {
  for (int a = 0; a < 3; a++) {
    for (int s = 0; s < 2; s++) require(boundary->kind[a][s] == e->boundary.kind[a][s], "elliptic: another kind of boundary");
  }
  e->boundary = *boundary;
  if (e->filled) matrix_constants(e);
}

/* Whether only the gradient of q is determined, and how stiff rows are.  Collective. */
static void look_at_rows(struct elliptic *e) {
  const struct mesh *m = e->mesh;
  double most[2] = {0.0, 0.0}, across[2] = {0.0, 0.0};
  for (int b = 0; b < m->count; b++) {
    struct grid a;
    double cells = 0.0; /* of this level, along the longest axis */
    for (int d = 0; d < m->dim; d++) cells = max(cells, ldexp((double)m->root[d] * m->nb, m->block[b].level));
    grid_of(&a, e, e->c.a, b, e->c.a_component, e->c.a_number);
    const double volume = row_volume(m, b);
    int i[3], row = b * e->ncell;
    for (i[2] = 0; i[2] < m->nc[2]; i[2]++) {
      for (i[1] = 0; i[1] < m->nc[1]; i[1]++) {
        for (i[0] = 0; i[0] < m->nc[0]; i[0]++, row++) {
          const double own = volume * grid_get(&a, i), rest = fabs(e->rest[row]);
          most[0] = max(most[0], fabs(own));
          most[1] = max(most[1], own > 0.0 ? rest / own : rest > 0.0 ? HUGE_VAL : 0.0);
          across[0] += rest / (cells * cells);
          across[1] += volume;
        }
      }
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, most, 2, MPI_DOUBLE, MPI_MAX, m->comm);
  MPI_Allreduce(MPI_IN_PLACE, across, 2, MPI_DOUBLE, MPI_SUM, m->comm);
  bool free_level = most[0] == 0.0;
  for (int d = 0; d < m->dim; d++) {
    for (int s = 0; s < 2; s++) {
      free_level = free_level && (m->boundary[d][0] == BOUNDARY_PERIODIC || e->boundary.kind[d][s] == ELLIPTIC_FLUX);
    }
  }
  e->singular = free_level;
  e->stiffness = most[1];
  /* D / L^2 of the domain's length, made small: see hand_over. */
  e->shift = free_level ? 1e-9 * across[0] / across[1] : 0.0;
}

/* The matrix for hypre.  One that is singular gets a small a: corrections of q are found with it, residuals without, so that it changes nothing but
 * how fast they fall. */
static void hand_over(struct elliptic *e) {
  for (int sign = 1; sign >= -1; sign -= 2) {
    if (sign < 0) solver_values(e->solver, e->value);
    for (int b = 0; b < e->mesh->count && e->shift > 0.0; b++) {
      const double volume = row_volume(e->mesh, b);
      for (int r = b * e->ncell; r < (b + 1) * e->ncell; r++) {
        if (sign > 0) e->r[r] = e->value[e->row_first[r]];
        e->value[e->row_first[r]] = sign > 0 ? e->r[r] + e->shift * volume : e->r[r];
      }
    }
  }
  e->filled = true;
}

void fill_matrix(struct elliptic *e) {
  matrix_fill(e);
  hand_over(e);
}

static void unlimited(struct elliptic *e) {
  for (int q = 0; q < 2; q++) {
    for (size_t i = 0; i < e->theta[q].block_size * (size_t)e->theta[q].count; i++) e->theta[q].data[i] = 1.0;
  }
  for (int j = 0; j < e->jump_count; j++) e->slope_theta[j][0] = e->slope_theta[j][1] = 1.0;
}

void elliptic_set(struct elliptic *e, const struct elliptic_coefficients *c) {
  e->c = *c;
  unlimited(e);
  matrix_fill(e);
  look_at_rows(e);
  hand_over(e);
}

void elliptic_set_a(struct elliptic *e, const struct field *a, int component) {
  e->c.a = a;
  e->c.a_component = component;
  if (!e->filled || e->options.form == ELLIPTIC_MONOTONE) {
    const struct elliptic_coefficients c = e->c;
    elliptic_set(e, &c);
    return;
  }
  const double shift = e->shift;
  matrix_diagonal(e);
  look_at_rows(e);
  if (shift > 0.0 || e->shift > 0.0) {
    hand_over(e);
    return;
  }
  for (int r = 0; r < e->rows; r++) e->r[r] = e->value[e->row_first[r]];
  solver_diagonal(e->solver, e->r);
}

/* ---- fields and columns ---- */

static void load(struct elliptic *e, const struct field *f, int c, double *x) {
  const struct mesh *m = e->mesh;
  for (int b = 0; b < m->count; b++) view_copy(view_packed(x + (size_t)b * (size_t)e->ncell, m->nc), view_field(m, f, b, c), m->nc);
}

static void store(const struct elliptic *e, const double *x, struct field *f, int c) {
  const struct mesh *m = e->mesh;
  for (int b = 0; b < m->count; b++) {
    view_copy(view_field(m, f, b, c), view_packed((double *)x + (size_t)b * (size_t)e->ncell, m->nc), m->nc);
  }
}

enum power { LINEAR, SQUARE };

/* Sum of r, of r^2 / volume, or of volume x; r and x per row. */
static double total(const struct elliptic *e, const double *r, enum power power, bool times_volume) {
  const struct mesh *m = e->mesh;
  struct sum *part = memory_get(sizeof *part * (size_t)m->count);
  double sum;
  for (int b = 0; b < m->count; b++) {
    const double volume = row_volume(m, b), factor = times_volume ? volume : power == SQUARE ? 1.0 / volume : 1.0;
    const double *x = r + (size_t)b * (size_t)e->ncell;
    for (int i = 0; i < e->ncell; i++) sum_add(&part[b], factor * (power == SQUARE ? x[i] * x[i] : x[i]));
  }
  sum_over_blocks(m->comm, m->count, 1, part, &sum);
  memory_free(part);
  return sum;
}

static double all_volume(const struct mesh *m) { return (double)m->root[0] * m->root[1] * m->root[2] * m->nc[0] * m->nc[1] * m->nc[2]; }

static void add_volumes(const struct elliptic *e, double *r, double by) {
  for (int b = 0; b < e->mesh->count; b++) {
    const double add = by * row_volume(e->mesh, b);
    for (int i = 0; i < e->ncell; i++) r[b * e->ncell + i] += add;
  }
}

/* ---- solve ---- */

double residual_of(struct elliptic *e, const double *rhs, double *x, double *r) {
  halo_exchange(e, x);
  matrix_times(e, x, r);
  for (int i = 0; i < e->rows; i++) r[i] = rhs[i] - e->constant[i] - r[i];
  return sqrt(total(e, r, SQUARE, false));
}

/* The right-hand side per row; the mean that was removed from it. */
static double right_side(struct elliptic *e, const struct field *s, int sc, double *rhs) {
  load(e, s, sc, rhs);
  for (int b = 0; b < e->mesh->count; b++) {
    const double volume = row_volume(e->mesh, b);
    for (int i = 0; i < e->ncell; i++) rhs[b * e->ncell + i] *= volume;
  }
  if (!e->singular) return 0.0;
  const double mean = (total(e, rhs, LINEAR, false) - total(e, e->constant, LINEAR, false)) / all_volume(e->mesh);
  add_volumes(e, rhs, -mean);
  return mean;
}

bool correct(struct elliptic *e, double norm, double goal, double *dx, struct elliptic_result *r) {
  const double tolerance = min(0.5, max(0.5 * goal / norm, 1e-14));
  struct solver_result one = solver_solve(e->solver, e->options.method, e->stiffness, e->r, dx, tolerance, e->options.max_iterations);
  for (int i = 0; i < e->rows; i++) e->x[i] += dx[i];
  r->iterations += one.iterations;
  r->setups += one.setups;
  r->method = one.method;
  r->seconds_setup += one.seconds_setup;
  r->seconds_solve += one.seconds_solve;
  if (!one.converged) r->reason = one.reason;
  r->unsolved += !one.converged;
  return one.converged;
}

static void linear(struct elliptic *e, const double *rhs, double goal, double *norm, struct elliptic_result *r) {
  double *dx = memory_get(sizeof *dx * (size_t)e->rows);
  for (int tries = 0; tries < 5 && *norm > goal; tries++) {
    const double before = *norm;
    r->reason = "";
    const bool done = correct(e, before, goal, dx, r);
    *norm = residual_of(e, rhs, e->x, e->r);
    if (!isfinite(*norm)) r->reason = "the solution is not finite";
    else if (*norm > goal && *norm > 0.5 * before && done) r->reason = "the residual no longer falls";
    if (!(*norm <= goal) && !(*norm <= 0.5 * before)) break;
  }
  memory_free(dx);
  r->converged = *norm <= goal;
  if (r->converged) r->reason = "";
  else if (r->reason[0] == 0) r->reason = "the residual is above the tolerance";
}

/* The norm of what rounding to eps of all terms of the residual may add up to. */
static double rounding(struct elliptic *e, const double *rhs) {
  halo_exchange(e, e->x);
  for (int r = 0; r < e->rows; r++) {
    double sum = fabs(rhs[r]) + fabs(e->constant[r]);
    for (int i = e->row_first[r]; i < e->row_first[r + 1]; i++) sum += fabs(e->value[i] * e->x[e->col[i]]);
    e->r[r] = sum;
  }
  return DBL_EPSILON * sqrt(total(e, e->r, SQUARE, false));
}

struct elliptic_result elliptic_solve(struct elliptic *e, const struct field *s, int sc, struct field *q, int qc, double tolerance) {
  struct elliptic_result r = {.reason = "", .method = "none"};
  double *rhs = memory_get(sizeof *rhs * (size_t)e->rows);
  if (!e->filled) fill_matrix(e);
  r.stiffness = e->stiffness;
  load(e, q, qc, e->x);
  r.removed_mean = right_side(e, s, sc, rhs);
  for (int i = 0; i < e->rows; i++) e->r[i] = rhs[i] - e->constant[i];
  const double scale = sqrt(total(e, e->r, SQUARE, false)), goal = tolerance * scale;
  if (scale == 0.0) memset(e->x, 0, sizeof *e->x * (size_t)e->rows);
  double norm = residual_of(e, rhs, e->x, e->r);
  r.before = norm;
  if (!isfinite(norm)) r.reason = "the right-hand side, a coefficient or the first guess is not finite";
  else if (e->options.form == ELLIPTIC_MONOTONE) limited_solve(e, rhs, goal, &norm, &r);
  else linear(e, rhs, goal, &norm, &r);
  r.residual = scale > 0.0 ? norm / scale : norm;
  r.before = scale > 0.0 ? r.before / scale : r.before;
  if (!r.converged && isfinite(norm)) r.roundoff = rounding(e, rhs) / (scale > 0.0 ? scale : 1.0);
  if (e->singular) {
    const double mean = total(e, e->x, LINEAR, true) / all_volume(e->mesh);
    for (int i = 0; i < e->rows; i++) e->x[i] -= mean;
  }
  if (isfinite(norm)) store(e, e->x, q, qc);
  memory_free(rhs);
  return r;
}

void elliptic_log(const char *what, const struct elliptic_result *r) {
  char limits[48] = "";
  if (r->limitings > 0) snprintf(limits, sizeof limits, ", %d of the limiters", r->limitings);
  if (r->converged) {
    log_info("%s: %d iterations (%s)%s, residual %.1e, set-up %.2f s, solve %.2f s", what, r->iterations, r->method, limits, r->residual,
             r->seconds_setup, r->seconds_solve);
  } else {
    log_warning("%s: not solved, %s: %d iterations (%s)%s, residual %.1e", what, r->reason, r->iterations, r->method, limits, r->residual);
  }
}

/* ---- use of a solution ---- */

static void prepare(struct elliptic *e, const struct field *q, int qc) {
  load(e, q, qc, e->x);
  halo_exchange(e, e->x);
  if (e->options.form == ELLIPTIC_MONOTONE) flux_limiters(e, e->x);
  if (!e->filled || e->options.form == ELLIPTIC_MONOTONE) fill_matrix(e);
}

void elliptic_apply(struct elliptic *e, const struct field *q, int qc, struct field *to, int tc) {
  prepare(e, q, qc);
  matrix_times(e, e->x, e->r);
  for (int b = 0; b < e->mesh->count; b++) {
    const double per_volume = 1.0 / row_volume(e->mesh, b);
    for (int i = b * e->ncell; i < (b + 1) * e->ncell; i++) e->r[i] = (e->r[i] + e->constant[i]) * per_volume;
  }
  store(e, e->r, to, tc);
}

void elliptic_fluxes(struct elliptic *e, const struct field *q, int qc, struct field *flux) {
  require(!is_positive(e), "elliptic: no fluxes of this form");
  prepare(e, q, qc);
  flux_all(e, e->x, flux);
}

void elliptic_gradient(struct elliptic *e, const struct field *q, int qc, struct field *gradient) {
  const struct elliptic_coefficients kept = e->c;
  const struct elliptic_options options = e->options;
  if (!e->filled) fill_matrix(e);
  e->c = (struct elliptic_coefficients){.d_number = -1.0};
  e->options.form = ELLIPTIC_PLAIN;
  load(e, q, qc, e->x);
  halo_exchange(e, e->x);
  flux_all(e, e->x, gradient);
  e->c = kept;
  e->options = options;
}
