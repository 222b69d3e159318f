/* Supernovae: the same draws whatever the steps, and exact sums of what they bring. */
#include "microphysics/supernova.h"
#include "supernovae/map.h"
#include "tests/unit/full_cases.h"

static double boost[3];
static bool moving;
static double contrast = 1.0; /* density for x > 0 over that for x < 0 */

static void gas_at(const double x[3], struct gas *g, double w[5]) {
  (void)g;
  w[0] = contrast < 1.0 ? (x[0] > 0.0 ? contrast : 1.0) : 1.0 + 0.3 * x[0];
  for (int d = 0; d < 3; d++) w[1 + d] = boost[d] + (moving ? 0.01 * (d + 1) * x[(d + 1) % 3] : 0.0);
  w[4] = 1e-4;
}

static double field(int d, const double x[3]) {
  (void)x;
  return d == 0 ? 1e-3 : 2e-3;
}

/* Per volume (kpc^3) and time (kpc / 1000 km/s, 0.978 Myr). */
static void rate(const double x[3], double r[SUPERNOVA_KINDS]) {
  r[SUPERNOVA_II] = x[0] > 0.0 ? 4000.0 * x[0] : 0.0;
  r[SUPERNOVA_IA] = 100.0;
}
static double turn(const double x[3]) {
  (void)x;
  return 0.5;
}
static void stars(double from, double to, uint64_t seed, struct supernova_list *list) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  (void)seed;
  if (rank > 0) return;
  const struct supernova e = {.time = 0.5 * (from + to), .position = {0.1, 0.2, 0.3}, .kind = SUPERNOVA_IA};
  supernova_add(list, &e);
}

/* Cells of 12.5 to 50 pc for length = 0.8 kpc. */
static struct mesh_params refined(double length) {
  struct mesh_params par = {.dim = 3, .block = 8, .max_level = 2, .region_count = 1, .cells = {16, 16, 16}};
  for (int d = 0; d < 3; d++) {
    par.lower[d] = -0.5 * length;
    par.upper[d] = 0.5 * length;
    par.region[0].lower[d] = 0.1 * length;
    par.region[0].upper[d] = 0.2 * length;
  }
  par.region[0].level = 2;
  return par;
}

static struct supernovae_params params(void) {
  const struct units u = full_units();
  return (struct supernovae_params){.on = true, .seed = 7, .energy = {1e51 / u.energy_erg, 1e51 / u.energy_erg}, .mass = {10.5 * 1.98841e33 / u.mass_g, 1.4 * 1.98841e33 / u.mass_g},
                                    .metals = {2.0 * 1.98841e33 / u.mass_g, 1.4 * 1.98841e33 / u.mass_g}, .members = 10, .duration = 2.0, .radius = 2.0,
                                    .hydrogen = 0.76, .metallicity = 1.0, .metal_scalar = -1};
}

/* ---- draws ---- */

static void open_draws(struct supernovae *s, const struct mesh *m, double clustered, bool with_stars) {
  const struct supernova_source source = {rate, turn, with_stars ? stars : NULL};
  const struct units u = full_units();
  struct supernovae_params par = params();
  par.clustered = clustered;
  supernovae_create(s, &par, &source, m, &u);
}

