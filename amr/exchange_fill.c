#include "amr/exchange_internal.h"

#include "amr/boundary.h"
#include "amr/prolong.h"

/* Where faces are prolonged: in the field, or in scratch memory when the field has an odd number of ghost layers. */
static struct view face_target(const struct exchange *x, const struct slot *s, int b) {
  return x->plan.coarse[b] && deep_faces(x) ? s->deep : slot_view(x, s, b);
}

static void run_transfer(const struct exchange *x, const struct transfer *t) {
  const double *at = t->source < 0 ? x->take + exchange_place(x, t->before) : NULL;
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
      exchange_copy(to, view_packed((double *)at, n), n);
      at += (size_t)n[0] * (size_t)n[1] * (size_t)n[2];
    } else {
      exchange_take_box(x, t, s, to, n, shift);
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

/* For the slopes, which need one layer. */
static void fill_coarse_boundary(const struct exchange *x, int b) {
  const struct mesh *m = x->mesh;
  for (int axis = 0; axis < m->dim; axis++) {
    for (int side = 0; side < 2; side++) {
      if (!at_end(m, b, axis, side)) continue;
      for (int i = 0; i < x->nslot; i++) {
        boundary_fill(m->boundary[axis][side], kind_of(&x->slot[i]), x->slot[i].coarse, x->plan.coarse_cells,
                      x->plan.coarse_ghosts, axis, side, 1);
      }
      if (m->boundary[axis][side] != BOUNDARY_USER || x->user == NULL) continue;
      struct block block;
      const struct mesh coarse = exchange_coarse_mesh(x, b, &block);
      x->user(x->user_data, &coarse, 0, axis, side, x->nfield, x->coarse_list);
    }
  }
}

static void fill_boundary(const struct exchange *x, int b) {
  const struct mesh *m = x->mesh;
  for (int axis = 0; axis < m->dim; axis++) {
    for (int side = 0; side < 2; side++) {
      if (!at_end(m, b, axis, side)) continue;
      const int kind = m->boundary[axis][side];
      for (int i = 0; i < x->nslot; i++) {
        boundary_fill(kind, kind_of(&x->slot[i]), slot_view(x, &x->slot[i], b), m->nc, m->ngd, axis, side, m->ng);
      }
      if (kind == BOUNDARY_USER && x->user != NULL) x->user(x->user_data, m, b, axis, side, x->nfield, x->fields);
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
    exchange_copy(view_move(s->deep, at[0], at[1], at[2]), view_move(slot_view(x, s, b), at[0], at[1], at[2]), n);
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
  exchange_copy(view_move(slot_view(x, s, b), lower[0], lower[1], lower[2]), view_move(s->deep, lower[0], lower[1], lower[2]), n);
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
