#include "amr/correction_internal.h"

#include "base/memory.h"

#include <string.h>

enum { TAG = 22 };

static int face_kind(const struct mesh *m, int b, int face) {
  int d[3] = {0, 0, 0};
  d[face / 2] = face % 2 ? 1 : -1;
  return m->neighbour[b][direction(d[0], d[1], d[2])].kind;
}

static void make_registers(struct correction *c) {
  const struct mesh *m = c->mesh;
  c->reg = memory_get(sizeof *c->reg * (size_t)m->count);
  for (int pass = 0; pass < 2; pass++) {
    size_t at = 0;
    for (int b = 0; b < m->count; b++) {
      if (!m->block[b].jump) continue;
      for (int f = 0; f < 2 * m->dim; f++) {
        const int kind = face_kind(m, b, f);
        if (c->ncomp > 0 && (kind == NEIGHBOUR_FINE || kind == NEIGHBOUR_COARSE)) {
          if (pass) c->reg[b].flux[f] = c->memory + at;
          at += correction_flux_size(m, f) * (size_t)c->ncomp;
        }
        if (c->emf) {
          if (pass) c->reg[b].emf[f] = c->memory + at;
          at += correction_emf_size(m, f) * 3;
        }
      }
    }
    if (!pass) c->memory = memory_get(sizeof *c->memory * at);
  }
}

/* ---- who gives what ---- */

struct list { struct patch *item; int count, size; };

static void append(struct list *l, const struct mesh *m, struct patch p, int id) {
  if (l->count == l->size) {
    int size = 2 * l->size + 64;
    struct patch *item = memory_get(sizeof *item * (size_t)size);
    if (l->count > 0) memcpy(item, l->item, sizeof *item * (size_t)l->count);
    memory_free(l->item);
    l->item = item;
    l->size = size;
  }
  p.source = id < m->count ? id : -1 - (id - m->count);
  l->item[l->count++] = p;
}

static int64_t values(const struct correction *c, const struct patch *p) {
  return (int64_t)p->n[0] * p->n[1] * (p->axis == FLUX ? c->ncomp : 1);
}

/* A leaf behind a face: fluxes, and EMFs along both axes in the face, its rim included. */
static void add_face(const struct correction *c, int b, int face, int id, int leaf, struct list *l) {
  const struct mesh *m = c->mesh;
  int o[2];
  correction_across(face / 2, o);
  struct patch p = {.block = b, .face = face, .axis = FLUX};
  for (int i = 0; i < 2; i++) {
    const bool exists = o[i] < m->dim;
    p.n[i] = exists ? m->nb / 2 : 1;
    if (!exists) continue;
    p.to[i] = (leaf & 1) * m->nb / 2;
    leaf >>= 1;
  }
  if (c->ncomp > 0) append(l, m, p, id);
  for (int i = 0; c->emf && i < 2; i++) {
    struct patch e = p;
    e.axis = o[i];
    if (o[1 - i] < m->dim) e.n[1 - i]++;
    append(l, m, e, id);
  }
}

/* A leaf behind an edge of the block along the axis that d does not point along; it is looked for on the face normal to the
 * first axis that d does point along. */
static void add_edge(const struct correction *c, int b, const int d[3], int id, int leaf, struct list *l) {
  const struct mesh *m = c->mesh;
  const int axis = d[0] == 0 ? 0 : d[1] == 0 ? 1 : 2, normal = axis == 0 ? 1 : 0;
  int o[2];
  correction_across(normal, o);
  struct patch p = {.block = b, .face = 2 * normal + (d[normal] > 0), .axis = axis};
  for (int i = 0; i < 2; i++) {
    if (o[i] == axis) {
      p.n[i] = axis < m->dim ? m->nb / 2 : 1;
      p.to[i] = axis < m->dim ? leaf * m->nb / 2 : 0;
    } else {
      p.n[i] = 1;
      p.to[i] = d[o[i]] > 0 ? m->nb : 0;
      p.from[i] = d[o[i]] > 0 ? 0 : m->nb;
    }
  }
  append(l, m, p, id);
}

