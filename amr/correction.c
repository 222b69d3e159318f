#include "amr/correction.h"

#include "amr/peers.h"
#include "base/memory.h"
#include "base/minmax.h"

#include <string.h>

enum { TAG = 22, FLUX = -1 };

/* Fine values for a box of coarse faces (axis FLUX) or of coarse edges along the axis, on one face of a block: averages of
 * what is in the register of a finer neighbour's opposite face. */
struct patch {
  int block, face;
  int source;           /* local block, or -1 - peer; in lists for others always the local block */
  int axis;
  int from[2];          /* in the register of the finer block */
  int to[2], n[2];      /* in that of the coarse block        */
  int64_t at;           /* first value in the message, or in fine */
};

struct correction {
  const struct mesh *mesh;
  int ncomp;
  bool emf;
  struct registers *reg;   /* [count] */
  double *memory;          /* of all registers */

  struct peers peers;
  struct patch *patch;     /* of block b: patch[first[b]] ... patch[first[b + 1]] */
  int *first;
  struct patch *give;
  int *give_first;
  int64_t *message;        /* [2][peers.count + 1] where messages begin: given, taken */
  double *fine, *give_data;

  /* Differences on the edges and faces of one block */
  double *edge[3], *face[6];
  int edge_extent[3][3];
};

/* The axes other than the normal. */
static void across(int normal, int axis[2]) {
  axis[0] = normal == 0 ? 1 : 0;
  axis[1] = normal == 2 ? 1 : 2;
}

static int edge_stride(const struct mesh *m, int axis) { return axis < m->dim ? m->nb + 1 : 1; }

static size_t flux_size(const struct mesh *m, int face) {
  int o[2];
  across(face / 2, o);
  return (size_t)m->nc[o[0]] * (size_t)m->nc[o[1]];
}

static size_t emf_size(const struct mesh *m, int face) {
  int o[2];
  across(face / 2, o);
  return (size_t)edge_stride(m, o[0]) * (size_t)edge_stride(m, o[1]);
}

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
          at += flux_size(m, f) * (size_t)c->ncomp;
        }
        if (c->emf) {
          if (pass) c->reg[b].emf[f] = c->memory + at;
          at += emf_size(m, f) * 3;
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
  across(face / 2, o);
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
  across(normal, o);
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
      c->edge_extent[e][d] = d == e ? mesh->nc[d] : edge_stride(mesh, d);
      size *= (size_t)c->edge_extent[e][d];
    }
    if (emf) c->edge[e] = memory_get(sizeof(double) * size);
  }
  for (int f = 0; f < 6; f++) c->face[f] = memory_get(sizeof(double) * flux_size(mesh, f));
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
  across(face / 2, o);
  const int row = p->axis == FLUX ? m->nc[o[0]] : edge_stride(m, o[0]);
  const size_t size = p->axis == FLUX ? flux_size(m, face) : emf_size(m, face);
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

/* ---- application ---- */

/* What a cell next to faces of several directions gets, on a face of the block and at (a, b) in it; 0 at faces without
 * finer neighbours. */
struct share { const struct correction *c; double factor[3]; bool has[6]; };

static inline double contribution(const struct share *s, const int cell[3], int axis) {
  const struct mesh *m = s->c->mesh;
  int o[2];
  across(axis, o);
  const int at = cell[o[0]] + cell[o[1]] * m->nc[o[0]];
  double lower = cell[axis] == 0 && s->has[2 * axis] ? s->factor[axis] * s->c->face[2 * axis][at] : 0.0;
  double upper = cell[axis] == m->nc[axis] - 1 && s->has[2 * axis + 1] ? s->factor[axis] * s->c->face[2 * axis + 1][at] : 0.0;
  return lower - upper;
}

