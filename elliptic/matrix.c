/* The matrix: its pattern, made once, and its values.
 *
 * Rows whose neighbours are all cells of one level have a stencil of 2 dim + 1 entries, or with cross terms those of a plane pair of axes too, in a fixed
 * order.  The values of all others are made one by one (elliptic/visit.c), and where each goes was found when the pattern was made.  Values for
 * coarse cells of other ranks travel by message. */
#include "elliptic/internal.h"

#include "base/fail.h"
#include "base/memory.h"

#include <limits.h>
#include <string.h>

enum { TAG = 42 };

/* ---- the stencil ---- */

static int stencil_code(const int d[3]) { return direction(d[0], d[1], d[2]); }

static void add_offset(struct elliptic *e, int a, int da, int b, int db) {
  int *d = e->stencil[e->stencil_count];
  d[0] = d[1] = d[2] = 0;
  if (da != 0) d[a] = da;
  if (db != 0) d[b] = db;
  e->stencil_slot[stencil_code(d)] = e->stencil_count++;
}

static void make_stencil(struct elliptic *e) {
  const int dim = e->mesh->dim;
  for (int i = 0; i < 27; i++) e->stencil_slot[i] = -1;
  add_offset(e, 0, 0, 0, 0);
  for (int a = 0; a < dim; a++) {
    add_offset(e, a, -1, 0, 0);
    add_offset(e, a, 1, 0, 0);
  }
  for (int a = 0; a < dim && e->options.tensor; a++) {
    for (int b = a + 1; b < dim; b++) {
      for (int s = 0; s < 4; s++) add_offset(e, a, s & 1 ? 1 : -1, b, s & 2 ? 1 : -1);
    }
  }
  for (int s = 0; s < 8 && dim == 3 && (at_corners(e) || is_positive(e)); s++) {
    int *d = e->stencil[e->stencil_count];
    for (int a = 0; a < 3; a++) d[a] = s >> a & 1 ? 1 : -1;
    e->stencil_slot[stencil_code(d)] = e->stencil_count++;
  }
}

static void find_regular(struct elliptic *e) {
  const struct mesh *m = e->mesh;
  e->regular = memory_get(sizeof *e->regular * (size_t)e->rows);
  for (int b = 0; b < m->count; b++) {
    const cell_ref *ref = e->ref + (size_t)b * (size_t)e->around;
    int i[3];
    for (i[2] = 0; i[2] < m->nc[2]; i[2]++) {
      for (i[1] = 0; i[1] < m->nc[1]; i[1]++) {
        for (i[0] = 0; i[0] < m->nc[0]; i[0]++) {
          bool regular = true;
          for (int s = 0; s < e->stencil_count; s++) {
            const int *d = e->stencil[s], at[3] = {i[0] + d[0], i[1] + d[1], i[2] + d[2]};
            regular = regular && ref[ref_at(e, at)] >= 0;
          }
          e->regular[b * e->ncell + cell_at(m, i)] = regular;
        }
      }
    }
  }
}

/* ---- the pattern ---- */

/* Rows and columns that values were made for. */
struct log { int64_t count, size; int *row, *col; };

static void log_put(void *data, int row, int col, double value) {
  struct log *l = data;
  (void)value;
  require(l->count < INT_MAX / 2, "elliptic: too many blocks on one rank");
  int size = (int)l->size;
  l->row = grow(l->row, (int)l->count, &size, sizeof *l->row);
  size = (int)l->size;
  l->col = grow(l->col, (int)l->count, &size, sizeof *l->col);
  l->size = size;
  l->row[l->count] = row;
  l->col[l->count++] = col;
}

struct item { int64_t row, col; };

static int64_t global_of(const struct elliptic *e, int col) { return e->leaf_row[col / e->ncell] + col % e->ncell; }

