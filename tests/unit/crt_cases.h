/* Cosmic rays on a mesh, for tests. */
#ifndef TESTS_UNIT_CRT_CASES_H
#define TESTS_UNIT_CRT_CASES_H

#include "base/sum.h"
#include "crtransport/transport.h"
#include "tests/unit/gas_cases.h"

#include <string.h>

/* One group on a mesh, with the field that it follows. */
struct rays {
  struct mesh mesh;
  struct exchange *x;
  struct field b, profile, alfven;
  struct crt crt;
};

typedef double rays_fn(const double x[3]);
typedef double rays_face_fn(int d, const double x[3]);

static inline struct crt_params rays_params(double light) {
  return (struct crt_params){.form = RSOL_FULL, .closure = CLOSURE_M1, .light = light, .cfl = 0.3, .field_floor = 1e-10, .limiter = true};
}

/* Centre of cell i, or of the lower face along d. */
static inline void rays_place(const struct mesh *m, int b, int d, const int i[3], double x[3]) {
  for (int a = 0; a < 3; a++) x[a] = a < m->dim ? mesh_coordinate(m, &m->block[b], a, i[a] + (a == d ? 0.0 : 0.5)) : 0.0;
}

static inline void rays_set(const struct mesh *m, struct field *f, int c, rays_fn *value) {
  int i[3];
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double x[3];
      rays_place(m, b, -1, i, x);
      *value_at(m, f, b, c, i) = value(x);
    }
}

/* v_A and the profile are not used unless they are set and handed over. */
static inline void rays_open(struct rays *r, const struct mesh_params *mesh, const struct crt_params *par, int count, const struct crt_member *member,
                             double speed, rays_face_fn *field, MPI_Comm comm) {
  mesh_create(&r->mesh, mesh, 2, comm);
  r->x = exchange_create(&r->mesh);
  field_create(&r->b, &r->mesh, "B", CENTRING_FACE, 3);
  field_create(&r->profile, &r->mesh, "profile", CENTRING_CELL, 1);
  field_create(&r->alfven, &r->mesh, "alfven", CENTRING_CELL, 1);
  crt_create(&r->crt, par, &r->mesh);
  crt_add_group(&r->crt, &r->mesh, count, member, speed);
  int i[3], n[3];
  for (int b = 0; b < r->mesh.count; b++)
    for (int d = 0; d < 3; d++) {
      own_extent(&r->mesh, &r->b, d, n);
      FOR_CELLS(i, n) {
        double x[3];
        rays_place(&r->mesh, b, d, i, x);
        *value_at(&r->mesh, &r->b, b, d, i) = field(d, x);
      }
    }
  crt_directions(&r->crt, &r->mesh, r->x, &r->b);
}

static inline void rays_close(struct rays *r) {
  crt_destroy(&r->crt);
  field_destroy(&r->b);
  field_destroy(&r->profile);
  field_destroy(&r->alfven);
  exchange_destroy(r->x);
  mesh_destroy(&r->mesh);
}

static inline void rays_fill_ghosts(struct rays *r, struct field *f) { exchange_all(r->x, 1, &f); }

/* Advance by time t; returns the number of sub-steps. */
static inline int rays_run(struct rays *r, double t, bool profile, bool alfven) {
  int n = crt_substeps(&r->crt, &r->mesh, 0, t, profile ? &r->profile : NULL);
  crt_transport(&r->crt, &r->mesh, r->x, 0, t, n, profile ? &r->profile : NULL, alfven ? &r->alfven : NULL);
  return n;
}

static inline double cell_volume(const struct mesh *m, int b) {
  double v = 1.0;
  for (int d = 0; d < m->dim; d++) v *= m->block[b].dx[d];
  return v;
}

struct rays_figures { double total, error, low, high; };

/* Integral of component c, mean |q - exact| over the domain (NULL: 0), least and largest value.  Collective. */
static inline struct rays_figures rays_measure(const struct rays *r, int c, rays_fn *exact) {
  const struct mesh *m = &r->mesh;
  struct sum *part = memory_get(sizeof *part * 3 * (size_t)(m->count + 1));
  double ends[2] = {1e300, 1e300}, all[3];
  int i[3];
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double x[3], v = *value_at(m, &r->crt.group[0].state, b, c, i), dv = cell_volume(m, b);
      rays_place(m, b, -1, i, x);
      sum_add(&part[3 * b], v * dv);
      if (exact) sum_add(&part[3 * b + 1], fabs(v - exact(x)) * dv);
      sum_add(&part[3 * b + 2], dv);
      ends[0] = fmin(ends[0], v);
      ends[1] = fmin(ends[1], -v);
    }
  sum_over_blocks(m->comm, m->count, 3, part, all);
  MPI_Allreduce(MPI_IN_PLACE, ends, 2, MPI_DOUBLE, MPI_MIN, m->comm);
  memory_free(part);
  return (struct rays_figures){all[0], all[1] / all[2], ends[0], -ends[1]};
}

#endif