static void list_patches(struct correction *c) {
  const struct mesh *m = c->mesh;
  struct list l = {0};
  c->first = memory_get(sizeof *c->first * (size_t)(m->count + 1));
  for (int b = 0; b < m->count; b++) {
    c->first[b] = l.count;
    for (int dir = 0; dir < DIRECTIONS; dir++) {
      const struct neighbour *nb = &m->neighbour[b][dir];
      const int d[3] = {dir % 3 - 1, dir / 3 % 3 - 1, dir / 9 - 1};
      if (nb->kind != NEIGHBOUR_FINE || dir == DIRECTION_SELF) continue;
      const int normals = (d[0] != 0) + (d[1] != 0) + (d[2] != 0);
      for (int leaf = 0; leaf < nb->count; leaf++) {
        if (normals == 1) {
          const int axis = d[0] ? 0 : d[1] ? 1 : 2;
          add_face(c, b, 2 * axis + (d[axis] > 0), nb->id[leaf], leaf, &l);
        } else if (normals == 2 && c->emf) {
          add_edge(c, b, d, nb->id[leaf], leaf, &l);
        }
      }
    }
  }
  c->first[m->count] = l.count;
  c->patch = l.item;
}

/* Ask the owners, and lay out messages: what others give comes first in c->fine. */
static void ask(struct correction *c) {
  const struct mesh *m = c->mesh;
  struct peers *peers = &c->peers;
  const int count = c->first[m->count], np = peers->count;
  int *first = memory_get(sizeof *first * (size_t)(np + 2));
  for (int i = 0; i < count; i++) {
    if (c->patch[i].source < 0) first[peers_find(peers, m->owner[-1 - c->patch[i].source]) + 2]++;
  }
  for (int p = 0; p < np; p++) first[p + 2] += first[p + 1];

  struct patch *asked = memory_get(sizeof *asked * (size_t)first[np + 1]);
  int *number = memory_get(sizeof *number * (size_t)first[np + 1]);
  for (int i = 0; i < count; i++) {
    struct patch *p = &c->patch[i];
    if (p->source >= 0) continue;
    const int ghost = -1 - p->source, peer = peers_find(peers, m->owner[ghost]), at = first[peer + 1]++;
    asked[at] = *p;
    asked[at].source = m->owner_index[ghost];
    number[at] = i;
  }
  c->give_first = memory_get(sizeof *c->give_first * (size_t)(np + 1));
  c->give = peers_swap(peers, sizeof *asked, asked, first, c->give_first);

  c->message = memory_get(sizeof *c->message * 2 * (size_t)(np + 1));
  int64_t *give = c->message, *take = c->message + np + 1;
  for (int p = 0; p < np; p++) {
    give[p + 1] = give[p];
    take[p + 1] = take[p];
    for (int i = c->give_first[p]; i < c->give_first[p + 1]; i++) {
      c->give[i].at = give[p + 1];
      give[p + 1] += values(c, &c->give[i]);
    }
    for (int i = first[p]; i < first[p + 1]; i++) {
      c->patch[number[i]].at = take[p + 1];
      take[p + 1] += values(c, &asked[i]);
    }
  }
  int64_t at = take[np];
  for (int i = 0; i < count; i++) {
    if (c->patch[i].source < 0) continue;
    c->patch[i].at = at;
    at += values(c, &c->patch[i]);
  }
  c->fine = memory_get(sizeof *c->fine * (size_t)at);
  c->give_data = memory_get(sizeof *c->give_data * (size_t)give[np]);
  memory_free(number);
  memory_free(asked);
  memory_free(first);
}