/* Values for rows of other ranks: places in the messages into slot, and what others send into the log. */
static void swap_pattern(struct elliptic *e, const struct log *mine, struct log *theirs) {
  const struct mesh *m = e->mesh;
  const int np = e->peers.count;
  int *first = memory_get(sizeof *first * (size_t)(np + 2)), *given = memory_get(sizeof *given * (size_t)(np + 1));
  int *at = memory_get(sizeof *at * (size_t)(np + 1));
  for (int64_t i = 0; i < mine->count; i++) {
    if (mine->row[i] >= e->rows) first[peers_find(&e->peers, m->owner[mine->row[i] / e->ncell - m->count]) + 1]++;
  }
  for (int p = 0; p < np; p++) {
    first[p + 1] += first[p];
    at[p] = first[p];
  }
  struct item *item = memory_get(sizeof *item * (size_t)first[np]);
  for (int64_t i = 0; i < mine->count; i++) {
    if (mine->row[i] < e->rows) continue;
    const int p = peers_find(&e->peers, m->owner[mine->row[i] / e->ncell - m->count]);
    e->slot[i] = -1 - at[p];
    item[at[p]++] = (struct item){global_of(e, mine->row[i]), mine->col[i] < 0 ? CONSTANT : global_of(e, mine->col[i])};
  }
  struct item *got = peers_swap(&e->peers, sizeof *item, item, first, given);
  for (int i = 0; i < given[np]; i++) log_put(theirs, column_of(e, got[i].row), got[i].col < 0 ? CONSTANT : column_of(e, got[i].col), 0.0);
  e->send_first = memory_get(sizeof *e->send_first * (size_t)(np + 1));
  e->receive_first = memory_get(sizeof *e->receive_first * (size_t)(np + 1));
  for (int p = 0; p <= np; p++) {
    e->send_first[p] = first[p];
    e->receive_first[p] = given[p];
  }
  e->send_data = memory_get(sizeof *e->send_data * (size_t)first[np]);
  e->receive_data = memory_get(sizeof *e->receive_data * (size_t)given[np]);
  memory_free(item);
  memory_free(got);
  memory_free(first);
  memory_free(given);
  memory_free(at);
}

static int find_entry(const struct elliptic *e, int row, int col) {
  if (col == CONSTANT) return e->row_first[e->rows] + row;
  int i = e->row_first[row];
  while (e->col[i] != col) i++;
  return i;
}

/* Columns of irregular rows: the diagonal, then the others in the order in which the logs name them. */
static void collect_columns(struct elliptic *e, const struct log *log, int logs) {
  int64_t *begin = memory_get(sizeof *begin * (size_t)(e->rows + 2)), total = 0;
  for (int l = 0; l < logs; l++) {
    for (int64_t i = 0; i < log[l].count; i++) {
      if (log[l].row[i] < e->rows && log[l].col[i] >= 0) begin[log[l].row[i] + 2]++;
    }
  }
  for (int r = 0; r <= e->rows; r++) begin[r + 1] += begin[r];
  total = begin[e->rows + 1];
  int *named = memory_get(sizeof *named * (size_t)total), *length = memory_get(sizeof *length * (size_t)(e->rows + 1));
  for (int l = 0; l < logs; l++) {
    for (int64_t i = 0; i < log[l].count; i++) {
      if (log[l].row[i] < e->rows && log[l].col[i] >= 0) named[begin[log[l].row[i] + 1]++] = log[l].col[i];
    }
  }
  /* Now row r's names are at begin[r] ... begin[r + 1]; keep the first of each. */
  int64_t entries = 0;
  for (int r = 0; r < e->rows; r++) {
    if (e->regular[r]) {
      length[r] = e->stencil_count;
    } else {
      int *n = named + begin[r], kept = 0;
      for (int64_t i = 0; i < begin[r + 1] - begin[r]; i++) {
        int k = 0;
        while (k < kept && n[k] != n[i]) k++;
        if (k == kept) n[kept++] = n[i];
      }
      for (int k = 1; k < kept; k++) {
        if (n[k] != r) continue;
        n[k] = n[0];
        n[0] = r;
      }
      length[r] = kept;
    }
    entries += length[r];
  }
  require(entries + e->rows < INT_MAX, "elliptic: too many cells on one rank");
  e->row_first = memory_get(sizeof *e->row_first * (size_t)(e->rows + 1));
  for (int r = 0; r < e->rows; r++) e->row_first[r + 1] = e->row_first[r] + length[r];
  e->col = memory_get(sizeof *e->col * (size_t)entries);
  for (int r = 0; r < e->rows; r++) {
    if (!e->regular[r] && length[r] > 0) memcpy(e->col + e->row_first[r], named + begin[r], sizeof *e->col * (size_t)length[r]);
  }
  memory_free(named);
  memory_free(length);
  memory_free(begin);
}

static void regular_columns(struct elliptic *e) {
  const struct mesh *m = e->mesh;
  for (int b = 0; b < m->count; b++) {
    const cell_ref *ref = e->ref + (size_t)b * (size_t)e->around;
    int i[3];
    for (i[2] = 0; i[2] < m->nc[2]; i[2]++) {
      for (i[1] = 0; i[1] < m->nc[1]; i[1]++) {
        for (i[0] = 0; i[0] < m->nc[0]; i[0]++) {
          const int row = b * e->ncell + cell_at(m, i);
          for (int s = 0; s < e->stencil_count && e->regular[row]; s++) {
            const int *d = e->stencil[s], at[3] = {i[0] + d[0], i[1] + d[1], i[2] + d[2]};
            e->col[e->row_first[row] + s] = ref[ref_at(e, at)];
          }
        }
      }
    }
  }
}

