#include "amr/shared.h"

#include "amr/peers.h"
#include "amr/restrict.h"
#include "amr/view.h"
#include "base/memory.h"

enum { TAG = 23 };

/* The common faces of a block and one finer leaf. */
struct patch {
  int block, axis, side, leaf; /* the coarse block's side, and the place of the fine leaf on it */
  int source;                  /* local block, or -1 - peer; in lists for others always the local block */
};

struct shared {
  const struct mesh *mesh;
  size_t size[3];              /* values of a patch, by the axis */
  struct peers peers;
  int count;
  struct patch *patch;
  const double **values;       /* [count] where the values of each patch are */
  int *number;                 /* [block][6][4] of the patch, or -1 */
  struct patch *give;
  int *give_first;
  int64_t *message;            /* [2][peers.count + 1] where messages begin: given, taken */
  double *fine, *give_data;
};

static int *number_at(const struct shared *s, int b, int axis, int side, int leaf) {
  return &s->number[((b * 3 + axis) * 2 + side) * 4 + leaf];
}

static void list_patches(struct shared *s) {
  const struct mesh *m = s->mesh;
  s->number = memory_get(sizeof *s->number * 24 * (size_t)m->count);
  for (int i = 0; i < 24 * m->count; i++) s->number[i] = -1;
  for (int pass = 0; pass < 2; pass++) {
    s->count = 0;
    for (int b = 0; b < m->count; b++) {
      for (int axis = 0; axis < m->dim; axis++) {
        for (int side = 0; side < 2; side++) {
          int d[3] = {0, 0, 0};
          d[axis] = side ? 1 : -1;
          const struct neighbour *n = &m->neighbour[b][direction(d[0], d[1], d[2])];
          if (n->kind != NEIGHBOUR_FINE) continue;
          for (int leaf = 0; leaf < n->count; leaf++, s->count++) {
            if (!pass) continue;
            s->patch[s->count] = (struct patch){b, axis, side, leaf, n->id[leaf] < m->count ? n->id[leaf] : -1 - (n->id[leaf] - m->count)};
            *number_at(s, b, axis, side, leaf) = s->count;
          }
        }
      }
    }
    if (!pass) s->patch = memory_get(sizeof *s->patch * (size_t)s->count);
  }
}

/* Ask the owners, and lay out messages: what others give comes first in s->fine, in the order of peers. */
static void ask(struct shared *s) {
  const struct mesh *m = s->mesh;
  const int np = s->peers.count;
  int *first = memory_get(sizeof *first * (size_t)(np + 2));
  for (int i = 0; i < s->count; i++) {
    if (s->patch[i].source < 0) first[peers_find(&s->peers, m->owner[-1 - s->patch[i].source]) + 2]++;
  }
  for (int p = 0; p < np; p++) first[p + 2] += first[p + 1];
  struct patch *asked = memory_get(sizeof *asked * (size_t)first[np + 1]);
  int *which = memory_get(sizeof *which * (size_t)first[np + 1]);
  for (int i = 0; i < s->count; i++) {
    struct patch *p = &s->patch[i];
    if (p->source >= 0) continue;
    const int ghost = -1 - p->source, at = first[peers_find(&s->peers, m->owner[ghost]) + 1]++;
    asked[at] = *p;
    asked[at].source = m->owner_index[ghost];
    which[at] = i;
  }
  s->give_first = memory_get(sizeof *s->give_first * (size_t)(np + 1));
  s->give = peers_swap(&s->peers, sizeof *asked, asked, first, s->give_first);

  s->message = memory_get(sizeof *s->message * 2 * (size_t)(np + 1));
  s->values = memory_get(sizeof *s->values * (size_t)s->count);
  size_t all = 0;
  for (int i = 0; i < s->count; i++) all += s->size[s->patch[i].axis];
  s->fine = memory_get(sizeof *s->fine * all);

  int64_t *give = s->message, *take = s->message + np + 1;
  for (int p = 0; p < np; p++) {
    give[p + 1] = give[p];
    take[p + 1] = take[p];
    for (int i = s->give_first[p]; i < s->give_first[p + 1]; i++) give[p + 1] += (int64_t)s->size[s->give[i].axis];
    for (int i = first[p]; i < first[p + 1]; i++) {
      s->values[which[i]] = s->fine + take[p + 1];
      take[p + 1] += (int64_t)s->size[asked[i].axis];
    }
  }
  double *at = s->fine + take[np];
  for (int i = 0; i < s->count; i++) {
    if (s->patch[i].source < 0) continue;
    s->values[i] = at;
    at += s->size[s->patch[i].axis];
  }
  s->give_data = memory_get(sizeof *s->give_data * (size_t)give[np]);
  memory_free(asked);
  memory_free(which);
  memory_free(first);
}

