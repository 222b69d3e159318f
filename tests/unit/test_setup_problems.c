/* The problems: symmetries of the initial states to the last bit, totals, exact solutions. */
#include "setup_cases.h"

#include "base/sum.h"
#include "crtransport/crtransport.h"
#include "mhd/mhd.h"

enum { N = 16 };

/* The cell that the map takes (i, j, k) to: axes permuted, then mirrored where flip. */
struct map { int axis[3]; bool flip[3]; };

static void image(const struct map *m, const int g[3], int face, int h[3]) {
  for (int d = 0; d < 3; d++) {
    int at = g[m->axis[d]];
    h[d] = m->flip[d] ? N - 1 - at + (m->axis[d] == face) : at;
  }
}

/* rho, p and the size of every component of momentum and field must be carried over by the map. */
static void check_map(const struct setup_case *c, const struct map *m) {
  int g[3], h[3];
  for (g[2] = 0; g[2] < c->mesh.nc[2] * c->mesh.root[2]; g[2]++)
    for (g[1] = 0; g[1] < N; g[1]++)
      for (g[0] = 0; g[0] < N; g[0]++) {
        image(m, g, -1, h);
        assert_true(global_at(c, &c->u, GAS_RHO, g) == global_at(c, &c->u, GAS_RHO, h));
        assert_true(global_at(c, &c->u, GAS_E, g) == global_at(c, &c->u, GAS_E, h));
        for (int d = 0; d < 3; d++) {
          int to = m->axis[0] == d ? 0 : m->axis[1] == d ? 1 : 2;
          assert_true(fabs(global_at(c, &c->u, GAS_M1 + d, g)) == fabs(global_at(c, &c->u, GAS_M1 + to, h)));
          if (!c->run.magnetic) continue;
          int f[3];
          image(m, g, d, f);
          assert_true(fabs(global_at(c, &c->b, d, g)) == fabs(global_at(c, &c->b, to, f)));
        }
      }
}

static const struct map TURN = {{0, 1, 2}, {true, true, false}}, SWAP = {{1, 0, 2}, {false, false, false}},
                        QUARTER = {{1, 0, 2}, {true, false, false}}, CYCLE = {{1, 2, 0}, {false, false, true}},
                        MIRROR = {{0, 1, 2}, {true, false, false}};

static void open_and_fill(struct setup_case *c, int dim, double half, double gamma, bool magnetic, const char *name, const char *values) {
  setup_case_open(c, dim, (const int[3]){N, N, dim > 2 ? N : 1}, (const double[3]){half, half, half}, gamma, magnetic, NULL, 8);
  const struct setup *setup = setup_find(name);
  assert_non_null(setup);
  if (setup->params) setup = setup_with(name, values, &c->run);
  else setup->start(&c->run);
  setup_case_fill(c, setup, 0.0);
}

static void test_symmetry(void **state) {
  (void)state;
  static const struct { const char *name, *values; int dim; bool magnetic; const struct map *map[4]; } cases[] = {
      {"orszag_tang", "", 2, true, {&TURN}},
      {"rotor", "{}", 2, true, {&TURN}},
      {"rotor", "{field: 0}", 2, false, {&TURN, &QUARTER, &SWAP, &MIRROR}},
      {"kelvin_helmholtz", "{density_jump: 1, field: 0.1}", 2, true, {&TURN}},
      {"field_loop", "{velocity: [0, 0, 0]}", 2, true, {&TURN, &QUARTER, &SWAP, &MIRROR}},
      {"blast", "{field: [1, 1, 1], radius: 0.31}", 3, true, {&TURN, &CYCLE, &SWAP, &QUARTER}},
      {"blast", "{density_ratio: 3, width: 0.05}", 2, false, {&TURN, &QUARTER, &SWAP, &MIRROR}},
      {"sedov", "{radius: 0.3}", 3, false, {&TURN, &CYCLE, &SWAP, &MIRROR}},
  };
  for (int k = 0; k < (int)(sizeof cases / sizeof cases[0]); k++) {
    struct setup_case c;
    open_and_fill(&c, cases[k].dim, 0.7, 1.4, cases[k].magnetic, cases[k].name, cases[k].values);
    for (int m = 0; m < 4 && cases[k].map[m]; m++) check_map(&c, cases[k].map[m]);
    setup_case_close(&c);
  }
}