void matrix_create(struct elliptic *e) {
  make_stencil(e);
  find_regular(e);
  struct log log[2] = {{0}, {0}};
  const struct visitor v = {e, log_put, &log[0]};
  visit_rows(&v);
  e->slot_count = log[0].count;
  e->slot = memory_get(sizeof *e->slot * (size_t)e->slot_count);
  swap_pattern(e, &log[0], &log[1]);
  collect_columns(e, log, 2);
  regular_columns(e);

  const int entries = e->row_first[e->rows];
  e->value = memory_get(sizeof *e->value * (size_t)(entries + e->rows));
  e->constant = e->value + entries;
  e->rest = memory_get(sizeof *e->rest * (size_t)e->rows);
  for (int64_t i = 0; i < e->slot_count; i++) {
    if (log[0].row[i] < e->rows) e->slot[i] = find_entry(e, log[0].row[i], log[0].col[i]);
  }
  e->receive_slot = memory_get(sizeof *e->receive_slot * (size_t)log[1].count);
  for (int64_t i = 0; i < log[1].count; i++) e->receive_slot[i] = find_entry(e, log[1].row[i], log[1].col[i]);
  for (int l = 0; l < 2; l++) {
    memory_free(log[l].row);
    memory_free(log[l].col);
  }
}

/* ---- values ---- */

struct filler { struct elliptic *e; int64_t at; };

static void fill_put(void *data, int row, int col, double value) {
  struct filler *f = data;
  const int slot = f->e->slot[f->at++];
  (void)row;
  (void)col;
  if (slot >= 0) f->e->value[slot] += value;
  else f->e->send_data[-1 - slot] = value;
}

static int neighbour_slot(const struct elliptic *e, int a, int da, int b, int db) {
  int d[3] = {0, 0, 0};
  d[a] += da;
  if (db != 0) d[b] += db;
  return e->stencil_slot[stencil_code(d)];
}

/* Slots of the gradient along t through the faces normal to n: of the cell's own neighbours, and of the neighbour's on that side. */
struct cross_slots { int own[2], other[2]; };

static void fill_positive(struct elliptic *e, const struct block_grids *g, int b, const int i[3], double volume, double *value) {
  const double *h = e->mesh->block[b].dx;
  double pair[27], own = 0.0;
  positive_pairs(e, g, b, i, pair);
  for (int s = 1; s < e->stencil_count; s++) {
    const int *d = e->stencil[s];
    double mine = pair[direction(d[0], d[1], d[2])], other = -mine;
    for (int n = 0; n < 3; n++) {
      if (d[n] == 0 || s > 2 * e->mesh->dim) continue;
      int face[3] = {i[0], i[1], i[2]};
      face[n] += d[n] > 0;
      positive_face(mine, d[n] * grid_get(&g->w[n], face) / h[n], &mine, &other);
    }
    own += volume * mine;
    value[s] += volume * other;
  }
  value[0] += own;
}

static void fill_regular(struct elliptic *e, const struct block_grids *g, int b, const int i[3], double volume,
                         const struct cross_slots slots[3][2][2]) {
  const struct mesh *m = e->mesh;
  const double *h = m->block[b].dx;
  const int row = b * e->ncell + cell_at(m, i);
  double *value = e->value + e->row_first[row], own = 0.0;
  const double share = plain_share(e);
  if (is_positive(e)) {
    fill_positive(e, g, b, i, volume, value);
    return;
  }
  if (at_corners(e)) corner_row(e, g, b, i, volume, value);
  for (int n = 0; n < m->dim; n++) {
    for (int side = 0; side < 2; side++) {
      int face[3] = {i[0], i[1], i[2]};
      face[n] += side;
      const double k = volume / h[n], w = side ? grid_get(&g->w[n], face) : -grid_get(&g->w[n], face);
      const double d = share * normal_d(e, grid_get(&g->d[n], face), w, h[n]) / h[n];
      own += k * (d + 0.5 * w);
      value[1 + 2 * n + side] += k * (0.5 * w - d);
      for (int q = 0; q < 2 && e->options.tensor; q++) {
        const int t = (n + 1 + q) % 3;
        if (t >= m->dim) continue;
        const double c = (side ? -0.25 : 0.25) * share * k * grid_get(&g->cross[n][q], face) * grid_get(&g->theta[n][q], face) / h[t];
        const struct cross_slots *s = &slots[n][side][q];
        value[s->own[1]] += c;
        value[s->own[0]] -= c;
        value[s->other[1]] += c;
        value[s->other[0]] -= c;
      }
    }
  }
  value[0] += own;
}

