#include "amr/criteria.h"

#include "amr/mesh_params.h"
#include "amr/peers.h"
#include "base/memory.h"
#include "base/minmax.h"

#include <math.h>
#include <string.h>

/* Strides of an array with one layer of ghosts, and its first cell that is no ghost. */
static const double *inside(int dim, const int n[3], const double *q, ptrdiff_t stride[3]) {
  stride[0] = 1;
  stride[1] = n[0] + 2;
  stride[2] = stride[1] * (n[1] + (dim > 1 ? 2 : 0));
  return q + stride[0] + (dim > 1 ? stride[1] : 0) + (dim > 2 ? stride[2] : 0);
}

void criterion_gradient(int dim, const int n[3], const double *q, double scale, double *value) {
  ptrdiff_t s[3];
  q = inside(dim, n, q, s);
  for (int k = 0; k < n[2]; k++) {
    for (int j = 0; j < n[1]; j++) {
      const double *row = q + j * s[1] + k * s[2];
      for (int i = 0; i < n[0]; i++) {
        double largest = 0.0;
        for (int d = 0; d < dim; d++) {
          double up = row[i + s[d]], down = row[i - s[d]], size = max(fabs(up) + fabs(down), 2.0 * scale);
          largest = size > 0.0 ? max(largest, fabs(up - down) / size) : largest;
        }
        *value++ = largest;
      }
    }
  }
}

void criterion_second_derivative(int dim, const int n[3], const double *q, double scale, double *value) {
  ptrdiff_t s[3];
  q = inside(dim, n, q, s);
  for (int k = 0; k < n[2]; k++) {
    for (int j = 0; j < n[1]; j++) {
      const double *row = q + j * s[1] + k * s[2];
      for (int i = 0; i < n[0]; i++) {
        double above[3] = {0.0, 0.0, 0.0}, below[3] = {0.0, 0.0, 0.0};
        for (int d = 0; d < dim; d++) {
          double up = row[i + s[d]], here = row[i], down = row[i - s[d]];
          double size = max(fabs(up), scale) + 2.0 * max(fabs(here), scale) + max(fabs(down), scale);
          above[d] = (up - here) + (down - here);
          below[d] = fabs(up - here) + fabs(down - here) + 0.01 * size;
        }
        double num = sum3(above[0] * above[0], above[1] * above[1], above[2] * above[2]);
        double den = sum3(below[0] * below[0], below[1] * below[1], below[2] * below[2]);
        *value++ = den > 0.0 ? sqrt(num / den) : 0.0;
      }
    }
  }
}

/* How far the interval from lower to upper is from the point; 0 when it is inside, the shortest way round when the axis is periodic. */
static double distance(const struct mesh *m, int axis, double lower, double upper, double point) {
  const double width = m->upper[axis] - m->lower[axis];
  if (m->boundary[axis][0] == BOUNDARY_PERIODIC) {
    const double middle = 0.5 * (lower + upper);
    point -= width * floor((point - middle) / width + 0.5);
  }
  return max(max(lower - point, point - upper), 0.0);
}

void criterion_region(const struct mesh *m, const struct block *block, const struct moving_region *r, double t, double *value) {
  int at[3];
  for (at[2] = 0; at[2] < m->nc[2]; at[2]++) {
    for (at[1] = 0; at[1] < m->nc[1]; at[1]++) {
      for (at[0] = 0; at[0] < m->nc[0]; at[0]++) {
        double d[3] = {0.0, 0.0, 0.0};
        bool in_box = true;
        for (int a = 0; a < m->dim; a++) {
          d[a] = distance(m, a, mesh_coordinate(m, block, a, at[a]), mesh_coordinate(m, block, a, at[a] + 1), r->center[a] + r->velocity[a] * t);
          in_box = in_box && d[a] <= r->half_width[a];
        }
        bool in_sphere = sum3(d[0] * d[0], d[1] * d[1], d[2] * d[2]) <= r->radius * r->radius;
        *value++ = (r->radius > 0.0 ? in_sphere : in_box) ? 1.0 : 0.0;
      }
    }
  }
}

