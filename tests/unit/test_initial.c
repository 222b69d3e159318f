/* States on meshes: divergence, accuracy of averages, exact symmetries, boundary values. */
#include "setup_cases.h"

#include "base/minmax.h"
#include "mhd/mhd.h"
#include "setups/kept.h"
#include "setups/plane_wave.h"

static const double TWO_PI = 6.283185307179586476925;

/* A field with all three components and no symmetry, periodic in [-1, 1]^3; curl A is known. */
static void knot_potential(double t, const double x[3], double a[3]) {
  (void)t;
  a[0] = sin_turns(0.5 * x[1]) * cos_turns(0.5 * x[2]);
  a[1] = 0.5 * sin_turns(0.5 * x[2] + x[0]);
  a[2] = cos_turns(0.5 * x[0]) + 0.3 * sin_turns(0.5 * x[1] - 0.5 * x[0]);
}
static void knot_field(const double x[3], double b[3]) {
  const double k = 0.5 * TWO_PI;
  b[0] = 0.3 * k * cos_turns(0.5 * x[1] - 0.5 * x[0]) - 0.5 * k * cos_turns(0.5 * x[2] + x[0]);
  b[1] = -k * sin_turns(0.5 * x[1]) * sin_turns(0.5 * x[2]) + k * sin_turns(0.5 * x[0]) + 0.3 * k * cos_turns(0.5 * x[1] - 0.5 * x[0]);
  b[2] = 2.0 * 0.5 * k * cos_turns(0.5 * x[2] + x[0]) - k * cos_turns(0.5 * x[1]) * cos_turns(0.5 * x[2]);
}
static void knot_background(double b[3]) { b[0] = 0.25; b[1] = -3.0; b[2] = 0.7; }
static void knot_gas(double t, const double x[3], struct gas_point *w) {
  w->rho = 2.0 + sin_turns(0.5 * x[0] + t) * cos_turns(0.5 * x[1]);
  w->v[0] = 0.1;
  w->v[1] = 0.2 * x[2];
  w->p = 1.0;
}
static const struct setup knot = {.name = "knot", .points = 4, .gas = knot_gas, .potential = knot_potential, .background = knot_background};

/* Sum over the faces of a cell, and the largest term. */
static double divergence(const struct setup_case *c, int b, const int i[3]) {
  double sum = 0.0;
  for (int d = 0; d < c->mesh.dim; d++) {
    int up[3] = {i[0], i[1], i[2]};
    up[d]++;
    sum += (value_at(c, &c->b, b, d, up) - value_at(c, &c->b, b, d, i)) / c->mesh.block[b].dx[d];
  }
  return sum * c->mesh.block[b].dx[0];
}

static void check_divergence(const struct setup_case *c) {
  for (int b = 0; b < c->mesh.count; b++) {
    int i[3];
    for (i[2] = 0; i[2] < c->mesh.nc[2]; i[2]++)
      for (i[1] = 0; i[1] < c->mesh.nc[1]; i[1]++)
        for (i[0] = 0; i[0] < c->mesh.nc[0]; i[0]++) assert_true(fabs(divergence(c, b, i)) < 2e-13);
  }
}

/* The face of a coarse block is the mean of the four fine faces on it: a block in the corner of a refined box. */
static int check_levels(const struct setup_case *c) {
  int compared = 0;
  const int n = c->mesh.nb;
  for (int b = 0; b < c->mesh.count; b++) {
    for (int d = 0; d < 3; d++) {
      int to[3] = {0, 0, 0}, e = (d + 1) % 3, f = (d + 2) % 3;
      to[d] = 1;
      struct neighbour nb = c->mesh.neighbour[b][direction(to[0], to[1], to[2])];
      if (nb.kind != NEIGHBOUR_FINE) continue;
      const struct block *fine = &c->mesh.block[nb.id[0]], *coarse = &c->mesh.block[b];
      for (int je = 0; je < n / 2; je++) {
        for (int jf = 0; jf < n / 2; jf++) {
          int at[3], down[3];
          at[d] = n;
          at[e] = (int)(fine->pos[e] % 2) * n / 2 + je;
          at[f] = (int)(fine->pos[f] % 2) * n / 2 + jf;
          down[d] = 0;
          double sum = 0.0;
          for (int s = 0; s < 4; s++) {
            down[e] = 2 * je + (s & 1);
            down[f] = 2 * jf + (s >> 1);
            sum += 0.25 * value_at(c, &c->b, nb.id[0], d, down);
          }
          assert_true(fabs(sum - value_at(c, &c->b, b, d, at)) < 1e-14 / coarse->dx[0]);
          compared++;
        }
      }
    }
  }
  return compared;
}

