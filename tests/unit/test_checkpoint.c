/* Checkpoints: what is read is what was written, to the last bit, on every kind of mesh; files do not depend on the ranks; any
 * damage is found.  A mesh made from leaves is the mesh they are from.  Run with 1, 2, 3 and 5 ranks. */
#include "base/params.h"
#include "io/checkpoint.h"
#include "io/checksum.h"
#include "tests/unit/mesh_cases.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct io_record RECORD = {.run_name = "r", .setup = "test", .parameters = "units: code\nmesh:\n  dim: 2\n", .version = "0.0"};
static char folder[64];
static int rank;

/* A number for every entry of every field, whatever the partition. */
static double number(const struct block *b, int field, int c, int at) {
  double place = (double)(b->level + 17 * b->pos[0] + 1009 * b->pos[1] + 65537 * b->pos[2]);
  return sin(place + 0.37 * field + 3.1 * c) / (at + 1.0);
}

static void describe(struct block *b) {
  b->weight = number(b, 5, 5, 5);
  b->quiet = (int)(b->pos[0] % 5);
}

struct state { struct mesh mesh; struct field cells, faces; int64_t step; double time; unsigned char random[5]; };

static int list_state(struct state *s, struct io_state list[3]) {
  list[0] = (struct io_state){"step", IO_INT64, 1, &s->step};
  list[1] = (struct io_state){"time", IO_DOUBLE, 1, &s->time};
  list[2] = (struct io_state){"random_state", IO_BYTE, 5, s->random};
  return 3;
}

static void create_fields(struct state *s) {
  field_create(&s->cells, &s->mesh, "gas", CENTRING_CELL, 4);
  field_create(&s->faces, &s->mesh, "field", CENTRING_FACE, 3);
}

/* Set the interiors, or count how many differ.  Ghosts hold something else. */
static int visit(struct state *s, bool set) {
  int different = 0;
  struct field *fields[2] = {&s->cells, &s->faces};
  for (int f = 0; f < 2; f++) {
    for (int b = 0; b < s->mesh.count; b++) {
      for (int c = 0; c < fields[f]->ncomp; c++) {
        const int *e = field_extent(fields[f], c), *g = s->mesh.ngd;
        double *data = field_data(fields[f], b, c);
        for (int i = 0; i < e[0] * e[1] * e[2]; i++) {
          int at[3] = {i % e[0], i / e[0] % e[1], i / e[0] / e[1]};
          bool inside = true;
          for (int d = 0; d < 3; d++) inside = inside && at[d] >= g[d] && at[d] < e[d] - g[d];
          double v = number(&s->mesh.block[b], f, c, i);
          if (set) data[i] = inside ? v : -1.0;
          if (!set) different += inside && data[i] != v;
        }
      }
    }
  }
  return different;
}

static void destroy(struct state *s) {
  field_destroy(&s->cells);
  field_destroy(&s->faces);
  mesh_destroy(&s->mesh);
}

static void write_case(const struct mesh_case *kind, int file, struct state *s) {
  struct mesh_params par = case_params(kind);
  struct io_state list[3];
  *s = (struct state){.step = ((int64_t)1 << 40) + 7, .time = 1.0 / 3.0, .random = {1, 0, 255, 3, 4}};
  mesh_create(&s->mesh, &par, 2, MPI_COMM_WORLD);
  create_fields(s);
  visit(s, true);
  for (int b = 0; b < s->mesh.count; b++) describe(&s->mesh.block[b]);
  int n = list_state(s, list);
  io_checkpoint_write(folder, file, &RECORD, &s->mesh, n, list, 2, (struct field *[]){&s->cells, &s->faces});
}

static void find(struct state *s, struct io_checkpoint *c) {
  struct io_state list[3];
  *s = (struct state){0};
  io_checkpoint_find(MPI_COMM_WORLD, folder, list_state(s, list), list, c);
}

