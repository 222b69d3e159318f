#include "setups/initial.h"

#include "amr/view.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/minmax.h"
#include "base/sum.h"
#include "mhd/mhd.h"
#include "setups/gauss.h"
#include "setups/kept.h"
#include "setups/rays.h"

#include <string.h>

enum { MOST_VALUES = 5 + MHD_SCALARS };

/* A box of cells of one block, counted from the first that is not a ghost; it may reach into the ghosts. */
struct box {
  const struct mesh *mesh;
  const struct block *block;
  const struct neighbour *neighbour; /* [DIRECTIONS] */
  int lower[3], n[3];
  bool exists[3];
  double h[3];
  const struct setup *setup;
  const struct setup_run *run;
  double t;
};

static struct box box_of(const struct mesh *mesh, int b, const struct setup *setup, const struct setup_run *run, double t) {
  struct box x = {.mesh = mesh, .block = &mesh->block[b], .neighbour = mesh->neighbour[b], .setup = setup, .run = run, .t = t};
  for (int d = 0; d < 3; d++) {
    x.exists[d] = d < mesh->dim;
    x.n[d] = mesh->nc[d];
    double cells = x.exists[d] ? (double)((int64_t)(mesh->root[d] * mesh->nb) << x.block->level) : 1.0;
    x.h[d] = (mesh->upper[d] - mesh->lower[d]) / cells;
  }
  return x;
}

/* Place along axis d, m parts of 1 / parts cells after the lower face of the block's cell 0.  Odd under a mirror of the axis when the
 * box is centred on zero. */
static double place(const struct box *x, int d, int64_t m, int parts) {
  const struct mesh *mesh = x->mesh;
  if (!x->exists[d]) return 0.5 * (mesh->lower[d] + mesh->upper[d]);
  int64_t all = ((int64_t)(mesh->root[d] * mesh->nb) << x->block->level) * parts;
  int64_t at = x->block->pos[d] * mesh->nb * parts + m;
  return ((double)(all - at) * mesh->lower[d] + (double)at * mesh->upper[d]) / (double)all;
}

/* Average of n values over the cell: the centre, plus the weighted differences from it, so that a uniform state stays what it is. */
static void cell_average(const struct box *box, const int cell[3], int points, int n, setup_point_fn *f, const void *data, double *value,
                         double *work) {
  const struct gauss *g = gauss_rule(points);
  double centre[3], x[3], *at = work, *hi_part = work + n, *lo_part = work + 2 * n;
  int count[3];
  for (int d = 0; d < 3; d++) {
    centre[d] = place(box, d, 2 * (int64_t)cell[d] + 1, 2);
    count[d] = box->exists[d] ? points : 1;
  }
  f(data, centre, value);
  if (points == 1) return;
  for (int v = 0; v < n; v++) hi_part[v] = lo_part[v] = 0.0;
  for (int k = 0; k < count[2]; k++) {
    for (int j = 0; j < count[1]; j++) {
      for (int i = 0; i < count[0]; i++) {
        const int p[3] = {i, j, k};
        double w[3];
        for (int d = 0; d < 3; d++) {
          w[d] = box->exists[d] ? g->weight[p[d]] : 1.0;
          x[d] = box->exists[d] ? centre[d] + 0.5 * box->h[d] * g->node[p[d]] : centre[d];
        }
        double lo = min(w[0], min(w[1], w[2])), hi = max(w[0], max(w[1], w[2]));
        double mid = max(min(w[0], w[1]), min(max(w[0], w[1]), w[2])), weight = lo * mid * hi;
        f(data, x, at);
        for (int v = 0; v < n; v++) {
          struct sum sum = {hi_part[v], lo_part[v]};
          sum_add(&sum, weight * (at[v] - value[v]));
          hi_part[v] = sum.hi;
          lo_part[v] = sum.lo;
        }
      }
    }
  }
  for (int v = 0; v < n; v++) value[v] += hi_part[v] + lo_part[v];
}