struct shared *shared_create(const struct mesh *mesh) {
  struct shared *s = memory_get(sizeof *s);
  s->mesh = mesh;
  for (int a = 0; a < 3; a++) s->size[a] = (size_t)mesh->nc[(a + 1) % 3] * (size_t)mesh->nc[(a + 2) % 3];
  peers_create(&s->peers, mesh);
  list_patches(s);
  ask(s);
  return s;
}

void shared_destroy(struct shared *s) {
  if (s == NULL) return;
  peers_destroy(&s->peers);
  memory_free(s->patch);
  memory_free(s->values);
  memory_free(s->number);
  memory_free(s->give);
  memory_free(s->give_first);
  memory_free(s->message);
  memory_free(s->fine);
  memory_free(s->give_data);
  memory_free(s);
}

/* The fine leaf's side of the patch. */
static void collect(const struct shared *s, const struct field *f, const struct patch *p, double *to) {
  const struct mesh *m = s->mesh;
  int n[3] = {m->nc[0], m->nc[1], m->nc[2]}, at[3] = {0, 0, 0};
  n[p->axis] = 1;
  at[p->axis] = p->side ? 0 : m->nc[p->axis];
  struct view from = view_move(view_field(m, f, p->source, p->axis), at[0], at[1], at[2]);
  view_copy(view_packed(to, n), from, n);
}

void shared_fetch(struct shared *s, const struct field *f) {
  const int np = s->peers.count;
  peers_receive(&s->peers, TAG, s->fine, s->message + np + 1);
  double *to = s->give_data;
  for (int i = 0; i < s->give_first[np]; i++) {
    collect(s, f, &s->give[i], to);
    to += s->size[s->give[i].axis];
  }
  peers_send(&s->peers, TAG, s->give_data, s->message);
  for (int i = 0; i < s->count; i++) {
    if (s->patch[i].source >= 0) collect(s, f, &s->patch[i], (double *)s->values[i]);
  }
  peers_wait(&s->peers);
}

const double *shared_values(const struct shared *s, int b, int axis, int side, int leaf) {
  const int i = *number_at(s, b, axis, side, leaf);
  return i < 0 ? NULL : s->values[i];
}

void shared_agree(struct shared *s, struct field *f) {
  const struct mesh *m = s->mesh;
  shared_fetch(s, f);
  for (int i = 0; i < s->count; i++) {
    const struct patch *p = &s->patch[i];
    int fine[3] = {m->nc[0], m->nc[1], m->nc[2]}, n[3], at[3] = {0, 0, 0}, leaf = p->leaf;
    for (int a = 0; a < 3; a++) {
      n[a] = a < m->dim ? m->nc[a] / 2 : 1;
      if (a == p->axis) {
        fine[a] = n[a] = 1;
        at[a] = p->side ? m->nc[a] : 0;
      } else if (a < m->dim) {
        at[a] = (leaf & 1) * n[a];
        leaf >>= 1;
      }
    }
    struct view to = view_move(view_field(m, f, p->block, p->axis), at[0], at[1], at[2]);
    restrict_faces(m->dim, p->axis, to, view_packed((double *)s->values[i], fine), n);
  }
}
