#include "amr/field.h"

#include "base/fail.h"
#include "base/memory.h"

/* To whole cache lines. */
static size_t round_up(size_t doubles) { return (doubles + 7) / 8 * 8; }

void field_shape(struct field *f, const struct mesh *mesh, const char *name, enum centring centring, int ncomp) {
  require(centring != CENTRING_FACE || ncomp == 3, "field %s: a face field has 3 components, not %d", name, ncomp);
  *f = (struct field){.name = name, .centring = centring, .ncomp = ncomp, .count = mesh->count};
  for (int c = 0; c < (centring == CENTRING_FACE ? 3 : 1); c++) {
    size_t size = 1;
    for (int a = 0; a < 3; a++) {
      f->extent[c][a] = mesh->nc[a] + 2 * mesh->ngd[a] + (centring == CENTRING_FACE && c == a && a < mesh->dim);
      size *= (size_t)f->extent[c][a];
    }
    f->comp_size[c] = round_up(size);
    f->block_size += f->comp_size[c];
  }
  if (centring == CENTRING_CELL) f->block_size = f->comp_size[0] * (size_t)ncomp;
}

void field_create(struct field *f, const struct mesh *mesh, const char *name, enum centring centring, int ncomp) {
  field_shape(f, mesh, name, centring, ncomp);
  f->data = memory_get(sizeof *f->data * f->block_size * (size_t)f->count);
}

void field_destroy(struct field *f) {
  memory_free(f->data);
  *f = (struct field){0};
}