void setup_cell_average(const struct mesh *mesh, int b, const int cell[3], int points, int n, setup_point_fn *f, const void *data,
                        double *value, double *work) {
  const struct box box = box_of(mesh, b, NULL, NULL, 0.0);
  cell_average(&box, cell, points, n, f, data, value, work);
}

static void mass_at(const void *data, const double x[3], double *value) { *value = ((const struct setup *)data)->mass(0.0, x); }

void setup_fill_mass(const struct mesh *mesh, const struct setup *setup, struct field *mass) {
  const int *n = mesh->nc;
  for (int b = 0; b < mesh->count; b++) {
    const struct view to = view_field(mesh, mass, b, 0);
    for (int c = 0; c < n[0] * n[1] * n[2]; c++) {
      const int cell[3] = {c % n[0], c / n[0] % n[1], c / n[0] / n[1]};
      double work[3];
      setup_cell_average(mesh, b, cell, setup->points, 1, mass_at, setup, view_move(to, cell[0], cell[1], cell[2]).at, work);
    }
  }
}

static void conserved(const struct setup_run *run, const struct gas_point *w, double *u) {
  const double *v = w->v;
  u[GAS_RHO] = w->rho;
  for (int d = 0; d < 3; d++) u[GAS_M1 + d] = w->rho * v[d];
  u[GAS_E] = run->sound_speed > 0.0 ? 0.0 : w->p / (run->gamma - 1.0) + 0.5 * w->rho * sum3(v[0] * v[0], v[1] * v[1], v[2] * v[2]);
}

static void gas_at(const void *data, const double x[3], double *u) {
  const struct box *box = data;
  struct gas_point w = {0};
  box->setup->gas(box->t, x, &w);
  conserved(box->run, &w, u);
  for (int s = 0; s < box->run->nscalar; s++) u[GAS_SCALAR + s] = s < SETUP_SCALARS ? w.rho * w.scalar[s] : 0.0;
}

static void reference_at(const void *data, const double x[3], double *u) {
  const struct box *box = data;
  struct gas_point w = {0};
  double *b = u + 5;
  b[0] = b[1] = b[2] = 0.0;
  box->setup->reference(box->t, x, &w, b);
  conserved(box->run, &w, u);
  if (box->run->sound_speed <= 0.0) u[GAS_E] += 0.5 * sum3(b[0] * b[0], b[1] * b[1], b[2] * b[2]);
}

/* Average of A along the edge of axis e that starts at (m[0], m[1], m[2]) / parts cells and is one part long. */
static double edge_part(const struct box *box, int e, const int64_t m[3], int parts) {
  const int wanted = box->setup->points + 2, points = wanted < GAUSS_MOST ? wanted : GAUSS_MOST;
  const struct gauss *g = gauss_rule(points);
  double centre[3], x[3], a[3];
  for (int d = 0; d < 3; d++) centre[d] = d == e ? place(box, d, 2 * m[d] + 1, 2 * parts) : place(box, d, m[d], parts);
  box->setup->potential(box->t, centre, a);
  if (!box->exists[e]) return a[e];
  double value = a[e];
  struct sum sum = {0.0, 0.0};
  for (int p = 0; p < points; p++) {
    memcpy(x, centre, sizeof x);
    x[e] = centre[e] + 0.5 * box->h[e] / parts * g->node[p];
    box->setup->potential(box->t, x, a);
    sum_add(&sum, g->weight[p] * (a[e] - value));
  }
  return value + sum_value(&sum);
}

/* Whether a finer block touches the edge of axis e at the lower corner of the cell. */
static bool finer(const struct box *box, int e, const int cell[3]) {
  if (!box->block->jump || !box->exists[e] || cell[e] < 0 || cell[e] >= box->mesh->nc[e]) return false;
  int side[3] = {0, 0, 0}, f = (e + 1) % 3, g = (e + 2) % 3;
  for (int d = 0; d < 3; d++) {
    if (d != e && box->exists[d]) side[d] = cell[d] == 0 ? -1 : cell[d] == box->mesh->nc[d] ? 1 : 0;
  }
  for (int c = 1; c < 4; c++) {
    int to[3] = {0, 0, 0};
    if (c & 1) to[f] = side[f];
    if (c & 2) to[g] = side[g];
    if (to[f] == 0 && to[g] == 0) continue;
    if (box->neighbour[direction(to[0], to[1], to[2])].kind == NEIGHBOUR_FINE) return true;
  }
  return false;
}