/* The explosion holds its energy: 1e-5 with a radius of 3 cells. */
static void test_sedov_energy(void **state) {
  (void)state;
  for (int dim = 1; dim <= 3; dim++) {
    struct setup_case c;
    struct sum energy = {0.0, 0.0};
    open_and_fill(&c, dim, 1.0, 1.4, false, "sedov", "{radius: 0.375, energy: 3, pressure: 1e-300}");
    int g[3];
    for (g[2] = 0; g[2] < (dim > 2 ? N : 1); g[2]++)
      for (g[1] = 0; g[1] < (dim > 1 ? N : 1); g[1]++)
        for (g[0] = 0; g[0] < N; g[0]++) sum_add(&energy, global_at(&c, &c.u, GAS_E, g) * pow(2.0 / N, dim));
    assert_true(fabs(sum_value(&energy) / 3.0 - 1.0) < 1e-5);
    setup_case_close(&c);
  }
}

/* curl A of the vortex is the published field; by differences on the mesh. */
static void test_vortex(void **state) {
  (void)state;
  struct setup_case c;
  const double two_pi = 6.283185307179586, b0 = 0.28209479177387814;
  open_and_fill(&c, 2, 0.5, 5.0 / 3.0, true, "orszag_tang", "");
  int g[3] = {0, 0, 0};
  for (g[1] = 0; g[1] < N; g[1]++)
    for (g[0] = 0; g[0] < N; g[0]++) {
      double x = (g[0] + 0.5) / N, y = (g[1] + 0.5) / N, h = 0.5 * two_pi / N;
      assert_true(fabs(global_at(&c, &c.b, 0, g) + b0 * sin(two_pi * y) * sin(h) / h) < 1e-14);
      assert_true(fabs(global_at(&c, &c.b, 1, g) - b0 * sin(2.0 * two_pi * x) * sin(2.0 * h) / (2.0 * h)) < 1e-14);
      assert_true(fabs(global_at(&c, &c.u, GAS_M1, g) + 25.0 / (18.0 * two_pi) * sin(two_pi * y) * sin(h) / h) < 1e-6);
      assert_true(fabs(global_at(&c, &c.u, GAS_M2, g) - 25.0 / (18.0 * two_pi) * sin(two_pi * x) * sin(h) / h) < 1e-6);
    }
  setup_case_close(&c);
}

/* The circularly polarised wave: constant field strength; v + B / sqrt(rho) = 0 across; returns after one period. */
static void test_alfven_wave(void **state) {
  (void)state;
  struct setup_run run = {.dim = 2, .lower = {-1.0, -1.0, 0.0}, .upper = {1.0, 1.0, 1.0}, .gamma = 5.0 / 3.0, .magnetic = true};
  const struct setup *s = setup_with("alfven_wave", "{waves: [1, 2, 0], density: 4, field: 0.5, amplitude: 0.3}", &run);
  const double h = 1e-5, k = sqrt(1.25), va = 0.25, t = 0.37;
  double mean[3];
  s->background(mean);
  for (int n = 0; n < 5; n++) {
    const double x[3] = {0.1 * n, -0.17 * n, 0.0};
    double b[3], at[2][3][3], size = 0.0;
    for (int d = 0; d < 2; d++)
      for (int side = 0; side < 2; side++) {
        double y[3] = {x[0], x[1], x[2]};
        y[d] += side ? h : -h;
        s->potential(t, y, at[side][d]);
      }
    b[0] = mean[0] + (at[1][1][2] - at[0][1][2]) / (2.0 * h);
    b[1] = mean[1] - (at[1][0][2] - at[0][0][2]) / (2.0 * h);
    b[2] = mean[2] + (at[1][0][1] - at[0][0][1] - at[1][1][0] + at[0][1][0]) / (2.0 * h);
    struct gas_point w = {0}, later = {0};
    s->gas(t, x, &w);
    s->gas(t + 1.0 / (k * va), x, &later);
    for (int d = 0; d < 3; d++) {
      size += b[d] * b[d];
      assert_true(fabs(w.v[d] + 0.5 * (b[d] - mean[d])) < 1e-9);
      assert_true(fabs(w.v[d] - later.v[d]) < 1e-14);
    }
    assert_true(fabs(size - 0.25 * 1.09) < 1e-9);
  }
}

