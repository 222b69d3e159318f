/* Limiting the fluxes of a step so that no cell falls below its floor.
 *
 * The sum of what leaves a cell is scaled down to its room and what comes in; as the latter is scaled too, that is found by iteration: scales only
 * fall, and the last ones count a little less than what comes in, so that nothing depends on how far it went.  Through a face between
 * levels goes no more than the share of the room that geometry.h gives it, without looking at other faces. */
#include "base/memory.h"
#include "base/minmax.h"
#include "base/sum.h"
#include "crtransport/implicit_parts.h"

#include <math.h>

enum { TRIES = 40 };
static const double COUNTED = 0.98; /* of what comes in */

struct pass { struct crt_implicit *im; const struct crt *c; double dt; const struct field *flux; };

/* How a face of a cell is treated. */
enum { FACE_SCALED, FACE_FIXED };
static int treatment(const struct mesh *m, int b, int d, int side, double outwards) {
  if (side < 0) return FACE_SCALED;
  const int kind = crt_beside(m, b, d, side);
  if (kind == NEIGHBOUR_SAME) return FACE_SCALED;
  return kind == NEIGHBOUR_NONE && outwards > 0.0 ? FACE_SCALED : FACE_FIXED;
}

struct balance { double fixed, out, in; };

/* What goes out of and into a cell over the step: in with the scales of the cells it comes from. */
static struct balance balance(const struct pass *p, int b, const struct view f[3], const struct view *share, int i, int j, int k) {
  const struct mesh *m = p->im->mesh;
  const int step[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  struct balance s = {0.0, 0.0, 0.0};
  for (int d = 0; d < m->dim; d++)
    for (int side = 0; side < 2; side++) {
      const int *e = step[d], fi = i + side * e[0], fj = j + side * e[1], fk = k + side * e[2], back = side ? 1 : -1;
      const double out = (side ? 1.0 : -1.0) * *crt_at(&f[d], fi, fj, fk) * p->dt / m->block[b].dx[d];
      if (out == 0.0) continue;
      if (treatment(m, b, d, crt_side(m, d, fi, fj, fk), out) == FACE_FIXED) s.fixed += out;
      else if (out > 0.0) s.out += out;
      else s.in -= out * *crt_at(share, i + back * e[0], j + back * e[1], k + back * e[2]);
    }
  return s;
}

static void views(const struct mesh *m, const struct field *f, int b, struct view v[3]) {
  for (int d = 0; d < 3; d++) v[d] = view_field(m, f, b, d);
}

static int64_t below_floor(const struct pass *p) {
  const struct mesh *m = p->im->mesh;
  int64_t count = 0;
  for (int b = 0; b < m->count; b++) {
    const struct view room = view_field(m, &p->im->limit, b, LIMIT_ROOM);
    struct view f[3];
    views(m, p->flux, b, f);
    CRT_CELLS(m, k, j, i) count += *crt_at(&room, i, j, k) < p->dt * crt_divergence(m, f, b, i, j, k);
  }
  MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_INT64_T, MPI_SUM, m->comm);
  return count;
}

static void clip_jumps(const struct pass *p, struct field *flux) {
  const struct mesh *m = p->im->mesh;
  for (int b = 0; b < m->count; b++) {
    if (!m->block[b].jump) continue;
    const struct view room = view_field(m, &p->im->limit, b, LIMIT_ROOM);
    for (int d = 0; d < m->dim; d++) {
      const struct view share = crt_cells_of(m, &p->c->directions, b, GEOMETRY_SHARE + d), f = view_field(m, flux, b, d);
      const double per = m->block[b].dx[d] / p->dt;
      CRT_FACES(m, d, k, j, i) {
        const int side = crt_side(m, d, i, j, k);
        if (side < 0 || crt_beside(m, b, d, side) != NEIGHBOUR_COARSE) continue;
        double *at = crt_at(&f, i, j, k);
        const int back = *at > 0.0; /* from the cell below the face */
        const int ci = i - back * (d == 0), cj = j - back * (d == 1), ck = k - back * (d == 2);
        const double most = max(*crt_at(&share, ci, cj, ck) * *crt_at(&room, ci, cj, ck), 0.0) * per;
        *at = min(max(*at, -most), most);
      }
    }
  }
  shared_agree(p->im->shared, flux);
}

