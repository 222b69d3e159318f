/* Shared by amr/exchange.c, which moves values between ranks, and amr/exchange_fill.c, which fills the ghosts of a block. */
#ifndef AMR_EXCHANGE_INTERNAL_H
#define AMR_EXCHANGE_INTERNAL_H

#include "amr/exchange.h"
#include "amr/plan.h"

/* One component of the fields in the exchange. */
struct slot {
  const struct field *field;
  int component, face_axis, flip;
  bool positive;
  struct view coarse, deep; /* scratch: coarse copy, and faces with more ghosts than the field has */
};

struct exchange {
  const struct mesh *mesh;
  struct plan plan;
  exchange_user_fn *user;
  void *user_data;

  int nfield, nslot, slot_size;
  struct field **fields;
  struct field *coarse, **coarse_list; /* [nfield] the coarse copies, on a mesh of one block */
  struct slot *slot;
  double *give, *take, *scratch;
  size_t give_size, take_size, scratch_size;
  bool under_way;
  struct exchange_cost cost;
};

static inline struct view slot_view(const struct exchange *x, const struct slot *s, int b) {
  return view_field(x->mesh, s->field, b, s->component);
}

static inline bool wants(const struct transfer *t, const struct slot *s) {
  return (t->centring == CENTRING_FACE) == (s->face_axis >= 0);
}

static inline bool deep_faces(const struct exchange *x) { return x->plan.face_ghosts[0] > x->mesh->ng; }

/* A mesh of one block, that of the coarse copy of block b. */
struct mesh exchange_coarse_mesh(const struct exchange *x, int b, struct block *block);
/* Rows of ghosts are short: tuned for that. */
void exchange_copy(struct view to, struct view from, const int n[3]);
/* The box of a transfer, read from a block of this rank. */
void exchange_take_box(const struct exchange *x, const struct transfer *t, const struct slot *s, struct view to, const int n[3],
                       const int shift[3]);
/* Where in a message the values after those of earlier transfers begin. */
size_t exchange_place(const struct exchange *x, const int64_t before[2]);

#endif
