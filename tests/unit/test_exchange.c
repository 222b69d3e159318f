/* Ghost exchange on meshes of all kinds (run with 1, 2, 3 and 5 ranks). */
#include "amr/boundary.h"
#include "amr/exchange.h"
#include "amr/view.h"
#include "tests/unit/mesh_cases.h"

#include <string.h>

enum { NCELL = 2 };

struct state { struct mesh mesh; struct field cells, faces; struct exchange *x; };

static const int flips[NCELL] = {-1, 0};
static const bool positive[NCELL] = {true, false};

static void begin(struct state *s, const struct mesh_case *c, int ng, MPI_Comm comm) {
  struct mesh_params par = case_params(c);
  mesh_create(&s->mesh, &par, ng, comm);
  field_create(&s->cells, &s->mesh, "u", CENTRING_CELL, NCELL);
  field_create(&s->faces, &s->mesh, "b", CENTRING_FACE, 3);
  s->cells.flip = flips;
  s->cells.positive = positive;
  s->x = exchange_create(&s->mesh);
}

static void end(struct state *s) {
  exchange_destroy(s->x);
  field_destroy(&s->cells);
  field_destroy(&s->faces);
  mesh_destroy(&s->mesh);
}

/* Component c < NCELL of the cells, then those of the faces. */
static struct view get(const struct state *s, int b, int c) {
  return view_field(&s->mesh, c < NCELL ? &s->cells : &s->faces, b, c < NCELL ? c : c - NCELL);
}

static int face_axis(const struct state *s, int c) { return c >= NCELL && c - NCELL < s->mesh.dim ? c - NCELL : -1; }

/* Range of indices of a component with g = 0 (interior) or 1 (all). */
static void range(const struct state *s, int c, int g, int lower[3], int upper[3]) {
  for (int d = 0; d < 3; d++) {
    lower[d] = -g * s->mesh.ngd[d];
    upper[d] = s->mesh.nc[d] + g * s->mesh.ngd[d] + (d == face_axis(s, c));
  }
}

typedef double value_fn(const struct state *s, int b, int c, const int i[3]);

static void run(struct state *s, value_fn *value) {
  for (int b = 0; b < s->mesh.count; b++) {
    for (int c = 0; c < NCELL + 3; c++) {
      struct view v = get(s, b, c);
      for (int all = 1; all >= 0; all--) {
        int lower[3], upper[3], i[3];
        range(s, c, all, lower, upper);
        for (i[2] = lower[2]; i[2] < upper[2]; i[2]++) {
          for (i[1] = lower[1]; i[1] < upper[1]; i[1]++) {
            for (i[0] = lower[0]; i[0] < upper[0]; i[0]++) *view_move(v, i[0], i[1], i[2]).at = all ? NAN : value(s, b, c, i);
          }
        }
      }
    }
  }
  struct field *fields[] = {&s->cells, &s->faces};
  exchange_all(s->x, 2, fields);
  exchange_all(s->x, 2, fields);
}

/* Calls check for all entries, ghosts included. */
typedef void check_fn(const struct state *s, int b, int c, const int i[3], double value, int *bad);

static int check_all(const struct state *s, check_fn *check) {
  int bad = 0;
  for (int b = 0; b < s->mesh.count; b++) {
    for (int c = 0; c < NCELL + 3; c++) {
      struct view v = get(s, b, c);
      int lower[3], upper[3], i[3];
      range(s, c, 1, lower, upper);
      for (i[2] = lower[2]; i[2] < upper[2]; i[2]++) {
        for (i[1] = lower[1]; i[1] < upper[1]; i[1]++) {
          for (i[0] = lower[0]; i[0] < upper[0]; i[0]++) check(s, b, c, i, *view_move(v, i[0], i[1], i[2]).at, &bad);
        }
      }
    }
  }
  return bad;
}

static void over_cases(int (*one)(struct state *s)) {
  for (int ng = 2; ng <= 3; ng++) {
    for (int k = 0; k < CASE_COUNT; k++) {
      struct state s;
      begin(&s, &CASES[k], ng, MPI_COMM_WORLD);
      int bad = one(&s);
      if (bad) fprintf(stderr, "rank %d: %s, %d ghosts: %d wrong\n", s.mesh.rank, CASES[k].name, ng, bad);
      end(&s);
      assert_true(all_agree(bad == 0));
    }
  }
}

