#include "amr/plan.h"

#include "base/memory.h"

#include <string.h>

/* Everything in one direction. */
static void direction_axes(int dir, int d[3]) {
  d[0] = dir % 3 - 1;
  d[1] = dir / 3 % 3 - 1;
  d[2] = dir / 9 - 1;
}

struct list { struct transfer *item; int count, size; };

static void append(struct list *l, const struct transfer *t) {
  if (l->count == l->size) {
    int size = 2 * l->size + 64;
    struct transfer *item = memory_get(sizeof *item * (size_t)size);
    if (l->count > 0) memcpy(item, l->item, sizeof *item * (size_t)l->count);
    memory_free(l->item);
    l->item = item;
    l->size = size;
  }
  l->item[l->count++] = *t;
}

static void set_source(const struct mesh *mesh, struct transfer *t, int id) {
  /* Ghost leaves are turned into peers once all are known. */
  t->source = id < mesh->count ? id : -1 - (id - mesh->count);
}

void plan_box(const struct plan *plan, const struct transfer *t, int d, int n[3], int shift[3]) {
  for (int a = 0; a < 3; a++) {
    n[a] = t->size[a];
    shift[a] = 0;
  }
  if (d >= 0 && d < plan->dim) {
    n[d] += 1 - (t->trim[d] != 0);
    shift[d] = t->trim[d] < 0;
  }
}

static int64_t values(const struct plan *plan, const struct transfer *t) {
  int64_t sum = 0;
  int n[3], shift[3];
  int components = t->centring == CENTRING_FACE ? 3 : 1;
  for (int d = 0; d < components; d++) {
    plan_box(plan, t, t->centring == CENTRING_FACE ? d : -1, n, shift);
    sum += (int64_t)n[0] * n[1] * n[2];
  }
  return sum;
}

/* Ghosts towards a neighbour of the same level. */
static void add_same(const struct mesh *mesh, struct transfer t, const int d[3], const int g[3], int id, struct list *l) {
  int normal = 0;
  for (int a = 0; a < 3; a++) normal += d[a] != 0;
  for (int a = 0; a < 3; a++) {
    t.to[a] = d[a] > 0 ? mesh->nc[a] : d[a] < 0 ? -g[a] : 0;
    t.size[a] = d[a] ? g[a] : mesh->nc[a];
    t.from[a] = t.to[a] - d[a] * mesh->nc[a];
    t.trim[a] = normal == 1 ? -d[a] : 0;
  }
  t.op = TRANSFER_COPY;
  set_source(mesh, &t, id);
  append(l, &t);
}

/* Ghosts towards finer neighbours: leaf number leaf of those that touch, in Morton order. */
static void add_fine(const struct mesh *mesh, struct transfer t, const int d[3], const int g[3], int id, int leaf,
                     struct list *l) {
  int normal = 0;
  for (int a = 0; a < 3; a++) normal += d[a] != 0;
  for (int a = 0; a < 3; a++) {
    const int n = mesh->nc[a];
    t.trim[a] = normal == 1 ? -d[a] : 0;
    if (a >= mesh->dim) {
      t.to[a] = t.from[a] = 0;
      t.size[a] = n;
    } else if (d[a] == 0) {
      t.to[a] = (leaf & 1) * n / 2;
      t.size[a] = n / 2;
      t.from[a] = 0;
      leaf >>= 1;
    } else {
      t.to[a] = d[a] > 0 ? n : -g[a];
      t.size[a] = g[a];
      t.from[a] = d[a] > 0 ? 0 : n - 2 * g[a];
    }
  }
  t.op = TRANSFER_RESTRICT;
  set_source(mesh, &t, id);
  append(l, &t);
}

