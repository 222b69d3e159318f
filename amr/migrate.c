#include "amr/migrate.h"

#include "amr/peers.h"
#include "amr/view.h"
#include "base/memory.h"

enum { TAG = 24, CARRIED = 2 };

/* Extents of the interior of a component. */
static size_t interior(const struct mesh *m, const struct field *f, int c, int n[3]) {
  size_t size = 1;
  for (int a = 0; a < 3; a++) {
    n[a] = m->nc[a] + (f->centring == CENTRING_FACE && c == a && a < m->dim);
    size *= (size_t)n[a];
  }
  return size;
}

static size_t block_values(const struct mesh *m, int nfield, struct field *const *fields) {
  size_t size = CARRIED;
  int n[3];
  for (int i = 0; i < nfield; i++) {
    for (int c = 0; c < fields[i]->ncomp; c++) size += interior(m, fields[i], c, n);
  }
  return size;
}

static void pack(const struct mesh *m, int nfield, struct field *const *fields, const struct carried *carried, int b, double *to) {
  int n[3];
  *to++ = carried[b].weight;
  *to++ = carried[b].quiet;
  for (int i = 0; i < nfield; i++) {
    for (int c = 0; c < fields[i]->ncomp; c++) {
      size_t size = interior(m, fields[i], c, n);
      view_copy(view_packed(to, n), view_field(m, fields[i], b, c), n);
      to += size;
    }
  }
}

static void unpack(const struct mesh *m, int nfield, const struct field *fields, struct carried *carried, int b, double *from) {
  int n[3];
  carried[b].weight = *from++;
  carried[b].quiet = (int)*from++;
  for (int i = 0; i < nfield; i++) {
    for (int c = 0; c < fields[i].ncomp; c++) {
      size_t size = interior(m, &fields[i], c, n);
      view_copy(view_field(m, &fields[i], b, c), view_packed(from, n), n);
      from += size;
    }
  }
}

/* Blocks that are in the range of rank r of one list and of rank s of the other: from *lo to before *hi. */
static bool overlap(const int64_t *one, int r, const int64_t *other, int s, int64_t *lo, int64_t *hi) {
  *lo = one[r] > other[s] ? one[r] : other[s];
  *hi = one[r + 1] < other[s + 1] ? one[r + 1] : other[s + 1];
  return *lo < *hi;
}

int64_t migrate(const struct mesh *mesh, const int64_t *before, const int64_t *after, int nfield, struct field *const *fields,
                struct carried **carried) {
  const int me = mesh->rank;
  const int64_t size = (int64_t)block_values(mesh, nfield, fields);
  struct peers peers = {.comm = mesh->comm};
  int64_t lo, hi, given = 0, taken = 0;
  peers.rank = memory_get(sizeof *peers.rank * (size_t)mesh->size);
  int64_t *give = memory_get(sizeof *give * 2 * (size_t)(mesh->size + 1)), *take = give + mesh->size + 1;
  for (int r = 0; r < mesh->size; r++) {
    bool gives = r != me && overlap(before, me, after, r, &lo, &hi);
    if (gives) given += hi - lo;
    bool takes = r != me && overlap(after, me, before, r, &lo, &hi);
    if (takes) taken += hi - lo;
    if (!gives && !takes) continue;
    peers.rank[peers.count++] = r;
    give[peers.count] = given * size;
    take[peers.count] = taken * size;
  }

  double *in = memory_get(sizeof *in * (size_t)(taken * size)), *out = memory_get(sizeof *out * (size_t)(given * size));
  peers_receive(&peers, TAG, in, take);
  int64_t at = 0;
  for (int p = 0; p < peers.count; p++) {
    if (!overlap(before, me, after, peers.rank[p], &lo, &hi)) continue;
    for (int64_t b = lo; b < hi; b++, at += size) pack(mesh, nfield, fields, *carried, (int)(b - before[me]), out + at);
  }
  peers_send(&peers, TAG, out, give);

  const int count = (int)(after[me + 1] - after[me]);
  struct carried *new_carried = memory_get(sizeof *new_carried * (size_t)count);
  struct field *moved = memory_get(sizeof *moved * (size_t)nfield);
  const bool stays = overlap(before, me, after, me, &lo, &hi);
  for (int i = 0; i < nfield; i++) {
    moved[i] = *fields[i];
    moved[i].count = count;
    moved[i].data = memory_get(sizeof(double) * moved[i].block_size * (size_t)count);
    if (stays) {
      memcpy(moved[i].data + moved[i].block_size * (size_t)(lo - after[me]), fields[i]->data + fields[i]->block_size * (size_t)(lo - before[me]),
             sizeof(double) * moved[i].block_size * (size_t)(hi - lo));
    }
  }
  for (int64_t b = lo; stays && b < hi; b++) new_carried[b - after[me]] = (*carried)[b - before[me]];

  peers_wait(&peers);
  at = 0;
  for (int p = 0; p < peers.count; p++) {
    if (!overlap(after, me, before, peers.rank[p], &lo, &hi)) continue;
    for (int64_t b = lo; b < hi; b++, at += size) unpack(mesh, nfield, moved, new_carried, (int)(b - after[me]), in + at);
  }
  for (int i = 0; i < nfield; i++) {
    memory_free(fields[i]->data);
    *fields[i] = moved[i];
  }
  memory_free(*carried);
  *carried = new_carried;
  memory_free(moved);
  memory_free(in);
  memory_free(out);
  memory_free(give);
  peers_destroy(&peers);
  return taken;
}
