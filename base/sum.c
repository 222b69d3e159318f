#include "base/sum.h"

#include "base/fail.h"
#include "base/memory.h"

#include <limits.h>

void sum_over_blocks(MPI_Comm comm, int count, int n, const struct sum *part, double *total) {
  int rank, size;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  require((int64_t)2 * count * n < INT_MAX, "sum_over_blocks: too many blocks on one rank (%d)", count);
  int mine = 2 * count * n;
  int *lengths = memory_get(sizeof *lengths * (size_t)size), *starts = memory_get(sizeof *starts * (size_t)size);
  MPI_Gather(&mine, 1, MPI_INT, lengths, 1, MPI_INT, 0, comm);
  int64_t all = 0;
  if (rank == 0) {
    for (int r = 0; r < size; r++) {
      starts[r] = (int)all;
      all += lengths[r];
      require(all < INT_MAX, "sum_over_blocks: too many blocks");
    }
  }
  struct sum *gathered = memory_get(sizeof(double) * (size_t)all);
  MPI_Gatherv(part, mine, MPI_DOUBLE, gathered, lengths, starts, MPI_DOUBLE, 0, comm);
  for (int v = 0; v < n; v++) {
    struct sum s = {0.0, 0.0};
    for (int64_t b = 0; b < all / (2 * n); b++) {
      sum_add(&s, gathered[b * n + v].hi);
      sum_add(&s, gathered[b * n + v].lo);
    }
    total[v] = sum_value(&s);
  }
  MPI_Bcast(total, n, MPI_DOUBLE, 0, comm);
  memory_free(gathered);
  memory_free(starts);
  memory_free(lengths);
}

void sum_over_ranks(MPI_Comm comm, int n, struct sum *s) {
  int size;
  MPI_Comm_size(comm, &size);
  require((int64_t)2 * size * n < INT_MAX, "sum_over_ranks: too many sums");
  struct sum *all = memory_get(sizeof *all * ((size_t)size * (size_t)n + 1));
  MPI_Allgather(s, 2 * n, MPI_DOUBLE, all, 2 * n, MPI_DOUBLE, comm);
  for (int v = 0; v < n; v++) {
    s[v] = (struct sum){0.0, 0.0};
    for (int r = 0; r < size; r++) {
      sum_add(&s[v], all[r * n + v].hi);
      sum_add(&s[v], all[r * n + v].lo);
    }
  }
  memory_free(all);
}