static void test_draws(void **unused) {
  (void)unused;
  struct mesh m;
  const struct mesh_params par = refined(1.0);
  mesh_create(&m, &par, 2, MPI_COMM_WORLD);
  for (int k = 0; k < 3; k++) {
    struct supernovae s, t;
    open_draws(&s, &m, k == 0 ? 0.0 : 0.7, k == 2);
    open_draws(&t, &m, k == 0 ? 0.0 : 0.7, k == 2);
    /* 500 core collapses per time in half the domain, 100 of type Ia in all of it. */
    assert_true(fabs(supernova_map_total(s.map, SUPERNOVA_II) / 500.0 - 1.0) < 1e-12);
    struct supernova_list all = {0}, parts = {0};
    supernovae_draw(&s, &m, 0.0, 20.0, &all);
    for (int i = 0; i < 1000; i++) supernovae_draw(&t, &m, 0.02 * i, i < 999 ? 0.02 * (i + 1) : 20.0, &parts);
    int bad = 0, count[2] = {0, 0}, left = 0;
    double middle = 0.0;
    EXPECT(bad, "number", all.count == parts.count);
    for (int i = 0; bad == 0 && i < all.count; i++) {
      const struct supernova *e = &all.event[i], *f = &parts.event[i];
      EXPECT(bad, "order", i == 0 || e->time >= all.event[i - 1].time);
      EXPECT(bad, "same", e->time == f->time && e->kind == f->kind && e->position[0] == f->position[0] && e->position[1] == f->position[1] && e->position[2] == f->position[2]);
      count[e->kind]++;
      left += e->kind == SUPERNOVA_II && e->position[0] < 0.0;
      middle += e->kind == SUPERNOVA_II ? e->position[0] : 0.0;
    }
    assert_true(all_agree(bad == 0));
    /* 10000 and 2000 are expected; five standard deviations, of associations sqrt(10) times larger. */
    assert_true(fabs(count[0] - 10000.0) < (k == 0 ? 500.0 : 1600.0));
    const double more = k == 2 ? 20.0 / s.window : 0.0;
    assert_true(fabs(count[1] - 2000.0 - more) < 224.0 + 1.0);
    /* Associations turn out of the half that they are born in; single ones stay, around 1/3. */
    assert_true(k == 0 ? left == 0 : left > 100);
    if (k == 0) assert_true(fabs(middle / count[0] - 1.0 / 3.0) < 0.01);
    supernova_list_free(&all);
    supernova_list_free(&parts);
    supernovae_destroy(&s);
    supernovae_destroy(&t);
  }
  mesh_destroy(&m);
}

/* A layer of height 0.1 and radius 2.5 in domains of which it is a small part: all events, at the right heights, and the same on all ranks and on one. */
static void layer(const double x[3], double r[SUPERNOVA_KINDS]) {
  r[SUPERNOVA_II] = exp(-fabs(x[1]) / 0.1 - fabs(x[0]) / 2.5);
  r[SUPERNOVA_IA] = 0.0;
}

static void test_thin(void **unused) {
  (void)unused;
  for (double half = 16.0; half < 200.0; half *= 8.0) {
    struct mesh m = {.comm = MPI_COMM_WORLD, .dim = 2, .lower = {-half, -half}, .upper = {half, half}};
    MPI_Comm_rank(m.comm, &m.rank);
    MPI_Comm_size(m.comm, &m.size);
    struct mesh own = m;
    own.comm = MPI_COMM_SELF, own.rank = 0, own.size = 1;
    struct supernova_map *map = supernova_map_create(&m, layer), *alone = supernova_map_create(&own, layer);
    assert_true(fabs(supernova_map_total(map, SUPERNOVA_II) / (0.2 * 5.0) - 1.0) < 0.02); /* midpoints, parts of a third of the height */
    assert_true(supernova_map_total(map, SUPERNOVA_II) == supernova_map_total(alone, SUPERNOVA_II) && supernova_map_total(map, SUPERNOVA_IA) == 0.0);
    struct random r[2];
    double height = 0.0, x[2][3];
    int bad = 0;
    for (int k = 0; k < 2; k++) random_start(&r[k], 7);
    for (int i = 0; i < 10000; i++) {
      supernova_map_place(map, SUPERNOVA_II, &r[0], x[0]);
      supernova_map_place(alone, SUPERNOVA_II, &r[1], x[1]);
      EXPECT(bad, "same", memcmp(x[0], x[1], sizeof x[0]) == 0);
      height += fabs(x[0][1]) / 10000.0;
    }
    assert_true(all_agree(bad == 0));
    assert_true(fabs(height / 0.1 - 1.0) < 0.06);
    supernova_map_destroy(map);
    supernova_map_destroy(alone);
  }
}

