#include "amr/exchange_internal.h"

#include "amr/restrict.h"
#include "base/fail.h"
#include "base/memory.h"

#include <string.h>

enum { TAG = 21 };

struct exchange *exchange_create(const struct mesh *mesh) {
  struct exchange *x = memory_get(sizeof *x);
  x->mesh = mesh;
  plan_create(&x->plan, mesh);
  return x;
}

void exchange_destroy(struct exchange *x) {
  if (x == NULL) return;
  plan_destroy(&x->plan);
  memory_free(x->fields);
  memory_free(x->coarse);
  memory_free(x->coarse_list);
  memory_free(x->slot);
  memory_free(x->give);
  memory_free(x->take);
  memory_free(x->scratch);
  memory_free(x);
}

void exchange_set_user(struct exchange *x, exchange_user_fn *fill, void *data) {
  x->user = fill;
  x->user_data = data;
}

struct exchange_cost exchange_cost(const struct exchange *x) { return x->cost; }

/* One row of constant length at a time, since ghost rows are short. */
static inline void copy_rows(struct view to, struct view from, int nx, int ny, int nz) {
  for (int k = 0; k < nz; k++) {
    double *restrict t = to.at + k * to.sz;
    const double *restrict f = from.at + k * from.sz;
    for (int j = 0; j < ny; j++) {
      memcpy(t, f, sizeof(double) * (size_t)nx);
      t += to.sy;
      f += from.sy;
    }
  }
}

void exchange_copy(struct view to, struct view from, const int n[3]) {
  switch (n[0]) {
    case 1: copy_rows(to, from, 1, n[1], n[2]); break;
    case 2: copy_rows(to, from, 2, n[1], n[2]); break;
    case 3: copy_rows(to, from, 3, n[1], n[2]); break;
    case 4: copy_rows(to, from, 4, n[1], n[2]); break;
    case 8: copy_rows(to, from, 8, n[1], n[2]); break;
    case 9: copy_rows(to, from, 9, n[1], n[2]); break;
    case 16: copy_rows(to, from, 16, n[1], n[2]); break;
    case 17: copy_rows(to, from, 17, n[1], n[2]); break;
    default: copy_rows(to, from, n[0], n[1], n[2]); break;
  }
}

void exchange_take_box(const struct exchange *x, const struct transfer *t, const struct slot *s, struct view to,
                     const int n[3], const int shift[3]) {
  const int fine = t->op == TRANSFER_RESTRICT ? 2 : 1;
  struct view from = view_move(slot_view(x, s, t->source), t->from[0] + fine * shift[0], t->from[1] + fine * shift[1],
                               t->from[2] + fine * shift[2]);
  if (t->op == TRANSFER_COPY) exchange_copy(to, from, n);
  else if (s->face_axis < 0) restrict_cells(x->mesh->dim, to, from, n);
  else restrict_faces(x->mesh->dim, s->face_axis, to, from, n);
}

size_t exchange_place(const struct exchange *x, const int64_t before[2]) {
  int64_t cells = 0, faces = 0;
  for (int i = 0; i < x->nslot; i++) {
    if (x->slot[i].face_axis < 0) cells++;
    if (x->slot[i].face_axis == 0) faces++;
  }
  return (size_t)(before[0] * cells + before[1] * faces);
}

static void pack(struct exchange *x) {
  const struct plan *plan = &x->plan;
  for (int i = 0; i < plan->give_first[plan->peers.count]; i++) {
    const struct transfer *t = &plan->give[i];
    double *at = x->give + exchange_place(x, t->before);
    for (int s = 0; s < x->nslot; s++) {
      const struct slot *slot = &x->slot[s];
      if (!wants(t, slot)) continue;
      int n[3], shift[3];
      plan_box(plan, t, slot->face_axis, n, shift);
      exchange_take_box(x, t, slot, view_packed(at, n), n, shift);
      at += (size_t)n[0] * (size_t)n[1] * (size_t)n[2];
    }
  }
}

static double *grow(double *p, size_t *size, size_t wanted) {
  if (wanted <= *size) return p;
  memory_free(p);
  *size = wanted;
  return memory_get(sizeof *p * wanted);
}

/* Extents with ghosts of a component; returns its size rounded up to whole cache lines. */
static size_t extents(int dim, int face_axis, const int n[3], const int g[3], int extent[3]) {
  size_t size = 1;
  for (int d = 0; d < 3; d++) {
    extent[d] = n[d] + 2 * g[d] + (d == face_axis && d < dim);
    size *= (size_t)extent[d];
  }
  return (size + 7) / 8 * 8;
}

struct mesh exchange_coarse_mesh(const struct exchange *x, int b, struct block *block) {
  struct mesh m = *x->mesh;
  *block = m.block[b];
  block->jump = false;
  for (int d = 0; d < 3; d++) {
    block->dx[d] *= d < m.dim ? 2.0 : 1.0;
    m.nc[d] = x->plan.coarse_cells[d];
    m.ngd[d] = x->plan.coarse_ghosts[d];
  }
  m.nb /= 2;
  m.ng = m.ngd[0];
  m.neighbour += b;
  m.block = block;
  m.count = 1;
  return m;
}

