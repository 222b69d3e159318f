/* Where events are on the mesh: which of them touch, and the cells that each reaches. */
#include "supernovae/sites.h"

#include "base/memory.h"
#include "base/minmax.h"

#include <math.h>
#include <string.h>

/* Along an axis from a to b, the shorter way round where it is periodic. */
static double apart(const struct mesh *m, int d, double a, double b) {
  const double x = b - a, whole = m->upper[d] - m->lower[d];
  if (m->boundary[d][0] != BOUNDARY_PERIODIC || fabs(x) <= 0.5 * whole) return x;
  return x > 0.0 ? x - whole : x + whole;
}

void sites_widths(const struct mesh *m, int n, struct site *site) {
  double *width = memory_get(sizeof *width * 3 * (size_t)n);
  for (int i = 0; i < n; i++) {
    const double *x = site[i].e->position;
    for (int b = 0; b < m->count; b++) {
      const struct block *block = &m->block[b];
      bool inside = true;
      for (int d = 0; d < m->dim; d++) inside &= x[d] >= mesh_coordinate(m, block, d, 0) && x[d] < mesh_coordinate(m, block, d, m->nc[d]);
      if (inside) memcpy(width + 3 * i, block->dx, sizeof block->dx);
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, width, 3 * n, MPI_DOUBLE, MPI_MAX, m->comm);
  for (int i = 0; i < n; i++) memcpy(site[i].half, width + 3 * i, sizeof site[i].half);
  memory_free(width);
}

static bool overlap(const struct mesh *m, const struct site *a, const struct site *b) {
  for (int d = 0; d < m->dim; d++)
    if (fabs(apart(m, d, a->e->position[d], b->e->position[d])) >= a->half[d] + b->half[d]) return false;
  return true;
}

/* Events in bins that are no smaller than what two of them reach: those that touch are in neighbouring ones. */
struct bins { int count[3], *head, *next; };
enum { MOST_BINS = 64 };

static struct bins bins_create(const struct mesh *m, int n, const struct site *site) {
  struct bins bins = {.count = {1, 1, 1}, .next = memory_get(sizeof(int) * (size_t)n)};
  for (int d = 0; d < m->dim; d++) {
    double reach = 0.0;
    for (int i = 0; i < n; i++) reach = max(reach, 2.0 * site[i].half[d]);
    bins.count[d] = reach > 0.0 ? (int)min(max(floor((m->upper[d] - m->lower[d]) / reach), 1.0), (double)MOST_BINS) : 1;
  }
  const int all = bins.count[0] * bins.count[1] * bins.count[2];
  bins.head = memory_get(sizeof(int) * (size_t)all);
  for (int i = 0; i < all; i++) bins.head[i] = -1;
  return bins;
}

/* Number of the bin that is `aside` of that of the event; -1: outside. */
static int bin_of(const struct mesh *m, const struct bins *bins, const struct site *t, const int aside[3]) {
  int at[3] = {0, 0, 0};
  for (int d = 0; d < m->dim; d++) {
    const int count = bins->count[d], own = (int)min(floor((t->e->position[d] - m->lower[d]) / (m->upper[d] - m->lower[d]) * count), (double)(count - 1));
    at[d] = (own > 0 ? own : 0) + aside[d];
    if (m->boundary[d][0] == BOUNDARY_PERIODIC) at[d] = (at[d] + count) % count;
    if (at[d] < 0 || at[d] >= count) return -1;
  }
  return (at[2] * bins->count[1] + at[1]) * bins->count[0] + at[0];
}

int sites_batches(const struct mesh *m, int n, struct site *site) {
  struct bins bins = bins_create(m, n, site);
  const int y = m->dim > 1, z = m->dim > 2, here[3] = {0, 0, 0};
  int most = 0;
  for (int i = 0; i < n; i++) {
    struct site *t = &site[i];
    for (int o = 0; o < 27 && !t->outside; o++) {
      const int aside[3] = {o % 3 - 1, o / 3 % 3 - 1, o / 9 - 1}, bin = (aside[1] && !y) || (aside[2] && !z) ? -1 : bin_of(m, &bins, t, aside);
      for (int j = bin < 0 ? -1 : bins.head[bin]; j >= 0; j = bins.next[j])
        if (site[j].batch >= t->batch && overlap(m, &site[j], t)) t->batch = site[j].batch + 1;
    }
    most = t->batch + 1 > most ? t->batch + 1 : most;
    if (t->outside) continue;
    const int own = bin_of(m, &bins, t, here);
    bins.next[i] = bins.head[own];
    bins.head[own] = i;
  }
  memory_free(bins.head);
  memory_free(bins.next);
  return most;
}

/* Weight of a cell, and its place s. */
static double weigh(const struct mesh *m, const struct block *block, const struct site *t, const int cell[3], double s[3]) {
  for (int d = 0; d < 3; d++) s[d] = d < m->dim ? apart(m, d, t->e->position[d], mesh_coordinate(m, block, d, cell[d] + 0.5)) / t->half[d] : 0.0;
  const double room = 1.0 - sum3(s[0] * s[0], s[1] * s[1], s[2] * s[2]);
  return room > 0.0 ? room * room : 0.0;
}

/* Cells of the block that may be in the ellipsoid; false: none. */
static bool near(const struct mesh *m, const struct block *block, const struct site *t, int lower[3], int upper[3]) {
  for (int d = 0; d < 3; d++) {
    lower[d] = 0;
    upper[d] = m->nc[d];
    if (d >= m->dim) continue;
    const double half = 0.5 * m->nc[d], middle = apart(m, d, t->e->position[d], mesh_coordinate(m, block, d, half)), reach = t->half[d] / block->dx[d];
    const double at = half - middle / block->dx[d]; /* of the event, in cells */
    if (at + reach < -1.0 || at - reach > m->nc[d] + 1.0) return false;
    lower[d] = (int)max(floor(at - reach) - 1.0, 0.0);
    upper[d] = (int)min(ceil(at + reach) + 1.0, (double)m->nc[d]);
  }
  return true;
}

void site_cells(const struct mesh *m, struct site *t, site_cell_fn *f, void *data) {
  for (int b = 0; b < m->count; b++) {
    int cell[3], lower[3], upper[3];
    if (!near(m, &m->block[b], t, lower, upper)) continue;
    for (cell[2] = lower[2]; cell[2] < upper[2]; cell[2]++)
      for (cell[1] = lower[1]; cell[1] < upper[1]; cell[1]++)
        for (cell[0] = lower[0]; cell[0] < upper[0]; cell[0]++) {
          double s[3];
          const double w = weigh(m, &m->block[b], t, cell, s);
          if (w > 0.0) f(data, m, t, b, cell, w, s);
        }
  }
}
