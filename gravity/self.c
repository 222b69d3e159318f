#include "gravity/self.h"

#include "amr/view.h"
#include "base/constants.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/sum.h"

#include <math.h>
#include <string.h>

/* m >= 0, real and imaginary parts. */
enum { TERMS = (SELF_ORDER + 1) * (SELF_ORDER + 2) / 2, MOMENTS = 2 * TERMS };

struct self_gravity {
  const struct mesh *mesh;
  double constant, centre[3], moment[MOMENTS];
  bool periodic;
  struct elliptic *e;
  struct field source;
};

static inline int term(int l, int m) { return l * (l + 1) / 2 + m; }

/* Solid harmonics by recurrence, r^l P_lm e^(i m phi) / (l + m)! and (l - m)! P_lm e^(i m phi) / r^(l + 1), for which
 * 1 / |x - y| = sum over l and m of Re(conj(regular(y)) irregular(x)), m > 0 twice, if |y| < |x|. */
static void regular(const double x[3], double re[TERMS], double im[TERMS]) {
  const double r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2];
  re[0] = 1.0;
  im[0] = 0.0;
  for (int m = 0; m <= SELF_ORDER; m++) {
    const int d = term(m, m);
    if (m > 0) {
      const int b = term(m - 1, m - 1);
      re[d] = (x[0] * re[b] - x[1] * im[b]) / (2 * m);
      im[d] = (x[0] * im[b] + x[1] * re[b]) / (2 * m);
    }
    for (int l = m + 1; l <= SELF_ORDER; l++) {
      const double c = 1.0 / ((l + m) * (l - m));
      const int n = term(l, m), b = term(l - 1, m), b2 = l > m + 1 ? term(l - 2, m) : 0;
      const double last = l > m + 1 ? r2 : 0.0;
      re[n] = c * ((2 * l - 1) * x[2] * re[b] - last * re[b2]);
      im[n] = c * ((2 * l - 1) * x[2] * im[b] - last * im[b2]);
    }
  }
}

static void irregular(const double x[3], double re[TERMS], double im[TERMS]) {
  const double r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2], inverse = 1.0 / r2;
  re[0] = sqrt(inverse);
  im[0] = 0.0;
  for (int m = 0; m <= SELF_ORDER; m++) {
    const int d = term(m, m);
    if (m > 0) {
      const int b = term(m - 1, m - 1);
      re[d] = (2 * m - 1) * inverse * (x[0] * re[b] - x[1] * im[b]);
      im[d] = (2 * m - 1) * inverse * (x[0] * im[b] + x[1] * re[b]);
    }
    for (int l = m + 1; l <= SELF_ORDER; l++) {
      const int n = term(l, m), b = term(l - 1, m), b2 = l > m + 1 ? term(l - 2, m) : 0;
      const double last = l > m + 1 ? (l - 1) * (l - 1) - m * m : 0.0;
      re[n] = inverse * ((2 * l - 1) * x[2] * re[b] - last * re[b2]);
      im[n] = inverse * ((2 * l - 1) * x[2] * im[b] - last * im[b2]);
    }
  }
}

static double at_boundary(void *data, int axis, int side, const double x[3]) {
  const struct self_gravity *g = data;
  const double from[3] = {x[0] - g->centre[0], x[1] - g->centre[1], x[2] - g->centre[2]};
  double re[TERMS], im[TERMS], sum = 0.0;
  (void)axis;
  (void)side;
  irregular(from, re, im);
  /* The smallest terms first. */
  for (int l = SELF_ORDER; l >= 0; l--) {
    for (int m = l; m >= 0; m--) {
      const int n = term(l, m);
      sum += (m > 0 ? 2.0 : 1.0) * (g->moment[2 * n] * re[n] + g->moment[2 * n + 1] * im[n]);
    }
  }
  return -g->constant * sum;
}

struct self_gravity *self_gravity_create(const struct mesh *mesh, double constant, bool periodic, const struct elliptic_options *options) {
  struct self_gravity *g = memory_get(sizeof *g);
  *g = (struct self_gravity){.mesh = mesh, .constant = constant, .periodic = periodic};
  require(periodic || mesh->dim == 3, "gravity of an isolated density wants three dimensions");
  for (int a = 0; a < mesh->dim; a++) {
    require((mesh->boundary[a][0] == BOUNDARY_PERIODIC) == periodic, "gravity: isolated and periodic ends of the domain do not mix");
  }
  const struct elliptic_boundary boundary = {.function = at_boundary, .data = g};
  const struct elliptic_options plain = {.method = options ? options->method : ELLIPTIC_AUTO, .max_iterations = options ? options->max_iterations : 0};
  const struct elliptic_coefficients poisson = {.d_number = 1.0};
  g->e = elliptic_create(mesh, &boundary, &plain);
  elliptic_set(g->e, &poisson);
  field_create(&g->source, mesh, "source of gravity", CENTRING_CELL, 1);
  return g;
}

void self_gravity_destroy(struct self_gravity *g) {
  if (g == NULL) return;
  elliptic_destroy(g->e);
  field_destroy(&g->source);
  memory_free(g);
}