static double edge_average(const struct box *box, int e, const int cell[3]) {
  int64_t m[3] = {cell[0], cell[1], cell[2]};
  if (!finer(box, e, cell)) return edge_part(box, e, m, 1);
  for (int d = 0; d < 3; d++) m[d] *= 2;
  double half = edge_part(box, e, m, 2);
  m[e]++;
  return 0.5 * (half + edge_part(box, e, m, 2));
}

/* Values on the faces or edges of a box: component d of faces has one more along axis d, of edges one more along the others. */
struct patch { int n[3][3]; double *data[3]; };

static void patch_create(struct patch *p, const struct box *box, bool edges) {
  for (int c = 0; c < 3; c++) {
    size_t size = sizeof(double);
    for (int d = 0; d < 3; d++) {
      p->n[c][d] = box->n[d] + (box->exists[d] && (d == c) != edges);
      size *= (size_t)p->n[c][d];
    }
    p->data[c] = memory_get(size);
  }
}

static void patch_destroy(struct patch *p) {
  for (int c = 0; c < 3; c++) memory_free(p->data[c]);
}

static double *patch_at(const struct patch *p, int c, const int i[3]) {
  return p->data[c] + ((size_t)i[2] * (size_t)p->n[c][1] + (size_t)i[1]) * (size_t)p->n[c][0] + (size_t)i[0];
}

#define EACH(i, n)                                   \
  for (i[2] = 0; i[2] < (n)[2]; i[2]++)              \
    for (i[1] = 0; i[1] < (n)[1]; i[1]++)            \
      for (i[0] = 0; i[0] < (n)[0]; i[0]++)

/* Field on the faces of the box. */
static void fill_faces(const struct box *box, struct patch *faces) {
  double mean[3] = {0.0, 0.0, 0.0};
  int i[3];
  if (box->setup->background) box->setup->background(mean);
  if (!box->setup->potential) {
    for (int c = 0; c < 3; c++) EACH(i, faces->n[c]) *patch_at(faces, c, i) = mean[c];
    return;
  }
  struct patch edges;
  patch_create(&edges, box, true);
  for (int e = 0; e < 3; e++) {
    EACH(i, edges.n[e]) {
      const int cell[3] = {box->lower[0] + i[0], box->lower[1] + i[1], box->lower[2] + i[2]};
      *patch_at(&edges, e, i) = edge_average(box, e, cell);
    }
  }
  for (int c = 0; c < 3; c++) {
    int e = (c + 1) % 3, f = (c + 2) % 3;
    EACH(i, faces->n[c]) {
      int ie[3] = {i[0], i[1], i[2]}, jf[3] = {i[0], i[1], i[2]};
      ie[e] += box->exists[e];
      jf[f] += box->exists[f];
      double along_e = (*patch_at(&edges, f, ie) - *patch_at(&edges, f, i)) / box->h[e];
      double along_f = (*patch_at(&edges, e, jf) - *patch_at(&edges, e, i)) / box->h[f];
      *patch_at(faces, c, i) = mean[c] + (along_e - along_f);
    }
  }
  patch_destroy(&edges);
}

/* The two ends of a periodic axis are one face: it gets the mean of the values there, which differ by rounding.  Two values for one face would
 * be kept by constrained transport, and the fluxes through it differ as well. */