void matrix_fill(struct elliptic *e) {
  const struct mesh *m = e->mesh;
  struct block_grids g;
  struct cross_slots slots[3][2][2];
  cells_boundary(e);
  memset(e->value, 0, sizeof *e->value * (size_t)(e->row_first[e->rows] + e->rows));
  for (int n = 0; n < m->dim && e->options.tensor; n++) {
    for (int q = 0; q < 2; q++) {
      const int t = (n + 1 + q) % 3;
      for (int side = 0; side < 2 && t < m->dim; side++) {
        for (int up = 0; up < 2; up++) {
          slots[n][side][q].own[up] = neighbour_slot(e, t, up ? 1 : -1, t, 0);
          slots[n][side][q].other[up] = neighbour_slot(e, n, side ? 1 : -1, t, up ? 1 : -1);
        }
      }
    }
  }
  struct filler f = {e, 0};
  const struct visitor v = {e, fill_put, &f};
  visit_rows(&v);
  peers_receive(&e->peers, TAG, e->receive_data, e->receive_first);
  peers_send(&e->peers, TAG, e->send_data, e->send_first);
  for (int b = 0; b < m->count; b++) {
    const bool *regular = e->regular + (size_t)b * (size_t)e->ncell;
    const double volume = row_volume(m, b);
    int i[3];
    block_grids(e, b, &g);
    for (i[2] = 0; i[2] < m->nc[2]; i[2]++) {
      for (i[1] = 0; i[1] < m->nc[1]; i[1]++) {
        for (i[0] = 0; i[0] < m->nc[0]; i[0]++) {
          if (regular[cell_at(m, i)]) fill_regular(e, &g, b, i, volume, (const struct cross_slots (*)[2][2])slots);
        }
      }
    }
  }
  peers_wait(&e->peers);
  for (int64_t i = 0; i < e->receive_first[e->peers.count]; i++) e->value[e->receive_slot[i]] += e->receive_data[i];
  for (int r = 0; r < e->rows; r++) e->rest[r] = e->value[e->row_first[r]];
  matrix_diagonal(e);
}

void matrix_diagonal(struct elliptic *e) {
  const struct mesh *m = e->mesh;
  for (int b = 0; b < m->count; b++) {
    struct grid a;
    const double volume = row_volume(m, b);
    int i[3], row = b * e->ncell;
    grid_of(&a, e, e->c.a, b, e->c.a_component, e->c.a_number);
    for (i[2] = 0; i[2] < m->nc[2]; i[2]++) {
      for (i[1] = 0; i[1] < m->nc[1]; i[1]++) {
        for (i[0] = 0; i[0] < m->nc[0]; i[0]++, row++) e->value[e->row_first[row]] = e->rest[row] + volume * grid_get(&a, i);
      }
    }
  }
}

static void constant_put(void *data, int row, int col, double value) {
  struct filler *f = data;
  const int slot = f->e->slot[f->at++];
  (void)row;
  (void)col;
  if (slot < 0) f->e->send_data[-1 - slot] = value;
  else if (slot >= f->e->row_first[f->e->rows]) f->e->value[slot] += value;
}

void matrix_constants(struct elliptic *e) {
  struct filler f = {e, 0};
  const struct visitor v = {e, constant_put, &f};
  cells_boundary(e);
  memset(e->constant, 0, sizeof *e->constant * (size_t)e->rows);
  visit_rows(&v);
  peers_receive(&e->peers, TAG, e->receive_data, e->receive_first);
  peers_send(&e->peers, TAG, e->send_data, e->send_first);
  peers_wait(&e->peers);
  for (int64_t i = 0; i < e->receive_first[e->peers.count]; i++) {
    if (e->receive_slot[i] >= e->row_first[e->rows]) e->value[e->receive_slot[i]] += e->receive_data[i];
  }
}

void matrix_times(const struct elliptic *e, const double *x, double *to) {
  for (int r = 0; r < e->rows; r++) {
    double sum = 0.0;
    for (int i = e->row_first[r]; i < e->row_first[r + 1]; i++) sum += e->value[i] * x[e->col[i]];
    to[r] = sum;
  }
}