static void test_divergence(void **state) {
  (void)state;
  static const struct mesh_region region = {2, {-0.3, -0.3, -0.2}, {0.2, 0.1, 0.3}};
  for (int dim = 2; dim < 4; dim++) {
    struct setup_case c;
    setup_case_open(&c, dim, (const int[3]){16, 16, dim > 2 ? 16 : 1}, (const double[3]){1.0, 1.0, 1.0}, 1.4, true, &region, 8);
    assert_int_equal(c.mesh.max_level, 2);
    setup_case_fill(&c, &knot, 0.0);
    check_divergence(&c);
    if (dim == 3) assert_true(check_levels(&c) > 0);
    setup_case_close(&c);
  }
}

/* Face fields differ from the exact ones at the middle of the faces by second order, edge averages by nothing but the rule. */
static double field_error(int n) {
  struct setup_case c;
  double worst = 0.0;
  setup_case_open(&c, 3, (const int[3]){n, n, n}, (const double[3]){1.0, 1.0, 1.0}, 1.4, true, NULL, 8);
  setup_case_fill(&c, &knot, 0.0);
  for (int comp = 0; comp < 3; comp++) {
    int g[3];
    for (g[2] = 0; g[2] < n; g[2] += 3)
      for (g[1] = 0; g[1] < n; g[1] += 3)
        for (g[0] = 0; g[0] < n; g[0] += 3) {
          double x[3], b[3], mean[3];
          for (int d = 0; d < 3; d++) x[d] = -1.0 + 2.0 * (g[d] + (d == comp ? 0.0 : 0.5)) / n;
          knot_field(x, b);
          knot_background(mean);
          worst = max(worst, fabs(global_at(&c, &c.b, comp, g) - b[comp] - mean[comp]));
        }
  }
  setup_case_close(&c);
  return worst;
}
static void test_curl(void **state) {
  (void)state;
  double coarse = field_error(16), fine = field_error(32);
  assert_true(fine < 0.05);
  assert_true(coarse / fine > 3.5 && coarse / fine < 4.5);
}

/* The mean of sin(k x) over a cell is known; a constant must stay what it is; the energy has the mean of the faces. */
static void test_averages(void **state) {
  (void)state;
  struct setup_case c;
  setup_case_open(&c, 2, (const int[3]){16, 16, 1}, (const double[3]){1.0, 1.0, 1.0}, 1.4, true, NULL, 8);
  setup_case_fill(&c, &knot, 0.0);
  double k = 0.5 * TWO_PI, h = 0.125, shrink = pow(sin(0.5 * k * h) / (0.5 * k * h), 2);
  int g[3] = {0, 0, 0};
  for (g[1] = 0; g[1] < 16; g[1]++)
    for (g[0] = 0; g[0] < 16; g[0]++) {
      double x = -1.0 + (g[0] + 0.5) * h, y = -1.0 + (g[1] + 0.5) * h;
      double rho = global_at(&c, &c.u, GAS_RHO, g);
      assert_true(fabs(rho - 2.0 - shrink * sin(k * x) * cos(k * y)) < 1e-11);
      assert_true(fabs(global_at(&c, &c.u, GAS_M1, g) - 0.1 * rho) < 1e-15);
      int right[3] = {g[0] + 1, g[1], 0}, up[3] = {g[0], g[1] + 1, 0};
      double bx = 0.5 * (global_at(&c, &c.b, 0, g) + global_at(&c, &c.b, 0, right));
      double by = 0.5 * (global_at(&c, &c.b, 1, g) + global_at(&c, &c.b, 1, up)), bz = global_at(&c, &c.b, 2, g);
      double thermal = global_at(&c, &c.u, GAS_E, g) - 0.5 * (bx * bx + by * by + bz * bz) - 0.5 * 0.01 * rho;
      assert_true(fabs(thermal - 1.0 / 0.4) < 1e-13);
    }
  setup_case_close(&c);
}