static void join_ends(const struct box *box, struct patch *faces) {
  const struct mesh *mesh = box->mesh;
  for (int c = 0; c < mesh->dim; c++) {
    if (mesh->boundary[c][0] != BOUNDARY_PERIODIC) continue;
    const int64_t all = (int64_t)mesh->root[c] << box->block->level;
    for (int side = 0; side < 2; side++) {
      if (box->block->pos[c] != (side ? all - 1 : 0)) continue;
      struct block moved = *box->block; /* by the length of the domain, to the other end */
      moved.pos[c] += side ? -all : all;
      struct box layer = *box;
      layer.block = &moved;
      layer.lower[c] = side ? mesh->nc[c] : 0;
      layer.n[c] = 0;
      struct patch other;
      patch_create(&other, &layer, false);
      fill_faces(&layer, &other);
      int i[3];
      EACH(i, other.n[c]) {
        int at[3] = {i[0], i[1], i[2]};
        at[c] = layer.lower[c];
        double *value = patch_at(faces, c, at);
        *value = 0.5 * (*value + *patch_at(&other, c, i));
      }
      patch_destroy(&other);
    }
  }
}

/* Place of a cell or face of the box in component c of a field. */
static double *field_at(const struct box *box, const struct field *f, int b, int c, const int i[3]) {
  const int *n = field_extent(f, c), *ng = box->mesh->ngd;
  size_t k = (size_t)(box->lower[2] + i[2] + ng[2]), j = (size_t)(box->lower[1] + i[1] + ng[1]);
  return field_data(f, b, c) + (k * (size_t)n[1] + j) * (size_t)n[0] + (size_t)(box->lower[0] + i[0] + ng[0]);
}

/* Everything in the box of block b.  skip: the axis and side (0, 1) of a domain boundary whose faces belong to the interior; axis -1: none. */
static void fill_box(const struct box *box, int b, int ncell, struct field *const *cells, int nface, struct field *const *faces,
                     int skip_axis, int skip_side) {
  struct patch field;
  int i[3];
  if (box->run->magnetic) {
    patch_create(&field, box, false);
    fill_faces(box, &field);
    if (skip_axis < 0) join_ends(box, &field);
    for (int c = 0; c < 3; c++) {
      int skip = c != skip_axis ? -1 : skip_side == 0 ? field.n[c][c] - 1 : 0;
      EACH(i, field.n[c]) {
        for (int f = 0; f < nface && i[c] != skip; f++) *field_at(box, faces[f], b, c, i) = *patch_at(&field, c, i);
      }
    }
  }
  EACH(i, box->n) {
    const int cell[3] = {box->lower[0] + i[0], box->lower[1] + i[1], box->lower[2] + i[2]};
    double u[MOST_VALUES], work[3 * MOST_VALUES];
    const int nvar = 5 + box->run->nscalar;
    if (ncell == 0) break;
    cell_average(box, cell, box->setup->points, nvar, gas_at, box, u, work);
    const double internal = u[GAS_E] - 0.5 * sum3(u[GAS_M1] * u[GAS_M1], u[GAS_M2] * u[GAS_M2], u[GAS_M3] * u[GAS_M3]) / u[GAS_RHO];
    if (box->run->magnetic && box->run->sound_speed <= 0.0) {
      double b2[3];
      for (int c = 0; c < 3; c++) {
        int up[3] = {i[0], i[1], i[2]};
        up[c] += box->exists[c];
        double bcc = 0.5 * (*patch_at(&field, c, i) + *patch_at(&field, c, up));
        b2[c] = bcc * bcc;
      }
      u[GAS_E] += 0.5 * sum3(b2[0], b2[1], b2[2]);
    }
    for (int f = 0; f < ncell; f++) {
      for (int v = 0; v < nvar; v++) *field_at(box, cells[f], b, v, i) = u[v];
      if (cells[f]->ncomp > nvar) *field_at(box, cells[f], b, nvar, i) = internal;
    }
  }
  if (box->run->magnetic) patch_destroy(&field);
}

void setup_fill_fields(const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t,
                       struct field *cells, struct field *faces) {
  for (int b = 0; b < mesh->count; b++) {
    struct box box = box_of(mesh, b, setup, run, t);
    fill_box(&box, b, 1, &cells, faces ? 1 : 0, &faces, -1, 0);
  }
}

