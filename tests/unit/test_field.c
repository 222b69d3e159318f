/* Extents, alignment and addresses of fields. */
#include "amr/field.h"
#include "tests/unit/mesh_cases.h"

static struct mesh make_mesh(int dim, int block, int ng) {
  struct mesh_params par = {.dim = dim, .cells = {2 * block, 2 * block, 2 * block}, .upper = {1, 1, 1}, .block = block};
  struct mesh mesh;
  mesh_create(&mesh, &par, ng, MPI_COMM_WORLD);
  return mesh;
}

static void check(const struct mesh *mesh, const struct field *f) {
  const double *end = f->data;
  assert_int_equal(f->count, mesh->count);
  for (int b = 0; b < f->count; b++) {
    for (int c = 0; c < f->ncomp; c++) {
      const int *n = field_extent(f, c);
      const double *p = field_data(f, b, c);
      assert_int_equal((uintptr_t)p % 64, 0);
      assert_true(p >= end);  /* no overlap with what came before */
      for (int d = 0; d < 3; d++) {
        int face = f->centring == CENTRING_FACE && c == d;
        assert_int_equal(n[d], d < mesh->dim ? mesh->nb + 2 * mesh->ng + face : 1);
      }
      end = p + (size_t)n[0] * (size_t)n[1] * (size_t)n[2];
      for (const double *q = p; q < end; q++) assert_true(*q == 0.0);
    }
    assert_true(end <= f->data + f->block_size * (size_t)(b + 1));
  }
}

static void test_layout(void **state) {
  (void)state;
  for (int dim = 1; dim <= 3; dim++) {
    for (int ng = 2; ng <= 3; ng++) {
      struct mesh mesh = make_mesh(dim, 10, ng);
      struct field cells, faces;
      field_create(&cells, &mesh, "gas", CENTRING_CELL, 5);
      field_create(&faces, &mesh, "b", CENTRING_FACE, 3);
      check(&mesh, &cells);
      check(&mesh, &faces);
      field_destroy(&cells);
      field_destroy(&faces);
      assert_null(cells.data);
      mesh_destroy(&mesh);
    }
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_layout)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