/* Left- and right-going waves are mirror images to the last bit: cell (i, j, k) against (n - 1 - i, ...), with -v and B. */
static void test_mirror(void **state) {
  (void)state;
  static const char *const modes[] = {"fast", "alfven", "slow", "entropy"};
  const int n[3] = {16, 8, 8};
  for (int m = 0; m < 4; m++) {
    struct setup_case l, r;
    char text[200];
    setup_case_open(&r, 3, n, (const double[3]){1.5, 0.75, 0.75}, 5.0 / 3.0, true, NULL, 8);
    setup_case_open(&l, 3, n, (const double[3]){1.5, 0.75, 0.75}, 5.0 / 3.0, true, NULL, 8);
    snprintf(text, sizeof text, "{mode: %s, waves: [1, 1, 1], amplitude: 0.1, flow: 0.2, direction: right}", modes[m]);
    setup_case_fill(&r, setup_with("linear_wave", text, &r.run), 0.3);
    snprintf(text, sizeof text, "{mode: %s, waves: [1, 1, 1], amplitude: 0.1, flow: 0.2, direction: left}", modes[m]);
    setup_case_fill(&l, setup_with("linear_wave", text, &l.run), 0.3);
    int g[3], varied = 0;
    for (g[2] = 0; g[2] < n[2]; g[2]++)
      for (g[1] = 0; g[1] < n[1]; g[1]++)
        for (g[0] = 0; g[0] < n[0]; g[0]++) {
          const int o[3] = {n[0] - 1 - g[0], n[1] - 1 - g[1], n[2] - 1 - g[2]};
          for (int v = 0; v < 5; v++) {
            double sign = v == GAS_RHO || v == GAS_E ? 1.0 : -1.0;
            assert_true(global_at(&l, &l.u, v, g) == sign * global_at(&r, &r.u, v, o));
          }
          varied += global_at(&l, &l.u, GAS_M1, g) != -global_at(&l, &l.u, GAS_M1, o);
          for (int d = 0; d < 3; d++) {
            int f[3] = {o[0], o[1], o[2]};
            f[d]++;
            assert_true(global_at(&l, &l.b, d, g) == global_at(&r, &r.b, d, f));
          }
        }
    assert_true(varied > 0);
    setup_case_close(&l);
    setup_case_close(&r);
  }
}

/* A wave along y or z is the wave along x with the axes relabelled, to the last bit; block sizes do not matter. */
static void test_axes(void **state) {
  (void)state;
  static const char *const text[3] = {"{mode: slow, waves: [2, 1, 0], amplitude: 0.1}", "{mode: slow, waves: [0, 2, 1], amplitude: 0.1}",
                                      "{mode: slow, waves: [1, 0, 2], amplitude: 0.1}"};
  struct setup_case c[3];
  for (int a = 0; a < 3; a++) {
    setup_case_open(&c[a], 3, (const int[3]){16, 16, 16}, (const double[3]){0.7, 0.7, 0.7}, 5.0 / 3.0, true, NULL, a == 1 ? 16 : 8);
    setup_case_fill(&c[a], setup_with("linear_wave", text[a], &c[a].run), 0.1);
  }
  int g[3];
  for (g[2] = 0; g[2] < 16; g[2]++)
    for (g[1] = 0; g[1] < 16; g[1]++)
      for (g[0] = 0; g[0] < 16; g[0]++)
        for (int a = 1; a < 3; a++) {
          int h[3];
          for (int d = 0; d < 3; d++) h[(d + a) % 3] = g[d];
          assert_true(global_at(&c[0], &c[0].u, GAS_RHO, g) == global_at(&c[a], &c[a].u, GAS_RHO, h));
          assert_true(global_at(&c[0], &c[0].u, GAS_E, g) == global_at(&c[a], &c[a].u, GAS_E, h));
          for (int d = 0; d < 3; d++) {
            assert_true(global_at(&c[0], &c[0].u, GAS_M1 + d, g) == global_at(&c[a], &c[a].u, GAS_M1 + (d + a) % 3, h));
            assert_true(global_at(&c[0], &c[0].b, d, g) == global_at(&c[a], &c[a].b, (d + a) % 3, h));
          }
        }
  for (int a = 0; a < 3; a++) setup_case_close(&c[a]);
}

