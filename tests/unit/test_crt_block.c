/* A sub-step has no preferred direction: the same bits when the axes are permuted and mirrored. */
#include "crtransport/block.h"

#include "tests/unit/crt_cases.h"
#include "tests/unit/turned.h"

enum { N = 8, SUBSTEPS = 5 };

/* One periodic block. */
struct cube { double q[N][N][N], f[N][N][N], b[3][N][N][N], profile[N][N][N], alfven[N][N][N]; };

/* A wave along the diagonal and the field, which the limiter has to know in all directions. */
static void fill_wave(struct cube *c) {
  srand(4);
  for (int k = 0; k < N; k++)
    for (int j = 0; j < N; j++)
      for (int i = 0; i < N; i++) {
        const double phase = 2.0 * 3.14159265358979323846 * (i + j + k) / N + 0.1;
        c->q[k][j][i] = 1.5 + sin(phase) + 1e-3 * noise_number();
        c->f[k][j][i] = 0.5 * sin(phase);
        for (int d = 0; d < 3; d++) c->b[d][k][j][i] = 1.0 + 0.01 * noise_number();
        c->profile[k][j][i] = 0.1 + 3.0 * noise_number();
        c->alfven[k][j][i] = 0.02 * noise_number();
      }
}

static void fill(struct cube *c) {
  srand(3);
  for (int k = 0; k < N; k++)
    for (int j = 0; j < N; j++)
      for (int i = 0; i < N; i++) {
        double q = noise_number();
        c->q[k][j][i] = q < 0.3 ? 0.0 : q;
        c->f[k][j][i] = q < 0.3 ? 0.0 : q * (2.0 * noise_number() - 1.0);
        for (int d = 0; d < 3; d++) c->b[d][k][j][i] = noise_number() - 0.5;
        c->profile[k][j][i] = 0.1 + 3.0 * noise_number();
        c->alfven[k][j][i] = 0.02 * noise_number();
      }
}

/* The state after some sub-steps of the turned cube, turned back into q and f. */
static int64_t run(const struct cube *c, int dim, struct turn t, const struct crt_params *par, double rate, bool profile, bool alfven,
                   struct cube *result) {
  struct mesh_params mp = {.dim = dim, .block = N};
  for (int d = 0; d < 3; d++) {
    mp.cells[d] = d < dim ? N : 1;
    mp.upper[d] = 1.0;
  }
  struct rays r = {0};
  struct crt_member member = {1.0, rate};
  mesh_create(&r.mesh, &mp, 2, MPI_COMM_SELF);
  r.x = exchange_create(&r.mesh);
  field_create(&r.b, &r.mesh, "B", CENTRING_FACE, 3);
  field_create(&r.profile, &r.mesh, "profile", CENTRING_CELL, 1);
  field_create(&r.alfven, &r.mesh, "alfven", CENTRING_CELL, 1);
  crt_create(&r.crt, par, &r.mesh);
  crt_add_group(&r.crt, &r.mesh, 1, &member, par->light);
  struct field *state = &r.crt.group[0].state;
  int i[3], n[3], from[3];
  const int first[3] = {0, 0, 0};
  int last[3];
  for (int d = 0; d < 3; d++) last[d] = d < dim ? N - 1 : 0;
  FOR_CELLS(i, r.mesh.nc) {
    turn_index(t, i, first, last, from);
    *value_at(&r.mesh, state, 0, 0, i) = c->q[from[2]][from[1]][from[0]];
    *value_at(&r.mesh, state, 0, 1, i) = c->f[from[2]][from[1]][from[0]];
    *value_at(&r.mesh, &r.profile, 0, 0, i) = c->profile[from[2]][from[1]][from[0]];
    *value_at(&r.mesh, &r.alfven, 0, 0, i) = c->alfven[from[2]][from[1]][from[0]];
  }
  for (int d = 0; d < 3; d++) {
    own_extent(&r.mesh, &r.b, d, n);
    int end[3] = {last[0], last[1], last[2]};
    end[d] += d < dim;
    FOR_CELLS(i, n) {
      turn_index(t, i, first, end, from);
      *value_at(&r.mesh, &r.b, 0, d, i) = t.sign[d] * c->b[t.axis[d]][from[2] % N][from[1] % N][from[0] % N];
    }
  }
  crt_directions(&r.crt, &r.mesh, r.x, &r.b);
  rays_fill_ghosts(&r, &r.profile);
  rays_fill_ghosts(&r, &r.alfven);
  crt_transport(&r.crt, &r.mesh, r.x, 0, SUBSTEPS * 0.3 / N, SUBSTEPS, profile ? &r.profile : NULL, alfven ? &r.alfven : NULL);
  FOR_CELLS(i, r.mesh.nc) {
    turn_index(t, i, first, last, from);
    result->q[from[2]][from[1]][from[0]] = *value_at(&r.mesh, state, 0, 0, i);
    result->f[from[2]][from[1]][from[0]] = *value_at(&r.mesh, state, 0, 1, i);
  }
  int64_t limited = r.crt.group[0].limited;
  rays_close(&r);
  return limited;
}

static void test_turned(void **unused) {
  (void)unused;
  static struct cube c, straight, turned;
  int64_t limited = 0;
  for (int dim = 1; dim <= 3; dim++)
    for (int variant = 0; variant < 20; variant++) {
      if (variant < 16) fill(&c);
      else fill_wave(&c);
      struct crt_params par = rays_params(1.0);
      par.closure = variant & 1 ? CLOSURE_M1 : CLOSURE_ISOTROPIC;
      const bool profile = variant & 2, alfven = variant & 4;
      const double rate = variant & 16 ? 4.0 : variant & 8 ? 8.0 : 0.2; /* thick: no dissipation of q */
      memset(&straight, 0, sizeof straight);
      memset(&turned, 0, sizeof turned);
      int64_t count = run(&c, dim, turn_number(0), &par, rate, profile, alfven, &straight);
      assert_true(memcmp(straight.q, c.q, sizeof c.q) != 0);
      limited += count;
      for (int n = 1; n < TURNS; n++) {
        struct turn t = turn_number(n);
        bool there = true; /* missing axes stay */
        for (int d = dim; d < 3; d++) there = there && t.axis[d] == d && t.sign[d] > 0;
        if (!there) continue;
        assert_int_equal(run(&c, dim, t, &par, rate, profile, alfven, &turned), count);
        for (int k = 0; k < (dim > 2 ? N : 1); k++)
          for (int j = 0; j < (dim > 1 ? N : 1); j++)
            for (int i = 0; i < N; i++) {
              assert_true(straight.q[k][j][i] >= 0.0);
              assert_true(straight.q[k][j][i] == turned.q[k][j][i]);
              assert_true(straight.f[k][j][i] == turned.f[k][j][i]);
            }
      }
    }
  assert_true(limited > 1000);
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_turned)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
