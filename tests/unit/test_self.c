/* The potential of a uniform sphere away from the middle of the domain, isolated and periodic (run with 1, 2 and 3 ranks). */
#include "amr/view.h"
#include "gravity/self.h"
#include "tests/unit/mesh_cases.h"

static const double G = 2.0;

struct state { struct mesh mesh; struct field rho, phi, force; int balls; };

/* Refined around the balls and somewhat beyond: where their surface lies at a jump of levels the error is that of the coarse cells. */
static void begin(struct state *s, int cells, bool periodic, int levels) {
  struct mesh_params par = {.dim = 3, .block = 8, .max_level = levels, .region_count = 2,
                            .region = {{levels, {-0.2, -0.45, -0.3}, {0.5, 0.25, 0.4}}, {1, {-0.7, 0.05, -0.6}, {-0.1, 0.65, 0.0}}}};
  for (int a = 0; a < 3; a++) {
    par.cells[a] = cells;
    par.lower[a] = -1.0;
    par.upper[a] = 1.0;
    par.boundary[a][0] = par.boundary[a][1] = periodic ? BOUNDARY_PERIODIC : BOUNDARY_OUTFLOW;
  }
  mesh_create(&s->mesh, &par, 2, MPI_COMM_WORLD);
  field_create(&s->rho, &s->mesh, "rho", CENTRING_CELL, 1);
  field_create(&s->phi, &s->mesh, "phi", CENTRING_CELL, 1);
  field_create(&s->force, &s->mesh, "force", CENTRING_FACE, 3);
}

static void end(struct state *s) {
  field_destroy(&s->rho);
  field_destroy(&s->phi);
  field_destroy(&s->force);
  mesh_destroy(&s->mesh);
}

/* One sphere, or a second one as well, whose moments of all orders count. */
struct ball { double middle[3], radius, rho; };
static const struct ball BALLS[2] = {{{0.15, -0.1, 0.05}, 0.3, 1.5}, {{-0.4, 0.35, -0.3}, 0.25, 2.0}};

static double squared(const struct ball *k, const double x[3]) {
  double r2 = 0.0;
  for (int a = 0; a < 3; a++) r2 += (x[a] - k->middle[a]) * (x[a] - k->middle[a]);
  return r2;
}

/* Shares of a cell inside, from 4^3 points. */
static void fill(struct state *s, int balls) {
  const struct mesh *m = &s->mesh;
  s->balls = balls;
  for (int b = 0; b < m->count; b++) {
    for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++) {
      const int i[3] = {c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]};
      double rho = 0.0;
      for (int o = 0; o < 64; o++) {
        const double at[3] = {0.125 + 0.25 * (o % 4), 0.125 + 0.25 * (o / 4 % 4), 0.125 + 0.25 * (o / 16)};
        double x[3];
        for (int a = 0; a < 3; a++) x[a] = mesh_coordinate(m, &m->block[b], a, i[a] + at[a]);
        for (int k = 0; k < balls; k++) rho += squared(&BALLS[k], x) < BALLS[k].radius * BALLS[k].radius ? BALLS[k].rho / 64.0 : 0.0;
      }
      *view_move(view_field(m, &s->rho, b, 0), i[0], i[1], i[2]).at = rho;
    }
  }
}

static double exact(const struct state *s, const double x[3]) {
  double sum = 0.0;
  for (int k = 0; k < s->balls; k++) {
    const double r2 = squared(&BALLS[k], x), big2 = BALLS[k].radius * BALLS[k].radius;
    const double mass = 4.0 / 3.0 * 3.14159265358979324 * BALLS[k].rho * big2 * BALLS[k].radius;
    sum -= r2 > big2 ? G * mass / sqrt(r2) : 0.5 * G * mass * (3.0 * big2 - r2) / (big2 * BALLS[k].radius);
  }
  return sum;
}

/* Mean over a cell, two Gauss points along each axis. */
static double exact_mean(const struct state *s, int b, const int i[3]) {
  const double shift = 0.5 / sqrt(3.0);
  double sum = 0.0;
  for (int o = 0; o < 8; o++) {
    double x[3];
    for (int a = 0; a < 3; a++) x[a] = mesh_coordinate(&s->mesh, &s->mesh.block[b], a, i[a] + 0.5 + (o >> a & 1 ? shift : -shift));
    sum += 0.125 * exact(s, x);
  }
  return sum;
}

static double slope(const struct state *s, const double x[3], int a) {
  double sum = 0.0;
  for (int k = 0; k < s->balls; k++) {
    const double r2 = squared(&BALLS[k], x), big = BALLS[k].radius, mass = 4.0 / 3.0 * 3.14159265358979324 * BALLS[k].rho * big * big * big;
    sum -= G * mass * (x[a] - BALLS[k].middle[a]) / (r2 > big * big ? r2 * sqrt(r2) : big * big * big);
  }
  return sum;
}

