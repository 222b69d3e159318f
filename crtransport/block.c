#include "crtransport/scratch.h"

#include "base/memory.h"

static double *take(double **at, size_t n) {
  double *p = *at;
  *at += n;
  return p;
}

static size_t carve(struct crt_scratch *w, double *base) {
  const size_t n = (w->plane + 7) / 8 * 8;
  double *at = base;
  for (int i = 0; i < 3; i++) {
    w->low[i] = take(&at, n);
    w->high[i] = take(&at, n);
    for (int c = 0; c < 2; c++) w->tensor[i][c] = take(&at, n);
  }
  for (int i = 0; i < 2; i++) { /* from one slot to the other it is as far for all of them */
    double **const planes[] = {w->down,    w->up,      w->q,      w->f,      w->chi,  w->slope_q,
                               w->curve_q, w->slope_f, w->loss_q, w->loss_f, w->rate, w->square, w->crossed};
    for (size_t p = 0; p < sizeof planes / sizeof planes[0]; p++) planes[p][i] = take(&at, n);
    for (int d = 0; d < 3; d++) w->across[d][i] = take(&at, n);
  }
  for (int d = 0; d < 3; d++)
    for (int i = 0; i < (d == 2 ? 2 : 1); i++) {
      w->move[d][i] = take(&at, n);
      w->press[d][i] = take(&at, n);
      w->tension[d][i] = take(&at, n);
    }
  w->push = take(&at, n);
  w->bound = take(&at, n);
  w->spare = take(&at, n);
  w->ease = take(&at, n);
  w->total = take(&at, n);
  w->wind = take(&at, n);
  w->inside = take(&at, 2 * w->plane);
  return (size_t)(at - base);
}

struct crt_scratch *crt_scratch_create(const struct crt_shape *s) {
  struct crt_scratch *w = memory_get(sizeof *w);
  w->nx = s->nc[0] + 2 * s->ng[0];
  w->ny = s->nc[1] + 2 * s->ng[1];
  w->plane = (size_t)w->nx * (size_t)w->ny;
  static double nowhere[1];
  w->memory = memory_get(carve(w, nowhere) * sizeof(double));
  carve(w, w->memory);
  for (int j = s->ng[1]; j < s->ng[1] + s->nc[1]; j++)
    for (int i = s->ng[0]; i < s->ng[0] + s->nc[0]; i++) w->inside[j * w->nx + i] = 1.0;
  for (size_t i = 0; i < w->plane; i++) w->inside[w->plane + i] = 1.0;
  return w;
}

void crt_scratch_destroy(struct crt_scratch *w) {
  if (w == NULL) return;
  memory_free(w->memory);
  memory_free(w);
}

/* A plane of the state, before its use, towards the cache; after the last ones comes the next population.  A part before each stage of the work on a
 * plane: all at once they would wait for one another. */
struct ahead { const double *q, *f; size_t plane; int part; };
enum { PARTS = 6 };

static void fetch(struct ahead *a, int parts) {
  const size_t from = a->plane * (size_t)a->part / PARTS;
  a->part = a->part + parts < PARTS ? a->part + parts : PARTS;
  const size_t to = a->plane * (size_t)a->part / PARTS;
  for (size_t i = from; i < to; i += 8) {
    __builtin_prefetch(a->q + i, 1, 2);
    __builtin_prefetch(a->f + i, 1, 2);
  }
}

/* Rows of a plane that are worked on together, so that what one stage leaves is found in the nearest cache by the next. */
enum { ROWS = 16 };

/* Plane k of cells and its lower faces, and the update of plane k - 1, whose old values nothing needs any more: cells go a row
 * ahead. */
static int64_t work_on_plane(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a,
                             const struct crt_numbers *num, int k, struct ahead *next) {
  const int lower = s->ng[1], upper = lower + s->nc[1], more = s->dim > 1, first = s->ng[2],
            end = first + (s->dim > 2 ? s->nc[2] : 0);
  const bool edge = s->dim > 2 && (k < first || k == end);
  int64_t acted = 0;
  int done = lower - more;
  for (int j = lower; j < upper; j += ROWS) {
    const struct crt_rows rows = {j, j + ROWS < upper ? j + ROWS : upper}, cells = {done, rows.end + more};
    struct crt_rows across = rows;
    across.end += more && rows.end == upper;
    fetch(next, 1);
    crt_cells(s, w, a, num, k, cells, edge);
    done = cells.end;
    if (k < first) continue;
    if (s->dim > 2) {
      fetch(next, 1);
      int64_t n = crt_faces(s, w, a, num, 2, k, rows);
      fetch(next, 1);
      if (k > first) crt_update(s, w, a, num, k - 1, rows);
      if (k == end) continue;
      acted += n;
    }
    fetch(next, 1);
    acted += crt_faces(s, w, a, num, 0, k, rows);
    fetch(next, 1);
    if (more) acted += crt_faces(s, w, a, num, 1, k, across);
  }
  return acted;
}

int64_t crt_block_substep(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a) {
  const struct crt_numbers num = crt_coefficients(s, a);
  int64_t acted = 0;
  w->cornered[0].k = w->cornered[1].k = -1;
  if (s->dim < 3) {
    struct ahead none = {.part = PARTS};
    crt_load_plane(s, w, a, 0);
    acted = work_on_plane(s, w, a, &num, 0, &none);
    crt_update(s, w, a, &num, 0, (struct crt_rows){s->ng[1], s->ng[1] + s->nc[1]});
    return acted;
  }
  const int first = s->ng[2], ahead = 4;
  crt_load_plane(s, w, a, first - 2);
  crt_load_plane(s, w, a, first - 1);
  for (int k = first - 1; k <= first + s->nc[2]; k++) {
    const size_t far = w->plane * (size_t)(k + ahead);
    struct ahead next = {a->q + far, a->f + far, w->plane, 0};
    fetch(&next, 1);
    crt_load_plane(s, w, a, k + 1);
    acted += work_on_plane(s, w, a, &num, k, &next);
    fetch(&next, PARTS);
  }
  return acted;
}