/* ---- what they bring ---- */

struct result { struct full_totals start, end; struct supernovae s; };

static void explode(struct full *f, MPI_Comm comm, double length, bool rays, int deposit, int count, const struct supernova *event, struct result *out) {
  struct rays_params par = full_params(NETWORK_PAPER);
  const struct mesh_params mesh = refined(length);
  const struct supernova_source source = {rate, NULL, NULL};
  struct supernovae_params p = params();
  p.deposit = deposit;
  full_open(f, &mesh, &par, gas_at, field, comm);
  mhd_settle(&f->w.gas, &f->w.mesh);
  if (out) out->start = full_measure(f);
  struct supernovae s;
  supernovae_create(&s, &p, &source, &f->w.mesh, &f->units);
  struct supernova_list list = {0};
  for (int i = 0; i < count; i++) supernova_add(&list, &event[i]);
  supernovae_happen(&s, &f->w.mesh, &f->w.gas, rays ? &f->r : NULL, &list);
  supernova_list_free(&list);
  if (out) out->end = full_measure(f);
  if (out) out->s = s;
  supernova_map_destroy(s.map);
}

/* Near a corner of the refined part, where ellipsoids hold cells of several levels; two touch one another, one lies outside; the last are winds, with numbers of code units. */
static const struct supernova EVENTS[] = {
    {0.1, {0.13, 0.21, 0.11}, SUPERNOVA_II, 0.0, 0.0, 0.0},   {0.2, {0.14, 0.2, 0.1}, SUPERNOVA_IA, 0.0, 0.0, 0.0}, {0.3, {-0.25, 0.0, 0.125}, SUPERNOVA_II, 0.0, 0.0, 0.0},
    {0.4, {0.08, 0.08, 0.08}, SUPERNOVA_II, 0.0, 0.0, 0.0},   {0.5, {9.0, 0.0, 0.0}, SUPERNOVA_II, 0.0, 0.0, 0.0},  {0.6, {0.49, -0.49, 0.02}, SUPERNOVA_IA, 0.0, 0.0, 0.0},
    {0.7, {0.12, 0.2, 0.1}, SUPERNOVA_WIND, 1e-6, 1e-5, 3e-7}, {0.8, {-0.3, 0.2, 0.1}, SUPERNOVA_WIND, 0.0, 2e-6, 0.0}};
enum { EVENT_COUNT = 8 };

