/* Snapshots as read back with plain HDF5: every cell at its place, strings of fixed length, the same bytes for any number of ranks.
 *
 * test_snapshot DIR [BYTES] writes the sample files that the tests with yt and ParaView read; BYTES: no file may be larger. */
#include "base/memory.h"
#include "base/units.h"
#include "io/io.h"

#include <hdf5.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct units UNITS = {.length_cm = 3.0857e21, .mass_g = 1.989e43, .time_s = 3.1557e13, .temperature_K = 1.0,
                                   .velocity_cm_s = 9.7782e7, .density_g_cm3 = 6.7695e-22, .pressure_erg_cm3 = 6.4727e-6,
                                   .energy_erg = 1.9018e59, .field_G = 9.0187e-3};
static struct units cgs_units(void) {
  struct units u = UNITS;
  u.velocity_cm_s = u.length_cm / u.time_s;
  u.density_g_cm3 = u.mass_g / (u.length_cm * u.length_cm * u.length_cm);
  u.pressure_erg_cm3 = u.density_g_cm3 * u.velocity_cm_s * u.velocity_cm_s;
  u.energy_erg = u.mass_g * u.velocity_cm_s * u.velocity_cm_s;
  u.field_G = sqrt(4.0 * 3.14159265358979323846 * u.pressure_erg_cm3);
  return u;
}

/* Variable v has the value v + 1 + x + 2 y + 3 z. */
static const int NUMBER[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
static double value(int v, const double x[3]) { return v + 1 + x[0] + 2 * x[1] + 3 * x[2]; }

static void fill(const void *data, const struct mesh *mesh, int b, double *values) {
  const struct block *k = &mesh->block[b];
  for (int n = 0, z = 0; z < mesh->nc[2]; z++) {
    for (int y = 0; y < mesh->nc[1]; y++) {
      for (int x = 0; x < mesh->nc[0]; x++) {
        int i[3] = {x, y, z};
        double at[3] = {0};
        for (int d = 0; d < mesh->dim; d++) at[d] = k->lower[d] + (i[d] + 0.5) * k->dx[d];
        values[n++] = value(*(const int *)data, at);
      }
    }
  }
}

enum { NVAR = 10 };
static void list(const struct units *u, struct io_variable *v) {
  const char *name[NVAR] = {"rho", "Bcc1", "press", "vel1", "vel2", "vel3", "Bcc2", "Bcc3", "ecr_p_000", "scalar"};
  const char *unit[NVAR] = {"code_density", "code_field", "code_pressure", "code_velocity", "code_velocity",
                            "code_velocity", "code_field", "code_field", "code_pressure", "1"};
  const char *cgs_unit[NVAR] = {"g cm^-3", "G", "erg cm^-3", "cm s^-1", "cm s^-1", "cm s^-1", "G", "G", "erg cm^-3", ""};
  double cgs[NVAR] = {u->density_g_cm3, u->field_G, u->pressure_erg_cm3, u->velocity_cm_s, u->velocity_cm_s,
                      u->velocity_cm_s, u->field_G, u->field_G, u->pressure_erg_cm3, 1.0};
  for (int i = 0; i < NVAR; i++) {
    v[i] = (struct io_variable){.unit = unit[i], .cgs = cgs[i], .cgs_unit = cgs_unit[i], .meaning = name[i], .fill = fill,
                                .data = &NUMBER[i], .group = i == 8 ? "cr" : NULL};
    snprintf(v[i].name, sizeof v[i].name, "%s", name[i]);
  }
}

/* Three levels at a corner, an even number of root blocks, sides that are no dyadic numbers. */
static void build(struct mesh *mesh, int dim, MPI_Comm comm) {
  struct mesh_params par = {.dim = dim, .cells = {24, 1, 1}, .lower = {-0.7, 0.1, 0.0}, .upper = {1.4, 1.5, 0.7}, .block = 8};
  if (dim > 1) {
    par.cells[1] = 16;
    par.max_level = 2;
    par.region_count = 1;
    par.region[0] = (struct mesh_region){2, {-0.65, 0.9, 0.05}, {-0.6, 0.95, 0.06}};
  }
  if (dim > 2) par.cells[2] = 8;
  par.boundary[0][0] = par.boundary[0][1] = BOUNDARY_OUTFLOW;
  mesh_create(mesh, &par, 2, comm);
}

static struct io_record record(const struct units *u) {
  return (struct io_record){.run_name = "sample", .setup = "test", .parameters = "run:\n  name: sample\n",
                            .version = "0.0 test", .units = u, .gamma = 1.4};
}

static void write_sample(const char *dir, const struct mesh *mesh, const char *name, bool single) {
  struct units u = cgs_units();
  struct io_variable v[NVAR];
  struct io_record rec = record(&u);
  rec.run_name = name;
  list(&u, v);
  io_snapshot(dir, &rec, mesh, 0.25, 7, mesh->dim, NVAR, v, single, true);
}

/* ---- reading ---- */

static char folder[64];

static hid_t open_sample(const char *name, int number) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s.%05d.athdf", folder, name, number);
  return H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
}

