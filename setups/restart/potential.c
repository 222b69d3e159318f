/* The potential of particles that stay where they are: Poisson's equation on nested grids of nodes around the origin, each half as wide as the one
 * before, by multigrid (Brandt 1977, Math. Comput. 31, 333); the outermost one has the values of lumps of mass at its ends, the others those of the next
 * wider grid.  Particles are cubes as wide as a cell of the finest grid that has at least FEW of them in a cell there, so that few particles do not
 * make wells of their own.  Masses are added as integers: the result does not depend on the ranks. */
#include "base/constants.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/sum.h"
#include "setups/restart/restart.h"

#include <math.h>
#include <string.h>

enum { N = 64, NODES = (N + 1) * (N + 1) * (N + 1), LEVELS = 20, FEW = 8, LUMPS = 8, CYCLES = 14 };

struct restart_potential {
  int levels;
  double half[LEVELS];      /* half the width, falling */
  double mass, centre[3], gravity;
  double *phi[LEVELS];      /* [NODES] */
};

static size_t node(int n, int i, int j, int k) { return ((size_t)k * (size_t)(n + 1) + (size_t)j) * (size_t)(n + 1) + (size_t)i; }

/* ---- masses on nodes ---- */

static bool within(const double *x, double half) { return fabs(x[0]) < half && fabs(x[1]) < half && fabs(x[2]) < half; }

static size_t cell_of(const double *x, double half) {
  int at[3];
  for (int d = 0; d < 3; d++) {
    at[d] = (int)((x[d] + half) * (N / (2.0 * half)));
    at[d] = at[d] > N - 1 ? N - 1 : at[d];
  }
  return ((size_t)at[2] * N + (size_t)at[1]) * N + (size_t)at[0];
}

/* width[i]: of the cube of particle i. */
static double *widths(const struct restart_potential *p, const struct restart_mass *m, MPI_Comm comm) {
  double *width = memory_get(sizeof *width * (size_t)(m->count + 1));
  int *count = memory_get(sizeof *count * N * N * N);
  for (int64_t i = 0; i < m->count; i++) width[i] = p->half[0] * (2.0 / N);
  for (int l = 0; l < p->levels; l++) {
    memset(count, 0, sizeof *count * N * N * N);
    for (int64_t i = 0; i < m->count; i++)
      if (within(m->at[i], p->half[l])) count[cell_of(m->at[i], p->half[l])]++;
    MPI_Allreduce(MPI_IN_PLACE, count, N * N * N, MPI_INT, MPI_SUM, comm);
    for (int64_t i = 0; i < m->count; i++)
      if (within(m->at[i], p->half[l]) && count[cell_of(m->at[i], p->half[l])] >= FEW) width[i] = p->half[l] * (2.0 / N);
  }
  memory_free(count);
  return width;
}

/* Nodes whose cells a cube touches along an axis, and the share of each; returns how many. */
static int shares(double x, double width, double half, int *first, double share[N + 1]) {
  const double h = half * (2.0 / N), lower = (x - 0.5 * width + half) / h + 0.5, upper = (x + 0.5 * width + half) / h + 0.5;
  const int from = lower > 0.0 ? (int)lower : 0, to = upper < N + 1 ? (int)upper : N;
  *first = from;
  for (int i = from; i <= to; i++) share[i - from] = fmax(fmin(upper, i + 1.0) - fmax(lower, (double)i), 0.0) * h / width;
  return to - from + 1;
}

static void masses(const struct restart_potential *p, int level, const struct restart_mass *m, const double *width, double *mass, MPI_Comm comm) {
  int64_t *sum = memory_get(sizeof *sum * NODES);
  const double half = p->half[level], h = half * (2.0 / N), scale = p->mass > 0.0 ? 0x1p60 / p->mass : 0.0;
  for (int64_t i = 0; i < m->count; i++) {
    const double *x = m->at[i], w = fmax(width[i], h);
    double share[3][N + 1];
    int first[3], n[3];
    if (!within(x, half + 0.5 * (w + h))) continue;
    for (int d = 0; d < 3; d++) n[d] = shares(x[d], w, half, &first[d], share[d]);
    for (int c = 0; c < n[2]; c++)
      for (int b = 0; b < n[1]; b++)
        for (int a = 0; a < n[0]; a++)
          sum[node(N, first[0] + a, first[1] + b, first[2] + c)] += llrint(x[3] * scale * share[0][a] * (share[1][b] * share[2][c]));
  }
  MPI_Allreduce(MPI_IN_PLACE, sum, NODES, MPI_INT64_T, MPI_SUM, comm);
  for (int i = 0; i < NODES; i++) mass[i] = p->mass > 0.0 ? (double)sum[i] / scale : 0.0;
  memory_free(sum);
}

