/* Cosmic rays as a part of a run: groups and their speeds, totals, what is booked and kept. */
#include "base/constants.h"
#include "base/params_internal.h"
#include "crtransport/rays.h"
#include "tests/unit/gas_cases.h"

#include <math.h>
#include <string.h>

/* c is 100 in units of 3e8 cm/s; lengths of 3e17 cm: times of 1e9 s. */
static const char TEXT[] = "units: {length: 299792458e9 cm, velocity: 299792458 cm/s, density: 1 mp cm^-3}\n"
                           "run: {name: t}\n"
                           "transport: {scheme: explicit, speed_choice: auto, speed: 1 code, speed_max: 64 code, safety: 2, length: 1 code}\n"
                           "cr: {scattering_rate_s: 1e-6}\n";

struct bundle { struct world w; struct rays_params par; struct rays r; struct params *ps; };

static void open_bundle(struct bundle *l) {
  struct mesh_params mesh = case_params(&CASES[7]);
  struct mhd_params gas = gas_params(true);
  memset(l, 0, sizeof *l);
  l->ps = params_from_text("t.yaml", TEXT, strlen(TEXT), NULL);
  params_section(l->ps, "run", "");
  static char run[64];
  params_text(l->ps, "name", run, sizeof run, NULL, "");
  rays_declare(l->ps, &l->par);
  params_load(l->ps);
  rays_check(&l->par, l->ps, true);
  world_open(&l->w, &mesh, &gas, MPI_COMM_WORLD);
  rays_create(&l->r, &l->par, &l->w.mesh, params_units(l->ps));
}

static void close_bundle(struct bundle *l) {
  rays_destroy(&l->r);
  world_close(&l->w);
  params_free(l->ps);
}

/* Every population has one place, and the group of a bin is the slowest that is fast enough. */
static void test_groups(void **state) {
  (void)state;
  struct bundle l;
  open_bundle(&l);
  const struct rays *r = &l.r;
  int all = 0;
  assert_true(r->transport.count > 2);
  assert_int_equal(r->count, 2 * l.par.bins);
  assert_true(fabs(r->scale.light - 100.0) < 1e-12);
  for (int i = 0; i < r->transport.count; i++) all += r->transport.group[i].count;
  assert_int_equal(all, r->count);
  for (int p = 0; p < r->count; p++) {
    const struct rays_population *a = &r->population[p];
    const double c = r->transport.group[a->group].speed, wanted = 2.0 * a->speed * a->speed / (3.0 * a->rate);
    const struct cr_bin *b = &r->net.bin[a->bin];
    assert_true(a->bin == p / 2 && a->end == p % 2);
    assert_true(a->group == r->population[p ^ 1].group);
    assert_true(c >= fmin(wanted, 64.0) * (1.0 - 1e-12) && (c == 1.0 || 0.5 * c < wanted));
    assert_true(r->transport.group[a->group].member[a->member].speed == a->speed);
    for (int q = 0; q < p; q++) assert_false(r->population[q].group == a->group && r->population[q].member == a->member);
    /* 1 GeV cm^-3 of kinetic energy; the middle of the bin */
    const double edge = a->end ? b->t_hi : b->t_lo, erg = edge * 1e9 * ELECTRONVOLT_erg / params_units(l.ps)->pressure_erg_cm3;
    assert_true(fabs(a->energy / erg - 1.0) < 1e-14);
    int k = 0;
    while (a->bin >= r->net.first[k + 1]) k++;
    const double middle = sqrt(b->p_lo * b->p_hi), nu = 1e-6 * cr_beta(middle, b->mass) * pow(middle / r->net.species[k].z, -0.5) * 1e9;
    assert_true(fabs(a->rate / nu - 1.0) < 1e-12);
  }
  close_bundle(&l);
}