static void *read_all(hid_t file, const char *name, hid_t type, size_t n) {
  void *data = memory_get(n * 8);
  hid_t set = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(set);
  if ((size_t)H5Sget_simple_extent_npoints(space) != n || H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
    memory_free(data);
    data = NULL;
  }
  H5Sclose(space);
  H5Dclose(set);
  return data;
}

static int count_fixed_strings(hid_t loc, const char *name, size_t size, char *text) {
  hid_t a = H5Aopen(loc, name, H5P_DEFAULT), type = H5Aget_type(a), space = H5Aget_space(a);
  int n = (int)H5Sget_simple_extent_npoints(space);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 || H5Tget_size(type) != size) n = -1;
  if (n > 0) H5Aread(a, type, text);
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(a);
  return n;
}

static void read_attribute(hid_t loc, const char *name, hid_t type, void *to) {
  hid_t a = H5Aopen(loc, name, H5P_DEFAULT);
  H5Aread(a, type, to);
  H5Aclose(a);
}

/* Number of faults in a file. */
static int faults(const char *name, const struct mesh *mesh, bool single) {
  hid_t file = open_sample(name, mesh->dim);
  if (file < 0) return 1;
  int bad = 0, *nc = (int *)(uintptr_t)mesh->nc, nvar[3];
  size_t nb = (size_t)mesh->global_count, cells = (size_t)nc[0] * (size_t)nc[1] * (size_t)nc[2];
  char names[NVAR][21], sets[3][21];
  const char *wanted[NVAR] = {"rho", "press", "vel1", "vel2", "vel3", "scalar", "Bcc1", "Bcc2", "Bcc3", "ecr_p_000"};
  int number[NVAR] = {0, 2, 3, 4, 5, 9, 1, 6, 7, 8};
  bad += count_fixed_strings(file, "VariableNames", 21, names[0]) != NVAR;
  bad += count_fixed_strings(file, "DatasetNames", 21, sets[0]) != 3;
  bad += count_fixed_strings(file, "Coordinates", 10, (char[10]){0}) != 1;
  read_attribute(file, "NumVariables", H5T_NATIVE_INT, nvar);
  bad += nvar[0] != 6 || nvar[1] != 3 || nvar[2] != 1 || strcmp(sets[0], "prim") || strcmp(sets[1], "B") || strcmp(sets[2], "cr");
  for (int i = 0; i < NVAR; i++) bad += strcmp(names[i], wanted[i]) != 0;

  double *x[3], *xf[3], volume = 0.0, domain = 1.0, range[3];
  for (int d = 0; d < 3; d++) {
    char set[4] = {'x', (char)('1' + d), 'v', 0}, root[] = "RootGridX1";
    root[9] = (char)('1' + d);
    x[d] = read_all(file, set, H5T_NATIVE_DOUBLE, nb * (size_t)nc[d]);
    set[2] = 'f';
    xf[d] = read_all(file, set, H5T_NATIVE_DOUBLE, nb * (size_t)(nc[d] + 1));
    read_attribute(file, root, H5T_NATIVE_DOUBLE, range);
    domain *= range[1] - range[0];
    bad += range[2] != 1.0;
    if (d < mesh->dim) bad += range[0] != mesh->lower[d] || range[1] != mesh->upper[d];
  }
  int *level = read_all(file, "Levels", H5T_NATIVE_INT, nb);
  int64_t *place = read_all(file, "LogicalLocations", H5T_NATIVE_INT64, 3 * nb);
  for (size_t b = 0; b < nb; b++) {
    double v = 1.0;
    for (int d = 0; d < 3; d++) {
      double width = xf[d][(b + 1) * (size_t)(nc[d] + 1) - 1] - xf[d][b * (size_t)(nc[d] + 1)];
      v *= width;
      if (d >= mesh->dim) continue;
      double lower = mesh->lower[d] + (double)place[3 * b + (size_t)d] * width;
      bad += fabs(lower - xf[d][b * (size_t)(nc[d] + 1)]) > 1e-14;
      bad += fabs(width * ldexp(mesh->root[d], level[b]) - (mesh->upper[d] - mesh->lower[d])) > 1e-13;
    }
    volume += v;
  }
  bad += fabs(volume - domain) > 1e-13;

  for (int g = 0, at = 0; g < 3; at += nvar[g++]) {
    double *data = read_all(file, sets[g], H5T_NATIVE_DOUBLE, (size_t)nvar[g] * nb * cells);
    for (size_t n = 0; n < (size_t)nvar[g] * nb * cells; n++) {
      size_t c = n % cells, b = n / cells % nb, i = c % (size_t)nc[0], j = c / (size_t)nc[0] % (size_t)nc[1];
      size_t k = c / (size_t)nc[0] / (size_t)nc[1];
      double centre[3] = {x[0][b * (size_t)nc[0] + i], x[1][b * (size_t)nc[1] + j], x[2][b * (size_t)nc[2] + k]};
      double want = value(number[at + (int)(n / cells / nb)], centre);
      bad += fabs(data[n] - want) > (single ? 1e-6 : 1e-14) * want;  /* float: 2^-24 = 6e-8 */
    }
    memory_free(data);
    hid_t set = H5Dopen2(file, sets[g], H5P_DEFAULT), type = H5Dget_type(set);
    bad += H5Tequal(type, single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE) <= 0;
    double cgs[NVAR];
    read_attribute(set, "cgs", H5T_NATIVE_DOUBLE, cgs);
    bad += g == 0 && cgs[0] != cgs_units().density_g_cm3;
    bad += g == 1 && cgs[2] != cgs_units().field_G;
    H5Tclose(type);
    H5Dclose(set);
  }
  for (int d = 0; d < 3; d++) {
    memory_free(x[d]);
    memory_free(xf[d]);
  }
  memory_free(level);
  memory_free(place);
  H5Fclose(file);
  return bad;
}