/* Coarse copy towards a coarser neighbour, which covers the place pos + d of the block's level. */
static void add_coarse(const struct plan *plan, const struct mesh *mesh, struct transfer t, const int d[3], int id,
                       struct list *l) {
  const struct block *block = &mesh->block[t.block];
  for (int a = 0; a < 3; a++) {
    const int n = plan->coarse_cells[a], g = plan->coarse_ghosts[a];
    t.to[a] = d[a] > 0 ? n : d[a] < 0 ? -g : 0;
    t.size[a] = d[a] ? g : n;
    t.from[a] = t.to[a];
    if (a < mesh->dim) {
      int64_t place = block->pos[a] + d[a], parent = (place - (place & 1)) / 2;
      t.from[a] += (int)(block->pos[a] * n - parent * mesh->nc[a]);
    }
  }
  t.target = TARGET_COARSE;
  t.op = TRANSFER_COPY;
  set_source(mesh, &t, id);
  append(l, &t);
}

/* Coarse copy of the layer of a same-level neighbour, or of the block itself (d = 0), next to coarser blocks: what slopes there
 * reach for. */
static void add_layers(const struct plan *plan, const struct mesh *mesh, struct transfer t, const int d[3], int id,
                       struct list *l) {
  const struct neighbour *nb = mesh->neighbour[t.block];
  t.target = TARGET_COARSE;
  t.op = TRANSFER_RESTRICT;
  set_source(mesh, &t, id);
  for (int axis = 0; axis < mesh->dim; axis++) {
    for (int side = -1; side <= 1; side += 2) {
      int e[3] = {d[0], d[1], d[2]};
      e[axis] += side;
      if (e[axis] < -1 || e[axis] > 1) continue;
      if (nb[direction(e[0], e[1], e[2])].kind != NEIGHBOUR_COARSE) continue;
      for (int a = 0; a < 3; a++) {
        const int n = plan->coarse_cells[a], g = plan->coarse_ghosts[a] - 1;
        t.to[a] = d[a] > 0 ? n : d[a] < 0 ? -g : 0;
        t.size[a] = d[a] ? g : n;
        if (a == axis) {
          t.to[a] = d[a] > 0 ? n : d[a] < 0 ? -1 : side > 0 ? n - 1 : 0;
          t.size[a] = 1;
        }
        t.from[a] = a < mesh->dim ? 2 * t.to[a] - d[a] * mesh->nc[a] : 0;
      }
      append(l, &t);
    }
  }
}

/* Faces between two blocks are given by both: those of the block's own level win, as they do in the neighbour itself, so the
 * order is finer, same; in the coarse copy coarser, same. */
static void add_block(const struct plan *plan, const struct mesh *mesh, int b, int centring, struct list *l) {
  const struct neighbour *nb = mesh->neighbour[b];
  const struct transfer t = {.block = b, .centring = centring, .target = TARGET_GHOST};
  const int *g = centring == CENTRING_FACE && plan->coarse[b] ? plan->face_ghosts : mesh->ngd;
  int d[3];
  for (int dir = 0; dir < DIRECTIONS; dir++) {
    if (nb[dir].kind != NEIGHBOUR_FINE || dir == DIRECTION_SELF) continue;
    direction_axes(dir, d);
    for (int leaf = 0; leaf < nb[dir].count; leaf++) add_fine(mesh, t, d, g, nb[dir].id[leaf], leaf, l);
  }
  for (int dir = 0; dir < DIRECTIONS; dir++) {
    if (nb[dir].kind != NEIGHBOUR_SAME || dir == DIRECTION_SELF) continue;
    direction_axes(dir, d);
    add_same(mesh, t, d, g, nb[dir].id[0], l);
  }
  if (!plan->coarse[b]) return;
  for (int dir = 0; dir < DIRECTIONS; dir++) {
    if (nb[dir].kind != NEIGHBOUR_COARSE || dir == DIRECTION_SELF) continue;
    direction_axes(dir, d);
    add_coarse(plan, mesh, t, d, nb[dir].id[0], l);
  }
  for (int dir = 0; dir < DIRECTIONS; dir++) {
    if (nb[dir].kind != NEIGHBOUR_SAME && dir != DIRECTION_SELF) continue;
    direction_axes(dir, d);
    add_layers(plan, mesh, t, d, dir == DIRECTION_SELF ? b : nb[dir].id[0], l);
  }
}