static void round_trip(void **unused) {
  (void)unused;
  int bad = 0;
  for (int i = 0; i < CASE_COUNT; i++) {
    const char *name = CASES[i].name;
    struct mesh_params par = case_params(&CASES[i]);
    struct state a, b;
    struct io_checkpoint c;
    write_case(&CASES[i], i, &a);
    find(&b, &c);
    EXPECT(bad, name, c.number == i && c.last == i && c.skipped == NULL);
    EXPECT(bad, name, b.step == a.step && b.time == a.time && memcmp(a.random, b.random, sizeof a.random) == 0);
    EXPECT(bad, name, strcmp(c.parameters, RECORD.parameters) == 0 && strcmp(c.setup, "test") == 0);
    EXPECT(bad, name, c.dim == a.mesh.dim && c.nc[0] == 8 && c.count == a.mesh.global_count);
    par.region_count = par.max_level = 0; /* the leaves alone say what is refined */
    mesh_create_from_leaves(&b.mesh, &par, 2, MPI_COMM_WORLD, c.count, c.leaf);
    EXPECT(bad, name, b.mesh.count == a.mesh.count && b.mesh.first == a.mesh.first && b.mesh.ghost_count == a.mesh.ghost_count);
    for (int k = 0; k < a.mesh.count && bad == 0; k++) {
      EXPECT(bad, name, memcmp(a.mesh.block[k].pos, b.mesh.block[k].pos, sizeof a.mesh.block[k].pos) == 0);
      EXPECT(bad, name, a.mesh.block[k].level == b.mesh.block[k].level && a.mesh.block[k].weight == b.mesh.block[k].weight);
      EXPECT(bad, name, a.mesh.block[k].quiet == b.mesh.block[k].quiet);
      EXPECT(bad, name, memcmp(a.mesh.neighbour[k], b.mesh.neighbour[k], sizeof *a.mesh.neighbour) == 0);
    }
    create_fields(&b);
    io_checkpoint_load(&c, &b.mesh, 2, (struct field *[]){&b.cells, &b.faces});
    EXPECT(bad, name, visit(&b, false) == 0);
    io_checkpoint_free(&c);
    destroy(&a);
    destroy(&b);
    io_checkpoint_remove(MPI_COMM_WORLD, folder, i);
    MPI_Barrier(MPI_COMM_WORLD);
  }
  assert_true(all_agree(bad == 0));
}

static void change_byte(const char *path, long at) {
  FILE *f = fopen(path, "r+b");
  fseek(f, at, SEEK_SET);
  int c = fgetc(f);
  fseek(f, at, SEEK_SET);
  fputc(c ^ 16, f);
  fclose(f);
}

/* Single bytes all over the newer of two files: it is skipped, or what is taken from it is right. */
static void damage(void **unused) {
  (void)unused;
  enum { TRIES = 150 };
  struct state a, b;
  struct io_checkpoint c;
  char path[128];
  long size = 0;
  int bad = 0, skipped = 0;
  write_case(&CASES[7], 0, &a);
  destroy(&a);
  write_case(&CASES[7], 3, &a);
  snprintf(path, sizeof path, "%s/checkpoint.00003.h5", folder);
  struct stat info;
  if (stat(path, &info) == 0) size = (long)info.st_size;
  for (int i = 0; i < TRIES; i++) {
    /* First where the header is, then everywhere. */
    long at = i < 60 ? (long)(i * 67) % size : (long)((double)size * (0.5 + i - 60) / (TRIES - 60));
    if (rank == 0) change_byte(path, at);
    MPI_Barrier(MPI_COMM_WORLD);
    find(&b, &c);
    EXPECT(bad, "damage", (c.number == 0) == (c.skipped != NULL) && c.last == 3);
    EXPECT(bad, "damage", c.number == 0 || (b.time == a.time && b.step == a.step && strcmp(c.parameters, RECORD.parameters) == 0));
    if (c.number == 3) {
      struct mesh_params par = case_params(&CASES[7]);
      mesh_create_from_leaves(&b.mesh, &par, 2, MPI_COMM_WORLD, c.count, c.leaf);
      create_fields(&b);
      io_checkpoint_load(&c, &b.mesh, 2, (struct field *[]){&b.cells, &b.faces});
      EXPECT(bad, "damage", visit(&b, false) == 0);
      destroy(&b);
    }
    skipped += c.number == 0;
    io_checkpoint_free(&c);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0) change_byte(path, at);
    MPI_Barrier(MPI_COMM_WORLD);
  }
  destroy(&a);
  assert_true(all_agree(bad == 0));
  assert_true(skipped > TRIES / 2);
  find(&b, &c);
  assert_int_equal(c.number, 3);
  io_checkpoint_free(&c);
}

/* A file written by one rank and one written by all have the same bytes. */
static void ranks(void **unused) {
  (void)unused;
  struct state s;
  char path[128], *bytes[2] = {NULL, NULL};
  size_t size[2] = {0, 0};
  bool same = true;
  write_case(&CASES[13], 5, &s);
  destroy(&s);
  struct state one = {.step = ((int64_t)1 << 40) + 7, .time = 1.0 / 3.0, .random = {1, 0, 255, 3, 4}};
  struct mesh_params par = case_params(&CASES[13]);
  struct io_state list[3];
  if (rank == 0) {
    mesh_create(&one.mesh, &par, 2, MPI_COMM_SELF);
    create_fields(&one);
    visit(&one, true);
    for (int b = 0; b < one.mesh.count; b++) describe(&one.mesh.block[b]);
    io_checkpoint_write(folder, 6, &RECORD, &one.mesh, list_state(&one, list), list, 2, (struct field *[]){&one.cells, &one.faces});
    destroy(&one);
    for (int i = 0; i < 2; i++) {
      snprintf(path, sizeof path, "%s/checkpoint.%05d.h5", folder, 5 + i);
      FILE *f = fopen(path, "rb");
      bytes[i] = memory_get(1 << 24);
      size[i] = fread(bytes[i], 1, 1 << 24, f);
      fclose(f);
    }
    same = size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0]) == 0;
    memory_free(bytes[0]);
    memory_free(bytes[1]);
  }
  assert_true(all_agree(same));
}

