/* Forces of cosmic rays on the gas (run with 1, 2, 3). */
#include "tests/unit/force_cases.h"

static const double PI = 3.14159265358979323846;

static double wave(const double x[3], int k) {
  double a[3];
  for (int d = 0; d < 3; d++) a[d] = 2.0 * PI * x[d] / 1.4;
  return sin(a[k % 3] + 0.3 * k) * cos((1 + k % 2) * a[(k + 1) % 3]) + 0.3 * cos(a[(k + 2) % 3] + k);
}

static void mixed_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  *w = (struct gas_point){.rho = 1.5 + 0.5 * wave(x, 0), .p = 1.0 + 0.3 * wave(x, 1)};
  for (int d = 0; d < 3; d++) w->v[d] = 0.3 * wave(x, 2 + d);
}
static void mixed_potential(double t, const double x[3], double a[3]) {
  (void)t;
  for (int d = 0; d < 3; d++) a[d] = 0.2 * wave(x, 5 + d);
}
static const struct setup mixed = {.name = "mixed", .points = 2, .gas = mixed_gas, .potential = mixed_potential};

static void rest_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  (void)x;
  *w = (struct gas_point){.rho = 1.0, .p = 1.0};
}
static const struct setup rest = {.name = "rest", .points = 1, .gas = rest_gas, .potential = mixed_potential};

static void start(struct live *l, int c, const struct setup *setup, int closure, MPI_Comm comm) {
  struct mesh_params mesh = case_params(&CASES[c]);
  memset(mesh.boundary, 0, sizeof mesh.boundary);
  const struct mhd_params par = gas_params(true);
  live_open(l, &mesh, &par, closure, 50.0, 1e3, comm);
  struct setup_run run = {.dim = l->w.mesh.dim, .gamma = par.gamma, .magnetic = true};
  setup_fill(&l->w.mesh, setup, &run, 0.0, &l->w.gas);
  mhd_settle(&l->w.gas, &l->w.mesh);
  crt_directions(&l->r.transport, &l->w.mesh, l->w.x, &l->w.gas.b[0]);
}

/* q and F from noise, or without noise q = 1 and F = 0. */
static void fill(struct live *l, double noise) {
  const struct mesh *m = &l->w.mesh;
  int i[3];
  for (int b = 0; b < m->count; b++)
    for (int p = 0; p < 2; p++)
      FOR_CELLS(i, m->nc) {
        double q = 1.0 + noise * place_noise(m, b, p, i);
        *live_q(l, p, b, 0, i) = q;
        *live_q(l, p, b, 1, i) = noise * l->r.scale.light * q * 0.9 * place_noise(m, b, 2 + p, i);
      }
}

static const int cases[] = {3, 5, 6, 9, 11, 13}; /* 1-D, 2-D and 3-D, uniform and refined */
enum { COUNT = 6 };

/* A pressure that is the same everywhere does nothing, whatever the field and the velocity are where limiters are not at work; at rest not even that. */
static void test_no_force(void **unused) {
  (void)unused;
  int bad = 0;
  for (int n = 0; n < COUNT; n++)
    for (int closure = 0; closure < 2; closure++) {
      struct live l;
      start(&l, cases[n], &rest, closure, MPI_COMM_WORLD);
      fill(&l, 0.0);
      rays_kick(&l.r, &l.w.mesh, l.w.x, &l.w.gas, 0.1);
      int i[3];
      for (int b = 0; b < l.w.mesh.count; b++)
        FOR_CELLS(i, l.w.mesh.nc) {
          for (int c = GAS_M1; c <= GAS_M3; c++) EXPECT(bad, CASES[cases[n]].name, fabs(*value_at(&l.w.mesh, &l.w.gas.u[0], b, c, i)) < 1e-13);
          EXPECT(bad, CASES[cases[n]].name, fabs(*value_at(&l.w.mesh, &l.r.exchange, b, 0, i)) < 1e-13);
        }
      live_close(&l);
    }
  assert_true(all_agree(bad == 0));
}