/* Waves lift the speed of slow groups in steps of two; it falls only when they are much slower. */
static void test_speeds(void **state) {
  (void)state;
  struct bundle l;
  open_bundle(&l);
  struct rays *r = &l.r;
  const struct mesh *m = &l.w.mesh;
  const struct { double u, speed; } course[] = {{0.4, 1.0}, {0.7, 2.0}, {0.6, 2.0}, {0.4, 2.0}, {0.3, 1.0}, {7.9, 16.0}, {5.5, 16.0}, {0.0, 1.0}, {1e3, 64.0}};
  for (size_t i = 0; i < sizeof course / sizeof *course; i++) {
    int at[3];
    for (int b = 0; b < m->count; b++)
      FOR_CELLS(at, m->nc) {
        *value_at(m, &l.w.gas.u[0], b, GAS_RHO, at) = 2.0;
        *value_at(m, &l.w.gas.u[0], b, GAS_M1, at) = m->first + b == 3 ? 2.0 * course[i].u : 0.0;
      }
    rays_speeds(r, m, &l.w.gas);
    for (int g = 0; g < r->transport.count; g++) assert_true(r->transport.group[g].speed == fmax(r->least[g], course[i].speed));
  }
  close_bundle(&l);
}

/* Speeds of streaming and profiles of the scattering rate from their definitions. */
static double of_setup(double t, const double x[3]) { return 2.0 + t + x[0]; }

static void test_scattering(void **state) {
  (void)state;
  struct bundle l;
  open_bundle(&l);
  struct rays *r = &l.r;
  const struct mesh *m = &l.w.mesh;
  const double b[3] = {0.3, -0.4, 1.2}, rho = 2.0, uG = 1.3e6 * sqrt(4.0 * PI * PROTON_MASS_g) * 299792458.0;
  for (int how = 0; how < 4; how++) { /* ideal; ions of a quarter of the gas, of none of it; a rate that the setup gives */
    rays_destroy(r);
    l.par.alfven = how == 0 ? ALFVEN_IDEAL : ALFVEN_ION;
    l.par.medium.ionised = how == 2 ? 0.0 : 0.25;
    l.par.scattering.model = how == 3;
    l.par.scattering.density = 4.0;
    l.par.scattering.density_power = 2.0;
    l.par.scattering.field = 10.0;
    l.par.scattering.field_power = -1.0;
    assert_true(rays_scattering_from_setup(&l.par) == (how == 3));
    rays_create(r, &l.par, m, params_units(l.ps));
    r->scattering = of_setup;
    r->time = 3.0;
    int at[3];
    for (int k = 0; k < m->count; k++) {
      FOR_CELLS(at, m->nc) *value_at(m, &l.w.gas.u[0], k, GAS_RHO, at) = rho;
      for (int d = 0; d < 3; d++) {
        int n[3];
        own_extent(m, &l.w.gas.b[0], d, n);
        FOR_CELLS(at, n) *value_at(m, &l.w.gas.b[0], k, d, at) = m->first + k == 2 ? 0.0 : b[d];
      }
    }
    rays_scattering(r, m, l.w.x, &l.w.gas);
    const double speed = how == 2 ? 100.0 : 1.3 / sqrt(rho * (how == 0 ? 1.0 : 0.25));
    for (int k = 0; k < m->count; k++)
      FOR_CELLS(at, m->nc) {
        const bool none = m->first + k == 2;
        const double x = mesh_coordinate(m, &m->block[k], 0, at[0] + 0.5), field = none ? l.par.transport.field_floor / 1.3 * uG : uG;
        const double profile = how == 3 ? 5.0 + x : 0.25 * 10.0 / field;
        assert_true(fabs(*value_at(m, &r->alfven, k, 0, at) - (none ? 0.0 : speed)) < 1e-12 * speed);
        assert_true(fabs(*value_at(m, &r->profile, k, 0, at) / profile - 1.0) < 1e-12);
      }
  }
  close_bundle(&l);
}