/* Any change of a word changes the sum; so does the order of rows. */
static void sums(void **unused) {
  (void)unused;
  unsigned char data[37];
  for (int i = 0; i < 37; i++) data[i] = (unsigned char)(7 * i);
  uint64_t sum = checksum(0, data, sizeof data);
  for (int i = 0; i < 37; i++) {
    for (int bit = 0; bit < 8; bit++) {
      data[i] ^= (unsigned char)(1 << bit);
      assert_true(checksum(0, data, sizeof data) != sum);
      data[i] ^= (unsigned char)(1 << bit);
    }
  }
  double zero[2] = {0.0, 0.0};
  assert_true(checksum(0, zero, 8) != checksum(0, zero, 16));
  assert_true(checksum(0, zero, 7) != checksum(0, zero, 8));
  assert_true(checksum_row(0, data, 8) + checksum_row(1, data + 8, 8) != checksum_row(1, data, 8) + checksum_row(0, data + 8, 8));
}

/* Wall-clock times carry a unit whatever the units of the run. */
static void wall_clock(void **unused) {
  (void)unused;
  for (int code = 0; code < 2; code++) {
    char path[128];
    double wall = 0.0, preset = 0.0;
    snprintf(path, sizeof path, "%s/wall.yaml", folder);
    if (rank == 0) {
      FILE *f = fopen(path, "w");
      fprintf(f, "%srun:\n  wall_time: 1.5 h\n", code ? "units: code\n" : "");
      fclose(f);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    struct params *ps = params_open(MPI_COMM_WORLD, path, NULL);
    params_section(ps, "run", "run");
    params_real(ps, "wall_time", &wall, "0", 0.0, INFINITY, "wall s", "limit");
    params_real(ps, "preset", &preset, "30 min", 0.0, INFINITY, "wall s", "limit");
    params_load(ps);
    assert_true(wall == 5400.0 && preset == 1800.0);
    assert_non_null(strstr(params_resolved(ps), "wall_time: 1.5 h"));
    assert_non_null(strstr(params_resolved(ps), "preset: 30 min"));
    params_free(ps);
  }
}

static void note_change(void *data, const char *key, const char *before, const char *after) {
  char *all = data;
  size_t used = strlen(all);
  snprintf(all + used, 400 - used, "%s %s->%s;", key, before == NULL ? "-" : before, after == NULL ? "-" : after);
}

static void changes(void **unused) {
  (void)unused;
  char path[128], all[400] = "";
  double a = 0.0, b = 0.0, c[2] = {0.0, 0.0};
  snprintf(path, sizeof path, "%s/changes.yaml", folder);
  if (rank == 0) {
    FILE *f = fopen(path, "w");
    fprintf(f, "run:\n  a: 1 kpc\n  b: 2\n  c: [0.5, 2e0]\n");
    fclose(f);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  struct params *ps = params_open(MPI_COMM_WORLD, path, NULL);
  params_section(ps, "run", "run");
  params_real(ps, "a", &a, NULL, 0.0, INFINITY, "kpc", "a length");
  params_real(ps, "b", &b, NULL, 0.0, INFINITY, "1", "a number");
  params_reals(ps, "c", 2, c, NULL, 0.0, INFINITY, "1", "two numbers");
  params_load(ps);
  const char *units = "units: {length: 1 kpc, velocity: 1 km/s, density: 1 mp cm^-3}\n";
  char before[400];
  snprintf(before, sizeof before, "%srun:\n  a: 1000 pc\n  b: 2.0\n  c: [0.5, 2]\n", units);
  assert_int_equal(params_changes(ps, before, note_change, all), 0);
  snprintf(before, sizeof before, "units: code\nrun:\n  a: 1 pc\n  c: [0.5, 3]\n  d: 1\n");
  assert_int_equal(params_changes(ps, before, note_change, all), 5);
  assert_non_null(strstr(all, "units code->{length: 1 kpc"));
  assert_non_null(strstr(all, "run.a 1 pc->1 kpc;"));
  assert_non_null(strstr(all, "run.b -->2;"));
  assert_non_null(strstr(all, "run.c [0.5, 3]->[0.5, 2e0];"));
  assert_non_null(strstr(all, "run.d 1->-;"));
  params_free(ps);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) {
    snprintf(folder, sizeof folder, "/tmp/crux_checkpoint_XXXXXX");
    if (mkdtemp(folder) == NULL) return 1;
  }
  MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);
  const struct CMUnitTest tests[] = {cmocka_unit_test(sums),  cmocka_unit_test(round_trip), cmocka_unit_test(damage),
                                     cmocka_unit_test(ranks), cmocka_unit_test(wall_clock), cmocka_unit_test(changes)};
  int result = cmocka_run_group_tests(tests, NULL, NULL);
  char command[128];
  snprintf(command, sizeof command, "rm -r %s", folder);
  if (rank == 0 && system(command) != 0) result = 1;
  MPI_Finalize();
  return result;
}