/* Largest error of phi over its largest value, and mean error of the force over its mean. */
static void compare(const struct state *s, double *potential, double *force) {
  const struct mesh *m = &s->mesh;
  double most[2] = {0.0, 0.0}, sum[2] = {0.0, 0.0}, x[3];
  for (int b = 0; b < m->count; b++) {
    const double volume = ldexp(1.0, -3 * m->block[b].level);
    for (int c = 0; c < m->nc[0] * m->nc[1] * m->nc[2]; c++) {
      const int i[3] = {c % m->nc[0], c / m->nc[0] % m->nc[1], c / m->nc[0] / m->nc[1]};
      const double phi = exact_mean(s, b, i);
      most[0] = fmax(most[0], fabs(*view_move(view_field(m, &s->phi, b, 0), i[0], i[1], i[2]).at - phi));
      most[1] = fmax(most[1], fabs(phi));
      for (int n = 0; n < 3; n++) {
        for (int a = 0; a < 3; a++) x[a] = mesh_coordinate(m, &m->block[b], a, i[a] + (a == n ? 0.0 : 0.5));
        sum[0] += volume * fabs(*view_move(view_field(m, &s->force, b, n), i[0], i[1], i[2]).at - slope(s, x, n));
        sum[1] += volume * fabs(slope(s, x, n));
      }
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, most, 2, MPI_DOUBLE, MPI_MAX, m->comm);
  MPI_Allreduce(MPI_IN_PLACE, sum, 2, MPI_DOUBLE, MPI_SUM, m->comm);
  *potential = most[0] / most[1];
  *force = sum[0] / sum[1];
}

static void one_isolated(int balls, double tolerance) {
  struct state s;
  double potential, force;
  begin(&s, 32, false, balls == 1 ? 2 : 1);
  fill(&s, balls);
  struct self_gravity *g = self_gravity_create(&s.mesh, G, false, NULL);
  const struct elliptic_result first = self_gravity_solve(g, &s.rho, 0, &s.phi, 0, 1e-8);
  self_gravity_acceleration(g, &s.phi, 0, &s.force);
  compare(&s, &potential, &force);
  /* A warm start has nothing to do. */
  const struct elliptic_result again = self_gravity_solve(g, &s.rho, 0, &s.phi, 0, 1e-8);
  self_gravity_destroy(g);
  end(&s);
  if (!(potential < tolerance && force < 5e-3)) fprintf(stderr, "error of the potential %g, of the force %g\n", potential, force);
  assert_true(all_agree(first.converged && again.converged && again.iterations == 0 && potential < tolerance && force < 5e-3));
}

static void test_sphere(void **state) {
  (void)state;
  one_isolated(1, 1e-3);
}

/* The second is less resolved; with the monopole alone the error is 4e-2. */
static void test_two_spheres(void **state) {
  (void)state;
  one_isolated(2, 2e-3);
}

/* The mean density counts for nothing: that of the sphere, taken out, is reported. */
static void test_periodic(void **state) {
  (void)state;
  struct state s;
  begin(&s, 16, true, 1);
  fill(&s, 1);
  struct self_gravity *g = self_gravity_create(&s.mesh, G, true, NULL);
  const struct elliptic_result r = self_gravity_solve(g, &s.rho, 0, &s.phi, 0, 1e-8);
  self_gravity_acceleration(g, &s.phi, 0, &s.force);
  double sum[3] = {0.0, 0.0, 0.0}, size = 0.0;
  for (int b = 0; b < s.mesh.count; b++) {
    const double volume = ldexp(1.0, -3 * s.mesh.block[b].level);
    for (int c = 0; c < 512; c++) {
      const int i[3] = {c % 8, c / 8 % 8, c / 64};
      for (int n = 0; n < 3; n++) {
        const struct view f = view_move(view_field(&s.mesh, &s.force, b, n), i[0], i[1], i[2]);
        const double push = volume * *view_move(view_field(&s.mesh, &s.rho, b, 0), i[0], i[1], i[2]).at * 0.5 *
                            (f.at[0] + f.at[n == 0 ? 1 : n == 1 ? f.sy : f.sz]);
        sum[n] += push;
        size += fabs(push);
      }
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, sum, 3, MPI_DOUBLE, MPI_SUM, s.mesh.comm);
  MPI_Allreduce(MPI_IN_PLACE, &size, 1, MPI_DOUBLE, MPI_SUM, s.mesh.comm);
  self_gravity_destroy(g);
  end(&s);
  const double expected = -4.0 * 3.14159265358979324 * G * 1.5 * 4.0 / 3.0 * 3.14159265358979324 * 0.027 / 8.0;
  const double net = fmax(fabs(sum[0]), fmax(fabs(sum[1]), fabs(sum[2]))) / size;
  if (!(net < 1e-3)) fprintf(stderr, "net force %g\n", net);
  assert_true(all_agree(r.converged && fabs(r.removed_mean / expected - 1.0) < 0.01 && net < 1e-3));
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_sphere), cmocka_unit_test(test_two_spheres), cmocka_unit_test(test_periodic)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