/* ---- multigrid: (sum of the six neighbours - 6 phi) = s ---- */

static void relax(int n, double *restrict phi, const double *restrict s) {
  const ptrdiff_t y = n + 1, z = y * y;
  for (int colour = 0; colour < 2; colour++)
    for (int k = 1; k < n; k++)
      for (int j = 1; j < n; j++)
        for (int i = 1 + ((j + k + colour) & 1); i < n; i += 2) {
          double *q = phi + node(n, i, j, k);
          *q = (((q[-1] + q[1]) + (q[-y] + q[y]) + (q[-z] + q[z])) - s[q - phi]) * (1.0 / 6.0);
        }
}

static void residual(int n, const double *phi, const double *s, double *r) {
  const ptrdiff_t y = n + 1, z = y * y;
  for (int k = 1; k < n; k++)
    for (int j = 1; j < n; j++)
      for (int i = 1; i < n; i++) {
        const double *q = phi + node(n, i, j, k);
        r[q - phi] = s[q - phi] - (((q[-1] + q[1]) + (q[-y] + q[y]) + (q[-z] + q[z])) - 6.0 * q[0]);
      }
}

/* Full weighting, times 4: s is in units of the squared spacing. */
static void restrict_to(int n, const double *r, double *to) {
  for (int k = 1; k < n / 2; k++)
    for (int j = 1; j < n / 2; j++)
      for (int i = 1; i < n / 2; i++) {
        double sum = 0.0;
        for (int c = -1; c <= 1; c++)
          for (int b = -1; b <= 1; b++)
            for (int a = -1; a <= 1; a++) sum += r[node(n, 2 * i + a, 2 * j + b, 2 * k + c)] * (double)((2 - a * a) * (2 - b * b) * (2 - c * c));
        to[node(n / 2, i, j, k)] = 4.0 * sum / 64.0;
      }
}

static void prolong_from(int n, const double *coarse, double *phi) {
  for (int k = 1; k < n; k++)
    for (int j = 1; j < n; j++)
      for (int i = 1; i < n; i++) {
        double sum = 0.0;
        for (int o = 0; o < 8; o++)
          sum += coarse[node(n / 2, (i + (o & 1)) / 2, (j + (o >> 1 & 1)) / 2, (k + (o >> 2 & 1)) / 2)];
        phi[node(n, i, j, k)] += 0.125 * sum;
      }
}

static void cycle(int n, double *phi, const double *s) {
  for (int i = 0; i < (n == 2 ? 1 : 2); i++) relax(n, phi, s);
  if (n == 2) return;
  const size_t fine = node(n, n, n, n) + 1, small = node(n / 2, n / 2, n / 2, n / 2) + 1;
  double *r = memory_get(sizeof *r * (fine + 2 * small)), *source = r + fine, *coarse = source + small;
  residual(n, phi, s, r);
  restrict_to(n, r, source);
  cycle(n / 2, coarse, source);
  prolong_from(n, coarse, phi);
  memory_free(r);
  for (int i = 0; i < 2; i++) relax(n, phi, s);
}

/* ---- boundary values and places between nodes ---- */

/* Weights of four nodes around a point at t of the way from the second to the third: Keys 1981, IEEE Trans. ASSP 29, 1153. */
static void cubic(double t, double w[4]) {
  const double u = 1.0 - t;
  w[0] = -0.5 * t * u * u;
  w[1] = 1.0 + t * t * (1.5 * t - 2.5);
  w[2] = 1.0 + u * u * (1.5 * u - 2.5);
  w[3] = -0.5 * u * t * t;
}

