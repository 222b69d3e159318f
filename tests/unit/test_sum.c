/* Sums over blocks must not depend on ranks, and keep what plain sums lose. */
#include "base/minmax.h"
#include "base/sum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Values of very different size for 8 * size blocks, the blocks of a rank in its own array. */
static double value(int block) { return (block % 3 - 1) * (block % 2 ? 1e16 : 1.0) + 0.1 * block; }

static void total_of(MPI_Comm comm, int first, int count, double total[2]) {
  struct sum part[64][2] = {{{0}}};
  for (int b = 0; b < count; b++) {
    sum_add(&part[b][0], value(first + b));
    sum_add(&part[b][1], 1.0);
  }
  sum_over_blocks(comm, count, 2, part[0], total);
}

/* All ranks together get the bits that one rank alone gets; some ranks may be empty. */
static void test_ranks(void **state) {
  (void)state;
  enum { BLOCKS = 24 };
  int rank, size;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  for (int empty = 0; empty < size; empty++) {
    int parts = size > 1 ? size - 1 : 1, at = rank - (rank > empty && size > 1);
    int first = BLOCKS * at / parts, last = BLOCKS * (at + 1) / parts;
    if (size > 1 && rank == empty) first = last = 0;
    double together[2], alone[2];
    total_of(MPI_COMM_WORLD, first, last - first, together);
    total_of(MPI_COMM_SELF, 0, BLOCKS, alone);
    int same = together[0] == alone[0] && together[1] == alone[1] && together[1] == BLOCKS, all;
    MPI_Allreduce(&same, &all, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
    assert_true(all);
  }
}

static void test_precision(void **state) {
  (void)state;
  struct sum s = {0};
  sum_add(&s, 1.0);
  for (int i = 0; i < 1000; i++) sum_add(&s, 1e-17);
  assert_true(sum_value(&s) > 1.0 && s.hi == 1.0);
  sum_add(&s, 1e30);
  sum_add(&s, -1e30);
  sum_add(&s, -1.0);
  assert_true(sum_value(&s) > 0.999e-14 && sum_value(&s) < 1.001e-14);
}

/* What a block lost to rounding counts in the total: 1 + 1e-17 in one block and -1 in another leave 1e-17. */
static void test_low_parts(void **state) {
  (void)state;
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  struct sum part[2] = {{0}};
  sum_add(&part[0], 1.0);
  sum_add(&part[0], 1e-17);
  sum_add(&part[1], -1.0);
  double total;
  sum_over_blocks(MPI_COMM_WORLD, rank == 0 ? 2 : 0, 1, part, &total);
  assert_true(total == 1e-17);
}

/* The same for sums that each rank has one of. */
static void test_over_ranks(void **state) {
  (void)state;
  int rank, size;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  struct sum s[2] = {{0}};
  for (int b = 24 * rank / size; b < 24 * (rank + 1) / size; b++) {
    sum_add(&s[0], value(b));
    sum_add(&s[1], b == 0 ? 1e20 : b == 23 ? -1e20 : 1.0);
  }
  sum_over_ranks(MPI_COMM_WORLD, 2, s);
  double alone[2];
  total_of(MPI_COMM_SELF, 0, 24, alone);
  int same = sum_value(&s[0]) == alone[0] && sum_value(&s[1]) == 22.0, all;
  MPI_Allreduce(&same, &all, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
  assert_true(all);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranks), cmocka_unit_test(test_precision),
                                     cmocka_unit_test(test_low_parts), cmocka_unit_test(test_over_ranks)};
  int failed = cmocka_run_group_tests_name("sum", tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