/* Integrals of component c of a cell field, all ranks. */
static double integral(const struct live *l, const struct field *f, int c) {
  const struct mesh *m = &l->w.mesh;
  struct sum *part = memory_get(sizeof *part * (size_t)(m->count + 1));
  double all;
  int i[3];
  for (int b = 0; b < m->count; b++) {
    double volume = 1.0;
    for (int d = 0; d < 3; d++) volume *= m->block[b].dx[d];
    FOR_CELLS(i, m->nc) sum_add(&part[b], volume * *value_at(m, f, b, c, i));
  }
  sum_over_blocks(m->comm, m->count, 1, part, &all);
  memory_free(part);
  return all;
}

/* Momentum, and energy with what is kept back for the gas, stay; the kick leaves the internal energy alone; ranks agree to the last bit. */
static void test_conservation(void **unused) {
  (void)unused;
  int bad = 0;
  for (int n = 0; n < COUNT; n++)
    for (int closure = 0; closure < 2; closure++) {
      const char *name = CASES[cases[n]].name;
      struct live l, alone;
      start(&l, cases[n], &mixed, closure, MPI_COMM_WORLD);
      start(&alone, cases[n], &mixed, closure, MPI_COMM_SELF);
      fill(&l, 3.0);
      fill(&alone, 3.0);
      double before[4], after[4], inside = integral(&l, &l.w.gas.u[0], l.w.gas.nvar - 1);
      for (int c = 0; c < 4; c++) before[c] = integral(&l, &l.w.gas.u[0], GAS_M1 + c);
      rays_kick(&l.r, &l.w.mesh, l.w.x, &l.w.gas, 0.01);
      rays_kick(&alone.r, &alone.w.mesh, alone.w.x, &alone.w.gas, 0.01);
      for (int c = 0; c < 4; c++) after[c] = integral(&l, &l.w.gas.u[0], GAS_M1 + c);
      after[3] += integral(&l, &l.r.exchange, 0);
      for (int c = 0; c < 4; c++) EXPECT(bad, name, fabs(after[c] - before[c]) < 2e-14 * before[3]);
      EXPECT(bad, name, integral(&l, &l.w.gas.u[0], l.w.gas.nvar - 1) == inside);
      EXPECT(bad, name, differences(&l.w.mesh, &l.w.gas.u[0], &alone.w.mesh, &alone.w.gas.u[0]) == 0);
      EXPECT(bad, name, differences(&l.w.mesh, &l.r.exchange, &alone.w.mesh, &alone.r.exchange) == 0);

      rays_inertia(&l.r, &l.w.mesh, &l.w.gas);
      for (int c = 0; c < 3; c++)
        EXPECT(bad, name, fabs(integral(&l, &l.w.gas.u[0], GAS_M1 + c) + integral(&l, &l.r.momentum, c) - after[c]) < 2e-14 * before[3]);
      double booked = sum_value(&l.r.inertia), all;
      MPI_Allreduce(&booked, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
      EXPECT(bad, name, fabs(integral(&l, &l.w.gas.u[0], GAS_E) + integral(&l, &l.r.exchange, 0) - all - after[3]) < 2e-14 * before[3]);
      double taken = integral(&l, &l.r.momentum, 1);
      EXPECT(bad, name, fabs(taken) > 1e-3);
      rays_inertia(&l.r, &l.w.mesh, &l.w.gas); /* nothing more */
      EXPECT(bad, name, integral(&l, &l.r.momentum, 1) == taken && sum_value(&l.r.inertia) == booked);

      rays_settle(&l.r, &l.w.mesh, &l.w.gas);
      EXPECT(bad, name, fabs(integral(&l, &l.w.gas.u[0], GAS_E) - all - after[3]) < 2e-14 * before[3]);
      EXPECT(bad, name, integral(&l, &l.r.exchange, 0) == 0.0);
      live_close(&l);
      live_close(&alone);
    }
  assert_true(all_agree(bad == 0));
}

/* Whole steps: energy of gas, field and cosmic rays but for what their momentum has cost, and momentum of gas and cosmic rays. */
static void test_steps(void **unused) {
  (void)unused;
  int bad = 0;
  for (int n = 0; n < COUNT; n++) {
    struct live l;
    start(&l, cases[n], &mixed, CLOSURE_M1, MPI_COMM_WORLD);
    fill(&l, 1.0);
    rays_set_momentum(&l.r, &l.w.mesh);
    double total[2][4], size = 0.0;
    for (int end = 0; end < 2; end++) {
      const struct field *q = &l.r.transport.group[0].state;
      for (int step = 0; end && step < 4; step++) EXPECT(bad, CASES[cases[n]].name, live_step(&l, live_dt(&l, 0.3), true));
      double booked = sum_value(&l.r.inertia), all;
      MPI_Allreduce(&booked, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
      for (int c = 0; c < 3; c++) total[end][c] = integral(&l, &l.w.gas.u[0], GAS_M1 + c) + integral(&l, &l.r.momentum, c);
      total[end][3] = size = integral(&l, &l.w.gas.u[0], GAS_E) + 3.0 * (integral(&l, q, 0) + integral(&l, q, 1)) - all;
    }
    for (int c = 0; c < 4; c++) EXPECT(bad, CASES[cases[n]].name, fabs(total[1][c] - total[0][c]) < 1e-13 * size);
    live_close(&l);
  }
  assert_true(all_agree(bad == 0));
}

/* On a uniform mesh what is kept back is the work done on the expansion of the mean velocity, and heat that is not negative; at rest, where
 * the pressure rises linearly, the force is its gradient. */
static void test_work(void **unused) {
  (void)unused;
  static const int uniform[] = {3, 6, 10};
  int bad = 0;
  for (int n = 0; n < 3; n++)
    for (int smooth = 0; smooth < 2; smooth++) {
      struct live l;
      start(&l, uniform[n], smooth ? &rest : &mixed, CLOSURE_ISOTROPIC, MPI_COMM_SELF);
      const struct mesh *m = &l.w.mesh;
      const double dt = 1e-6;
      struct field before, mean;
      field_create(&before, m, "before", CENTRING_CELL, 3);
      field_create(&mean, m, "mean", CENTRING_CELL, 3);
      int i[3];
      double heat = 0.0, cold = 0.0;
      fill(&l, 2.0);
      for (int b = 0; b < m->count; b++)
        FOR_CELLS(i, m->nc) {
          double x[3];
          for (int d = 0; d < 3; d++) x[d] = d < m->dim ? mesh_coordinate(m, &m->block[b], d, i[d] + 0.5) : 0.0;
          for (int p = 0; smooth && p < 2; p++) *live_q(&l, p, b, 0, i) = 4.0 + x[0];
          for (int c = 0; c < 3; c++) *value_at(m, &before, b, c, i) = *value_at(m, &l.w.gas.u[0], b, GAS_M1 + c, i);
        }
      rays_kick(&l.r, m, l.w.x, &l.w.gas, dt);
      for (int b = 0; b < m->count; b++)
        FOR_CELLS(i, m->nc)
          for (int c = 0; c < 3; c++)
            *value_at(m, &mean, b, c, i) = 0.5 * (*value_at(m, &before, b, c, i) + *value_at(m, &l.w.gas.u[0], b, GAS_M1 + c, i)) / *value_at(m, &l.w.gas.u[0], b, 0, i);
      struct field *list[1] = {&mean};
      exchange_all(l.w.x, 1, list);
      for (int b = 0; b < m->count; b++)
        FOR_CELLS(i, m->nc) {
          double pressure = *live_q(&l, 0, b, 0, i) + *live_q(&l, 1, b, 0, i), sum = 0.0;
          for (int d = 0; d < m->dim; d++) {
            int up[3] = {i[0], i[1], i[2]}, down[3] = {i[0], i[1], i[2]};
            up[d]++;
            down[d]--;
            sum += (*value_at(m, &mean, b, d, up) - *value_at(m, &mean, b, d, down)) / (2.0 * m->block[b].dx[d]);
          }
          double rest_of = *value_at(m, &l.r.exchange, b, 0, i) + dt * pressure * sum;
          heat = max(heat, rest_of);
          cold = max(cold, -rest_of);
          if (!smooth) continue;
          double x = mesh_coordinate(m, &m->block[b], 0, i[0] + 0.5), dx = m->block[b].dx[0];
          if (fabs(x) < 0.7 - 1.5 * dx) EXPECT(bad, CASES[uniform[n]].name, fabs(*value_at(m, &l.w.gas.u[0], b, GAS_M1, i) + 2.0 * dt) < 1e-17);
          EXPECT(bad, CASES[uniform[n]].name, fabs(rest_of) < 1e-18);
        }
      EXPECT(bad, CASES[uniform[n]].name, smooth || (heat > 1e-11 && cold < 1e-3 * heat)); /* cold where the kick turns a jump round */
      field_destroy(&before);
      field_destroy(&mean);
      live_close(&l);
    }
  assert_true(all_agree(bad == 0));
}

/* A sound wave in gas and cosmic rays, which move with it: speed and order. */
static double wave_amplitude = 1e-4, wave_pressure = 2.0;
static void wave_gas(double t, const double x[3], struct gas_point *w) {
  double c = sqrt(5.0 / 3.0 + 4.0 / 3.0 * wave_pressure), d = wave_amplitude * sin(2.0 * PI * (x[0] - c * t) / 1.4);
  *w = (struct gas_point){.rho = 1.0 + d, .v = {c * d, 0.0, 0.0}, .p = 1.0 + 5.0 / 3.0 * d};
}
static void wave_field(double b[3]) {
  b[0] = 1.0;
  b[1] = b[2] = 0.0;
}
static const struct setup sound = {.name = "sound", .points = 2, .gas = wave_gas, .background = wave_field};

static double wave_error(int cells) {
  struct mesh_params mesh = case_params(&CASES[0]);
  mesh.cells[0] = cells;
  mesh.block = 8;
  struct mhd_params par = gas_params(true);
  struct live l;
  live_open(&l, &mesh, &par, CLOSURE_ISOTROPIC, 50.0, 1e5, MPI_COMM_SELF);
  struct setup_run run = {.dim = 1, .gamma = par.gamma, .magnetic = true};
  setup_fill(&l.w.mesh, &sound, &run, 0.0, &l.w.gas);
  mhd_settle(&l.w.gas, &l.w.mesh);
  const struct mesh *m = &l.w.mesh;
  struct field exact;
  field_create(&exact, m, "exact", CENTRING_CELL, 5);
  setup_fill_fields(m, &sound, &run, 0.0, &exact, NULL);
  int i[3];
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) *live_q(&l, 0, b, 0, i) = wave_pressure * (1.0 + 4.0 / 3.0 * (*value_at(m, &exact, b, 0, i) - 1.0));
  double period = 1.4 / sqrt(5.0 / 3.0 + 4.0 / 3.0 * wave_pressure), error = 0.0;
  const int steps = 8 * cells;
  for (int s = 0; s < steps; s++) assert_true(live_step(&l, period / steps, false));
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc)
      for (int c = 0; c < 2; c++) error += fabs(*value_at(m, &l.w.gas.u[0], b, c, i) - *value_at(m, &exact, b, c, i)) / (cells * wave_amplitude);
  field_destroy(&exact);
  live_close(&l);
  return error;
}

static void test_sound_wave(void **unused) {
  (void)unused;
  double error[3];
  for (int n = 0; n < 3; n++) error[n] = wave_error(16 << n);
  print_message("sound wave: %g %g %g, order %g\n", error[0], error[1], error[2], log2(error[1] / error[2]));
  assert_true(error[2] < 0.03 && log2(error[1] / error[2]) > 1.8);
}

static int group(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_force),
      cmocka_unit_test(test_conservation),
      cmocka_unit_test(test_steps),
      cmocka_unit_test(test_work),
      cmocka_unit_test(test_sound_wave),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
