/* Parts of the setup restart: particles into cells without loss, an even field on faces, div B taken out, the potential of a known sphere. */
#include "setups/restart/restart.h"

#include "amr/view.h"
#include "base/memory.h"
#include "base/sum.h"
#include "base/units.h"
#include "microphysics/stars.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SCALARS = 2, COLUMNS = ROW_FIRST_SCALAR + SCALARS, PARTICLES = 300, STARS = 20000 };

/* The same numbers everywhere, between 0 and 1. */
static double noise(int64_t *seed) {
  *seed = (*seed * 1103515245 + 12345) % 2147483648;
  return (double)*seed / 2147483648.0;
}

static void make_mesh(struct mesh *mesh) {
  struct mesh_params par = {.dim = 3, .cells = {32, 16, 16}, .block = 8, .max_level = 2, .region_count = 1};
  for (int d = 0; d < 3; d++) {
    par.lower[d] = d == 0 ? -4.0 : -2.0;
    par.upper[d] = d == 0 ? 4.0 : 2.0;
    par.boundary[d][0] = par.boundary[d][1] = BOUNDARY_OUTFLOW;
  }
  par.region[0] = (struct mesh_region){.level = 2, .lower = {-0.5, -0.5, -0.5}, .upper = {0.5, 0.5, 0.5}};
  mesh_create(mesh, &par, 2, MPI_COMM_WORLD);
}

/* This rank's rows of all; radii from far less than a cell to half of the box, some in corners and on faces of cells. */
static int64_t make_rows(const struct mesh *mesh, double *row) {
  int64_t seed = 1, mine = 0;
  for (int64_t p = 0; p < PARTICLES; p++) {
    double one[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) one[c] = noise(&seed) - (c >= ROW_MOMENTUM && c < ROW_ENERGY ? 0.5 : 0.0);
    for (int d = 0; d < 3; d++) one[ROW_X + d] = (d == 0 ? 8.0 : 4.0) * (one[ROW_X + d] - 0.5);
    if (p % 10 == 0) one[0] = one[1] = one[2] = -0.5 + 0.25 * (double)(p % 3);
    if (p == 7) one[0] = -4.0, one[1] = one[2] = -2.0;
    one[ROW_RADIUS] = p % 4 == 0 ? 1e-6 : pow(2.0 * one[ROW_RADIUS], 3.0) * 0.25 + 0.02;
    const int64_t first = PARTICLES / mesh->size * mesh->rank, last = mesh->rank == mesh->size - 1 ? PARTICLES : PARTICLES / mesh->size * (mesh->rank + 1);
    if (p < first || p >= last) continue;
    memcpy(row + COLUMNS * mine++, one, sizeof one);
  }
  return mine;
}

static void test_deposit(void **state) {
  (void)state;
  struct mesh mesh;
  struct field u, cr;
  make_mesh(&mesh);
  field_create(&u, &mesh, "gas", CENTRING_CELL, 6 + SCALARS);
  field_create(&cr, &mesh, "cr", CENTRING_CELL, 1);
  double *row = memory_get(sizeof *row * COLUMNS * PARTICLES), want[6 + SCALARS], got[6 + SCALARS];
  const int64_t mine = make_rows(&mesh, row);
  struct sum s[6 + SCALARS] = {{0.0, 0.0}}, t[6 + SCALARS] = {{0.0, 0.0}};
  for (int64_t p = 0; p < mine; p++) {
    for (int v = 0; v < 6; v++) sum_add(&s[v], row[COLUMNS * p + ROW_MASS + v]);
    for (int v = 0; v < SCALARS; v++) sum_add(&s[6 + v], row[COLUMNS * p + ROW_FIRST_SCALAR + v]);
  }
  sum_over_blocks(MPI_COMM_WORLD, 1, 6 + SCALARS, s, want);
  int64_t count;
  struct leaves *leaves = leaves_create(&mesh);
  double *near = leaves_spread(leaves, mine, COLUMNS, row, &count);
  restart_deposit(&mesh, leaves, count, COLUMNS, SCALARS, near, &u, &cr);
  for (int b = 0; b < mesh.count; b++) {
    const double *dx = mesh.block[b].dx, volume = dx[0] * dx[1] * dx[2];
    for (int v = 0; v < 6 + SCALARS; v++) {
      const struct view at = v == 5 ? view_field(&mesh, &cr, b, 0) : view_field(&mesh, &u, b, v < 5 ? v : v - 1);
      for (int k = 0; k < 8; k++)
        for (int j = 0; j < 8; j++)
          for (int i = 0; i < 8; i++) sum_add(&t[v], volume * *view_move(at, i, j, k).at);
    }
  }
  sum_over_blocks(MPI_COMM_WORLD, 1, 6 + SCALARS, t, got);
  for (int v = 0; v < 6 + SCALARS; v++) assert_true(fabs(got[v] - want[v]) <= 1e-14 * PARTICLES);
  memory_free(near);
  leaves_destroy(leaves);
  memory_free(row);
  field_destroy(&u);
  field_destroy(&cr);
  mesh_destroy(&mesh);
}

