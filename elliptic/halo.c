/* Values of cells of other ranks. */
#include "elliptic/internal.h"

#include "base/fail.h"
#include "base/memory.h"

#include <string.h>

enum { TAG = 41 };

int column_of(const struct elliptic *e, int64_t global) {
  const struct mesh *m = e->mesh;
  const int64_t mine = e->leaf_row != NULL ? m->first * e->ncell : 0;
  if (global >= mine && global < mine + e->rows) return (int)(global - mine);
  int lower = m->count, upper = m->count + m->ghost_count;
  while (upper - lower > 1) {
    const int mid = (lower + upper) / 2;
    if (e->leaf_row[mid] <= global) lower = mid;
    else upper = mid;
  }
  require(upper > lower && global >= e->leaf_row[lower] && global < e->leaf_row[lower] + e->ncell,
          "elliptic: row %lld is not next to a block of this rank", (long long)global);
  return lower * e->ncell + (int)(global - e->leaf_row[lower]);
}

static void mark(const struct elliptic *e, bool *used, cell_ref r) {
  if (r >= e->rows) used[r - e->rows] = true;
}

void halo_create(struct elliptic *e) {
  const struct mesh *m = e->mesh;
  const int np = e->peers.count, others = e->columns - e->rows;
  bool *used = memory_get(sizeof *used * (size_t)others);
  for (int i = 0; i < e->row_first[e->rows]; i++) mark(e, used, e->col[i]);
  for (int i = 0; i < e->lists.entry_count; i++) mark(e, used, e->lists.col[i]);
  for (int64_t i = 0; i < (int64_t)e->around * m->count; i++) mark(e, used, e->ref[i]);
  for (int j = 0; j < e->jump_count; j++) mark(e, used, e->jump[j].coarse);
  for (int j = 0; j < e->jump_count; j++) {
    for (int t = 0; t < 2; t++) {
      mark(e, used, e->jump[j].low[t]);
      mark(e, used, e->jump[j].high[t]);
    }
  }

  int count = 0;
  for (int i = 0; i < others; i++) count += used[i];
  e->take = memory_get(sizeof *e->take * (size_t)count);
  int *asked = memory_get(sizeof *asked * (size_t)count);
  int *first = memory_get(sizeof *first * (size_t)(np + 1)), *given = memory_get(sizeof *given * (size_t)(np + 1));
  int n = 0;
  for (int p = 0; p < np; p++) {
    first[p] = n;
    for (int g = 0; g < m->ghost_count; g++) {
      if (m->owner[g] != e->peers.rank[p]) continue;
      for (int c = 0; c < e->ncell; c++) {
        if (!used[g * e->ncell + c]) continue;
        e->take[n] = e->rows + g * e->ncell + c;
        asked[n++] = m->owner_index[g] * e->ncell + c;
      }
    }
  }
  first[np] = n;
  e->give = peers_swap(&e->peers, sizeof *asked, asked, first, given);
  e->take_first = memory_get(sizeof *e->take_first * (size_t)(np + 1));
  e->give_first = memory_get(sizeof *e->give_first * (size_t)(np + 1));
  for (int p = 0; p <= np; p++) {
    e->take_first[p] = first[p];
    e->give_first[p] = given[p];
  }
  e->take_data = memory_get(sizeof *e->take_data * (size_t)n);
  e->give_data = memory_get(sizeof *e->give_data * (size_t)given[np]);
  memory_free(used);
  memory_free(asked);
  memory_free(first);
  memory_free(given);
}

void halo_destroy(struct elliptic *e) {
  memory_free(e->take_first);
  memory_free(e->give_first);
  memory_free(e->take);
  memory_free(e->give);
  memory_free(e->take_data);
  memory_free(e->give_data);
}

void halo_exchange(struct elliptic *e, double *x) {
  const int np = e->peers.count;
  for (int64_t i = 0; i < e->give_first[np]; i++) e->give_data[i] = x[e->give[i]];
  peers_receive(&e->peers, TAG, e->take_data, e->take_first);
  peers_send(&e->peers, TAG, e->give_data, e->give_first);
  peers_wait(&e->peers);
  for (int64_t i = 0; i < e->take_first[np]; i++) x[e->take[i]] = e->take_data[i];
}
