/* Implicit steps of groups: stages, their combination to second order, and the books. */
#include "crtransport/implicit.h"

#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/sum.h"
#include "crtransport/depth.h"
#include "crtransport/implicit_parts.h"
#include "crtransport/walls.h"

#include <math.h>
#include <string.h>

static const double GAMMA = 0.29289321881345248; /* 1 - sqrt(1/2) */

static struct crt_implicit *create(const struct crt *c, const struct mesh *m) {
  struct crt_implicit *im = memory_get(sizeof *im);
  const struct crt_implicit_params *par = &c->par.implicit;
  static const enum elliptic_form form[] = {[CRT_CORNER] = ELLIPTIC_CORNER, [CRT_MONOTONE] = ELLIPTIC_MONOTONE, [CRT_PLAIN] = ELLIPTIC_PLAIN};
  const struct elliptic_options options = {.tensor = m->dim > 1 && !par->isotropic,
                                           .form = m->dim == 1 || par->isotropic ? ELLIPTIC_PLAIN : form[par->operator],
                                           .method = (enum elliptic_method)par->solver, .max_iterations = par->iterations};
  struct elliptic_boundary boundary = {.kind = {{0}}};
  for (int d = 0; d < 3; d++)
    for (int side = 0; side < 2; side++) boundary.kind[d][side] = ELLIPTIC_FLUX;
  im->mesh = m;
  im->elliptic = elliptic_create(m, &boundary, &options);
  im->shared = shared_create(m);
  im->positive[0] = true;
  struct field *states[] = {&im->start, &im->old, &im->next};
  for (int i = 0; i < 3; i++) {
    field_create(states[i], m, "implicit step", CENTRING_CELL, 2);
    states[i]->positive = im->positive;
  }
  field_create(&im->cells, m, "rates", CENTRING_CELL, CELL_COUNT);
  field_create(&im->system, m, "linear system", CENTRING_CELL, SYSTEM_COUNT);
  field_create(&im->limit, m, "room", CENTRING_CELL, LIMIT_COUNT);
  static const bool both[LIMIT_COUNT] = {true, true};
  im->limit.positive = both;
  if (options.form == ELLIPTIC_CORNER) field_create(&im->corner, m, "corners", CENTRING_CELL, 4);
  struct field *faces[] = {&im->memory, &im->d, &im->cross[0], &im->cross[1], &im->w, &im->flux, &im->sum};
  for (int i = 0; i < 7; i++) field_create(faces[i], m, "implicit step", CENTRING_FACE, 3);
  return im;
}

void crt_implicit_destroy(struct crt_implicit *im) {
  if (im == NULL) return;
  struct field *fields[] = {&im->start, &im->old, &im->next, &im->cells, &im->system, &im->limit, &im->memory,
                            &im->d, &im->cross[0], &im->cross[1], &im->w, &im->flux, &im->sum, &im->corner};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (fields[i]->data) field_destroy(fields[i]);
  elliptic_destroy(im->elliptic);
  shared_destroy(im->shared);
  memory_free(im);
}

struct crt_implicit_failure crt_implicit_failure(const struct crt *c) { return c->implicit ? c->implicit->failure : (struct crt_implicit_failure){.reason = NULL}; }

struct crt_implicit_cost crt_implicit_cost(const struct crt *c) { return c->implicit ? c->implicit->cost : (struct crt_implicit_cost){0}; }

double crt_implicit_price(const struct crt *c, const struct mesh *mesh, int group, double dt) {
  /* Measured: to fill a linear system, and to solve it, which grows like the number of cells that particles diffuse through in a stage. */
  const double FILL = 80.0, SOLVE = 25.0, stage = c->par.implicit.order == 1 ? dt : GAMMA * dt;
  const struct crt_group *g = &c->group[group];
  double dx = INFINITY, sum = 0.0;
  for (int b = 0; b < mesh->count; b++)
    for (int d = 0; d < mesh->dim; d++) dx = min(dx, mesh->block[b].dx[d]);
  MPI_Allreduce(MPI_IN_PLACE, &dx, 1, MPI_DOUBLE, MPI_MIN, mesh->comm);
  for (int p = 0; p < g->count; p++) {
    const double across = g->member[p].speed * stage / dx;
    sum += FILL * c->par.implicit.order + SOLVE * across / sqrt(3.0 * (1.0 + g->member[p].rate * stage));
  }
  return sum / max(g->count, 1);
}

