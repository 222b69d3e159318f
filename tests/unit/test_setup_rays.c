/* Averages of cosmic rays over cells, and the norms of known differences from them. */
#include "setup_cases.h"

#include "crtransport/internal.h"
#include "mhd/mhd.h"
#include "setups/errors.h"
#include "setups/rays.h"

/* Quadratic in x, so that averages differ from values in the middle. */
static void quadratic(double t, const double x[3], const struct cr_network *net, struct rays_point *w) {
  for (int k = 0; k < cr_network_bins(net); k++) {
    w->lo[k] = 1.0 + t + x[0] * x[0];
    w->hi[k] = 2.0 * (k + 1);
    w->flux_hi[k] = x[0];
  }
}
static void still_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  w->rho = w->p = 1.0;
}
static const struct setup with_rays = {.name = "rays", .exact_rays = true, .points = 3, .gas = still_gas, .rays = quadratic};

struct some_rays { struct rays r; struct crt_group group; struct rays_population population[4]; bool positive[8]; };

/* Two bins of protons in one group. */
static void open_rays(struct some_rays *s, const struct mesh *mesh) {
  static const char *const names[] = {"p"};
  static const struct cr_bins_choice bins = {1.0, 100.0, 1.0};
  memset(s, 0, sizeof *s);
  cr_network_create(&s->r.net, 1, names, &bins);
  s->r.count = 4;
  s->r.population = s->population;
  for (int i = 0; i < 4; i++) s->population[i] = (struct rays_population){.member = 3 - i, .bin = i / 2, .end = i % 2, .speed = 8.0, .rate = 4.0};
  s->group.count = 4;
  s->group.speed = 2.0;
  s->r.transport = (struct crt){.par = {.form = RSOL_FLUX, .light = 8.0}, .count = 1, .group = &s->group};
  field_create(&s->group.state, mesh, "rays", CENTRING_CELL, 8);
}

static void test_averages_and_errors(void **state) {
  (void)state;
  struct setup_case c;
  struct some_rays s;
  struct errors e;
  setup_case_open(&c, 1, (const int[3]){16, 1, 1}, (const double[3]){1.0, 1.0, 1.0}, 1.4, false, NULL, 8);
  open_rays(&s, &c.mesh);
  c.run.rays = &s.r;
  setup_fill_rays(&c.mesh, &with_rays, 0.5, &s.r);
  const double h = 2.0 / 16.0;
  for (int i = 0; i < 8; i++) {
    const double x = -1.0 + (i + 0.5) * h;
    const size_t at = (size_t)(i + c.mesh.ngd[0]);
    assert_true(fabs(rays_data(&s.r, 0, 0, 0)[at] - (1.5 + x * x + h * h / 12.0)) < 1e-14);
    assert_true(rays_data(&s.r, 3, 0, 0)[at] == 4.0 && fabs(rays_data(&s.r, 1, 0, 1)[at] - x) < 1e-15);
  }
  struct gas g = {.par = {.magnetic = false}, .nvar = 5};
  setup_case_fill(&c, &with_rays, 0.0);
  g.u[0] = c.u;
  assert_true(errors_find(&e, &c.mesh, &with_rays, &c.run, 0.5, &g));
  assert_true(e.species == 1 && e.count == 0 && e.rms_l1 == 0.0);
  /* At another time the lower populations of two bins have changed by 1 each. */
  assert_true(errors_find(&e, &c.mesh, &with_rays, &c.run, 1.5, &g));
  const double number = 2.0 * (2.5 + 1.0 / 3.0) + 6.0, energy = s.r.net.bin[0].t_lo + s.r.net.bin[1].t_lo;
  assert_true(fabs(e.rays[0].l1[0] - 2.0) < 1e-13 && fabs(e.rays[0].most[0] - 2.0) < 1e-13);
  assert_true(fabs(e.rays[0].l1[1] - energy) < 1e-12 * energy);
  assert_true(fabs(e.rays[0].relative[0] - 2.0 / number) < 1e-13);
  assert_true(fabs(e.rms_l1 - hypot(e.rays[0].relative[0], e.rays[0].relative[1])) < 1e-14);
  field_destroy(&s.group.state);
  cr_network_free(&s.r.net);
  setup_case_close(&c);
}

/* c~ = c / 4: the kept flux is the true one, or c~ / c of it. */
static void test_population(void **state) {
  (void)state;
  struct setup_case c;
  struct some_rays s;
  setup_case_open(&c, 1, (const int[3]){16, 1, 1}, (const double[3]){1.0, 1.0, 1.0}, 1.4, false, NULL, 8);
  open_rays(&s, &c.mesh);
  struct setup_population p = setup_population(&s.r, 2);
  assert_true(p.signal == 2.0 && p.rate == 0.25 && fabs(p.kappa - 16.0 / 3.0) < 1e-15);
  s.r.transport.par.form = RSOL_FULL;
  p = setup_population(&s.r, 2);
  assert_true(p.signal == 2.0 && p.rate == 1.0 && fabs(p.kappa - 4.0 / 3.0) < 1e-15);
  field_destroy(&s.group.state);
  cr_network_free(&s.r.net);
  setup_case_close(&c);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_averages_and_errors), cmocka_unit_test(test_population)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