static void test_sums(void **unused) {
  (void)unused;
  boost[0] = 0.2;
  boost[1] = -0.1;
  boost[2] = 0.05;
  moving = true;
  for (int k = 0; k < 4; k++) {
    const bool rays = k % 2 == 0;
    struct full f, one;
    struct result r;
    explode(&f, MPI_COMM_WORLD, 1.0, rays, k / 2, EVENT_COUNT, EVENTS, &r);
    explode(&one, MPI_COMM_SELF, 1.0, rays, k / 2, EVENT_COUNT, EVENTS, NULL);
    int64_t bad = differences(&f.w.mesh, &f.w.gas.u[0], &one.w.mesh, &one.w.gas.u[0]);
    bad += differences(&f.w.mesh, &f.r.transport.group[0].state, &one.w.mesh, &one.r.transport.group[0].state);
    double book[SUPERNOVAE_BOOKS], energy = 0.0, ledger = 0.0;
    supernovae_row(&r.s, book);
    for (int s = 0; s < f.r.net.count; s++) {
      energy += r.end.energy[s] * f.r.scale.pressure;
      ledger += full_ledger(&f, s, ENTRY_SOURCE, true) * f.r.scale.energy;
    }
    const struct supernovae_params p = params();
    const double whole = 5.0 * p.energy[0] + 1e-6, mass = 3.0 * p.mass[0] + 2.0 * p.mass[1] + 1.2e-5, metals = 3.0 * p.metals[0] + 2.0 * p.metals[1] + 3e-7;
    assert_true(book[SUPERNOVAE_II] == 4.0 && book[SUPERNOVAE_IA] == 2.0 && book[SUPERNOVAE_WINDS] == 2.0 && book[SUPERNOVAE_OUTSIDE] == 1.0);
    assert_true(book[SUPERNOVAE_WIND_ENERGY] == 1e-6 && fabs(book[SUPERNOVAE_METALS] / metals - 1.0) < 1e-14);
    assert_true(fabs(book[SUPERNOVAE_ENERGY] / whole - 1.0) < 1e-14 && fabs(book[SUPERNOVAE_MASS] / mass - 1.0) < 1e-14);
    assert_true(fabs(book[SUPERNOVAE_RAYS] / whole - (rays ? 0.1 : 0.0)) < 1e-14);
    assert_true(fabs(energy - book[SUPERNOVAE_RAYS]) < 1e-12 * whole && fabs(energy + ledger) < 1e-13 * whole);
    assert_true(fabs(book[SUPERNOVAE_GAS] - (book[SUPERNOVAE_ENERGY] - book[SUPERNOVAE_RAYS] - book[SUPERNOVAE_UNRESOLVED] + book[SUPERNOVAE_FRAME])) < 1e-13 * whole);
    /* Against the sums over the mesh, whose round-off is that of all gas. */
    assert_true(fabs((r.end.mass - r.start.mass) - mass) < 1e-13 * r.start.mass);
    assert_true(fabs((r.end.gas - r.start.gas) - book[SUPERNOVAE_GAS]) < 1e-13 * r.start.gas);
    for (int d = 0; d < 3; d++) assert_true(fabs((r.end.momentum[d] - r.start.momentum[d]) - book[SUPERNOVAE_MOMENTUM + d]) < 1e-13 * r.start.mass);
    assert_true((k / 2 == DEPOSIT_THERMAL) == (book[SUPERNOVAE_UNRESOLVED] == 0.0));
    assert_true(all_agree(bad == 0));
    full_close(&f);
    full_close(&one);
  }
}

/* Sum of (momentum of the cell less that of the frame) along the way from the event, and change of the internal energy; at rest. */
static double outward(const struct full *f, const struct supernova *e) {
  const struct mesh *m = &f->w.mesh;
  struct sum s = {0.0, 0.0};
  int i[3];
  for (int b = 0; b < m->count; b++)
    FOR_CELLS(i, m->nc) {
      double x[3], r2 = 0.0, along = 0.0;
      full_place(m, b, -1, i, x);
      for (int d = 0; d < 3; d++) {
        const double way = x[d] - e->position[d];
        r2 += way * way;
        along += way * *value_at(m, &f->w.gas.u[0], b, GAS_M1 + d, i);
      }
      if (r2 > 0.0) sum_add(&s, along / sqrt(r2) * full_volume(m, b));
    }
  double mine = sum_value(&s), all;
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, m->comm);
  return all;
}

/* With cells of 500 pc the remnant has its final momentum and what it radiates is gone; with cells of 0.6 pc it is a
 * blast of which no more than 0.283 is kinetic energy. */
static void test_remnants(void **unused) {
  (void)unused;
  memset(boost, 0, sizeof boost);
  moving = false;
  for (int k = 0; k < 2; k++) {
    const double length = k == 0 ? 32.0 : 0.04;
    const struct supernova e = {.time = 0.1, .position = {0.15 * length, 0.15 * length, 0.15 * length}, .kind = SUPERNOVA_II};
    struct full f;
    struct result r;
    explode(&f, MPI_COMM_WORLD, length, false, DEPOSIT_REMNANT, 1, &e, &r);
    const struct units u = f.units;
    const double n = 0.76 * (1.0 + 0.3 * e.position[0]), final = supernova_terminal_momentum(1e51, n, 1.0) / (u.mass_g * u.velocity_cm_s);
    const double all = params().energy[0], kinetic = (r.end.gas - r.start.gas) - (r.end.internal - r.start.internal), unresolved = sum_value(&r.s.book[SUPERNOVAE_UNRESOLVED]);
    /* Directions are taken from the middle of the ellipsoid's cells. */
    if (k == 0) assert_true(fabs(outward(&f, &e) / final - 1.0) < 0.1 && unresolved > 0.99 * all);
    if (k == 1) assert_true(kinetic > 0.2 * all && kinetic < 0.283000001 * all && unresolved == 0.0 && outward(&f, &e) < 0.2 * final);
    assert_true(fabs((r.end.gas - r.start.gas + unresolved) / all - 1.0) < 1e-8);
    full_close(&f);
  }
}