static size_t all_cells(const struct field *f) { return f->block_size * (size_t)f->count; }

/* The interior of both components. */
static void copy_state(const struct mesh *m, struct field *to, const struct field *from) {
  for (int b = 0; b < m->count; b++)
    for (int c = 0; c < 2; c++) view_copy(view_field(m, to, b, c), view_field(m, from, b, c), m->nc);
}

/* to = x to + y from. */
static void combine(struct field *to, double x, const struct field *from, double y) {
  for (size_t i = 0; i < all_cells(to); i++) to->data[i] = x * to->data[i] + y * from->data[i];
}

/* From start, ghosts filled, to next and the mean fluxes sum; false: a linear system was not solved. */
static bool advance(struct crt_implicit *im, struct exchange *x, struct stage s, int order) {
  const struct mesh *m = im->mesh;
  const double dt = s.dt;
  struct field *old[1] = {&im->old};
  memcpy(im->old.data, im->start.data, sizeof(double) * all_cells(&im->start));
  s.bounded = true;
  if (order == 1) {
    if (!crt_stage(im, x, &s)) return false;
    memcpy(im->sum.data, im->flux.data, sizeof(double) * all_cells(&im->flux));
    return true;
  }
  const double on = (1.0 - GAMMA) / GAMMA;
  s.dt = GAMMA * dt;
  if (!crt_stage(im, x, &s)) return false;
  memcpy(im->sum.data, im->flux.data, sizeof(double) * all_cells(&im->flux));
  copy_state(m, &im->old, &im->next);
  combine(&im->old, on, &im->start, 1.0 - on);
  exchange_all(x, 1, old);
  s.bounded = false;
  if (!crt_stage(im, x, &s)) return false;
  combine(&im->sum, 1.0 - GAMMA, &im->flux, GAMMA);
  return true;
}

/* Add what leaves through the ends of the domain; returns its sum over all ranks. */
static double count_walls(const struct crt_implicit *im, double dt, struct exact *outflow) {
  const struct mesh *m = im->mesh;
  struct exact part = {{0}, 0, 0};
  double *row = memory_get(sizeof *row * (size_t)(m->nc[0] * m->nc[1] * m->nc[2]));
  for (int b = 0; b < m->count; b++)
    for (int face = 0; face < 2 * m->dim; face++) {
      if (!crt_wall(m, b, face)) continue;
      const int d = face / 2, last = (face % 2) * m->nc[d];
      const struct view f = view_field(m, &im->sum, b, d);
      size_t n = 0;
      for (int k = d == 2 ? last : 0; k < (d == 2 ? last + 1 : m->nc[2]); k++)
        for (int j = d == 1 ? last : 0; j < (d == 1 ? last + 1 : m->nc[1]); j++)
          for (int i = d == 0 ? last : 0; i < (d == 0 ? last + 1 : m->nc[0]); i++) row[n++] = *crt_at(&f, i, j, k);
      crt_walls_count(m, b, face, dt, n, row, &part);
    }
  memory_free(row);
  exact_join(outflow, &part);
  exact_over_ranks(m->comm, 1, &part);
  return exact_value(&part);
}

/* Sum over the mesh of q, as q times volume. */
static double total(const struct mesh *m, const struct field *state) {
  struct sum *part = memory_get(sizeof *part * (size_t)(m->count + 1));
  double all = 0.0;
  for (int b = 0; b < m->count; b++) {
    const struct view q = view_field(m, state, b, 0);
    double volume = 1.0;
    for (int d = 0; d < 3; d++) volume *= m->block[b].dx[d];
    CRT_CELLS(m, k, j, i) sum_add(&part[b], volume * *crt_at(&q, i, j, k));
  }
  sum_over_blocks(m->comm, m->count, 1, part, &all);
  memory_free(part);
  return all;
}