/* New scales of what leaves the cells from the last ones; whether they have settled.  counted: of what comes in. */
static bool new_scales(const struct pass *p, double counted) {
  const struct mesh *m = p->im->mesh;
  int moving = 0;
  for (int b = 0; b < m->count; b++) {
    const struct view room = view_field(m, &p->im->limit, b, LIMIT_ROOM), share = view_field(m, &p->im->limit, b, LIMIT_SHARE);
    const struct view next = view_field(m, &p->im->system, b, SYSTEM_A);
    struct view f[3];
    views(m, p->flux, b, f);
    CRT_CELLS(m, k, j, i) {
      const struct balance s = balance(p, b, f, &share, i, j, k);
      const double available = max(*crt_at(&room, i, j, k) - s.fixed + counted * s.in, 0.0), was = *crt_at(&share, i, j, k);
      const double now = s.out > available ? min(available / s.out * (1.0 - 1e-14), was) : was;
      moving |= now < COUNTED * was;
      *crt_at(&next, i, j, k) = now;
    }
  }
  for (int b = 0; b < m->count; b++) view_copy(view_field(m, &p->im->limit, b, LIMIT_SHARE), view_field(m, &p->im->system, b, SYSTEM_A), m->nc);
  MPI_Allreduce(MPI_IN_PLACE, &moving, 1, MPI_INT, MPI_MAX, m->comm);
  return !moving;
}

static void scale(const struct pass *p, struct field *flux) {
  const struct mesh *m = p->im->mesh;
  for (int b = 0; b < m->count; b++) {
    const struct view share = view_field(m, &p->im->limit, b, LIMIT_SHARE);
    for (int d = 0; d < m->dim; d++) {
      const struct view f = view_field(m, flux, b, d);
      CRT_FACES(m, d, k, j, i) {
        double *at = crt_at(&f, i, j, k);
        const int side = crt_side(m, d, i, j, k), back = *at > 0.0;
        if (treatment(m, b, d, side, side == 0 ? -*at : *at) == FACE_FIXED) continue;
        *at *= *crt_at(&share, i - back * (d == 0), j - back * (d == 1), k - back * (d == 2));
      }
    }
  }
  shared_agree(p->im->shared, flux);
}

/* ---- repair ---- */

enum { ROUNDS = 4 };

/* The values of the cells beside cell i that a cell exchanges with: of the same level. */
static double beside(const struct mesh *m, int b, const struct view *v, int i, int j, int k) {
  const ptrdiff_t step[3] = {1, v->sy, v->sz};
  const int at[3] = {i, j, k};
  const double *here = crt_at(v, i, j, k);
  double sum = 0.0;
  for (int d = 0; d < m->dim; d++) {
    if (at[d] > 0 || crt_beside(m, b, d, 0) == NEIGHBOUR_SAME) sum += max(here[-step[d]], 0.0);
    if (at[d] < m->nc[d] - 1 || crt_beside(m, b, d, 1) == NEIGHBOUR_SAME) sum += max(here[step[d]], 0.0);
  }
  return sum;
}

/* One round: what cells lack is asked for in proportion to the room of those beside them, which give no more than they have. */
static bool take_from_neighbours(struct crt_implicit *im, struct exchange *x) {
  const struct mesh *m = im->mesh;
  struct field *limit[1] = {&im->limit};
  int lacking = 0;
  for (int b = 0; b < m->count && !lacking; b++) {
    const struct view room = view_field(m, &im->limit, b, LIMIT_ROOM);
    CRT_CELLS(m, k, j, i) lacking |= *crt_at(&room, i, j, k) < 0.0;
  }
  MPI_Allreduce(MPI_IN_PLACE, &lacking, 1, MPI_INT, MPI_MAX, m->comm);
  if (!lacking) return false;
  exchange_all(x, 1, limit);
  for (int b = 0; b < m->count; b++) { /* what a cell asks for, per room */
    const struct view room = view_field(m, &im->limit, b, LIMIT_ROOM), share = view_field(m, &im->limit, b, LIMIT_SHARE);
    CRT_CELLS(m, k, j, i) {
      const double lacks = max(-*crt_at(&room, i, j, k), 0.0), around = lacks > 0.0 ? beside(m, b, &room, i, j, k) : 0.0;
      *crt_at(&share, i, j, k) = around > 0.0 ? lacks / around : 0.0;
    }
  }
  exchange_all(x, 1, limit);
  for (int b = 0; b < m->count; b++) { /* what it gives, per share; what it asks for is kept */
    const struct view room = view_field(m, &im->limit, b, LIMIT_ROOM), share = view_field(m, &im->limit, b, LIMIT_SHARE);
    const struct view asks = view_field(m, &im->system, b, SYSTEM_A), gives = view_field(m, &im->system, b, SYSTEM_S);
    CRT_CELLS(m, k, j, i) {
      const double asked = beside(m, b, &share, i, j, k), has = max(*crt_at(&room, i, j, k), 0.0);
      *crt_at(&asks, i, j, k) = *crt_at(&share, i, j, k);
      *crt_at(&gives, i, j, k) = asked > 1.0 ? has / asked : has;
      *crt_at(&room, i, j, k) -= asked * *crt_at(&gives, i, j, k);
    }
  }
  for (int b = 0; b < m->count; b++) view_copy(view_field(m, &im->limit, b, LIMIT_SHARE), view_field(m, &im->system, b, SYSTEM_S), m->nc);
  exchange_all(x, 1, limit);
  for (int b = 0; b < m->count; b++) {
    const struct view room = view_field(m, &im->limit, b, LIMIT_ROOM), gives = view_field(m, &im->limit, b, LIMIT_SHARE);
    const struct view asks = view_field(m, &im->system, b, SYSTEM_A);
    CRT_CELLS(m, k, j, i) {
      const double asked = *crt_at(&asks, i, j, k);
      if (asked > 0.0) *crt_at(&room, i, j, k) += asked * beside(m, b, &gives, i, j, k);
    }
  }
  return true;
}