/* Beside gas that is a thousand times thinner: ejecta of many remnants that end in the gas go by mass, and the thin gas is not thrown out; those of a blast that
 * is resolved go by volume. */
static void test_contrast(void **unused) {
  (void)unused;
  memset(boost, 0, sizeof boost);
  moving = false;
  contrast = 1e-3;
  struct supernova e[200];
  for (int k = 0; k < 2; k++) {
    const double length = k == 0 ? 32.0 : 0.04;
    const int count = k == 0 ? 200 : 1;
    for (int i = 0; i < count; i++) e[i] = (struct supernova){.time = 0.1, .position = {0.0, -0.25 * length, -0.25 * length}, .kind = SUPERNOVA_II};
    struct full f;
    explode(&f, MPI_COMM_WORLD, length, false, DEPOSIT_REMNANT, count, e, NULL);
    const struct mesh *m = &f.w.mesh;
    double mine[3] = {0.0, 0.0, 0.0}, all[3]; /* mass gained for x < 0 and x > 0, largest speed */
    int i[3];
    for (int b = 0; b < m->count; b++)
      FOR_CELLS(i, m->nc) {
        double x[3], square = 0.0;
        full_place(m, b, -1, i, x);
        const double rho = *value_at(m, &f.w.gas.u[0], b, GAS_RHO, i);
        mine[x[0] > 0.0] += (rho - (x[0] > 0.0 ? contrast : 1.0)) * full_volume(m, b);
        for (int d = 0; d < 3; d++) square += pow(*value_at(m, &f.w.gas.u[0], b, GAS_M1 + d, i) / rho, 2.0);
        mine[2] = max(mine[2], sqrt(square));
      }
    MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, m->comm);
    MPI_Allreduce(mine + 2, all + 2, 1, MPI_DOUBLE, MPI_MAX, m->comm);
    assert_true(fabs(all[1] / all[0] - (k == 0 ? contrast : 1.0)) < (k == 0 ? 1e-6 : 1e-4));
    if (k == 0) assert_true(all[2] < 1e-3); /* 1 km/s: 200 final momenta over the mass in the ellipsoid, 2e8 solar masses, are 0.3 */
    full_close(&f);
  }
  contrast = 1.0;
}

/* Seen from a moving frame the gas gets the same heat. */
static void test_frames(void **unused) {
  (void)unused;
  double heat[2];
  moving = true;
  for (int k = 0; k < 2; k++) {
    for (int d = 0; d < 3; d++) boost[d] = 0.02 * k * (d - 0.5);
    struct full f;
    struct result r;
    const struct supernova e = {.time = 0.1, .position = {0.008, 0.008, 0.008}, .kind = SUPERNOVA_II};
    explode(&f, MPI_COMM_WORLD, 0.1, true, DEPOSIT_REMNANT, 1, &e, &r);
    heat[k] = r.end.internal - r.start.internal;
    full_close(&f);
  }
  assert_true(heat[0] > 0.0 && fabs(heat[1] / heat[0] - 1.0) < 1e-9);
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_draws), cmocka_unit_test(test_thin), cmocka_unit_test(test_sums), cmocka_unit_test(test_remnants), cmocka_unit_test(test_contrast), cmocka_unit_test(test_frames)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
