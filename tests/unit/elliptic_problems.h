/* Elliptic problems with known solutions, and the ring. */
#ifndef TESTS_UNIT_ELLIPTIC_PROBLEMS_H
#define TESTS_UNIT_ELLIPTIC_PROBLEMS_H

#include "tests/unit/elliptic_cases.h"

static const struct elliptic_options PLAIN = {0};
static const double TAU = 6.283185307179586;

/* Waves that are not aligned with any block; constant along missing axes. */
static inline double wave_q(const double x[3]) { return sin(TAU * x[0]) * sin(TAU * (x[1] + 0.1)) * (1.0 + 0.5 * sin(TAU * (x[2] + 0.2))); }
static inline void wave_grad(const double x[3], double g[3]) {
  const double s[2] = {sin(TAU * x[0]), sin(TAU * (x[1] + 0.1))}, z = 1.0 + 0.5 * sin(TAU * (x[2] + 0.2));
  g[0] = TAU * cos(TAU * x[0]) * s[1] * z;
  g[1] = TAU * cos(TAU * (x[1] + 0.1)) * s[0] * z;
  g[2] = 0.5 * TAU * cos(TAU * (x[2] + 0.2)) * s[0] * s[1];
}
/* In the plane, x[2] is fixed: no gradient along it enters, for D has no cross terms there. */
static inline double wave2_q(const double x[3]) { return sin(TAU * x[0]) * sin(TAU * (x[1] + 0.1)); }
static inline void wave2_grad(const double x[3], double g[3]) {
  g[0] = TAU * cos(TAU * x[0]) * sin(TAU * (x[1] + 0.1));
  g[1] = TAU * cos(TAU * (x[1] + 0.1)) * sin(TAU * x[0]);
  g[2] = 0.0;
}
static inline double growth_q(const double x[3]) { return (x[0] * x[0] - x[1]) * exp(0.5 * x[0] + x[1]); }
static inline void growth_grad(const double x[3], double g[3]) {
  const double p = x[0] * x[0] - x[1], e = exp(0.5 * x[0] + x[1]);
  g[0] = e * (0.5 * p + 2.0 * x[0]);
  g[1] = e * (p - 1.0);
  g[2] = 0.0;
}
static inline double some(const double x[3]) { return 1.0 + 0.5 * x[0]; }
/* 1 along a field that turns, 0.1 across. */
static inline void oblique_d(const double x[3], double d[3][3]) {
  const double b[2] = {1.0 + 0.5 * sin(TAU * x[1]), 0.7 + 0.5 * cos(TAU * x[0])}, n = b[0] * b[0] + b[1] * b[1];
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < 3; j++) d[i][j] = (i == j ? 0.1 : 0.0) + (i < 2 && j < 2 ? 0.9 * b[i] * b[j] / n : 0.0);
  }
}
static inline void oblique3_d(const double x[3], double d[3][3]) {
  const double b[3] = {1.0 + 0.5 * sin(TAU * x[1]), 0.7 + 0.5 * cos(TAU * x[2]), 0.4 + 0.5 * sin(TAU * x[0])};
  const double n = b[0] * b[0] + b[1] * b[1] + b[2] * b[2];
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < 3; j++) d[i][j] = (i == j ? 0.1 : 0.0) + 0.9 * b[i] * b[j] / n;
  }
}
static inline void wind(const double x[3], double w[3]) {
  w[0] = 3.0 * sin(TAU * x[1]);
  w[1] = 2.0 * cos(TAU * x[0]);
  w[2] = 1.0;
}
/* D jumps by 100 at x = 1/2; faces there have the harmonic mean.  Fluxes are smooth. */
static inline double jump_at(double x) { return x < 0.5 ? 1.0 : x > 0.5 ? 100.0 : 2.0 * 100.0 / 101.0; }
static inline double jump_q(const double x[3]) { return sin(TAU * x[0]) / jump_at(x[0]) * (1.0 + x[1] * x[1]); }
static inline void jump_grad(const double x[3], double g[3]) {
  const double d = jump_at(x[0]);
  g[0] = TAU * cos(TAU * x[0]) / d * (1.0 + x[1] * x[1]);
  g[1] = sin(TAU * x[0]) / d * 2.0 * x[1];
  g[2] = 0.0;
}
static inline void jump_d(const double x[3], double d[3][3]) { d[0][0] = d[1][1] = d[2][2] = jump_at(x[0]); }

