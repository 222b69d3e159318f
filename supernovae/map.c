#include "supernovae/map.h"

#include "base/memory.h"
#include "base/minmax.h"

#include <math.h>
#include <string.h>

/* Boxes along an axis at the start, parts of a box along an axis, and how often a box can be halved: up to 8192 parts across the domain. */
enum { BOXES = 32, PARTS = 4, LEVELS = 6, ALL_PARTS = PARTS * PARTS * PARTS };
/* A box is halved where parts twice as wide give a sum that is off by more than this, and its own share of all events is no less than the second. */
static const double COARSE = 0.02, SHARE = 3e-6;

struct box { int level, at[3]; };

struct supernova_map {
  int dim, boxes[3], parts[3];
  double lower[3], upper[3], least[SUPERNOVA_KINDS];  /* least: rate of a box that is worth halving */
  void (*rate)(const double x[3], double rate[SUPERNOVA_KINDS]);
  int count;
  struct box *box;                                    /* [count] that are not halved, in a fixed order */
  double *up_to[SUPERNOVA_KINDS];                     /* [count + 1]: events per time in all boxes before */
};

/* Boxes found by a rank, with their rates. */
struct found { int count, room; struct box *box; double (*rate)[SUPERNOVA_KINDS]; };

static double part_width(const struct supernova_map *m, const struct box *b, int d) {
  return (m->upper[d] - m->lower[d]) / ((double)m->boxes[d] * (d < m->dim ? 1 << b->level : 1) * m->parts[d]);
}

/* Along an axis, of a place in units of the parts of the box. */
static double place(const struct supernova_map *m, const struct box *b, int d, double in) {
  return m->lower[d] + part_width(m, b, d) * ((double)b->at[d] * m->parts[d] + in);
}

static double part_volume(const struct supernova_map *m, const struct box *b) {
  double volume = 1.0;
  for (int d = 0; d < m->dim; d++) volume *= part_width(m, b, d);
  return volume;
}

/* Rates of the parts of a box, per volume, and their sums. */
static void look(const struct supernova_map *m, const struct box *b, double (*part)[SUPERNOVA_KINDS], double sum[SUPERNOVA_KINDS]) {
  int n = 0;
  for (int k = 0; k < SUPERNOVA_KINDS; k++) sum[k] = 0.0;
  for (int z = 0; z < m->parts[2]; z++)
    for (int y = 0; y < m->parts[1]; y++)
      for (int x = 0; x < m->parts[0]; x++, n++) {
        const int in[3] = {x, y, z};
        double middle[3];
        for (int d = 0; d < 3; d++) middle[d] = place(m, b, d, in[d] + 0.5);
        m->rate(middle, part[n]);
        for (int k = 0; k < SUPERNOVA_KINDS; k++) sum[k] += part[n][k];
      }
}

/* The sum that parts twice as wide would give. */
static void look_twice_as_wide(const struct supernova_map *m, const struct box *b, double sum[SUPERNOVA_KINDS]) {
  struct supernova_map wide = *m;
  double part[ALL_PARTS][SUPERNOVA_KINDS];
  int each = 1;
  for (int d = 0; d < m->dim; d++) wide.parts[d] = PARTS / 2, each *= 2;
  look(&wide, b, part, sum);
  for (int k = 0; k < SUPERNOVA_KINDS; k++) sum[k] *= each;
}

static void keep(struct found *f, const struct box *b, const double rate[SUPERNOVA_KINDS]) {
  if (f->count == f->room) {
    struct found more = {.count = f->count, .room = f->room > 0 ? 2 * f->room : 1024};
    more.box = memory_get(sizeof *more.box * (size_t)more.room);
    more.rate = memory_get(sizeof *more.rate * (size_t)more.room);
    if (f->count > 0) {
      memcpy(more.box, f->box, sizeof *more.box * (size_t)f->count);
      memcpy(more.rate, f->rate, sizeof *more.rate * (size_t)f->count);
    }
    memory_free(f->box);
    memory_free(f->rate);
    *f = more;
  }
  f->box[f->count] = *b;
  memcpy(f->rate[f->count++], rate, sizeof *f->rate);
}

/* A box, or its halves along each axis and so on. */
static void divide(const struct supernova_map *m, const struct box *b, struct found *f) {
  double part[ALL_PARTS][SUPERNOVA_KINDS], sum[SUPERNOVA_KINDS], wide[SUPERNOVA_KINDS];
  const double volume = part_volume(m, b);
  bool coarse = false;
  look(m, b, part, sum);
  look_twice_as_wide(m, b, wide);
  for (int k = 0; k < SUPERNOVA_KINDS; k++)
    coarse |= fabs(sum[k] - wide[k]) > COARSE * max(sum[k], wide[k]) && volume * max(sum[k], wide[k]) > m->least[k];
  if (!coarse || b->level == LEVELS) {
    for (int k = 0; k < SUPERNOVA_KINDS; k++) sum[k] *= volume;
    keep(f, b, sum);
    return;
  }
  for (int child = 0; child < 1 << m->dim; child++) {
    struct box half = {.level = b->level + 1};
    for (int d = 0; d < 3; d++) half.at[d] = d < m->dim ? 2 * b->at[d] + (child >> d & 1) : b->at[d];
    divide(m, &half, f);
  }
}

static struct box first_box(const struct supernova_map *m, int n) {
  return (struct box){.at = {n % m->boxes[0], n / m->boxes[0] % m->boxes[1], n / (m->boxes[0] * m->boxes[1])}};
}