/* ---- linear functions ---- */

static double coordinate(const struct state *s, int b, int c, const int i[3], int d) {
  const struct block *k = &s->mesh.block[b];
  return k->lower[d] + (i[d] + (d == face_axis(s, c) ? 0.0 : 0.5)) * k->dx[d];
}

static double linear(const struct state *s, int b, int c, const int i[3]) {
  static const double slope[NCELL + 3][3] = {{0.7, -0.4, 0.3}, {1, 2, 4}, {-3, 2, 1}, {0.1, -0.1, 0.5}, {1, -1, 1}};
  double sum = 7.0 + c;
  for (int d = 0; d < s->mesh.dim; d++) sum += slope[c][d] * coordinate(s, b, c, i, d);
  return sum;
}

/* Slopes next to the end of the domain are zero, and a linear function is not periodic. */
static void check_linear(const struct state *s, int b, int c, const int i[3], double value, int *bad) {
  for (int d = 0; d < s->mesh.dim; d++) {
    double x = coordinate(s, b, c, i, d), margin = 4.01 * s->mesh.block[b].dx[d];
    if (x < s->mesh.lower[d] + margin || x > s->mesh.upper[d] - margin) return;
  }
  *bad += !(fabs(value - linear(s, b, c, i)) < 4e-15 * 20.0);
}

static int one_linear(struct state *s) {
  run(s, linear);
  return check_all(s, check_linear);
}

static void test_linear(void **state) {
  (void)state;
  over_cases(one_linear);
}

/* ---- the same bits everywhere ---- */

static uint64_t mix(uint64_t h, uint64_t x) {
  h = (h ^ x) * 0x9e3779b97f4a7c15u;
  return h ^ (h >> 29);
}

/* A name for the place of an entry: the same for all blocks that see it. */
static void name_place(const struct state *s, int b, int c, const int i[3], int64_t name[5]) {
  const struct mesh *m = &s->mesh;
  const struct block *k = &m->block[b];
  name[0] = c;
  name[1] = k->level;
  for (int d = 0; d < 3; d++) {
    int64_t n = d < m->dim ? ((int64_t)m->root[d] << k->level) * m->nc[d] : 1, at = k->pos[d] * m->nc[d] + i[d];
    if (m->boundary[d][0] == BOUNDARY_PERIODIC) at = (at + 2 * n) % n;
    name[2 + d] = at;
  }
}

static double noise(const struct state *s, int b, int c, const int i[3]) {
  int64_t name[5];
  name_place(s, b, c, i, name);
  uint64_t h = 1;
  for (int k = 0; k < 5; k++) h = mix(h, (uint64_t)name[k] + 77u);
  double x = (double)(h >> 11) / 9007199254740992.0;
  return c == 0 ? 0.01 + x : x - 0.5;
}

struct entry { int64_t name[5]; double value; bool used; };
static struct { struct entry *entry; size_t size; } map;

static void check_same(const struct state *s, int b, int c, const int i[3], double value, int *bad) {
  int64_t name[5];
  name_place(s, b, c, i, name);
  uint64_t h = 1;
  for (int k = 0; k < 5; k++) h = mix(h, (uint64_t)name[k] + 1000u);
  size_t at = (size_t)h % map.size;
  while (map.entry[at].used && memcmp(map.entry[at].name, name, sizeof name) != 0) at = (at + 1) % map.size;
  if (!map.entry[at].used) {
    map.entry[at] = (struct entry){.value = value, .used = true};
    memcpy(map.entry[at].name, name, sizeof name);
  }
  *bad += memcmp(&map.entry[at].value, &value, sizeof value) != 0 || isnan(value) || (c == 0 && value <= 0.0);
}

/* All blocks see the same in the same places. */
static int one_bits(struct state *s) {
  if (s->mesh.size > 1) return 0;
  run(s, noise);
  map.size = (size_t)s->mesh.count * (s->cells.block_size + s->faces.block_size) * 5 / 4;
  map.entry = memory_get(sizeof *map.entry * map.size);
  int bad = check_all(s, check_same);
  memory_free(map.entry);
  return bad;
}

static void test_bits(void **state) {
  (void)state;
  over_cases(one_bits);
}