static const struct problem WAVE2 = {.q = wave2_q, .grad = wave2_grad}, WAVE3 = {.q = wave_q, .grad = wave_grad},
                            GROWTH = {.q = growth_q, .grad = growth_grad, .dirichlet = true},
                            OBLIQUE2 = {.q = wave2_q, .grad = wave2_grad, .a = some, .d = oblique_d, .tensor = true},
                            OBLIQUE3 = {.q = wave_q, .grad = wave_grad, .a = some, .d = oblique3_d, .tensor = true},
                            WIND = {.q = wave2_q, .grad = wave2_grad, .a = some, .w = wind},
                            ALL = {.q = growth_q, .grad = growth_grad, .a = some, .d = oblique_d, .w = wind, .tensor = true, .dirichlet = true},
                            JUMP = {.q = jump_q, .grad = jump_grad, .d = jump_d, .dirichlet = true};

/* Integral of q over the domain. */
static inline double trial_mean_q(const struct trial *t) {
  const struct mesh *m = &t->mesh;
  double sum = 0.0;
  for (int b = 0; b < m->count; b++) {
    for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++)
      sum += *view_move(view_field(m, &t->q, b, 0), c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]).at * (m->block[b].dx[0] * m->block[b].dx[1] * m->block[b].dx[2]);
  }
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, m->comm);
  return sum;
}

/* ---- diffusion along circles of a hot patch, 12 in a medium of 10 (Parrish & Stone 2005, ApJ 633, 334; here the domain has length 1) ---- */

static inline void ring_g(const double x[3], double g[3]) {
  const double u = 2.0 * x[0] - 1.0, v = 2.0 * x[1] - 1.0, r = sqrt(u * u + v * v), scale = r > 0.0 ? 0.05 / r : 0.0;
  g[0] = -v * scale;
  g[1] = u * scale;
  g[2] = 0.0;
}
/* D = g g. */
static inline void ring_d(const double x[3], double d[3][3]) {
  double g[3];
  ring_g(x, g);
  for (int i = 0; i < 9; i++) d[i / 3][i % 3] = g[i / 3] * g[i % 3];
}
static inline double ring_q(const double x[3]) {
  const double u = 2.0 * x[0] - 1.0, v = 2.0 * x[1] - 1.0, r = sqrt(u * u + v * v), angle = fabs(atan2(v, u));
  return r > 0.5 && r < 0.7 && angle > 11.0 / 12.0 * 3.14159265358979324 ? 12.0 : 10.0;
}
static inline double ring_medium(const double x[3]) { return (void)x, 10.0; }
static inline void flat(const double x[3], double g[3]) { (void)x, g[0] = g[1] = g[2] = 0.0; }
static const struct problem RING = {.q = ring_q, .grad = flat, .d = ring_d, .tensor = true, .dirichlet = true};

/* Sum of q over the plane, and its ends. */
static inline double ring_total(const struct trial *t, double *least, double *most) {
  const struct mesh *m = &t->mesh;
  double sum = 0.0, ends[2] = {-HUGE_VAL, -HUGE_VAL};
  for (int b = 0; b < m->count; b++) {
    for (int c = 0; c < m->nc[0] * m->nc[1]; c++) {
      const double q = *view_move(view_field(m, &t->q, b, 0), c % m->nc[0], c / m->nc[0], 0).at;
      sum += q * m->block[b].dx[0] * m->block[b].dx[1];
      ends[0] = fmax(ends[0], -q);
      ends[1] = fmax(ends[1], q);
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, m->comm);
  MPI_Allreduce(MPI_IN_PLACE, ends, 2, MPI_DOUBLE, MPI_MAX, m->comm);
  *least = -ends[0];
  *most = ends[1];
  return sum;
}

#endif
