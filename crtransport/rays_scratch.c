#include "crtransport/rays_scratch.h"

#include "base/memory.h"

struct rays_scratch *rays_scratch(struct rays *r, const struct mesh *mesh) {
  static const int flip[4] = {0, 1, 2, -1};
  static const bool positive[2] = {true, true};
  if (r->scratch) return r->scratch;
  struct rays_scratch *s = r->scratch = memory_get(sizeof *s);
  field_create(&s->stress, mesh, "stress of cosmic rays", CENTRING_CELL, 2);
  field_create(&s->kick, mesh, "kick", CENTRING_CELL, 4);
  field_create(&s->velocity, mesh, "velocity of faces", CENTRING_FACE, 3);
  field_create(&s->expansion, mesh, "expansion", CENTRING_CELL, 1);
  s->stress.positive = positive;
  s->kick.flip = flip;
  if (mesh->max_level > 0) s->energy = correction_create(mesh, 2, false);
  return s;
}

void rays_scratch_destroy(struct rays *r) {
  struct rays_scratch *s = r->scratch;
  if (s == NULL) return;
  field_destroy(&s->stress);
  field_destroy(&s->kick);
  field_destroy(&s->velocity);
  field_destroy(&s->expansion);
  correction_destroy(s->energy);
  memory_free(s);
  r->scratch = NULL;
}