/* List the components, and lay out their scratch arrays. */
static void set_slots(struct exchange *x, int nfield, struct field *const *fields) {
  const struct mesh *m = x->mesh;
  const struct plan *plan = &x->plan;
  int count = 0;
  for (int i = 0; i < nfield; i++) count += fields[i]->ncomp;
  if (count > x->slot_size) {
    memory_free(x->slot);
    memory_free(x->fields);
    memory_free(x->coarse);
    memory_free(x->coarse_list);
    x->coarse = memory_get(sizeof *x->coarse * (size_t)count);
    x->coarse_list = memory_get(sizeof *x->coarse_list * (size_t)count);
    x->slot = memory_get(sizeof *x->slot * (size_t)count);
    x->fields = memory_get(sizeof *x->fields * (size_t)count);
    x->slot_size = count;
  }
  x->nfield = nfield;
  x->nslot = 0;
  for (int i = 0; i < nfield; i++) {
    const struct field *f = fields[i];
    x->fields[i] = fields[i];
    for (int c = 0; c < f->ncomp; c++) {
      const bool face = f->centring == CENTRING_FACE;
      x->slot[x->nslot++] = (struct slot){.field = f, .component = c, .face_axis = face ? c : -1,
        .flip = face ? c : f->flip ? f->flip[c] : -1, .positive = !face && f->positive && f->positive[c]};
    }
  }
  for (int pass = 0; pass < 2; pass++) { /* the coarse copies of a field follow one another as its components do */
    size_t at = 0;
    for (int deep = 0; deep < (deep_faces(x) ? 2 : 1); deep++) {
      for (int i = 0; i < x->nslot; i++) {
        struct slot *s = &x->slot[i];
        const int *n = deep ? m->nc : plan->coarse_cells, *g = deep ? plan->face_ghosts : plan->coarse_ghosts;
        int extent[3];
        if (deep && s->face_axis < 0) continue;
        const size_t size = extents(m->dim, s->face_axis, n, g, extent);
        if (pass) *(deep ? &s->deep : &s->coarse) = view_array(x->scratch + at, extent, g);
        at += size;
      }
    }
    if (!pass) x->scratch = grow(x->scratch, &x->scratch_size, at);
  }
  double *at = x->scratch;
  for (int i = 0; i < nfield && m->count > 0; i++) {
    struct block block;
    const struct mesh coarse = exchange_coarse_mesh(x, 0, &block);
    const struct field *f = fields[i];
    field_shape(&x->coarse[i], &coarse, f->name, f->centring, f->ncomp);
    x->coarse[i].flip = f->flip;
    x->coarse[i].positive = f->positive;
    x->coarse[i].data = at;
    x->coarse_list[i] = &x->coarse[i];
    at += x->coarse[i].block_size;
  }
}

void exchange_begin(struct exchange *x, int nfield, struct field *const *fields) {
  double start = MPI_Wtime();
  struct peers *peers = &x->plan.peers;
  require(!x->under_way, "exchange begun twice");
  x->under_way = true;
  set_slots(x, nfield, fields);

  int64_t *first = memory_get(sizeof *first * 2 * (size_t)(peers->count + 1));
  int64_t *give_first = first, *take_first = first + peers->count + 1;
  for (int p = 0; p <= peers->count; p++) {
    give_first[p] = (int64_t)exchange_place(x, x->plan.give_values[p]);
    take_first[p] = (int64_t)exchange_place(x, x->plan.take_values[p]);
  }
  x->take = grow(x->take, &x->take_size, (size_t)take_first[peers->count]);
  x->give = grow(x->give, &x->give_size, (size_t)give_first[peers->count]);
  peers_receive(peers, TAG, x->take, take_first);
  pack(x);
  peers_send(peers, TAG, x->give, give_first);
  x->cost.bytes += give_first[peers->count] * (int64_t)sizeof(double);
  memory_free(first);
  x->cost.pack += MPI_Wtime() - start;
}

void exchange_wait(struct exchange *x) {
  double start = MPI_Wtime();
  peers_wait(&x->plan.peers);
  x->cost.wait += MPI_Wtime() - start;
}

void exchange_end(struct exchange *x) {
  exchange_wait(x);
  x->under_way = false;
}

void exchange_all(struct exchange *x, int nfield, struct field *const *fields) {
  exchange_begin(x, nfield, fields);
  for (int b = 0; b < x->mesh->count; b++) {
    if (!x->mesh->block[b].remote) exchange_fill(x, b);
  }
  exchange_wait(x);
  for (int b = 0; b < x->mesh->count; b++) {
    if (x->mesh->block[b].remote) exchange_fill(x, b);
  }
  exchange_end(x);
}