void criteria_near(const struct mesh *m, const double *value, double above, int cells, bool near[DIRECTIONS]) {
  for (int k = 0; k < m->nc[2]; k++) {
    for (int j = 0; j < m->nc[1]; j++) {
      for (int i = 0; i < m->nc[0]; i++) {
        if (!(*value++ > above)) continue;
        const int at[3] = {i, j, k};
        int lower[3] = {0, 0, 0}, upper[3] = {0, 0, 0};
        for (int a = 0; a < m->dim; a++) {
          lower[a] = at[a] < cells ? -1 : 0;
          upper[a] = at[a] >= m->nc[a] - cells ? 1 : 0;
        }
        for (int z = lower[2]; z <= upper[2]; z++)
          for (int y = lower[1]; y <= upper[1]; y++)
            for (int x = lower[0]; x <= upper[0]; x++) near[direction(x, y, z)] = true;
      }
    }
  }
}

/* A level that a block of another rank should have. */
struct request { int block, level; };

/* wanted[count]: the level each block should have, also for the sake of its neighbours. */
static void spread(const struct mesh *m, const struct wish *wish, int *wanted) {
  struct peers peers;
  peers_create(&peers, m);
  for (int b = 0; b < m->count; b++) wanted[b] = wish[b].level;
  int *first = memory_get(sizeof *first * (size_t)(peers.count + 2)), *given_first = memory_get(sizeof *first * (size_t)(peers.count + 1));
  struct request *asked = NULL;
  for (int pass = 0; pass < 2; pass++) {
    for (int b = 0; b < m->count; b++) {
      for (int dir = 0; dir < DIRECTIONS; dir++) {
        const struct neighbour *n = &m->neighbour[b][dir];
        if (dir == DIRECTION_SELF || !wish[b].near[dir] || wish[b].level == 0) continue;
        for (int i = 0; i < n->count; i++) {
          const int ghost = n->id[i] - m->count;
          if (ghost < 0) {
            if (wanted[n->id[i]] < wish[b].level) wanted[n->id[i]] = wish[b].level;
            continue;
          }
          const int p = peers_find(&peers, m->owner[ghost]);
          if (pass == 0) first[p + 2]++;
          else asked[first[p + 1]++] = (struct request){m->owner_index[ghost], wish[b].level};
        }
      }
    }
    for (int p = 0; pass == 0 && p < peers.count; p++) first[p + 2] += first[p + 1];
    if (pass == 0) asked = memory_get(sizeof *asked * (size_t)(first[peers.count + 1] + 1));
  }
  struct request *given = peers_swap(&peers, sizeof *given, asked, first, given_first);
  for (int i = 0; i < given_first[peers.count]; i++) {
    int *w = &wanted[given[i].block];
    if (*w < given[i].level) *w = given[i].level;
  }
  memory_free(given);
  memory_free(asked);
  memory_free(first);
  memory_free(given_first);
  peers_destroy(&peers);
}

static int region_level(const struct mesh *m, const struct block *block, const struct wish_limits *limits) {
  double lo[3] = {0.0}, hi[3] = {0.0};
  int level = 0;
  for (int a = 0; a < m->dim; a++) {
    lo[a] = mesh_coordinate(m, block, a, 0.0);
    hi[a] = mesh_coordinate(m, block, a, m->nb);
  }
  for (int i = 0; i < limits->region_count; i++) {
    const struct mesh_region *r = &limits->region[i];
    if (r->level > level && mesh_region_overlaps(r, m->dim, lo, hi)) level = r->level;
  }
  return level;
}

void criteria_tags(struct mesh *m, const struct wish *wish, const struct wish_limits *limits, int8_t *tags) {
  int *wanted = memory_get(sizeof *wanted * (size_t)(m->count + 1));
  spread(m, wish, wanted);
  for (int b = 0; b < m->count; b++) {
    struct block *block = &m->block[b];
    int least = wanted[b] < limits->max_level ? wanted[b] : limits->max_level, region = region_level(m, block, limits);
    if (least < limits->min_level) least = limits->min_level;
    if (least < region) least = region;
    const bool coarser = wish[b].coarser && block->level > least;
    block->quiet = coarser ? block->quiet + 1 : 0;
    tags[b] = (int8_t)(block->level < least ? 1 : coarser && block->quiet > limits->quiet ? -1 : 0);
  }
  memory_free(wanted);
}