static double between(const double *phi, double half, const double x[3]) {
  double w[3][4];
  int first[3];
  for (int d = 0; d < 3; d++) {
    const double s = (x[d] + half) * (N / (2.0 * half));
    int i = (int)floor(s);
    i = i < 1 ? 1 : i > N - 2 ? N - 2 : i;
    first[d] = i - 1;
    cubic(s - i, w[d]);
  }
  double value = 0.0;
  for (int k = 0; k < 4; k++)
    for (int j = 0; j < 4; j++) {
      const double *q = phi + node(N, first[0], first[1] + j, first[2] + k);
      value += w[2][k] * w[1][j] * (((q[0] * w[0][0] + q[1] * w[0][1]) + q[2] * w[0][2]) + q[3] * w[0][3]);
    }
  return value;
}

/* Potential of the masses gathered in cubes of nodes, each in its centre of mass. */
static void lumps(const double *mass, double half, double lump[LUMPS * LUMPS * LUMPS][4]) {
  const double h = half * (2.0 / N);
  for (int k = 0; k <= N; k++)
    for (int j = 0; j <= N; j++)
      for (int i = 0; i <= N; i++) {
        const int at[3] = {i, j, k};
        int to = 0;
        for (int d = 2; d >= 0; d--) to = to * LUMPS + (at[d] == N ? LUMPS - 1 : at[d] / (N / LUMPS));
        for (int d = 0; d < 3; d++) lump[to][d] += mass[node(N, i, j, k)] * (at[d] * h - half);
        lump[to][3] += mass[node(N, i, j, k)];
      }
  for (int l = 0; l < LUMPS * LUMPS * LUMPS; l++)
    for (int d = 0; d < 3; d++) lump[l][d] = lump[l][3] > 0.0 ? lump[l][d] / lump[l][3] : 0.0;
}

static double of_lumps(double lump[LUMPS * LUMPS * LUMPS][4], double gravity, double softening, const double x[3]) {
  double value = 0.0;
  for (int l = 0; l < LUMPS * LUMPS * LUMPS; l++) {
    const double dx = x[0] - lump[l][0], dy = x[1] - lump[l][1], dz = x[2] - lump[l][2];
    value -= gravity * lump[l][3] / sqrt(dx * dx + dy * dy + dz * dz + softening * softening);
  }
  return value;
}

static void set_ends(struct restart_potential *p, int level, double lump[LUMPS * LUMPS * LUMPS][4]) {
  const double half = p->half[level], h = half * (2.0 / N);
  for (int k = 0; k <= N; k++)
    for (int j = 0; j <= N; j++)
      for (int i = 0; i <= N; i++) {
        const double x[3] = {i * h - half, j * h - half, k * h - half};
        if (i > 0 && i < N && j > 0 && j < N && k > 0 && k < N) {
          p->phi[level][node(N, i, j, k)] = level > 0 ? between(p->phi[level - 1], p->half[level - 1], x) : 0.0;
        } else {
          p->phi[level][node(N, i, j, k)] = level > 0 ? between(p->phi[level - 1], p->half[level - 1], x) : of_lumps(lump, p->gravity, h, x);
        }
      }
}

/* The grids and the mass on them; outside: how many particles are too far out. */
static struct restart_potential *create(const struct restart_mass *mass, double cell, double extent, MPI_Comm comm, int64_t *inside, int64_t *outside) {
  struct restart_potential *p = memory_get(sizeof *p);
  struct sum s[4] = {{0.0, 0.0}};
  double total[4], finest = 0.5 * N * cell;
  p->levels = 1;
  while (finest * ldexp(1.0, p->levels - 1) < 4.0 * extent && p->levels < LEVELS) p->levels++;
  for (int l = 0; l < p->levels; l++) p->half[l] = finest * ldexp(1.0, p->levels - 1 - l);
  int64_t here[2] = {0, mass->count}, all[2];
  for (int64_t i = 0; i < mass->count; i++) {
    if (!within(mass->at[i], p->half[0])) continue;
    for (int d = 0; d < 3; d++) sum_add(&s[d], mass->at[i][3] * mass->at[i][d]);
    sum_add(&s[3], mass->at[i][3]);
    here[0]++;
  }
  sum_over_blocks(comm, 1, 4, s, total);
  MPI_Allreduce(here, all, 2, MPI_INT64_T, MPI_SUM, comm);
  p->mass = total[3];
  for (int d = 0; d < 3; d++) p->centre[d] = total[3] > 0.0 ? total[d] / total[3] : 0.0;
  *inside = all[0];
  *outside = all[1] - all[0];
  return p;
}