/* Every cell is changed once, by the sum over its directions. */
static void change_cells(const struct share *s, int face, double *u, ptrdiff_t sy, ptrdiff_t sz) {
  const struct mesh *m = s->c->mesh;
  const int axis = face / 2;
  const ptrdiff_t stride[3] = {1, sy, sz};
  const double *diff = s->c->face[face], factor = face % 2 ? -s->factor[axis] : s->factor[axis];
  int o[2], cell[3];
  across(axis, o);
  cell[axis] = face % 2 ? m->nc[axis] - 1 : 0;
  const int na = m->nc[o[0]], nb = m->nc[o[1]];
  for (cell[o[1]] = 0; cell[o[1]] < nb; cell[o[1]]++) {
    double *row = u + cell[axis] * stride[axis] + cell[o[1]] * stride[o[1]];
    const double *d = diff + cell[o[1]] * na;
    const bool rim_row = nb > 1 && (cell[o[1]] == 0 || cell[o[1]] == nb - 1);
    if (!rim_row) {
      for (int a = 1; a < na - 1; a++) row[a * stride[o[0]]] += factor * d[a];
    }
    for (cell[o[0]] = 0; cell[o[0]] < na; cell[o[0]] += rim_row ? 1 : na - 1) {
      double part[3] = {0.0, 0.0, 0.0};
      bool earlier = false; /* done with the face of an earlier axis */
      for (int e = 0; e < m->dim; e++) {
        bool lower = cell[e] == 0 && s->has[2 * e], upper = cell[e] == m->nc[e] - 1 && s->has[2 * e + 1];
        earlier = earlier || (e < axis && (lower || upper));
        if (lower || upper) part[e] = contribution(s, cell, e);
      }
      if (!earlier) row[cell[o[0]] * stride[o[0]]] += sum3(part[0], part[1], part[2]);
    }
  }
}

static void correct_cells(struct correction *c, int b, double dt, struct field *cells) {
  const struct mesh *m = c->mesh;
  const int *extent = field_extent(cells, 0);
  const ptrdiff_t sy = extent[0], sz = (ptrdiff_t)extent[0] * extent[1];
  struct share s = {.c = c};
  for (int d = 0; d < 3; d++) s.factor[d] = dt / m->block[b].dx[d];
  for (int comp = 0; comp < c->ncomp; comp++) {
    for (int i = c->first[b]; i < c->first[b + 1]; i++) {
      const struct patch *p = &c->patch[i];
      if (p->axis != FLUX) continue;
      int o[2];
      across(p->face / 2, o);
      s.has[p->face] = true;
      const double *fine = c->fine + p->at + (int64_t)comp * p->n[0] * p->n[1];
      for (int y = 0; y < p->n[1]; y++) {
        for (int x = 0; x < p->n[0]; x++) {
          const int at = p->to[0] + x + (p->to[1] + y) * m->nc[o[0]];
          c->face[p->face][at] = fine[x + y * p->n[0]] - c->reg[b].flux[p->face][flux_size(m, p->face) * (size_t)comp + at];
        }
      }
    }
    double *u = field_data(cells, b, comp) + m->ngd[0] + m->ngd[1] * sy + m->ngd[2] * sz;
    for (int f = 0; f < 6; f++) {
      if (s.has[f]) change_cells(&s, f, u, sy, sz);
    }
  }
}

/* Differences of EMFs on the edges of block b; returns whether there are any.  Blocks that share an edge bring the same value. */
static bool edge_differences(struct correction *c, int b) {
  const struct mesh *m = c->mesh;
  bool any = false;
  for (int i = c->first[b]; i < c->first[b + 1]; i++) any = any || c->patch[i].axis != FLUX;
  if (!any) return false;
  for (int e = 0; e < 3; e++) {
    const int *n = c->edge_extent[e];
    memset(c->edge[e], 0, sizeof(double) * (size_t)n[0] * (size_t)n[1] * (size_t)n[2]);
  }
  for (int i = c->first[b]; i < c->first[b + 1]; i++) {
    const struct patch *p = &c->patch[i];
    if (p->axis == FLUX) continue;
    int o[2], at[3];
    across(p->face / 2, o);
    at[p->face / 2] = p->face % 2 ? m->nc[p->face / 2] : 0;
    const int *n = c->edge_extent[p->axis];
    const double *own = c->reg[b].emf[p->face] + emf_size(m, p->face) * (size_t)p->axis, *fine = c->fine + p->at;
    for (int y = 0; y < p->n[1]; y++) {
      for (int x = 0; x < p->n[0]; x++) {
        at[o[0]] = p->to[0] + x;
        at[o[1]] = p->to[1] + y;
        c->edge[p->axis][at[0] + n[0] * (at[1] + n[1] * at[2])] =
            *fine++ - own[at[o[0]] + at[o[1]] * edge_stride(m, o[0])];
      }
    }
  }
  return true;
}

