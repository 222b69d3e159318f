/* Meshes to test on, and what the tests need to know about a whole mesh on every rank. */
#ifndef TESTS_UNIT_MESH_CASES_H
#define TESTS_UNIT_MESH_CASES_H

#include "amr/mesh.h"
#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

#define P BOUNDARY_PERIODIC
#define O BOUNDARY_OUTFLOW
#define R BOUNDARY_REFLECTING

/* Root blocks of 8 cells, the domain from -0.7 to 0.7 along each axis. */
struct mesh_case {
  const char *name;
  int dim, root[3], boundary[3][2], max_level, regions;
  struct mesh_region region[2];
};

static const struct mesh_case CASES[] = {
    {"row of 1, periodic", 1, {1, 1, 1}, {{P, P}}, 0, 0, {{0}}},
    {"row of 2, periodic", 1, {2, 1, 1}, {{P, P}}, 0, 0, {{0}}},
    {"row of 3, open", 1, {3, 1, 1}, {{O, R}}, 0, 0, {{0}}},
    {"row of 7, periodic", 1, {7, 1, 1}, {{P, P}}, 0, 0, {{0}}},
    {"quad 1x1, periodic", 2, {1, 1, 1}, {{P, P}, {P, P}}, 0, 0, {{0}}},
    {"quad 1x1, periodic, refined", 2, {1, 1, 1}, {{P, P}, {P, P}}, 4, 1, {{4, {-0.7, 0.2, 0}, {-0.69, 0.21, 0}}}},
    {"quad 2x1, periodic", 2, {2, 1, 1}, {{P, P}, {P, P}}, 0, 0, {{0}}},
    {"quad 3x5, mixed", 2, {3, 5, 1}, {{O, R}, {P, P}}, 3, 2, {{3, {0.1, 0.65, 0}, {0.2, 0.7, 0}}, {2, {-0.7, -0.2, 0}, {-0.5, 0, 0}}}},
    {"quad 4x2, open", 2, {4, 2, 1}, {{O, O}, {R, R}}, 2, 1, {{2, {0, 0, 0}, {0, 0, 0}}}},
    {"quad 4x4, box on block faces", 2, {4, 4, 1}, {{O, O}, {P, P}}, 2, 1, {{2, {-0.35, -0.175, 0}, {0.35, 0.35, 0}}}},
    {"oct 1x1x1, periodic", 3, {1, 1, 1}, {{P, P}, {P, P}, {P, P}}, 0, 0, {{0}}},
    {"oct 1x1x1, periodic, refined", 3, {1, 1, 1}, {{P, P}, {P, P}, {P, P}}, 3, 1, {{3, {-0.7, -0.7, 0.69}, {-0.69, -0.69, 0.7}}}},
    {"oct 2x1x1, periodic", 3, {2, 1, 1}, {{P, P}, {P, P}, {P, P}}, 0, 0, {{0}}},
    {"oct 2x2x2, periodic, refined", 3, {2, 2, 2}, {{P, P}, {P, P}, {P, P}}, 2, 1, {{2, {0.6, -0.7, 0.5}, {0.7, -0.6, 0.7}}}},
    {"oct 3x2x1, mixed", 3, {3, 2, 1}, {{P, P}, {O, O}, {P, P}}, 2, 2, {{2, {-0.7, -0.7, 0}, {-0.6, 0.7, 0}}, {1, {0.5, 0, 0}, {0.6, 0.1, 0.1}}}},
    {"oct 1x3x2, mixed", 3, {1, 3, 2}, {{R, O}, {P, P}, {O, R}}, 3, 1, {{3, {0.3, 0.6, 0}, {0.4, 0.7, 0.1}}}},
    {"oct 5x1x1, one axis periodic", 3, {5, 1, 1}, {{O, O}, {P, P}, {R, R}}, 1, 1, {{1, {0, 0, 0}, {0.01, 0.01, 0.01}}}},
};

#undef P
#undef O
#undef R

enum { CASE_COUNT = (int)(sizeof CASES / sizeof CASES[0]) };

static inline struct mesh_params case_params(const struct mesh_case *c) {
  struct mesh_params par = {.dim = c->dim, .block = 8, .max_level = c->max_level, .region_count = c->regions};
  for (int d = 0; d < 3; d++) {
    par.cells[d] = 8 * c->root[d];
    par.lower[d] = -0.7;
    par.upper[d] = 0.7;
    for (int s = 0; s < 2; s++) par.boundary[d][s] = c->boundary[d][s];
  }
  for (int i = 0; i < c->regions; i++) par.region[i] = c->region[i];
  return par;
}

/* A block by its name, and who has it. */
struct place { int64_t level, pos[3], owner; };

/* All leaves in global order, on every rank; memory_free. */
static inline struct place *gather_leaves(const struct mesh *mesh) {
  enum { N = sizeof(struct place) / sizeof(int64_t) };
  struct place *mine = memory_get(sizeof *mine * (size_t)(mesh->count + 1));
  struct place *all = memory_get(sizeof *all * (size_t)mesh->global_count);
  int *n = memory_get(sizeof *n * (size_t)mesh->size), *at = memory_get(sizeof *at * (size_t)mesh->size);
  for (int b = 0; b < mesh->count; b++) {
    const struct block *k = &mesh->block[b];
    mine[b] = (struct place){k->level, {k->pos[0], k->pos[1], k->pos[2]}, mesh->rank};
  }
  int count = mesh->count * N;
  MPI_Allgather(&count, 1, MPI_INT, n, 1, MPI_INT, mesh->comm);
  for (int r = 1; r < mesh->size; r++) at[r] = at[r - 1] + n[r - 1];
  MPI_Allgatherv(mine, count, MPI_INT64_T, all, n, at, MPI_INT64_T, mesh->comm);
  memory_free(mine);
  memory_free(n);
  memory_free(at);
  return all;
}

/* The verdict of all ranks, so that they fail together. */
static inline bool all_agree(bool ok) {
  int mine = ok, all = 0;
  MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
  return all;
}

/* Count a broken expectation and say where. */
#define EXPECT(bad, name, condition)                                                            \
  do {                                                                                          \
    if (!(condition) && (bad)++ == 0) fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, name, #condition); \
  } while (0)

/* A cmocka test on several ranks: main of the test program. */
static inline int run_with_mpi(int argc, char **argv, int (*group)(void)) {
  MPI_Init(&argc, &argv);
  int failures = group();
  MPI_Finalize();
  return failures;
}

#endif