struct restart_potential *restart_density_create(const struct restart_mass *mass, double cell, double extent, MPI_Comm comm) {
  int64_t inside, outside;
  struct restart_potential *p = create(mass, cell, extent, comm, &inside, &outside);
  double *width = widths(p, mass, comm);
  for (int l = 0; l < p->levels; l++) {
    const double h = p->half[l] * (2.0 / N);
    p->phi[l] = memory_get(sizeof *p->phi[l] * NODES);
    masses(p, l, mass, width, p->phi[l], comm);
    for (int i = 0; i < NODES; i++) p->phi[l][i] /= h * h * h;
  }
  memory_free(width);
  return p;
}

/* Linear between the nodes of the finest grid that reaches. */
double restart_density_at(const struct restart_potential *p, const double x[3]) {
  int l = p->levels - 1, at[3];
  double t[3], value = 0.0;
  while (l >= 0 && !within(x, p->half[l] * (1.0 - 1.0 / N))) l--;
  if (l < 0) return 0.0;
  for (int d = 0; d < 3; d++) {
    const double s = (x[d] + p->half[l]) * (N / (2.0 * p->half[l]));
    at[d] = (int)s;
    t[d] = s - at[d];
  }
  for (int o = 0; o < 8; o++) {
    double weight = 1.0;
    for (int d = 0; d < 3; d++) weight *= o >> d & 1 ? t[d] : 1.0 - t[d];
    value += weight * p->phi[l][node(N, at[0] + (o & 1), at[1] + (o >> 1 & 1), at[2] + (o >> 2 & 1))];
  }
  return value;
}

struct restart_potential *restart_potential_create(const struct restart_mass *mass, double gravity, double cell, double extent, MPI_Comm comm) {
  int64_t inside, outside;
  struct restart_potential *p = create(mass, cell, extent, comm, &inside, &outside);
  p->gravity = gravity;
  double *width = widths(p, mass, comm), *source = memory_get(sizeof *source * NODES);
  double (*lump)[4] = memory_get(sizeof *lump * LUMPS * LUMPS * LUMPS);
  for (int l = 0; l < p->levels; l++) {
    const double h = p->half[l] * (2.0 / N);
    p->phi[l] = memory_get(sizeof *p->phi[l] * NODES);
    masses(p, l, mass, width, source, comm);
    if (l == 0) lumps(source, p->half[0], lump);
    set_ends(p, l, lump);
    for (int i = 0; i < NODES; i++) source[i] *= 4.0 * PI * gravity / h; /* 4 pi G rho h^2 */
    for (int c = 0; c < CYCLES; c++) cycle(N, p->phi[l], source);
  }
  memory_free(lump);
  memory_free(source);
  memory_free(width);
  log_info("restart: potential of %lld stars and particles of dark matter (%lld more are too far out) on %d nested grids, cells from %.6g to %.6g",
           (long long)inside, (long long)outside, p->levels, p->half[p->levels - 1] * (2.0 / N), p->half[0] * (2.0 / N));
  return p;
}

void restart_potential_destroy(struct restart_potential *p) {
  for (int l = 0; l < p->levels; l++) memory_free(p->phi[l]);
  memory_free(p);
}

/* From the finest grid that reaches; where it ends it passes smoothly into the next. */
double restart_potential_at(const struct restart_potential *p, const double x[3]) {
  const double end = 0.9, begin = 0.6, size = fmax(fabs(x[0]), fmax(fabs(x[1]), fabs(x[2])));
  int l = p->levels - 1;
  while (l >= 0 && size >= end * p->half[l]) l--;
  if (l < 0) {
    const double dx = x[0] - p->centre[0], dy = x[1] - p->centre[1], dz = x[2] - p->centre[2];
    return -p->gravity * p->mass / sqrt(dx * dx + dy * dy + dz * dz);
  }
  const double value = between(p->phi[l], p->half[l], x), t = (size / p->half[l] - begin) / (end - begin);
  if (l == 0 || t <= 0.0) return value;
  const double other = between(p->phi[l - 1], p->half[l - 1], x), share = t * t * t * (10.0 - t * (15.0 - 6.0 * t));
  return value + share * (other - value);
}