struct seen { const struct mesh *mesh; int *times; int strangers; };

static void see(void *data, const struct leaf *leaf) {
  struct seen *s = data;
  if (leaf->owner == s->mesh->rank) s->times[leaf->local]++;
  else s->strangers++;
}

/* Every block that a sphere touches is visited once, and hardly any other. */
static void test_visits(void **state) {
  (void)state;
  struct mesh mesh;
  make_mesh(&mesh);
  double *row = memory_get(sizeof *row * COLUMNS * PARTICLES);
  const int64_t mine = make_rows(&mesh, row);
  struct leaves *leaves = leaves_create(&mesh);
  struct seen seen = {.mesh = &mesh, .times = memory_get(sizeof(int) * (size_t)(mesh.count + 1))};
  for (int64_t p = 0; p < mine; p++) {
    const double *x = row + COLUMNS * p, radius = x[ROW_RADIUS];
    memset(seen.times, 0, sizeof(int) * (size_t)mesh.count);
    leaves_visit(leaves, x, radius, see, &seen);
    for (int b = 0; b < mesh.count; b++) {
      double d2 = 0.0;
      for (int d = 0; d < 3; d++) {
        const double lower = mesh_coordinate(&mesh, &mesh.block[b], d, 0.0), upper = mesh_coordinate(&mesh, &mesh.block[b], d, 8.0);
        const double off = fmax(fmax(lower - x[d], x[d] - upper), 0.0);
        d2 += off * off;
      }
      assert_int_equal(seen.times[b], fabs(sqrt(d2) - radius) < 1e-7 ? seen.times[b] != 0 : sqrt(d2) < radius);
      assert_true(seen.times[b] == 1 || sqrt(d2) > radius);
    }
  }
  assert_true(mesh.size == 1 || mine == 0 || seen.strangers > 0);
  memory_free(seen.times);
  leaves_destroy(leaves);
  memory_free(row);
  mesh_destroy(&mesh);
}

/* A field that is the same everywhere comes back as it is; one with a divergence loses it. */
static void test_field(void **state) {
  (void)state;
  struct mesh mesh;
  struct gas gas;
  make_mesh(&mesh);
  const struct mhd_params par = {.magnetic = true, .gamma = 5.0 / 3.0, .cfl = 0.3};
  mhd_create(&gas, &par, &mesh);
  double *row = memory_get(sizeof *row * COLUMNS * PARTICLES);
  const int64_t mine = make_rows(&mesh, row);
  for (int even = 1; even >= 0; even--) {
    for (int64_t p = 0; p < mine; p++) {
      double *r = row + COLUMNS * p;
      r[ROW_RADIUS] = 3.0;
      for (int d = 0; d < 3; d++) r[ROW_FIELD + d] = even ? 1.0 + d : r[ROW_X + d];
    }
    int64_t count;
    struct leaves *leaves = leaves_create(&mesh);
    double *near = leaves_spread(leaves, mine, COLUMNS, row, &count);
    restart_faces(&mesh, leaves, count, COLUMNS, near, &gas.b[0]);
    for (int b = 0; b < mesh.count && even; b++)
      for (int d = 0; d < 3; d++)
        for (int i = 0; i < 8; i++) assert_true(fabs(*view_move(view_field(&mesh, &gas.b[0], b, d), i, 7 - i, i / 2).at - (1.0 + d)) < 1e-12);
    if (!even) assert_true(mhd_max_div_b(&gas, &mesh) > 0.01);
    if (!even) assert_true(restart_project(&mesh, &gas) < 1e-13);
    if (!even) assert_true(mhd_max_div_b(&gas, &mesh) < 1e-13);
    memory_free(near);
    leaves_destroy(leaves);
  }
  memory_free(row);
  mhd_destroy(&gas);
  mesh_destroy(&mesh);
}