/* The loop comes back after one period; in the inclined box too. */
static void test_field_loop(void **state) {
  (void)state;
  struct setup_run run = {.dim = 3, .lower = {-0.5, -0.5, -1.0}, .upper = {0.5, 0.5, 1.0}, .gamma = 5.0 / 3.0, .magnetic = true};
  const struct setup *s = setup_with("field_loop", "{inclined: true, velocity: [1, 1, 2]}", &run);
  const double x[3] = {0.05, 0.1, 0.2}, shifted[3] = {1.05, -0.9, -1.8};
  double a[3], b[3], c[3], d[3];
  s->potential(0.0, x, a);
  s->potential(1.0, x, b);
  s->potential(0.0, shifted, c);
  s->potential(0.3, x, d);
  assert_true(fabs(a[2]) > 1e-5 && fabs(a[2] + 2.0 * a[0]) < 1e-18 && a[1] == 0.0);
  assert_true(fabs(d[2] - a[2]) > 1e-5);
  for (int i = 0; i < 3; i++) assert_true(fabs(a[i] - b[i]) < 1e-15 && fabs(a[i] - c[i]) < 1e-15);
}

/* Tubes along y and z are that along x; the reference at t = 0 is the initial state; compound waves have none. */
static void test_shock_tube(void **state) {
  (void)state;
  struct setup_run run = {.dim = 3, .lower = {-0.5, -0.5, -0.5}, .upper = {0.5, 0.5, 0.5}, .gamma = 5.0 / 3.0, .magnetic = true};
  struct gas_point w[3], start;
  double b[3][3], mean[3];
  for (int a = 0; a < 3; a++) {
    char text[100];
    snprintf(text, sizeof text, "{problem: rj2a, axis: %c}", "xyz"[a]);
    const struct setup *s = setup_with("shock_tube", text, &run);
    for (double at = -0.45; at < 0.5; at += 0.1) {
      double x[3] = {0.1, 0.1, 0.1};
      x[a] = at;
      assert_true(s->reference(0.0, x, &w[a], b[a]));
      s->gas(0.0, x, &start);
      s->background(mean);
      assert_true(w[a].rho == start.rho && w[a].p == start.p && w[a].v[1] == start.v[1]);
      assert_true(b[a][a] == mean[a]);
    }
    double x[3] = {0.0, 0.0, 0.0};
    x[a] = 0.09;
    assert_true(s->reference(0.2, x, &w[a], b[a]));
    assert_true(w[a].rho == w[0].rho && w[a].p == w[0].p);
    for (int d = 0; d < 3; d++) assert_true(w[a].v[(a + d) % 3] == w[0].v[d] && b[a][(a + d) % 3] == b[0][d]);
  }
  const struct setup *s = setup_with("shock_tube", "{problem: rj5a}", &run);
  const double x[3] = {0.0, 0.0, 0.0};
  assert_false(s->reference(0.1, x, &w[0], b[0]));
}

/* Light of a galaxy from a snapshot: as the section medium says at the Sun's distance, less farther out and above the plane; the CMB everywhere. */
static void test_light(void **state) {
  (void)state;
  const struct setup *s = setup_find("restart");
  char path[] = "/tmp/crux-test-XXXXXX";
  static const char text[] = "restart: {snapshot: none, light_sun: 8 kpc, light_radius: 5 kpc, light_height: 2 kpc}\n";
  int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(write(file, text, sizeof text - 1), sizeof text - 1);
  close(file);
  struct params *ps = params_open(MPI_COMM_SELF, path, NULL);
  s->params(ps);
  params_load(ps);
  params_free(ps);
  unlink(path);
  static const struct { double x[3], light; } at[] = {{{0.0, 8.0, 0.0}, 1.0}, {{3.0, 0.0, 0.0}, 2.718281828459045}, {{-8.0, 0.0, -2.0}, 0.5}};
  for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
    struct rays_surroundings m = {.ionised = 0.3, .metallicity = 2.0, .radiation = {0.26, 0.31, 0.66}};
    s->medium(0.0, at[i].x, &m);
    assert_true(m.radiation[0] == 0.26 && m.ionised == 0.3 && m.metallicity == 2.0 && m.radiation[3] == 0.0);
    assert_true(fabs(m.radiation[1] / (0.31 * at[i].light) - 1.0) < 1e-14);
    assert_true(fabs(m.radiation[2] / (0.66 * at[i].light) - 1.0) < 1e-14);
  }
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_symmetry), cmocka_unit_test(test_sedov_energy), cmocka_unit_test(test_vortex),
                                     cmocka_unit_test(test_alfven_wave), cmocka_unit_test(test_field_loop), cmocka_unit_test(test_shock_tube),
                                     cmocka_unit_test(test_light)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
