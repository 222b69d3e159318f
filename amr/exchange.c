#include "amr/exchange.h"

#include "amr/boundary.h"
#include "amr/plan.h"
#include "amr/prolong.h"
#include "amr/restrict.h"
#include "base/fail.h"
#include "base/memory.h"

#include <string.h>

enum { TAG = 21 };

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
  struct slot *slot;
  double *give, *take, *scratch;
  size_t give_size, take_size, scratch_size;
  bool under_way;
  struct exchange_cost cost;
};

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

static void copy(struct view to, struct view from, const int n[3]) {
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

static struct view slot_view(const struct exchange *x, const struct slot *s, int b) {
  return view_field(x->mesh, s->field, b, s->component);
}

/* The box of a transfer, read from a block. */
static void take_box(const struct exchange *x, const struct transfer *t, const struct slot *s, struct view to,
                     const int n[3], const int shift[3]) {
  const int fine = t->op == TRANSFER_RESTRICT ? 2 : 1;
  struct view from = view_move(slot_view(x, s, t->source), t->from[0] + fine * shift[0], t->from[1] + fine * shift[1],
                               t->from[2] + fine * shift[2]);
  if (t->op == TRANSFER_COPY) copy(to, from, n);
  else if (s->face_axis < 0) restrict_cells(x->mesh->dim, to, from, n);
  else restrict_faces(x->mesh->dim, s->face_axis, to, from, n);
}

static bool wants(const struct transfer *t, const struct slot *s) {
  return (t->centring == CENTRING_FACE) == (s->face_axis >= 0);
}

/* Where a message's values of a transfer begin: it holds cell_count components of cells and face_count fields of faces. */
static size_t place(const struct exchange *x, const int64_t before[2]) {
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
    double *at = x->give + place(x, t->before);
    for (int s = 0; s < x->nslot; s++) {
      const struct slot *slot = &x->slot[s];
      if (!wants(t, slot)) continue;
      int n[3], shift[3];
      plan_box(plan, t, slot->face_axis, n, shift);
      take_box(x, t, slot, view_packed(at, n), n, shift);
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

static bool deep_faces(const struct exchange *x) { return x->plan.face_ghosts[0] > x->mesh->ng; }

/* List the components, and lay out their scratch arrays. */
static void set_slots(struct exchange *x, int nfield, struct field *const *fields) {
  const struct mesh *m = x->mesh;
  const struct plan *plan = &x->plan;
  int count = 0;
  for (int i = 0; i < nfield; i++) count += fields[i]->ncomp;
  if (count > x->slot_size) {
    memory_free(x->slot);
    memory_free(x->fields);
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
  for (int pass = 0; pass < 2; pass++) {
    size_t at = 0;
    for (int i = 0; i < x->nslot; i++) {
      struct slot *s = &x->slot[i];
      int extent[3];
      size_t size = extents(m->dim, s->face_axis, plan->coarse_cells, plan->coarse_ghosts, extent);
      if (pass) s->coarse = view_array(x->scratch + at, extent, plan->coarse_ghosts);
      at += size;
      if (s->face_axis < 0 || !deep_faces(x)) continue;
      size = extents(m->dim, s->face_axis, m->nc, plan->face_ghosts, extent);
      if (pass) s->deep = view_array(x->scratch + at, extent, plan->face_ghosts);
      at += size;
    }
    if (!pass) x->scratch = grow(x->scratch, &x->scratch_size, at);
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
    give_first[p] = (int64_t)place(x, x->plan.give_values[p]);
    take_first[p] = (int64_t)place(x, x->plan.take_values[p]);
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

/* Where faces are prolonged: in the field, or in scratch memory when the field has an odd number of ghost layers. */
static struct view face_target(const struct exchange *x, const struct slot *s, int b) {
  return x->plan.coarse[b] && deep_faces(x) ? s->deep : slot_view(x, s, b);
}

static void run_transfer(const struct exchange *x, const struct transfer *t) {
  const double *at = t->source < 0 ? x->take + place(x, t->before) : NULL;
  for (int i = 0; i < x->nslot; i++) {
    const struct slot *s = &x->slot[i];
    if (!wants(t, s)) continue;
    int n[3], shift[3];
    plan_box(&x->plan, t, s->face_axis, n, shift);
    struct view to = t->target == TARGET_COARSE ? s->coarse
                     : s->face_axis >= 0        ? face_target(x, s, t->block)
                                                : slot_view(x, s, t->block);
    to = view_move(to, t->to[0] + shift[0], t->to[1] + shift[1], t->to[2] + shift[2]);
    if (t->source < 0) {
      copy(to, view_packed((double *)at, n), n);
      at += (size_t)n[0] * (size_t)n[1] * (size_t)n[2];
    } else {
      take_box(x, t, s, to, n, shift);
    }
  }
}

/* The domain ends at this side of the block. */
static bool at_end(const struct mesh *m, int b, int axis, int side) {
  int d[3] = {0, 0, 0};
  d[axis] = side ? 1 : -1;
  return axis < m->dim && m->neighbour[b][direction(d[0], d[1], d[2])].kind == NEIGHBOUR_NONE;
}

static struct boundary_component kind_of(const struct slot *s) {
  return (struct boundary_component){.face_axis = s->face_axis, .flip = s->flip};
}

/* One layer is enough for the slopes. */
static void fill_coarse_boundary(const struct exchange *x, int b) {
  const struct mesh *m = x->mesh;
  for (int axis = 0; axis < m->dim; axis++) {
    for (int side = 0; side < 2; side++) {
      if (!at_end(m, b, axis, side)) continue;
      for (int i = 0; i < x->nslot; i++) {
        boundary_fill(m->boundary[axis][side], kind_of(&x->slot[i]), x->slot[i].coarse, x->plan.coarse_cells,
                      x->plan.coarse_ghosts, axis, side, 1);
      }
    }
  }
}

static void fill_boundary(const struct exchange *x, int b) {
  const struct mesh *m = x->mesh;
  for (int axis = 0; axis < m->dim; axis++) {
    for (int side = 0; side < 2; side++) {
      if (!at_end(m, b, axis, side)) continue;
      const int kind = m->boundary[axis][side];
      if (kind == BOUNDARY_USER && x->user != NULL) {
        x->user(x->user_data, m, b, axis, side, x->nfield, x->fields);
        continue;
      }
      for (int i = 0; i < x->nslot; i++) {
        boundary_fill(kind, kind_of(&x->slot[i]), slot_view(x, &x->slot[i], b), m->nc, m->ngd, axis, side, m->ng);
      }
    }
  }
}

/* Planes of the block's own boundary faces, for the prolongation next to them. */
static void copy_own_faces(const struct exchange *x, const struct slot *s, int b) {
  const struct mesh *m = x->mesh;
  const int d = s->face_axis;
  if (d >= m->dim) return;
  int n[3] = {m->nc[0], m->nc[1], m->nc[2]};
  n[d] = 1;
  for (int side = 0; side < 2; side++) {
    int at[3] = {0, 0, 0};
    at[d] = side * m->nc[d];
    copy(view_move(s->deep, at[0], at[1], at[2]), view_move(slot_view(x, s, b), at[0], at[1], at[2]), n);
  }
}

/* Box of the ghosts in a direction: n cells, g ghosts. */
static void ghost_box(const int d[3], const int n[3], const int g[3], int lower[3], int upper[3]) {
  for (int a = 0; a < 3; a++) {
    lower[a] = d[a] > 0 ? n[a] : d[a] < 0 ? -g[a] : 0;
    upper[a] = d[a] > 0 ? n[a] + g[a] : d[a] < 0 ? 0 : n[a];
  }
}

static void prolong_direction(const struct exchange *x, int b, const int d[3]) {
  const struct mesh *m = x->mesh;
  const struct plan *plan = &x->plan;
  int lower[3], upper[3], layers[3];
  bool known[3][2] = {{false}};
  for (int a = 0; a < 3; a++) {
    layers[a] = a < m->dim ? plan->coarse_ghosts[a] - 1 : 0;
    for (int side = 0; side < 2; side++) {
      int e[3] = {d[0], d[1], d[2]};
      e[a] += side ? 1 : -1;
      if (a >= m->dim || e[a] < -1 || e[a] > 1) continue;
      const int dir = direction(e[0], e[1], e[2]), kind = m->neighbour[b][dir].kind;
      known[a][side] = dir == DIRECTION_SELF || kind == NEIGHBOUR_SAME || kind == NEIGHBOUR_FINE;
    }
  }
  for (int i = 0; i < x->nslot; i++) {
    const struct slot *s = &x->slot[i];
    if (s->face_axis < 0) {
      ghost_box(d, m->nc, m->ngd, lower, upper);
      prolong_cells(m->dim, slot_view(x, s, b), s->coarse, lower, upper, s->positive);
    } else if (s->face_axis == 0) {
      struct view fine[3], coarse[3];
      for (int c = 0; c < 3; c++) {
        fine[c] = face_target(x, s + c, b);
        coarse[c] = s[c].coarse;
      }
      ghost_box(d, plan->coarse_cells, layers, lower, upper);
      prolong_faces(m->dim, fine, coarse, lower, upper, known, m->block[b].dx);
    }
  }
}

/* From scratch memory to the field. */
static void copy_deep_ghosts(const struct exchange *x, const struct slot *s, int b, const int d[3]) {
  const struct mesh *m = x->mesh;
  const int axis = s->face_axis;
  int lower[3], upper[3];
  ghost_box(d, m->nc, m->ngd, lower, upper);
  if (axis < m->dim) {
    bool own = true; /* next to the block's own faces, which stay as they are */
    for (int a = 0; a < 3; a++) own = own && (a == axis) == (d[a] != 0);
    lower[axis] += own && d[axis] > 0;
    upper[axis] += 1 - (own && d[axis] < 0);
  }
  const int n[3] = {upper[0] - lower[0], upper[1] - lower[1], upper[2] - lower[2]};
  copy(view_move(slot_view(x, s, b), lower[0], lower[1], lower[2]), view_move(s->deep, lower[0], lower[1], lower[2]), n);
}

static void fill_from_coarse(const struct exchange *x, int b) {
  const struct mesh *m = x->mesh;
  fill_coarse_boundary(x, b);
  for (int dir = 0; dir < DIRECTIONS; dir++) {
    const int d[3] = {dir % 3 - 1, dir / 3 % 3 - 1, dir / 9 - 1};
    if (dir != DIRECTION_SELF && m->neighbour[b][dir].kind == NEIGHBOUR_COARSE) prolong_direction(x, b, d);
  }
  if (!deep_faces(x)) return;
  for (int dir = 0; dir < DIRECTIONS; dir++) {
    const int d[3] = {dir % 3 - 1, dir / 3 % 3 - 1, dir / 9 - 1};
    if (dir == DIRECTION_SELF || m->neighbour[b][dir].kind == NEIGHBOUR_NONE) continue;
    for (int i = 0; i < x->nslot; i++) {
      if (x->slot[i].face_axis >= 0) copy_deep_ghosts(x, &x->slot[i], b, d);
    }
  }
}

void exchange_fill(struct exchange *x, int b) {
  double start = MPI_Wtime();
  const struct plan *plan = &x->plan;
  if (plan->coarse[b] && deep_faces(x)) {
    for (int i = 0; i < x->nslot; i++) {
      if (x->slot[i].face_axis >= 0) copy_own_faces(x, &x->slot[i], b);
    }
  }
  for (int i = plan->first[b]; i < plan->first[b + 1]; i++) run_transfer(x, &plan->item[i]);
  if (plan->coarse[b]) fill_from_coarse(x, b);
  fill_boundary(x, b);
  x->cost.fill += MPI_Wtime() - start;
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