void crt_repair(struct crt_implicit *im, struct exchange *x, double wanted) {
  const struct mesh *m = im->mesh;
  struct sum *part = memory_get(sizeof *part * 2 * (size_t)(m->count + 1));
  double all[2] = {0.0, 0.0};
  for (int b = 0; b < m->count; b++) {
    const struct view q = view_field(m, &im->next, b, 0), room = view_field(m, &im->limit, b, LIMIT_ROOM), floor = view_field(m, &im->cells, b, CELL_RATE);
    CRT_CELLS(m, k, j, i) *crt_at(&room, i, j, k) = *crt_at(&q, i, j, k) - *crt_at(&floor, i, j, k);
  }
  for (int n = 0; n < ROUNDS && take_from_neighbours(im, x); n++) im->cost.repairs++;
  for (int b = 0; b < m->count; b++) {
    const struct view room = view_field(m, &im->limit, b, LIMIT_ROOM), floor = view_field(m, &im->cells, b, CELL_RATE);
    double volume = 1.0;
    for (int d = 0; d < 3; d++) volume *= m->block[b].dx[d];
    CRT_CELLS(m, k, j, i) {
      sum_add(&part[2 * b], volume * *crt_at(&floor, i, j, k));
      sum_add(&part[2 * b + 1], volume * max(*crt_at(&room, i, j, k), 0.0));
    }
  }
  sum_over_blocks(m->comm, m->count, 2, part, all);
  memory_free(part);
  const double spare = wanted - all[0], factor = all[1] > 0.0 && spare > 0.0 ? spare / all[1] : 1.0;
  im->cost.renormalised = max(im->cost.renormalised, fabs(factor - 1.0) * (all[1] / max(wanted, 1e-300)));
  for (int b = 0; b < m->count; b++) {
    const struct view q = view_field(m, &im->next, b, 0), room = view_field(m, &im->limit, b, LIMIT_ROOM), floor = view_field(m, &im->cells, b, CELL_RATE);
    CRT_CELLS(m, k, j, i) *crt_at(&q, i, j, k) = *crt_at(&floor, i, j, k) + max(*crt_at(&room, i, j, k), 0.0) * factor;
  }
}

/* ---- limiter ---- */

int64_t crt_limit_fluxes(struct crt_implicit *im, struct exchange *x, const struct crt *c, double dt, struct field *flux) {
  const struct mesh *m = im->mesh;
  const struct pass p = {.im = im, .c = c, .dt = dt, .flux = flux};
  struct field *limit[1] = {&im->limit};
  const int64_t count = below_floor(&p);
  if (count == 0) return 0;
  for (int b = 0; b < m->count; b++) {
    double *share = field_data(&im->limit, b, 0) + im->limit.comp_size[0] * LIMIT_SHARE;
    for (size_t i = 0; i < im->limit.comp_size[0]; i++) share[i] = 1.0;
  }
  exchange_all(x, 1, limit);
  clip_jumps(&p, flux);
  bool settled = false;
  for (int n = 0; n < TRIES && !settled; n++) {
    settled = new_scales(&p, COUNTED);
    exchange_all(x, 1, limit);
  }
  if (!settled) {
    new_scales(&p, 0.0);
    exchange_all(x, 1, limit);
  }
  scale(&p, flux);
  return count;
}