/* Ghosts beyond an end of the domain hold the functions at the time of the boundary; the face on the end stays. */
static void test_boundary(void **state) {
  (void)state;
  struct setup_case c;
  setup_case_open(&c, 2, (const int[3]){16, 8, 1}, (const double[3]){1.0, 0.5, 0.5}, 5.0 / 3.0, true, NULL, 8);
  struct setup_boundary data = {.setup = &knot, .run = &c.run, .t = 0.25};
  struct field *fields[] = {&c.u, &c.b};
  setup_case_fill(&c, &knot, 0.25);
  for (int b = 0; b < c.mesh.count; b++) {
    const int edge[3] = {8, 0, 0};
    double kept = value_at(&c, &c.b, b, 0, edge);
    setup_boundary_fill(&data, &c.mesh, b, 0, 1, 2, fields);
    assert_true(value_at(&c, &c.b, b, 0, edge) == kept);
    for (int j = -2; j < 10; j++) {
      for (int i = 8; i < 10; i++) {
        const int at[3] = {i, j, 0};
        double x = c.mesh.block[b].lower[0] + (i + 0.5) * 0.125, y = c.mesh.block[b].lower[1] + (j + 0.5) * 0.125;
        double k = 0.5 * TWO_PI, shrink = pow(sin(0.0625 * k) / (0.0625 * k), 2);
        assert_true(fabs(value_at(&c, &c.u, b, GAS_RHO, at) - 2.0 - shrink * cos(k * x) * cos(k * y)) < 1e-11);
        /* Faces between ghosts on the boundary itself come with the exchange. */
        if (j >= 0 && j < 8) assert_true(fabs(divergence(&c, b, at)) < 1e-12);
      }
    }
  }
  setup_case_close(&c);
}

/* What is made once is what is made each time, on blocks beside finer ones too, and is made again when dropped. */
static int made;
static void counted_gas(double t, const double x[3], struct gas_point *w) {
  knot.gas(t, x, w);
  made++;
}

static void test_still(void **state) {
  (void)state;
  const struct mesh_region region = {1, {0.3, -0.4, -0.5}, {0.9, 0.4, 0.5}};
  struct setup still = knot;
  still.gas = counted_gas;
  still.still = true;
  struct setup_case each, once;
  setup_case_open(&each, 2, (const int[3]){16, 16, 1}, (const double[3]){1.0, 1.0, 0.5}, 5.0 / 3.0, true, &region, 8);
  setup_case_open(&once, 2, (const int[3]){16, 16, 1}, (const double[3]){1.0, 1.0, 0.5}, 5.0 / 3.0, true, &region, 8);
  struct setup_boundary each_time = {.setup = &knot, .run = &each.run, .t = 0.25}, first = {.setup = &still, .run = &once.run, .t = 0.25};
  const size_t blocks = (size_t)once.mesh.count;
  for (int round = 0; round < 3; round++) {
    memset(once.u.data, 0, sizeof(double) * once.u.block_size * blocks);
    memset(once.b.data, 0, sizeof(double) * once.b.block_size * blocks);
    memset(each.u.data, 0, sizeof(double) * each.u.block_size * blocks);
    memset(each.b.data, 0, sizeof(double) * each.b.block_size * blocks);
    made = 0;
    for (int b = 0; b < once.mesh.count; b++)
      for (int axis = 0; axis < 2; axis++)
        for (int side = 0; side < 2; side++) {
          struct field *of_each[] = {&each.u, &each.b}, *of_once[] = {&once.u, &once.b};
          setup_boundary_fill(&each_time, &each.mesh, b, axis, side, 2, of_each);
          setup_boundary_fill(&first, &once.mesh, b, axis, side, 2, of_once);
        }
    assert_memory_equal(each.u.data, once.u.data, sizeof(double) * each.u.block_size * blocks);
    assert_memory_equal(each.b.data, once.b.data, sizeof(double) * each.b.block_size * blocks);
    assert_true((made > 0) == (round != 1));
    if (round == 1) kept_drop(&first.kept);
  }
  kept_drop(&first.kept);
  setup_case_close(&each);
  setup_case_close(&once);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_divergence), cmocka_unit_test(test_curl), cmocka_unit_test(test_averages),
                                     cmocka_unit_test(test_mirror), cmocka_unit_test(test_axes), cmocka_unit_test(test_boundary), cmocka_unit_test(test_still)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