/* Edges and strides for one component d of the curl: (d, p, q) cyclic. */
struct curl { const double *ep, *eq; ptrdiff_t up_p, up_q; double dt, dxp, dxq; };

/* n faces of a row, stride apart: b -= dt (dE_q / dx_p - dE_p / dx_q). */
static inline void curl_row(const struct curl *c, int n, int stride, ptrdiff_t at_p, ptrdiff_t at_q, double *restrict b) {
  const double *restrict ep = c->ep + at_p, *restrict eq = c->eq + at_q;
  const ptrdiff_t up_p = c->up_p, up_q = c->up_q;
  const double dt = c->dt, dxp = c->dxp, dxq = c->dxq;
  for (int i = 0; i < n * stride; i += stride) b[i] -= dt * ((eq[i + up_q] - eq[i]) / dxp - (ep[i + up_p] - ep[i]) / dxq);
}

/* Only faces that touch an edge on the surface of the block can change. */
static void curl(const struct correction *c, int d, double dt, const double dx[3], double *b, ptrdiff_t sy, ptrdiff_t sz) {
  const struct mesh *m = c->mesh;
  const int p = (d + 1) % 3, q = (d + 2) % 3;
  const int *np = c->edge_extent[p], *nq = c->edge_extent[q];
  const ptrdiff_t stride_p[3] = {1, np[0], (ptrdiff_t)np[0] * np[1]}, stride_q[3] = {1, nq[0], (ptrdiff_t)nq[0] * nq[1]};
  /* Nothing varies along an axis that does not exist. */
  const struct curl k = {.ep = c->edge[p], .eq = c->edge[q], .up_p = q < m->dim ? stride_p[q] : 0,
                         .up_q = p < m->dim ? stride_q[p] : 0, .dt = dt, .dxp = dx[p], .dxq = dx[q]};
  const int nx = m->nc[0] + (d == 0), ny = m->nc[1] + (d == 1 && m->dim > 1), nz = m->nc[2] + (d == 2 && m->dim > 2);
  for (int z = 0; z < nz; z++) {
    for (int y = 0; y < ny; y++) {
      const ptrdiff_t at_p = y * stride_p[1] + z * stride_p[2], at_q = y * stride_q[1] + z * stride_q[2];
      const bool rim = (m->dim > 1 && (y == 0 || y == ny - 1)) || (m->dim > 2 && (z == 0 || z == nz - 1));
      double *row = b + y * sy + z * sz;
      if (rim) curl_row(&k, nx, 1, at_p, at_q, row);
      else curl_row(&k, 2, nx - 1, at_p, at_q, row);
    }
  }
}

void correction_apply(struct correction *c, int b, double dt, struct field *cells, struct field *faces) {
  const struct mesh *m = c->mesh;
  if (c->first[b] == c->first[b + 1]) return;
  if (cells != NULL) correct_cells(c, b, dt, cells);
  if (faces == NULL || !c->emf || !edge_differences(c, b)) return;
  for (int d = 0; d < 3; d++) {
    const int *extent = field_extent(faces, d);
    const ptrdiff_t sy = extent[0], sz = (ptrdiff_t)extent[0] * extent[1];
    double *at = field_data(faces, b, d) + m->ngd[0] + m->ngd[1] * sy + m->ngd[2] * sz;
    curl(c, d, dt, m->block[b].dx, at, sy, sz);
  }
}
