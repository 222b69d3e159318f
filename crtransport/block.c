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
  for (int i = 0; i < 2; i++) {
    double **const planes[] = {w->down, w->up, w->q, w->f, w->chi, w->loss_q, w->loss_f, w->bound, w->spare, w->rate, w->row};
    for (size_t p = 0; p < sizeof planes / sizeof planes[0]; p++) planes[p][i] = take(&at, n);
    for (int d = 0; d < 3; d++) {
      double **const axes[] = {w->across[d], w->slope_q[d], w->slope_f[d], w->curve_q[d], w->move[d], w->press[d], w->tension[d]};
      for (size_t p = 0; p < sizeof axes / sizeof axes[0]; p++) axes[p][i] = take(&at, n);
    }
  }
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

/* A plane is overwritten when nothing will read its old values any more: everything in plane k + 1 is done before plane k is updated. */
int64_t crt_block_substep(const struct crt_shape *s, struct crt_scratch *w, const struct crt_substep *a) {
  struct crt_numbers num;
  int64_t acted = 0;
  crt_coefficients(s, w, a, &num);
  if (s->dim < 3) {
    crt_load_plane(s, w, a, 0);
    crt_cells(s, w, a, &num, 0);
    for (int d = 0; d < s->dim; d++) acted += crt_faces(s, w, a, &num, d, 0);
    crt_update(s, w, a, &num, 0);
    return acted;
  }
  const int first = s->ng[2], end = first + s->nc[2];
  crt_load_plane(s, w, a, first - 2);
  crt_load_plane(s, w, a, first - 1);
  for (int k = first - 1; k <= end; k++) {
    crt_load_plane(s, w, a, k + 1);
    crt_cells(s, w, a, &num, k);
    if (k < first) continue;
    int64_t through = crt_faces(s, w, a, &num, 2, k);
    if (k > first) crt_update(s, w, a, &num, k - 1);
    if (k == end) break;
    acted += through;
    for (int d = 0; d < 2; d++) acted += crt_faces(s, w, a, &num, d, k);
  }
  return acted;
}
