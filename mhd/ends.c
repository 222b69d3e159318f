/* What leaves through the ends of the domain: the fluxes on the faces of the blocks there. */
#include "base/memory.h"
#include "mhd/work.h"

#include <string.h>

/* Cells of a face of a block, across axis d. */
static size_t face_cells(const struct mesh *m, int d) { return (size_t)m->nc[(d + 1) % 3] * (size_t)m->nc[(d + 2) % 3]; }

static bool at_end(const struct mesh *m, int b, int f) {
  int way[3] = {0, 0, 0};
  way[f / 2] = f % 2 ? 1 : -1;
  return m->neighbour[b][direction(way[0], way[1], way[2])].kind == NEIGHBOUR_NONE;
}

void ends_create(struct gas *g, const struct mesh *m) {
  struct mhd_work *w = g->work;
  size_t size = 0;
  memory_free(w->ends);
  memory_free(w->end_data);
  w->ends = memory_get(sizeof *w->ends * (size_t)m->count);
  for (int pass = 0; pass < 2; pass++) {
    size = 0;
    for (int b = 0; b < m->count; b++)
      for (int f = 0; f < 2 * m->dim; f++) {
        if (!at_end(m, b, f)) continue;
        if (pass) w->ends[b].flux[f] = w->end_data + size;
        size += (size_t)g->nvar * face_cells(m, f / 2);
      }
    if (pass == 0) w->end_data = memory_get(sizeof *w->end_data * size);
  }
}

void ends_destroy(struct gas *g) {
  memory_free(g->work->ends);
  memory_free(g->work->end_data);
}

void ends_book(const struct gas *g, const struct mesh *m, double dt, struct exact *outflow) {
  const bool thermal = g->par.eos == EOS_ADIABATIC;
  for (int b = 0; b < m->count; b++)
    for (int f = 0; f < 2 * m->dim; f++) {
      const double *flux = g->work->ends[b].flux[f];
      if (flux == NULL) continue;
      const int d = f / 2;
      const double area = m->block[b].dx[(d + 1) % 3] * m->block[b].dx[(d + 2) % 3], weight = (f % 2 ? dt : -dt) * area;
      const size_t cells = face_cells(m, d);
      for (int v = 0; v < g->nvar - 1; v++) { /* not the internal energy */
        if (v == GAS_E && !thermal) continue;
        for (size_t i = 0; i < cells; i++) exact_add(&outflow[v], weight * flux[(size_t)v * cells + i]);
      }
    }
}