/* Rank 0 judges, all ranks assert. */
static void expect_none(int bad) {
  MPI_Bcast(&bad, 1, MPI_INT, 0, MPI_COMM_WORLD);
  assert_int_equal(bad, 0);
}

static void check_cells(int dim, bool single) {
  struct mesh mesh;
  int bad = 0;
  build(&mesh, dim, MPI_COMM_WORLD);
  assert_true(dim == 1 || mesh.max_level == 2);
  write_sample(folder, &mesh, single ? "single" : "double", single);
  if (mesh.rank == 0) bad = faults(single ? "single" : "double", &mesh, single);
  mesh_destroy(&mesh);
  expect_none(bad);
}

static void cells_1d(void **s) { (void)s; check_cells(1, false); }
static void cells_2d(void **s) { (void)s; check_cells(2, false); check_cells(2, true); }
static void cells_3d(void **s) { (void)s; check_cells(3, false); check_cells(3, true); }

/* A rank without blocks takes part. */
static void empty_ranks(void **s) {
  (void)s;
  struct mesh mesh;
  struct mesh_params par = {.dim = 2, .cells = {8, 8, 1}, .lower = {0, 0, 0}, .upper = {1, 1, 1}, .block = 8};
  int bad = 0;
  mesh_create(&mesh, &par, 2, MPI_COMM_WORLD);
  write_sample(folder, &mesh, "one", false);
  if (mesh.rank == 0) bad = faults("one", &mesh, false);
  mesh_destroy(&mesh);
  expect_none(bad);
}

static long length(FILE *f) { fseek(f, 0, SEEK_END); long n = ftell(f); rewind(f); return n; }

/* What one rank writes alone, later, has the same bytes. */
static void same_bytes(void **s) {
  (void)s;
  struct mesh mesh, alone;
  int bad = 0, rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  build(&mesh, 3, MPI_COMM_WORLD);
  write_sample(folder, &mesh, "all", false);
  mesh_destroy(&mesh);
  if (rank == 0) {
    char path[2][256], folder2[80];
    build(&alone, 3, MPI_COMM_SELF);
    snprintf(folder2, sizeof folder2, "%s/alone", folder);
    io_prepare_folder(MPI_COMM_SELF, folder2, false, false);
    sleep(1); /* a time in the file would differ */
    write_sample(folder2, &alone, "all", false);
    mesh_destroy(&alone);
    snprintf(path[0], sizeof path[0], "%s/all.00003.athdf", folder);
    snprintf(path[1], sizeof path[1], "%s/all.00003.athdf", folder2);
    FILE *f = fopen(path[0], "rb"), *g = fopen(path[1], "rb");
    bad = f == NULL || g == NULL || length(f) != length(g);
    for (int c = 0; !bad && c != EOF;) {
      c = getc(f);
      bad = c != getc(g);
    }
    if (f != NULL) fclose(f);
    if (g != NULL) fclose(g);
  }
  expect_none(bad);
}

/* As with a full disk or quota. */
static void limit_files(rlim_t bytes) {
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){bytes, bytes});
  signal(SIGXFSZ, SIG_IGN);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int rank, result = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (argc > 1) {
    if (argc > 2) limit_files((rlim_t)atol(argv[2]));
    for (int dim = 1; dim <= 3; dim++) {
      struct mesh mesh;
      build(&mesh, dim, MPI_COMM_WORLD);
      write_sample(argv[1], &mesh, "sample", dim == 3);
      mesh_destroy(&mesh);
    }
  } else {
    char command[128];
    if (rank == 0) {
      snprintf(folder, sizeof folder, "/tmp/crux_snapshot_XXXXXX");
      if (mkdtemp(folder) == NULL) return 1;
    }
    MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);
    const struct CMUnitTest tests[] = {cmocka_unit_test(cells_1d), cmocka_unit_test(cells_2d), cmocka_unit_test(cells_3d),
                                       cmocka_unit_test(empty_ranks), cmocka_unit_test(same_bytes)};
    result = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    if (rank == 0 && system(command) != 0) result = 1;
  }
  MPI_Finalize();
  return result;
}