/* What boxes of all ranks hold, before any is halved; a thin disc can have hardly a part in it then, which only makes more boxes count. */
static void guess(struct supernova_map *m, const struct mesh *mesh, int n) {
  double part[ALL_PARTS][SUPERNOVA_KINDS], sum[SUPERNOVA_KINDS], all[SUPERNOVA_KINDS] = {0.0};
  double *box = memory_get(sizeof *box * (size_t)n * SUPERNOVA_KINDS);
  for (int b = mesh->rank; b < n; b += mesh->size) {
    const struct box at = first_box(m, b);
    look(m, &at, part, sum);
    for (int k = 0; k < SUPERNOVA_KINDS; k++) box[b * SUPERNOVA_KINDS + k] = part_volume(m, &at) * sum[k];
  }
  MPI_Allreduce(MPI_IN_PLACE, box, n * SUPERNOVA_KINDS, MPI_DOUBLE, MPI_SUM, mesh->comm); /* one of the numbers is not zero: exact */
  for (int b = 0; b < n; b++)
    for (int k = 0; k < SUPERNOVA_KINDS; k++) all[k] += box[b * SUPERNOVA_KINDS + k];
  for (int k = 0; k < SUPERNOVA_KINDS; k++) m->least[k] = SHARE * all[k];
  memory_free(box);
}

/* The boxes of all ranks, one after the other; a rank has those that come from a run of the first boxes, so that their order hangs on no rank. */
static void gather(struct supernova_map *m, const struct mesh *mesh, const struct found *f) {
  int *counts = memory_get(sizeof *counts * 4 * (size_t)mesh->size), *starts = counts + mesh->size, *bytes = starts + mesh->size, *places = bytes + mesh->size;
  MPI_Allgather(&f->count, 1, MPI_INT, counts, 1, MPI_INT, mesh->comm);
  for (int r = 0; r < mesh->size; r++) {
    starts[r] = m->count;
    m->count += counts[r];
    bytes[r] = counts[r] * (int)sizeof(struct box);
    places[r] = starts[r] * (int)sizeof(struct box);
  }
  double (*rate)[SUPERNOVA_KINDS] = memory_get(sizeof *rate * (size_t)(m->count + 1));
  m->box = memory_get(sizeof *m->box * (size_t)(m->count + 1));
  MPI_Allgatherv(f->box, f->count * (int)sizeof(struct box), MPI_BYTE, m->box, bytes, places, MPI_BYTE, mesh->comm);
  for (int r = 0; r < mesh->size; r++) counts[r] *= SUPERNOVA_KINDS, starts[r] *= SUPERNOVA_KINDS;
  MPI_Allgatherv(f->rate, f->count * SUPERNOVA_KINDS, MPI_DOUBLE, rate, counts, starts, MPI_DOUBLE, mesh->comm);
  for (int k = 0; k < SUPERNOVA_KINDS; k++) {
    m->up_to[k] = memory_get(sizeof *m->up_to[k] * (size_t)(m->count + 1));
    for (int b = 0; b < m->count; b++) m->up_to[k][b + 1] = m->up_to[k][b] + rate[b][k];
  }
  memory_free(rate);
  memory_free(counts);
}

struct supernova_map *supernova_map_create(const struct mesh *mesh, void (*rate)(const double x[3], double rate[SUPERNOVA_KINDS])) {
  struct supernova_map *m = memory_get(sizeof *m);
  struct found f = {0};
  *m = (struct supernova_map){.dim = mesh->dim, .rate = rate};
  for (int d = 0; d < 3; d++) {
    m->boxes[d] = d < mesh->dim ? BOXES : 1;
    m->parts[d] = d < mesh->dim ? PARTS : 1;
    m->lower[d] = mesh->lower[d];
    m->upper[d] = mesh->upper[d];
  }
  const int n = m->boxes[0] * m->boxes[1] * m->boxes[2];
  guess(m, mesh, n);
  const int from = (int)((int64_t)n * mesh->rank / mesh->size), to = (int)((int64_t)n * (mesh->rank + 1) / mesh->size);
  for (int b = from; b < to; b++) {
    const struct box at = first_box(m, b);
    divide(m, &at, &f);
  }
  gather(m, mesh, &f);
  memory_free(f.box);
  memory_free(f.rate);
  return m;
}

void supernova_map_destroy(struct supernova_map *m) {
  for (int k = 0; k < SUPERNOVA_KINDS; k++) memory_free(m->up_to[k]);
  memory_free(m->box);
  memory_free(m);
}

double supernova_map_total(const struct supernova_map *m, int kind) { return m->up_to[kind][m->count]; }

void supernova_map_place(const struct supernova_map *m, int kind, struct random *r, double x[3]) {
  double part[ALL_PARTS][SUPERNOVA_KINDS], sum[SUPERNOVA_KINDS];
  const double *up_to = m->up_to[kind], want = random_uniform(r) * up_to[m->count];
  int low = 0, high = m->count; /* up_to[low] <= want < up_to[high] */
  while (high - low > 1) {
    const int mid = low + (high - low) / 2;
    if (up_to[mid] <= want) low = mid;
    else high = mid;
  }
  const struct box *b = &m->box[low];
  look(m, b, part, sum);
  const int parts = m->parts[0] * m->parts[1] * m->parts[2];
  double left = random_uniform(r) * sum[kind];
  int n = 0;
  for (; n < parts - 1 && (left >= part[n][kind] || part[n][kind] == 0.0); n++) left -= part[n][kind];
  const int in[3] = {n % m->parts[0], n / m->parts[0] % m->parts[1], n / (m->parts[0] * m->parts[1])};
  for (int d = 0; d < 3; d++) x[d] = place(m, b, d, in[d] + (d < m->dim ? random_uniform(r) : 0.5));
}