void setup_fill(const struct mesh *mesh, const struct setup *setup, const struct setup_run *run, double t, struct gas *g) {
  setup_fill_fields(mesh, setup, run, t, &g->u[0], g->par.magnetic ? &g->b[0] : NULL);
}

bool setup_reference(const struct mesh *mesh, int b, const int cell[3], const struct setup *setup,
                     const struct setup_run *run, double t, double value[8]) {
  struct box box = box_of(mesh, b, setup, run, t);
  struct gas_point w;
  double centre[3], field[3], work[3 * 8];
  for (int d = 0; d < 3; d++) centre[d] = place(&box, d, 2 * (int64_t)cell[d] + 1, 2);
  if (!setup->reference || !setup->reference(t, centre, &w, field)) return false;
  cell_average(&box, cell, setup->points, 8, reference_at, &box, value, work);
  return true;
}

/* The exact populations of a group; other fields stay as they are, and those that are not known. */
static void fill_rays(const struct setup_boundary *s, const struct mesh *mesh, int b, int axis, int side, const struct field *f) {
  const struct rays *r = s->run->rays;
  int group = 0;
  if (r == NULL || !s->setup->exact_rays || s->setup->rays == NULL) return;
  /* by name: the coarse cells beside a block are fields of their own */
  while (group < r->transport.count && strcmp(r->transport.group[group].name, f->name) != 0) group++;
  if (group == r->transport.count) return;
  double *value = memory_get(sizeof *value * 10 * (size_t)r->count), *work = value + 2 * r->count;
  int lower[3], n[3], i[3];
  for (int d = 0; d < 3; d++) {
    lower[d] = d != axis ? -mesh->ngd[d] : side == 0 ? -mesh->ngd[d] : mesh->nc[d];
    n[d] = d != axis ? mesh->nc[d] + 2 * mesh->ngd[d] : mesh->ngd[d];
  }
  EACH(i, n) {
    const int cell[3] = {lower[0] + i[0], lower[1] + i[1], lower[2] + i[2]}, count = r->transport.group[group].count;
    setup_rays_average(mesh, b, cell, s->setup, s->t, r, value, work);
    for (int p = 0; p < r->count; p++) {
      if (r->population[p].group != group) continue;
      for (int flux = 0; flux < 2; flux++)
        *view_move(view_field(mesh, f, b, r->population[p].member + flux * count), cell[0], cell[1], cell[2]).at = value[p + flux * r->count];
    }
  }
  memory_free(value);
}

void setup_boundary_fill(void *data, const struct mesh *mesh, int b, int axis, int side, int nfield,
                         struct field *const *fields) {
  enum { MOST = 32 };
  struct setup_boundary *s = data;
  struct field *cells[MOST], *faces[MOST];
  int ncell = 0, nface = 0;
  require(nfield <= MOST, "setup_boundary_fill: %d fields, at most %d", nfield, MOST);
  for (int f = 0; f < nfield; f++) {
    if (strcmp(fields[f]->name, "field") == 0) faces[nface++] = fields[f];
    else if (strcmp(fields[f]->name, "gas") == 0) cells[ncell++] = fields[f];
    else fill_rays(s, mesh, b, axis, side, fields[f]);
  }
  if (ncell + nface == 0) return;
  if (s->setup->still && kept_write(s->kept, mesh, b, axis, side, ncell, cells) && kept_write(s->kept, mesh, b, axis, side, nface, faces)) return;
  struct box box = box_of(mesh, b, s->setup, s->run, s->t);
  for (int d = 0; d < 3; d++) {
    box.lower[d] = -mesh->ngd[d];
    box.n[d] = mesh->nc[d] + 2 * mesh->ngd[d];
  }
  box.lower[axis] = side == 0 ? -mesh->ngd[axis] : mesh->nc[axis];
  box.n[axis] = mesh->ngd[axis];
  fill_box(&box, b, ncell, cells, nface, faces, axis, side);
  if (s->setup->still && ncell > 0) kept_read(&s->kept, mesh, b, axis, side, cells[0]);
  if (s->setup->still && nface > 0) kept_read(&s->kept, mesh, b, axis, side, faces[0]);
}