struct correction *correction_create(const struct mesh *mesh, int ncomp, bool emf) {
  struct correction *c = memory_get(sizeof *c);
  c->mesh = mesh;
  c->ncomp = ncomp;
  c->emf = emf;
  peers_create(&c->peers, mesh);
  make_registers(c);
  list_patches(c);
  ask(c);
  for (int e = 0; e < 3; e++) {
    size_t size = 1;
    for (int d = 0; d < 3; d++) {
      c->edge_extent[e][d] = d == e ? mesh->nc[d] : correction_edge_stride(mesh, d);
      size *= (size_t)c->edge_extent[e][d];
    }
    if (emf) c->edge[e] = memory_get(sizeof(double) * size);
  }
  for (int f = 0; f < 6; f++) c->face[f] = memory_get(sizeof(double) * correction_flux_size(mesh, f));
  return c;
}

void correction_destroy(struct correction *c) {
  if (c == NULL) return;
  for (int e = 0; e < 3; e++) memory_free(c->edge[e]);
  for (int f = 0; f < 6; f++) memory_free(c->face[f]);
  memory_free(c->reg);
  memory_free(c->memory);
  memory_free(c->patch);
  memory_free(c->first);
  memory_free(c->give);
  memory_free(c->give_first);
  memory_free(c->message);
  memory_free(c->fine);
  memory_free(c->give_data);
  peers_destroy(&c->peers);
  memory_free(c);
}

struct registers *correction_registers(struct correction *c, int b) { return &c->reg[b]; }

/* ---- averages of fine values ---- */

/* n averages over the values at 0 and at the steps along the two axes; a step of 0: nothing to average along that axis. */
static void average(double *to, const double *from, const int n[2], const int stride[2], const int step[2]) {
  for (int j = 0; j < n[1]; j++) {
    const double *row = from + stride[1] * j;
    if (step[0] && step[1]) {
      for (int i = 0; i < n[0]; i++) {
        const double *f = row + stride[0] * i;
        to[i] = 0.25 * ((f[0] + f[step[0] + step[1]]) + (f[step[0]] + f[step[1]]));
      }
    } else if (step[0] || step[1]) {
      const int s = step[0] + step[1];
      for (int i = 0; i < n[0]; i++) to[i] = 0.5 * (row[stride[0] * i] + row[stride[0] * i + s]);
    } else {
      for (int i = 0; i < n[0]; i++) to[i] = row[stride[0] * i];
    }
    to += n[0];
  }
}

/* The fine values for a patch from the registers of its source. */
static void collect(const struct correction *c, const struct patch *p, double *to) {
  const struct mesh *m = c->mesh;
  const int face = p->face ^ 1;
  int o[2], stride[2], step[2];
  correction_across(face / 2, o);
  const int row = p->axis == FLUX ? m->nc[o[0]] : correction_edge_stride(m, o[0]);
  const size_t size = p->axis == FLUX ? correction_flux_size(m, face) : correction_emf_size(m, face);
  const int unit[2] = {1, row};
  for (int i = 0; i < 2; i++) {
    const bool exists = o[i] < m->dim;
    stride[i] = exists ? 2 * unit[i] : unit[i];
    step[i] = exists && (p->axis == FLUX || p->axis == o[i]) ? unit[i] : 0;
  }
  const int corner = p->from[0] + p->from[1] * row;
  if (p->axis != FLUX) {
    average(to, c->reg[p->source].emf[face] + size * (size_t)p->axis + corner, p->n, stride, step);
    return;
  }
  for (int comp = 0; comp < c->ncomp; comp++) {
    average(to, c->reg[p->source].flux[face] + size * (size_t)comp + corner, p->n, stride, step);
    to += p->n[0] * p->n[1];
  }
}

void correction_exchange(struct correction *c) {
  const int np = c->peers.count;
  peers_receive(&c->peers, TAG, c->fine, c->message + np + 1);
  for (int i = 0; i < c->give_first[np]; i++) collect(c, &c->give[i], c->give_data + c->give[i].at);
  peers_send(&c->peers, TAG, c->give_data, c->message);
  for (int i = 0; i < c->first[c->mesh->count]; i++) {
    if (c->patch[i].source >= 0) collect(c, &c->patch[i], c->fine + c->patch[i].at);
  }
  peers_wait(&c->peers);
}