/* Plummer's sphere: phi = -G M / sqrt(r^2 + 1) with G M = 6; a star on each of many shells of equal mass. */
static void test_potential(void **state) {
  (void)state;
  int rank, size;
  int64_t seed = 5;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  struct restart_mass mass = {.at = memory_get(sizeof *mass.at * STARS)};
  for (int p = 0; p < STARS; p++) {
    const double share = pow((p + 0.5) / STARS, 2.0 / 3.0), r = sqrt(share / (1.0 - share));
    const double z = 2.0 * noise(&seed) - 1.0, angle = 6.283185307179586 * noise(&seed), s = sqrt(1.0 - z * z);
    if (p % size != rank) continue;
    double *at = mass.at[mass.count++];
    at[0] = r * s * cos(angle);
    at[1] = r * s * sin(angle);
    at[2] = r * z;
    at[3] = 3.0 / STARS;
  }
  struct restart_potential *p = restart_potential_create(&mass, 2.0, 0.1, 6.0, MPI_COMM_WORLD);
  double worst = 0.0, worst_force = 0.0;
  for (int i = 0; i < 200; i++) {
    const double z = 2.0 * noise(&seed) - 1.0, angle = 6.283185307179586 * noise(&seed), s = sqrt(1.0 - z * z), r = 0.3 + 0.04 * i;
    const double n[3] = {s * cos(angle), s * sin(angle), z}, h = 0.05;
    const double x[3] = {r * n[0], r * n[1], r * n[2]}, far[3] = {(r + h) * n[0], (r + h) * n[1], (r + h) * n[2]}, close[3] = {(r - h) * n[0], (r - h) * n[1], (r - h) * n[2]};
    const double phi = restart_potential_at(p, x), force = (restart_potential_at(p, far) - restart_potential_at(p, close)) / (2.0 * h), d = sqrt(r * r + 1.0);
    worst = fmax(worst, fabs(phi * d / -6.0 - 1.0));
    worst_force = fmax(worst_force, fabs(force * d * d * d / (6.0 * r) - 1.0));
    /* The same on all ranks. */
    double same = phi;
    MPI_Bcast(&same, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    assert_true(same == phi);
  }
  print_message("# potential %.3g, force %.3g\n", worst, worst_force);
  assert_true(worst < 0.015);      /* noise of the stars and the width of the cells */
  assert_true(worst_force < 0.08);
  restart_potential_destroy(p);
  memory_free(mass.at);
}

/* Light of a disc of young stars with dust, and without: that of its stars one by one, averaged over the circle; the same on all ranks. */
static void test_light(void **state) {
  (void)state;
  enum { COUNT = 4000, TURNS = 24 };
  static const double at[][2] = {{1.0, 0.3}, {4.0, 0.5}, {8.0, 0.4}, {8.0, 3.0}, {3.0, 8.0}};
  const double habing = 3.9e-14, light_cm_s = 2.99792458e10, kpc = 3.0856775814913673e21;
  struct units u;
  units_from(kpc, 0.0, 0.0, 1e5, 1.67262192369e-24, &u);
  int rank, size;
  int64_t seed = 3;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  struct restart_stars mine = {.star = memory_get(sizeof *mine.star * COUNT)}, all = {.star = memory_get(sizeof *all.star * COUNT), .count = COUNT};
  for (int s = 0; s < COUNT; s++) {
    const double R = -3.0 * log(noise(&seed) * noise(&seed) + 1e-9), angle = 6.283185307179586 * noise(&seed), z = 0.3 * log(noise(&seed) + 1e-9);
    all.star[s] = (struct restart_star){.x = {R * cos(angle), R * sin(angle), s % 2 ? z : -z}, .mass = 1e4, .age = 1.0 + s % 20};
    if (s % size == rank) mine.star[mine.count++] = all.star[s];
  }
  for (int dust = 0; dust < 2; dust++) {
    const double path = dust ? 2.0 : 1e6;
    struct restart_light *l = restart_light_create(&mine, path, 16.0, &u, MPI_COMM_WORLD);
    for (int p = 0; p < 5; p++) {
      const double soft2 = 0.0024 * (at[p][0] * at[p][0] + 0.23); /* half a step of the table, squared */
      double sum = 0.0;
      for (int t = 0; t < TURNS; t++)
        for (int s = 0; s < COUNT; s++) {
          const struct restart_star *star = &all.star[s];
          const double turn = 6.283185307179586 * t / TURNS, x = at[p][0] * cos(turn) - star->x[0], y = at[p][0] * sin(turn) - star->x[1], z = at[p][1] - star->x[2];
          const double d2 = x * x + y * y + z * z;
          sum += stars_ultraviolet(star->age) * star->mass * exp(-sqrt(d2) / path) / (d2 + soft2) / TURNS;
        }
      const double expected = sum / (4.0 * 3.141592653589793 * light_cm_s * habing * kpc * kpc), x[3] = {at[p][0] * 0.6, at[p][0] * 0.8, p % 2 ? at[p][1] : -at[p][1]};
      const double got = restart_light_at(l, x);
      double same = got;
      MPI_Bcast(&same, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
      assert_true(same == got);
      print_message("# path %g kpc, R %g, z %g: %.4g, stars one by one %.4g\n", path, at[p][0], at[p][1], got, expected);
      assert_true(fabs(got / expected - 1.0) < 0.12);
    }
    restart_light_destroy(l);
  }
  memory_free(mine.star);
  memory_free(all.star);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_deposit), cmocka_unit_test(test_visits), cmocka_unit_test(test_field), cmocka_unit_test(test_potential), cmocka_unit_test(test_light)};
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