/* Mass of a cell, and where it is. */
static double mass_at(const struct self_gravity *g, const struct view rho, int b, const int i[3], double x[3]) {
  const struct block *k = &g->mesh->block[b];
  for (int a = 0; a < 3; a++) x[a] = mesh_coordinate(g->mesh, k, a, i[a] + 0.5);
  return *view_move(rho, i[0], i[1], i[2]).at * (k->dx[0] * k->dx[1] * k->dx[2]);
}

/* Sums over all cells, of mass and mass times place, then of the moments about the centre. */
static void add_up(struct self_gravity *g, const struct field *rho, int component, bool moments) {
  const struct mesh *m = g->mesh;
  const int count = moments ? MOMENTS : 4;
  struct sum *part = memory_get(sizeof *part * (size_t)m->count * (size_t)count);
  double total[MOMENTS], re[TERMS], im[TERMS], x[3];
  for (int b = 0; b < m->count; b++) {
    struct sum *s = part + (size_t)b * (size_t)count;
    const struct view v = view_field(m, rho, b, component);
    for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++) {
      const int i[3] = {c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]};
      const double mass = mass_at(g, v, b, i, x);
      if (mass == 0.0) continue;
      if (!moments) {
        sum_add(&s[0], mass);
        for (int a = 0; a < 3; a++) sum_add(&s[1 + a], mass * x[a]);
        continue;
      }
      for (int a = 0; a < 3; a++) x[a] -= g->centre[a];
      regular(x, re, im);
      for (int n = 0; n < TERMS; n++) {
        sum_add(&s[2 * n], mass * re[n]);
        sum_add(&s[2 * n + 1], mass * im[n]);
      }
    }
  }
  sum_over_blocks(m->comm, m->count, count, part, total);
  memory_free(part);
  if (moments) memcpy(g->moment, total, sizeof g->moment);
  for (int a = 0; a < 3 && !moments; a++) g->centre[a] = total[0] > 0.0 ? total[1 + a] / total[0] : 0.5 * (m->lower[a] + m->upper[a]);
}

/* The round-off of a periodic density over its deviation from the mean, below which no solution can get. */
static double noise(const struct self_gravity *g) {
  if (!g->periodic) return 0.0;
  const struct mesh *m = g->mesh;
  struct sum *part = memory_get(sizeof *part * 3 * (size_t)(m->count + 1));
  double total[3];
  for (int pass = 0; pass < 2; pass++) {
    const double mean = pass ? total[1] / total[0] : 0.0;
    memset(part, 0, sizeof *part * 3 * (size_t)(m->count + 1));
    for (int b = 0; b < m->count; b++) {
      const double volume = m->block[b].dx[0] * m->block[b].dx[1] * m->block[b].dx[2];
      for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++) {
        const int i[3] = {c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]};
        const double s = *view_move(view_field(m, &g->source, b, 0), i[0], i[1], i[2]).at - mean;
        sum_add(&part[3 * b], volume);
        sum_add(&part[3 * b + 1], volume * s);
        sum_add(&part[3 * b + 2], volume * (s * s));
      }
    }
    const double first = pass ? total[1] / total[0] : 0.0;
    sum_over_blocks(m->comm, m->count, 3, part, total);
    if (pass) total[1] = first;
  }
  memory_free(part);
  const double deviation = sqrt(total[2] / total[0]);
  return deviation > 0.0 ? min(1e10, 1e-15 * fabs(total[1]) / deviation) : 0.0;
}

struct elliptic_result self_gravity_solve(struct self_gravity *g, const struct field *rho, int rho_component, struct field *phi,
                                          int phi_component, double tolerance) {
  const struct mesh *m = g->mesh;
  if (!g->periodic) {
    const struct elliptic_boundary boundary = {.function = at_boundary, .data = g};
    add_up(g, rho, rho_component, false);
    add_up(g, rho, rho_component, true);
    elliptic_set_boundary(g->e, &boundary);
  }
  for (int b = 0; b < m->count; b++) {
    const struct view from = view_field(m, rho, b, rho_component), to = view_field(m, &g->source, b, 0);
    for (int k = 0; k < m->nc[2]; k++) {
      for (int j = 0; j < m->nc[1]; j++) {
        const double *r = view_move(from, 0, j, k).at;
        double *s = view_move(to, 0, j, k).at;
        for (int i = 0; i < m->nc[0]; i++) s[i] = -4.0 * PI * g->constant * r[i];
      }
    }
  }
  return elliptic_solve(g->e, &g->source, 0, phi, phi_component, max(tolerance, noise(g)));
}

void self_gravity_acceleration(struct self_gravity *g, const struct field *phi, int phi_component, struct field *faces) {
  elliptic_gradient(g->e, phi, phi_component, faces);
  for (int b = 0; b < g->mesh->count; b++) {
    double *f = field_data(faces, b, 0);
    for (size_t i = 0; i < faces->block_size; i++) f[i] = -f[i];
  }
}