/* A uniform density of particles in the whole domain. */
static void test_totals(void **state) {
  (void)state;
  struct bundle l;
  open_bundle(&l);
  struct rays *r = &l.r;
  const struct mesh *m = &l.w.mesh;
  int at[3];
  double volume = 1.0, number[CR_MAX_SPECIES] = {0.0}, energy[CR_MAX_SPECIES] = {0.0};
  for (int d = 0; d < 3; d++) volume *= m->upper[d] - m->lower[d] > 0.0 ? m->upper[d] - m->lower[d] : 1.0;
  for (int p = 0, s = 0; p < r->count; p++) {
    while (p / 2 >= r->net.first[s + 1]) s++;
    number[s] += (p + 1) * volume * r->scale.number;
    energy[s] += (p + 1) * volume * r->population[p].energy;
    for (int b = 0; b < m->count; b++)
      FOR_CELLS(at, m->nc) *view_move(view_array(rays_data(r, p, b, 0), field_extent(&r->momentum, 0), m->ngd), at[0], at[1], at[2]).at = p + 1;
  }
  const struct rays_totals t = rays_totals(r, m);
  double all = 0.0;
  for (int s = 0; s < r->net.count; s++) {
    assert_true(fabs(t.number[s] / number[s] - 1.0) < 1e-13);
    assert_true(fabs(t.energy[s] / energy[s] - 1.0) < 1e-13);
    all += energy[s] / volume;
  }
  const size_t cells = (size_t)(m->nc[0] * m->nc[1] * m->nc[2]);
  double *values = memory_get(sizeof *values * 2 * cells);
  for (int b = 0; b < m->count; b++) {
    rays_density(r, m, b, -1, 0, values, values + cells);
    assert_true(fabs(values[cells - 1] / all - 1.0) < 1e-13);
    assert_true(values[2 * cells - 1] > all / 3.0 && values[2 * cells - 1] < 2.0 * all / 3.0);
  }
  memory_free(values);
  close_bundle(&l);
}

/* What all ranks have booked is kept to the last bit. */
static void test_books(void **state) {
  (void)state;
  struct bundle l;
  open_bundle(&l);
  struct rays *r = &l.r;
  const struct mesh *m = &l.w.mesh;
  for (int s = 0; s < r->net.count; s++)
    for (int e = 0; e < ENTRY_COUNT; e++) {
      sum_add(&r->ledger[s].number[e], 1.0 / (1 + s + e));
      sum_add(&r->ledger[s].energy[e], 1e-20 * (1 + m->rank));
      sum_add(&r->ledger[s].energy[e], s - e);
    }
  for (int p = 0; p < r->count; p++) exact_add(&r->transport.group[r->population[p].group].outflow[r->population[p].member], p * 0.1);
  sum_add(&r->inertia, 3.0);
  sum_add(&r->given, 0.1);
  sum_add(&r->injected[2], 0.7);
  exact_add(&r->ends[3], -0.3);
  r->steps = 7;
  r->transport.group[1].substeps = 5;
  r->transport.group[1].speed = 32.0;
  struct rays_saved *saved = memory_get(2 * sizeof *saved);
  rays_save(r, m, saved);
  assert_true(saved->books.inertia.hi == 3.0 * m->size);
  assert_true(fabs(exact_value(&saved->books.outflow[3]) - 0.3 * m->size) < 1e-12 && fabs(exact_value(&saved->books.ends[3]) + 0.3 * m->size) < 1e-12);
  assert_true(saved->books.energy[1][2].hi == -1.0 * m->size && fabs(saved->books.energy[1][2].lo / (0.5e-20 * m->size * (m->size + 1)) - 1.0) < 1e-12);
  close_bundle(&l);
  open_bundle(&l);
  rays_restore(&l.r, &l.w.mesh, saved);
  rays_save(&l.r, &l.w.mesh, saved + 1);
  assert_memory_equal(saved, saved + 1, sizeof *saved);
  assert_true(l.r.steps == 7 && l.r.transport.group[1].substeps == 5 && l.r.transport.group[1].speed == 32.0);
  memory_free(saved);
  close_bundle(&l);
}

static int group(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_groups),
      cmocka_unit_test(test_speeds),
      cmocka_unit_test(test_scattering),
      cmocka_unit_test(test_totals),
      cmocka_unit_test(test_books),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