/* Any number of ranks has the same as one. */
static int compare(const struct state *s, const struct state *alone) {
  int bad = alone->mesh.count != s->mesh.global_count;
  for (int b = 0; b < s->mesh.count && !bad; b++) {
    const size_t first = (size_t)s->mesh.first + (size_t)b;
    bad += memcmp(s->cells.data + s->cells.block_size * (size_t)b, alone->cells.data + alone->cells.block_size * first,
                  sizeof(double) * s->cells.block_size) != 0;
    bad += memcmp(s->faces.data + s->faces.block_size * (size_t)b, alone->faces.data + alone->faces.block_size * first,
                  sizeof(double) * s->faces.block_size) != 0;
  }
  return bad;
}

static void test_ranks(void **state) {
  (void)state;
  for (int ng = 2; ng <= 3; ng++) {
    for (int k = 0; k < CASE_COUNT; k++) {
      struct state s, alone;
      begin(&s, &CASES[k], ng, MPI_COMM_WORLD);
      begin(&alone, &CASES[k], ng, MPI_COMM_SELF);
      run(&s, noise);
      run(&alone, noise);
      int bad = compare(&s, &alone);
      end(&s);
      end(&alone);
      assert_true(all_agree(bad == 0));
    }
  }
}

/* ---- div B ---- */

static double wave(const struct state *s, int along, int d, int e, double x, double y) {
  double lx = s->mesh.upper[d] - s->mesh.lower[d], ly = s->mesh.upper[e] - s->mesh.lower[e], tau = 6.283185307179586;
  return sin(tau * 3 * x / lx + along) * cos(tau * 2 * y / ly + 0.3 * along) + 0.2 * sin(tau * 5 * x / lx);
}

/* Curl of a vector potential whose components do not depend on their own coordinate, so that fluxes through coarse and fine faces
 * agree. */
static double curl(const struct state *s, int b, int c, const int i[3]) {
  if (c < NCELL) return 1.0;
  const int d = c - NCELL;
  const struct block *k = &s->mesh.block[b];
  double x[3], sum = 0.0;
  for (int a = 0; a < 3; a++) x[a] = k->lower[a] + i[a] * k->dx[a];
  if (d >= s->mesh.dim) return 0.3 + i[0];
  for (int a = 0; a < s->mesh.dim; a++) {
    const int along = 3 - d - a;
    if (a == d || (s->mesh.dim == 2 && along != 2)) continue;
    double p = d < a ? wave(s, along, d, a, x[d], x[a] + k->dx[a]) - wave(s, along, d, a, x[d], x[a])
                     : wave(s, along, a, d, x[a] + k->dx[a], x[d]) - wave(s, along, a, d, x[a], x[d]);
    sum += ((a - d + 3) % 3 == 1 ? p : -p) / k->dx[a];
  }
  return s->mesh.dim == 1 ? 1.0 : sum;
}

static void check_div(const struct state *s, int b, int c, const int i[3], double value, int *bad) {
  (void)value;
  const struct mesh *m = &s->mesh;
  double div = 0.0;
  if (c != 0) return;
  for (int d = 0; d < m->dim; d++) {
    double x = coordinate(s, b, c, i, d);
    if (m->boundary[d][0] != BOUNDARY_PERIODIC && (x < m->lower[d] || x > m->upper[d])) return;
    struct view v = view_move(get(s, b, NCELL + d), i[0], i[1], i[2]);
    ptrdiff_t up = d == 0 ? 1 : d == 1 ? v.sy : v.sz;
    div += (v.at[up] - v.at[0]) * (m->block[b].dx[0] / m->block[b].dx[d]);
  }
  *bad += !(fabs(div) < 1e-12); /* |B| is up to 100, |B| / dx up to 1e4 */
}

static int one_div(struct state *s) {
  run(s, curl);
  return check_all(s, check_div);
}

static void test_div(void **state) {
  (void)state;
  over_cases(one_div);
}

/* ---- ends of the domain ---- */

static void check_boundary(const struct state *s, int b, int c, const int i[3], double value, int *bad) {
  const struct mesh *m = &s->mesh;
  int j[3] = {i[0], i[1], i[2]};
  double sign = 1.0;
  for (int d = 0; d < m->dim; d++) {
    const int normal = face_axis(s, c) == d, n = m->nc[d];
    for (int side = 0; side < 2; side++) {
      int e[3] = {0, 0, 0};
      e[d] = side ? 1 : -1;
      if (m->neighbour[b][direction(e[0], e[1], e[2])].kind != NEIGHBOUR_NONE) continue;
      const int beyond = side ? i[d] - (n - 1 + normal) : -i[d];
      if (beyond <= 0) continue;
      const bool mirror = m->boundary[d][side] == BOUNDARY_REFLECTING;
      const int inside = mirror ? beyond - 1 + normal : 0;
      j[d] = side ? n - 1 + normal - inside : inside;
      if (mirror && (c == 1 ? d == 0 : c - NCELL == d)) sign = -sign;
    }
  }
  *bad += value != sign * *view_move(get(s, b, c), j[0], j[1], j[2]).at;
}

