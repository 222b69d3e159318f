#include "amr/shared.h"
#include "amr/view.h"
#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "elliptic/elliptic.h"
#include "setups/restart/restart.h"

#include <math.h>

/* Places of faces and centres of local blocks, lower face of cell i at 2 i: the same numbers from both blocks of a face. */
struct places { int length; double *at; };

static void places_create(struct places *p, const struct mesh *m) {
  p->length = 2 * m->nb + 1;
  p->at = memory_get(sizeof *p->at * 3 * (size_t)p->length * (size_t)(m->count + 1));
  for (int b = 0; b < m->count; b++)
    for (int d = 0; d < 3; d++)
      for (int i = 0; i < p->length; i++) p->at[(b * 3 + d) * p->length + i] = mesh_coordinate(m, &m->block[b], d, 0.5 * i);
}

static const double *places_of(const struct places *p, int b, int d) { return p->at + (b * 3 + d) * p->length; }

struct work { const struct mesh *mesh; const struct places *places; const double *row; struct field *b, *weight; };

/* First and last of the n places at[first], at[first + 2], ... within reach. */
static void reach(const double *at, int first, int n, double x, double radius, int *lower, int *upper) {
  *lower = 0;
  *upper = n;
  while (*lower < n && at[first + 2 * *lower] < x - radius) ++*lower;
  while (*upper > *lower && at[first + 2 * (*upper - 1)] > x + radius) --*upper;
}

static double square(double x) { return x * x; }

static void add_faces(void *data, const struct leaf *f) {
  const struct work *w = data;
  const struct mesh *m = w->mesh;
  if (f->owner != m->rank) return;
  const double *x = w->row, radius = x[ROW_RADIUS], inverse = 1.0 / radius, density = inverse * inverse * inverse;
  for (int c = 0; c < 3; c++) {
    const double *at[3];
    int lower[3], upper[3], first[3];
    for (int d = 0; d < 3; d++) {
      at[d] = places_of(w->places, f->local, d);
      first[d] = d == c ? 0 : 1;
      reach(at[d], first[d], m->nc[d] + (d == c), x[d], radius, &lower[d], &upper[d]);
    }
    const struct view b = view_field(m, w->b, f->local, c), sum = view_field(m, w->weight, f->local, c);
    const double value = x[ROW_FIELD + c];
    for (int k = lower[2]; k < upper[2]; k++)
      for (int j = lower[1]; j < upper[1]; j++) {
        const double d2 = square(at[1][first[1] + 2 * j] - x[1]) + square(at[2][first[2] + 2 * k] - x[2]);
        double *to = view_move(b, 0, j, k).at, *of = view_move(sum, 0, j, k).at;
        for (int i = lower[0]; i < upper[0]; i++) {
          const double weight = density * restart_kernel(sqrt(square(at[0][first[0] + 2 * i] - x[0]) + d2) * inverse);
          to[i] += weight * value;
          of[i] += weight;
        }
      }
  }
}

void restart_faces(const struct mesh *m, const struct leaves *leaves, int64_t count, int columns, const double *row, struct field *b) {
  struct places places;
  struct field weight;
  places_create(&places, m);
  field_create(&weight, m, "weights of faces", CENTRING_FACE, 3);
  for (size_t i = 0; i < b->block_size * (size_t)m->count; i++) b->data[i] = 0.0;
  struct work w = {.mesh = m, .places = &places, .b = b, .weight = &weight};
  for (int64_t p = 0; p < count; p++) {
    w.row = row + p * columns;
    leaves_visit(leaves, w.row, w.row[ROW_RADIUS], add_faces, &w);
  }
  for (size_t i = 0; i < b->block_size * (size_t)m->count; i++) b->data[i] = weight.data[i] > 0.0 ? b->data[i] / weight.data[i] : 0.0;
  struct shared *shared = shared_create(m);
  shared_agree(shared, b);
  shared_destroy(shared);
  field_destroy(&weight);
  memory_free(places.at);
}

/* s = -div B, so that the gradient of the solution of -div grad q = s is what makes the divergence. */
static void minus_divergence(const struct mesh *m, const struct field *b, struct field *s) {
  for (int block = 0; block < m->count; block++) {
    const double *dx = m->block[block].dx;
    const struct view to = view_field(m, s, block, 0), x = view_field(m, b, block, 0), y = view_field(m, b, block, 1), z = view_field(m, b, block, 2);
    for (int k = 0; k < m->nc[2]; k++)
      for (int j = 0; j < m->nc[1]; j++)
        for (int i = 0; i < m->nc[0]; i++) {
          const double *bx = view_move(x, i, j, k).at, *by = view_move(y, i, j, k).at, *bz = view_move(z, i, j, k).at;
          *view_move(to, i, j, k).at = -sum3((bx[1] - bx[0]) / dx[0], (by[y.sy] - by[0]) / dx[1], (bz[z.sz] - bz[0]) / dx[2]);
        }
  }
}

double restart_project(const struct mesh *m, struct gas *gas) {
  enum { ROUNDS = 8 };
  const struct elliptic_boundary open = {.kind = {{ELLIPTIC_DIRICHLET, ELLIPTIC_DIRICHLET}, {ELLIPTIC_DIRICHLET, ELLIPTIC_DIRICHLET}, {ELLIPTIC_DIRICHLET, ELLIPTIC_DIRICHLET}}};
  const struct elliptic_options options = {.method = ELLIPTIC_AMG};
  const struct elliptic_coefficients laplace = {.d_number = 1.0};
  struct field *b = &gas->b[0], q, s, gradient;
  double now = mhd_max_div_b(gas, m);
  field_create(&q, m, "potential of div B", CENTRING_CELL, 1);
  field_create(&s, m, "div B", CENTRING_CELL, 1);
  field_create(&gradient, m, "gradient", CENTRING_FACE, 3);
  struct elliptic *e = elliptic_create(m, &open, &options);
  elliptic_set(e, &laplace);
  const double first = now;
  /* Every round takes out what the last one left, until rounding is all there is. */
  for (int round = 0; round < ROUNDS && now > 1e-13; round++) {
    for (size_t i = 0; i < q.block_size * (size_t)m->count; i++) q.data[i] = 0.0;
    minus_divergence(m, b, &s);
    const struct elliptic_result r = elliptic_solve(e, &s, 0, &q, 0, 1e-8);
    if (!r.converged && r.residual > 1e-2) fail_user("restart: the field cannot be made free of divergence: %s", r.reason);
    elliptic_gradient(e, &q, 0, &gradient);
    for (size_t i = 0; i < b->block_size * (size_t)m->count; i++) b->data[i] -= gradient.data[i];
    struct shared *shared = shared_create(m);
    shared_agree(shared, b);
    shared_destroy(shared);
    const double next = mhd_max_div_b(gas, m);
    if (round > 1 && next > 0.5 * now) break;
    now = next;
  }
  elliptic_destroy(e);
  field_destroy(&q);
  field_destroy(&s);
  field_destroy(&gradient);
  log_info("restart: max |div B| dx / |B| was %.3g from the particles, and is %.3g", first, now);
  return now;
}