/* Floors of the cells, in place of the rates: the least value of the mesh before the step where cells are thick and nothing is absorbed, else zero. */
static void fill_floors(struct crt_implicit *im, const struct stage *s) {
  const struct mesh *m = im->mesh;
  double low = INFINITY;
  bool absorbs = false;
  for (int d = 0; d < m->dim; d++)
    for (int side = 0; side < 2; side++) absorbs = absorbs || s->c->par.boundary[d][side] == CRT_BOUNDARY_ABSORBING;
  for (int b = 0; b < m->count; b++) {
    const struct view q = view_field(m, &im->start, b, 0);
    CRT_CELLS(m, k, j, i) low = min(low, *crt_at(&q, i, j, k));
  }
  MPI_Allreduce(MPI_IN_PLACE, &low, 1, MPI_DOUBLE, MPI_MIN, m->comm);
  low = absorbs ? 0.0 : max(low, 0.0);
  for (int b = 0; b < m->count; b++) {
    const struct view nu = view_field(m, &im->cells, b, CELL_RATE);
    double dx = INFINITY;
    for (int d = 0; d < m->dim; d++) dx = min(dx, m->block[b].dx[d]);
    CRT_CELLS(m, k, j, i) {
      double *at = crt_at(&nu, i, j, k);
      *at = low * crt_depth_bounds(*at * dx / s->speed);
    }
  }
}

/* No more flux than all particles that move one way. */
static void bound_flux(struct crt_implicit *im, double speed) {
  const struct mesh *m = im->mesh;
  for (int b = 0; b < m->count; b++) {
    const struct view q = view_field(m, &im->next, b, 0), f = view_field(m, &im->next, b, 1);
    CRT_CELLS(m, k, j, i) {
      double *at = crt_at(&f, i, j, k), most = speed * *crt_at(&q, i, j, k);
      *at = min(max(*at, -most), most);
    }
  }
}

bool crt_implicit(struct crt *c, const struct mesh *mesh, struct exchange *x, int group, double dt, const struct field *profile,
                  const struct field *alfven) {
  struct crt_group *g = &c->group[group];
  const double start = MPI_Wtime();
  require(g->speed == c->par.light, "implicit steps of cosmic rays have the true speed of light");
  if (c->implicit == NULL) c->implicit = create(c, mesh);
  struct crt_implicit *im = c->implicit;
  struct field *state[1] = {&g->state};
  const int64_t unsettled = im->cost.unsettled, solves = im->cost.solves;
  im->failure = (struct crt_implicit_failure){.group = group};
  exchange_all(x, 1, state);
  const size_t n = g->state.comp_size[0];
  for (int p = 0; p < g->count; p++) {
    const struct stage s = {.c = c, .dt = dt, .speed = g->member[p].speed, .rate = g->member[p].rate, .profile = profile, .alfven = alfven};
    for (int b = 0; b < mesh->count; b++) {
      memcpy(field_data(&im->start, b, 0), field_data(&g->state, b, 0) + n * (size_t)p, sizeof(double) * n);
      memcpy(field_data(&im->start, b, 1), field_data(&g->state, b, 0) + n * (size_t)(g->count + p), sizeof(double) * n);
    }
    const double before = total(mesh, &im->start);
    im->failure.member = p;
    if (!isfinite(before)) {
      im->failure.reason = "it is not finite";
      return false;
    }
    if (before <= 0.0) continue;
    if (!advance(im, x, s, c->par.implicit.order)) return false;
    fill_floors(im, &s);
    crt_repair(im, x, before - count_walls(im, dt, &g->outflow[p]));
    bound_flux(im, s.speed);
    for (int b = 0; b < mesh->count; b++)
      for (int v = 0; v < 2; v++)
        view_copy(crt_cells_of(mesh, &g->state, b, p + v * g->count),
                  view_field(mesh, &im->next, b, v), mesh->nc);
  }
  im->cost.steps += g->count;
  if (im->cost.unsettled > unsettled)
    log_warning("%s: %lld of %lld linear systems are as good as their limiters or round-off let them be, residual up to %.1e", g->name, (long long)(im->cost.unsettled - unsettled),
                (long long)(im->cost.solves - solves), im->cost.residual);
  im->cost.seconds += MPI_Wtime() - start;
  g->substeps++;
  return true;
}
