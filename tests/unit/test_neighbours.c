/* The table of neighbours and the ghost leaves: compared with a search through all leaves of all ranks (run with 1, 2, 3 and 5). */
#include "tests/unit/mesh_cases.h"

#include <string.h>

/* All leaves of a mesh, on every rank. */
struct whole { const struct mesh *mesh; int64_t count; struct place *leaf; };

static int64_t search(const struct whole *w, int64_t level, const int64_t pos[3]) {
  for (int64_t i = 0; i < w->count; i++) {
    if (w->leaf[i].level == level && memcmp(w->leaf[i].pos, pos, sizeof w->leaf[i].pos) == 0) return i;
  }
  return -1;
}

/* Global number of a local block or ghost leaf. */
static int64_t global_number(const struct whole *w, int id) {
  const struct mesh *m = w->mesh;
  if (id < m->count) return m->first + id;
  int owner = m->owner[id - m->count];
  int64_t first = 0;
  while (w->leaf[first].owner < owner) first++;
  return first + m->owner_index[id - m->count];
}

/* What the neighbour table should say, with global numbers; the children are searched by the fine grid of their own level, one
 * by one along the shared face, edge or corner. */
static int expected(const struct whole *w, const struct block *b, const int step[3], int64_t id[4], int *count) {
  const struct mesh *m = w->mesh;
  int64_t pos[3];
  *count = 0;
  for (int d = 0; d < 3; d++) {
    int64_t n = (int64_t)m->root[d] << b->level;
    pos[d] = b->pos[d] + step[d];
    if (d >= m->dim && step[d] != 0) return NEIGHBOUR_NONE;
    if (pos[d] < 0 || pos[d] >= n) {
      if (m->boundary[d][0] != BOUNDARY_PERIODIC) return NEIGHBOUR_NONE;
      pos[d] = pos[d] < 0 ? pos[d] + n : pos[d] - n;
    }
  }
  int64_t at = search(w, b->level, pos);
  if (at >= 0) {
    id[(*count)++] = at;
    return NEIGHBOUR_SAME;
  }
  at = search(w, b->level - 1, (const int64_t[3]){pos[0] >> 1, pos[1] >> 1, pos[2] >> 1});
  if (at >= 0) {
    id[(*count)++] = at;
    return NEIGHBOUR_COARSE;
  }
  int64_t lo[3], hi[3], fine[3];
  for (int d = 0; d < 3; d++) {
    lo[d] = d < m->dim ? 2 * pos[d] + (step[d] < 0) : 0;
    hi[d] = d < m->dim && step[d] == 0 ? lo[d] + 1 : lo[d];
  }
  for (fine[2] = lo[2]; fine[2] <= hi[2]; fine[2]++) {
    for (fine[1] = lo[1]; fine[1] <= hi[1]; fine[1]++) {
      for (fine[0] = lo[0]; fine[0] <= hi[0]; fine[0]++) id[(*count)++] = search(w, b->level + 1, fine);
    }
  }
  return NEIGHBOUR_FINE;
}

static int check_table(const struct whole *w, const char *name) {
  const struct mesh *m = w->mesh;
  int bad = 0;
  for (int b = 0; b < m->count; b++) {
    bool jump = false, remote = false;
    for (int n = 0; n < DIRECTIONS; n++) {
      const struct neighbour *nb = &m->neighbour[b][n];
      const int step[3] = {n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1};
      EXPECT(bad, name, n == direction(step[0], step[1], step[2]));
      int64_t id[4] = {0};
      int count, kind = expected(w, &m->block[b], step, id, &count);
      EXPECT(bad, name, nb->kind == kind && nb->count == count);
      for (int i = 0; i < count && i < nb->count; i++) {
        EXPECT(bad, name, id[i] >= 0 && global_number(w, nb->id[i]) == id[i]);
        remote = remote || w->leaf[id[i]].owner != m->rank;
      }
      jump = jump || kind == NEIGHBOUR_COARSE || kind == NEIGHBOUR_FINE;
    }
    EXPECT(bad, name, m->block[b].jump == jump && m->block[b].remote == remote);
  }
  return bad;
}

/* Every ghost is what its owner says it is, comes once, in order, and is somebody's neighbour; its geometry is set. */
static int check_ghosts(const struct whole *w, const char *name) {
  const struct mesh *m = w->mesh;
  int bad = 0;
  bool *used = memory_get((size_t)m->ghost_count + 1);
  for (int b = 0; b < m->count; b++) {
    for (int n = 0; n < DIRECTIONS; n++) {
      for (int i = 0; i < m->neighbour[b][n].count; i++) {
        int id = m->neighbour[b][n].id[i];
        if (id >= m->count) used[id - m->count] = true;
      }
    }
  }
  int64_t last = -1;
  for (int g = 0; g < m->ghost_count; g++) {
    const struct block *k = &m->block[m->count + g];
    int64_t at = global_number(w, m->count + g);
    EXPECT(bad, name, m->owner[g] != m->rank && w->leaf[at].owner == m->owner[g]);
    EXPECT(bad, name, w->leaf[at].level == k->level && memcmp(w->leaf[at].pos, k->pos, sizeof k->pos) == 0);
    EXPECT(bad, name, at > last);
    EXPECT(bad, name, used[g]);
    EXPECT(bad, name, k->dx[0] > 0.0 && k->lower[0] == mesh_coordinate(m, k, 0, 0.0));
    last = at;
  }
  memory_free(used);
  return bad;
}

static void test_cases(void **state) {
  (void)state;
  for (int n = 0; n < CASE_COUNT; n++) {
    struct mesh_params par = case_params(&CASES[n]);
    struct mesh mesh;
    mesh_create(&mesh, &par, 2, MPI_COMM_WORLD);
    struct whole w = {&mesh, mesh.global_count, gather_leaves(&mesh)};
    int bad = check_table(&w, CASES[n].name) + check_ghosts(&w, CASES[n].name);
    memory_free(w.leaf);
    mesh_destroy(&mesh);
    assert_true(all_agree(bad == 0));
  }
}

/* A single periodic block is its own neighbour everywhere; ranks without blocks are at peace with that. */
static void test_self(void **state) {
  (void)state;
  for (int dim = 1; dim <= 3; dim++) {
    struct mesh_params par = {.dim = dim, .cells = {8, 8, 8}, .upper = {1, 1, 1}, .block = 8};
    struct mesh mesh;
    mesh_create(&mesh, &par, 2, MPI_COMM_WORLD);
    int bad = 0, neighbours = 0;
    EXPECT(bad, "self", mesh.global_count == 1 && mesh.ghost_count == 0);
    for (int n = 0; mesh.count == 1 && n < DIRECTIONS; n++) {
      const struct neighbour *nb = &mesh.neighbour[0][n];
      EXPECT(bad, "self", nb->kind == NEIGHBOUR_NONE || (nb->kind == NEIGHBOUR_SAME && nb->id[0] == 0));
      neighbours += nb->count;
    }
    EXPECT(bad, "self", mesh.count == 0 || neighbours == (dim == 1 ? 3 : dim == 2 ? 9 : 27));
    mesh_destroy(&mesh);
    assert_true(all_agree(bad == 0));
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_self)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