static int one_boundary(struct state *s) {
  run(s, noise);
  return check_all(s, check_boundary);
}

static void test_boundary(void **state) {
  (void)state;
  over_cases(one_boundary);
}

static void user(void *data, const struct mesh *m, int b, int axis, int side, int nfield, struct field *const *fields) {
  (*(int *)data)++;
  if (nfield != 2) return;
  for (int f = 0; f < nfield; f++) {
    for (int c = 0; c < fields[f]->ncomp; c++) {
      boundary_fill(BOUNDARY_OUTFLOW, (struct boundary_component){f == 1 ? c : -1, -1}, view_field(m, fields[f], b, c), m->nc,
                    m->ngd, axis, side, m->ng);
    }
  }
}

static void test_user(void **state) {
  (void)state;
  const int u = BOUNDARY_USER;
  const struct mesh_case c = {"user", 2, {2, 2, 1}, {{u, u}, {BOUNDARY_PERIODIC, BOUNDARY_PERIODIC}, {0}}, 0, 0, {{0}}};
  struct state s;
  int calls = 0, all = 0;
  begin(&s, &c, 2, MPI_COMM_WORLD);
  exchange_set_user(s.x, user, &calls);
  run(&s, noise);
  int bad = check_all(&s, check_boundary);
  MPI_Allreduce(&calls, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  end(&s);
  assert_true(all_agree(bad == 0));
  assert_int_equal(all, 2 * 4); /* two exchanges, four blocks with one end each */
}

/* A linear function given beyond the ends is prolonged exactly next to them too. */
static void user_linear(void *data, const struct mesh *m, int b, int axis, int side, int nfield, struct field *const *fields) {
  (void)data, (void)nfield;
  const struct state s = {.mesh = *m, .cells = *fields[0], .faces = *fields[1]};
  for (int c = 0; c < NCELL + 3; c++) {
    int lower[3], upper[3], i[3];
    range(&s, c, 1, lower, upper);
    if (side) lower[axis] = m->nc[axis] + (face_axis(&s, c) == axis);
    else upper[axis] = 0;
    for (i[2] = lower[2]; i[2] < upper[2]; i[2]++)
      for (i[1] = lower[1]; i[1] < upper[1]; i[1]++)
        for (i[0] = lower[0]; i[0] < upper[0]; i[0]++) *view_move(get(&s, b, c), i[0], i[1], i[2]).at = linear(&s, b, c, i);
  }
}

static void check_linear_everywhere(const struct state *s, int b, int c, const int i[3], double value, int *bad) {
  *bad += !(fabs(value - linear(s, b, c, i)) < 4e-15 * 20.0);
}

static void test_user_next_to_jumps(void **state) {
  (void)state;
  for (int ng = 2; ng <= 3; ng++) {
    for (int k = 0; k < CASE_COUNT; k++) {
      struct mesh_case c = CASES[k];
      struct state s;
      for (int d = 0; d < c.dim; d++) c.boundary[d][0] = c.boundary[d][1] = BOUNDARY_USER;
      begin(&s, &c, ng, MPI_COMM_WORLD);
      exchange_set_user(s.x, user_linear, NULL);
      run(&s, linear);
      int bad = check_all(&s, check_linear_everywhere);
      if (bad) fprintf(stderr, "rank %d: %s, %d ghosts: %d wrong\n", s.mesh.rank, c.name, ng, bad);
      end(&s);
      assert_true(all_agree(bad == 0));
    }
  }
}

static int group(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_linear), cmocka_unit_test(test_bits), cmocka_unit_test(test_ranks),
                                     cmocka_unit_test(test_div), cmocka_unit_test(test_boundary), cmocka_unit_test(test_user),
                                     cmocka_unit_test(test_user_next_to_jumps)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_with_mpi(argc, argv, group); }
