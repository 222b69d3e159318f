#include "supernovae/map.h"

#include "base/memory.h"

/* Boxes along an axis, and parts of a box along an axis: 256 parts across the domain. */
enum { BOXES = 64, PARTS = 4 };

struct supernova_map {
  int dim, boxes[3], parts[3];
  double lower[3], upper[3];
  void (*rate)(const double x[3], double rate[SUPERNOVA_KINDS]);
  double *up_to[SUPERNOVA_KINDS]; /* [boxes + 1]: events per time in all boxes before */
};

static int count(const struct supernova_map *m) { return m->boxes[0] * m->boxes[1] * m->boxes[2]; }

/* Rates of the parts of a box, per volume, and their sums. */
static void look(const struct supernova_map *m, int box, double (*part)[SUPERNOVA_KINDS], double sum[SUPERNOVA_KINDS]) {
  const int at[3] = {box % m->boxes[0], box / m->boxes[0] % m->boxes[1], box / (m->boxes[0] * m->boxes[1])};
  int n = 0;
  for (int k = 0; k < SUPERNOVA_KINDS; k++) sum[k] = 0.0;
  for (int z = 0; z < m->parts[2]; z++)
    for (int y = 0; y < m->parts[1]; y++)
      for (int x = 0; x < m->parts[0]; x++, n++) {
        const int in[3] = {x, y, z};
        double place[3];
        for (int d = 0; d < 3; d++)
          place[d] = m->lower[d] + (m->upper[d] - m->lower[d]) * ((at[d] * m->parts[d] + in[d]) + 0.5) / (m->boxes[d] * m->parts[d]);
        m->rate(place, part[n]);
        for (int k = 0; k < SUPERNOVA_KINDS; k++) sum[k] += part[n][k];
      }
}

struct supernova_map *supernova_map_create(const struct mesh *mesh, void (*rate)(const double x[3], double rate[SUPERNOVA_KINDS])) {
  struct supernova_map *m = memory_get(sizeof *m);
  *m = (struct supernova_map){.dim = mesh->dim, .rate = rate};
  double volume = 1.0, part[PARTS * PARTS * PARTS][SUPERNOVA_KINDS];
  for (int d = 0; d < 3; d++) {
    m->boxes[d] = d < mesh->dim ? BOXES : 1;
    m->parts[d] = d < mesh->dim ? PARTS : 1;
    m->lower[d] = mesh->lower[d];
    m->upper[d] = mesh->upper[d];
    if (d < mesh->dim) volume *= (mesh->upper[d] - mesh->lower[d]) / (m->boxes[d] * m->parts[d]);
  }
  const int n = count(m);
  double *all = memory_get(sizeof *all * (size_t)n * SUPERNOVA_KINDS);
  for (int b = mesh->rank; b < n; b += mesh->size) look(m, b, part, all + (size_t)b * SUPERNOVA_KINDS);
  MPI_Allreduce(MPI_IN_PLACE, all, n * SUPERNOVA_KINDS, MPI_DOUBLE, MPI_SUM, mesh->comm); /* one of the numbers is not zero: exact */
  for (int k = 0; k < SUPERNOVA_KINDS; k++) {
    m->up_to[k] = memory_get(sizeof *m->up_to[k] * (size_t)(n + 1));
    for (int b = 0; b < n; b++) m->up_to[k][b + 1] = m->up_to[k][b] + volume * all[b * SUPERNOVA_KINDS + k];
  }
  memory_free(all);
  return m;
}

void supernova_map_destroy(struct supernova_map *m) {
  for (int k = 0; k < SUPERNOVA_KINDS; k++) memory_free(m->up_to[k]);
  memory_free(m);
}

double supernova_map_total(const struct supernova_map *m, int kind) { return m->up_to[kind][count(m)]; }

void supernova_map_place(const struct supernova_map *m, int kind, struct random *r, double x[3]) {
  double part[PARTS * PARTS * PARTS][SUPERNOVA_KINDS], sum[SUPERNOVA_KINDS];
  const double *up_to = m->up_to[kind], want = random_uniform(r) * up_to[count(m)];
  int low = 0, high = count(m); /* up_to[low] <= want < up_to[high] */
  while (high - low > 1) {
    const int mid = (low + high) / 2;
    if (up_to[mid] <= want) low = mid;
    else high = mid;
  }
  look(m, low, part, sum);
  const int parts = m->parts[0] * m->parts[1] * m->parts[2];
  double left = random_uniform(r) * sum[kind];
  int n = 0;
  for (; n < parts - 1 && (left >= part[n][kind] || part[n][kind] == 0.0); n++) left -= part[n][kind];
  const int at[3] = {low % m->boxes[0], low / m->boxes[0] % m->boxes[1], low / (m->boxes[0] * m->boxes[1])};
  const int in[3] = {n % m->parts[0], n / m->parts[0] % m->parts[1], n / (m->parts[0] * m->parts[1])};
  for (int d = 0; d < 3; d++) {
    const double share = d < m->dim ? random_uniform(r) : 0.5;
    x[d] = m->lower[d] + (m->upper[d] - m->lower[d]) * ((at[d] * m->parts[d] + in[d]) + share) / (m->boxes[d] * m->parts[d]);
  }
}