/* Set the places in the messages. */
static void place(const struct plan *plan, struct transfer **item, const int *first, int64_t (*sum)[2]) {
  int64_t at[2] = {0, 0};
  for (int p = 0; p < plan->peers.count; p++) {
    sum[p][0] = at[0];
    sum[p][1] = at[1];
    for (int i = first[p]; i < first[p + 1]; i++) {
      struct transfer *t = item[i];
      t->before[0] = at[0];
      t->before[1] = at[1];
      at[t->centring == CENTRING_FACE] += values(plan, t);
    }
  }
  sum[plan->peers.count][0] = at[0];
  sum[plan->peers.count][1] = at[1];
}

/* Ask the owners, and remember what the others ask. */
static void ask(struct plan *plan, const struct mesh *mesh, int count) {
  struct peers *peers = &plan->peers;
  const size_t np = (size_t)peers->count;
  int *first = memory_get(sizeof *first * (np + 2)), remote = 0;
  for (int i = 0; i < count; i++) {
    struct transfer *t = &plan->item[i];
    if (t->source >= 0) continue;
    first[peers_find(peers, mesh->owner[-1 - t->source]) + 2]++;
    remote++;
  }
  for (int p = 0; p < peers->count; p++) first[p + 2] += first[p + 1];

  struct transfer *asked = memory_get(sizeof *asked * (size_t)remote);
  struct transfer **by_peer = memory_get(sizeof *by_peer * (size_t)remote);
  for (int i = 0; i < count; i++) {
    struct transfer *t = &plan->item[i];
    if (t->source >= 0) continue;
    int ghost = -1 - t->source, p = peers_find(peers, mesh->owner[ghost]), at = first[p + 1]++;
    asked[at] = *t;
    asked[at].source = mesh->owner_index[ghost];
    by_peer[at] = t;
    t->source = -1 - p;
  }
  plan->give_first = memory_get(sizeof *plan->give_first * (np + 1));
  plan->give = peers_swap(peers, sizeof *asked, asked, first, plan->give_first);

  plan->take_values = memory_get(sizeof *plan->take_values * (np + 1));
  plan->give_values = memory_get(sizeof *plan->give_values * (np + 1));
  place(plan, by_peer, first, plan->take_values);
  const int given = plan->give_first[peers->count];
  struct transfer **mine = memory_get(sizeof *mine * (size_t)given);
  for (int i = 0; i < given; i++) mine[i] = &plan->give[i];
  place(plan, mine, plan->give_first, plan->give_values);
  memory_free(mine);
  memory_free(by_peer);
  memory_free(asked);
  memory_free(first);
}

void plan_create(struct plan *plan, const struct mesh *mesh) {
  *plan = (struct plan){.dim = mesh->dim};
  for (int a = 0; a < 3; a++) {
    const bool exists = a < mesh->dim;
    plan->coarse_cells[a] = exists ? mesh->nb / 2 : 1;
    plan->coarse_ghosts[a] = exists ? (mesh->ng + 1) / 2 + 1 : 0;
    plan->face_ghosts[a] = exists ? (mesh->ng + 1) / 2 * 2 : 0;
  }
  peers_create(&plan->peers, mesh);

  plan->coarse = memory_get(sizeof *plan->coarse * (size_t)mesh->count);
  plan->first = memory_get(sizeof *plan->first * (size_t)(mesh->count + 1));
  struct list l = {0};
  for (int b = 0; b < mesh->count; b++) {
    for (int dir = 0; dir < DIRECTIONS; dir++) {
      if (mesh->neighbour[b][dir].kind == NEIGHBOUR_COARSE) plan->coarse[b] = true;
    }
    plan->first[b] = l.count;
    add_block(plan, mesh, b, CENTRING_CELL, &l);
    add_block(plan, mesh, b, CENTRING_FACE, &l);
  }
  plan->first[mesh->count] = l.count;
  plan->item = l.item;
  ask(plan, mesh, l.count);
}

void plan_destroy(struct plan *plan) {
  memory_free(plan->item);
  memory_free(plan->first);
  memory_free(plan->coarse);
  memory_free(plan->give);
  memory_free(plan->give_first);
  memory_free(plan->give_values);
  memory_free(plan->take_values);
  peers_destroy(&plan->peers);
  *plan = (struct plan){0};
}
