#include "amr/peers.h"

#include "base/fail.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 27 }; /* doubles in one MPI message: 1 GiB */
enum { TAG_COUNT = 31, TAG_ITEMS = 32 };

static int by_value(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  return (x > y) - (x < y);
}

void peers_create(struct peers *p, const struct mesh *mesh) {
  *p = (struct peers){.comm = mesh->comm};
  if (mesh->ghost_count == 0) return;
  p->rank = memory_get(sizeof *p->rank * (size_t)mesh->ghost_count);
  memcpy(p->rank, mesh->owner, sizeof *p->rank * (size_t)mesh->ghost_count);
  qsort(p->rank, (size_t)mesh->ghost_count, sizeof *p->rank, by_value);
  for (int i = 0; i < mesh->ghost_count; i++) {
    if (i == 0 || p->rank[i] != p->rank[p->count - 1]) p->rank[p->count++] = p->rank[i];
  }
}

void peers_destroy(struct peers *p) {
  memory_free(p->rank);
  memory_free(p->request);
  *p = (struct peers){0};
}

int peers_find(const struct peers *p, int rank) {
  int lower = 0, upper = p->count;
  while (upper - lower > 1) {
    int mid = (lower + upper) / 2;
    if (p->rank[mid] <= rank) lower = mid;
    else upper = mid;
  }
  require(upper > lower && p->rank[lower] == rank, "rank %d owns no neighbouring block", rank);
  return lower;
}

static MPI_Request *next_request(struct peers *p) {
  if (p->request_count == p->request_size) {
    int size = 2 * p->request_size + 16;
    MPI_Request *request = memory_get(sizeof *request * (size_t)size);
    if (p->request_count > 0) memcpy(request, p->request, sizeof *request * (size_t)p->request_count);
    memory_free(p->request);
    p->request = request;
    p->request_size = size;
  }
  return &p->request[p->request_count++];
}

void peers_wait(struct peers *p) {
  MPI_Waitall(p->request_count, p->request, MPI_STATUSES_IGNORE);
  p->request_count = 0;
}

void *peers_swap(struct peers *p, size_t size, const void *asked, const int *asked_first, int *first) {
  int *count = memory_get(sizeof *count * 2 * (size_t)p->count);
  int *give = count, *take = count + p->count;
  for (int i = 0; i < p->count; i++) {
    MPI_Irecv(&take[i], 1, MPI_INT, p->rank[i], TAG_COUNT, p->comm, next_request(p));
  }
  for (int i = 0; i < p->count; i++) {
    give[i] = asked_first[i + 1] - asked_first[i];
    MPI_Isend(&give[i], 1, MPI_INT, p->rank[i], TAG_COUNT, p->comm, next_request(p));
  }
  peers_wait(p);

  first[0] = 0;
  for (int i = 0; i < p->count; i++) first[i + 1] = first[i] + take[i];
  memory_free(count);

  char *given = memory_get(size * (size_t)first[p->count]);
  MPI_Datatype type;
  MPI_Type_contiguous((int)size, MPI_BYTE, &type);
  MPI_Type_commit(&type);
  for (int i = 0; i < p->count; i++) {
    MPI_Irecv(given + size * (size_t)first[i], first[i + 1] - first[i], type, p->rank[i], TAG_ITEMS, p->comm, next_request(p));
  }
  for (int i = 0; i < p->count; i++) {
    MPI_Isend((const char *)asked + size * (size_t)asked_first[i], asked_first[i + 1] - asked_first[i], type, p->rank[i],
              TAG_ITEMS, p->comm, next_request(p));
  }
  peers_wait(p);
  MPI_Type_free(&type);
  return given;
}

void peers_receive(struct peers *p, int tag, double *data, const int64_t *first) {
  for (int i = 0; i < p->count; i++) {
    for (int64_t at = first[i]; at < first[i + 1]; at += CHUNK) {
      int64_t n = first[i + 1] - at < CHUNK ? first[i + 1] - at : CHUNK;
      MPI_Irecv(data + at, (int)n, MPI_DOUBLE, p->rank[i], tag, p->comm, next_request(p));
    }
  }
}

void peers_send(struct peers *p, int tag, const double *data, const int64_t *first) {
  for (int i = 0; i < p->count; i++) {
    for (int64_t at = first[i]; at < first[i + 1]; at += CHUNK) {
      int64_t n = first[i + 1] - at < CHUNK ? first[i + 1] - at : CHUNK;
      MPI_Isend(data + at, (int)n, MPI_DOUBLE, p->rank[i], tag, p->comm, next_request(p));
    }
  }
}
