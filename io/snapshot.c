/* Snapshots in the layout of Athena++ (Stone et al. 2020, ApJS 249, 4): attributes of the file that describe the grid and name
 * the variables; x1f.. and Levels per block; variables as [variable][block][k][j][i].  yt wants strings of fixed length and the
 * ratio of neighbouring cell widths (RootGridX?[2]) to be exactly 1. */
#include "io/layout.h"

#include "base/fail.h"
#include "base/memory.h"
#include "base/units.h"
#include "io/hdf5_util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 21 };

static const char *group_of(const struct io_variable *v) {
  if (v->group != NULL) return v->group;
  return strncmp(v->name, "Bcc", 3) == 0 ? "B" : "prim";
}

static void layout_create(struct io_layout *l, int n, const struct io_variable *v) {
  *l = (struct io_layout){0};
  l->group = memory_get(sizeof(int) * (size_t)n);
  l->row = memory_get(sizeof(int) * (size_t)n);
  for (int i = 0; i < n; i++) {
    int g = 0;
    for (int k = 0; k < i; k++) require(strcmp(v[i].name, v[k].name) != 0, "two variables are called %s", v[i].name);
    while (g < l->ngroup && strcmp(l->name[g], group_of(&v[i])) != 0) g++;
    require(g < IO_GROUPS, "more than %d groups of variables", (int)IO_GROUPS);
    if (g == l->ngroup) l->name[l->ngroup++] = group_of(&v[i]);
    l->group[i] = g;
    l->row[i] = l->count[g]++;
  }
}

static void layout_destroy(struct io_layout *l) {
  memory_free(l->group);
  memory_free(l->row);
}

static bool exists(const struct mesh *mesh, int axis) { return axis < mesh->dim; }

/* Edge i of a block.  From whole numbers, so that edges that coincide have the same bits on all levels. */
static double edge(const struct mesh *mesh, const struct block *b, int axis, int i) {
  if (!exists(mesh, axis)) return i - 0.5;
  double lo = mesh->lower[axis], hi = mesh->upper[axis];
  int64_t at = b->pos[axis] * mesh->nc[axis] + i;
  int64_t all = (int64_t)(mesh->root[axis] * mesh->nc[axis]) << b->level;
  return at == all ? hi : lo + (hi - lo) * ((double)at / (double)all);
}

static void write_record(struct hdf5_file *f, const struct io_record *rec, const struct mesh *mesh) {
  static const char *const boundary_name[] = {"periodic", "outflow", "reflecting", "user"};
  struct units u = {.code = true, .length_cm = 1, .mass_g = 1, .time_s = 1, .temperature_K = 1, .velocity_cm_s = 1,
                    .density_g_cm3 = 1, .pressure_erg_cm3 = 1, .energy_erg = 1, .field_G = 1};
  const char *boundary[6];
  if (rec->units != NULL) u = *rec->units;
  for (int s = 0; s < 6; s++) boundary[s] = boundary_name[mesh->boundary[s / 2][s % 2]];

  hdf5_text(f, f->id, "code", "crux");
  hdf5_text(f, f->id, "version", rec->version);
  hdf5_text(f, f->id, "run_name", rec->run_name);
  hdf5_text(f, f->id, "setup", rec->setup);
  hdf5_text(f, f->id, "parameters", rec->parameters);
  hdf5_text(f, f->id, "units", u.code ? "code" : "cgs");
  const struct { const char *name; double value; } real[] = {
      {"gamma", rec->gamma}, {"length_cm", u.length_cm}, {"mass_g", u.mass_g}, {"time_s", u.time_s},
      {"temperature_K", u.temperature_K}, {"velocity_cm_s", u.velocity_cm_s}, {"density_g_cm3", u.density_g_cm3},
      {"pressure_erg_cm3", u.pressure_erg_cm3}, {"energy_erg", u.energy_erg}, {"field_G", u.field_G}};
  for (size_t i = 0; i < sizeof real / sizeof *real; i++) hdf5_reals(f, f->id, real[i].name, 0, &real[i].value);
  hdf5_text(f, f->id, "field_convention", "B^2/2 is the magnetic pressure in code units");
  hdf5_ints(f, f->id, "dimension", 0, &mesh->dim);
  hdf5_texts(f, f->id, "boundaries", 6, 0, boundary);
}

static void write_grid(struct hdf5_file *f, const struct mesh *mesh, double time, int64_t step) {
  static const char *const root_name[] = {"RootGridX1", "RootGridX2", "RootGridX3"};
  require(mesh->global_count <= INT_MAX, "a snapshot holds at most %d blocks", INT_MAX);
  int blocks = (int)mesh->global_count, cycle = step > INT_MAX ? INT_MAX : (int)step, cells[3];
  for (int d = 0; d < 3; d++) {
    double range[3] = {mesh->lower[d], mesh->upper[d], 1.0};
    if (!exists(mesh, d)) {
      range[0] = -0.5;
      range[1] = 0.5;
    }
    cells[d] = exists(mesh, d) ? mesh->root[d] * mesh->nc[d] : 1;
    hdf5_reals(f, f->id, root_name[d], 3, range);
  }
  hdf5_text(f, f->id, "Coordinates", "cartesian");
  hdf5_reals(f, f->id, "Time", 0, &time);
  hdf5_ints(f, f->id, "NumCycles", 0, &cycle);
  hdf5_ints(f, f->id, "RootGridSize", 3, cells);
  hdf5_ints(f, f->id, "MeshBlockSize", 3, mesh->nc);
  hdf5_ints(f, f->id, "NumMeshBlocks", 0, &blocks);
  hdf5_ints(f, f->id, "MaxLevel", 0, &mesh->max_level);
}

/* One row per block: Levels, LogicalLocations, edges x?f and centres x?v of the cells. */
static void write_blocks(struct hdf5_file *f, const struct mesh *mesh) {
  static const char *const edge_name[] = {"x1f", "x2f", "x3f"}, *const centre_name[] = {"x1v", "x2v", "x3v"};
  size_t n = (size_t)mesh->count;
  hsize_t start[2] = {(hsize_t)mesh->first, 0};

  int *level = memory_get(sizeof(int) * n);
  int64_t *place = memory_get(sizeof(int64_t) * 3 * n);
  for (int b = 0; b < mesh->count; b++) {
    level[b] = mesh->block[b].level;
    for (int d = 0; d < 3; d++) place[3 * b + d] = exists(mesh, d) ? mesh->block[b].pos[d] : 0;
  }
  hsize_t all[2] = {(hsize_t)mesh->global_count, 3}, here[2] = {n, 3};
  hid_t set = hdf5_dataset(f, "Levels", H5T_NATIVE_INT, 1, all);
  hdf5_write(f, set, H5T_NATIVE_INT, 1, start, here, level);
  hdf5_dataset_close(f, set);
  set = hdf5_dataset(f, "LogicalLocations", H5T_NATIVE_INT64, 2, all);
  hdf5_write(f, set, H5T_NATIVE_INT64, 2, start, here, place);
  hdf5_dataset_close(f, set);
  memory_free(level);
  memory_free(place);

  for (int d = 0; d < 3; d++) {
    int nc = mesh->nc[d];
    double *x = memory_get(sizeof(double) * n * (size_t)(nc + 1));
    for (int centre = 0; centre < 2; centre++) {
      int m = nc + 1 - centre;
      for (int b = 0; b < mesh->count; b++) {
        for (int i = 0; i < m; i++) {
          double e = edge(mesh, &mesh->block[b], d, i);
          x[(size_t)b * (size_t)m + (size_t)i] = centre ? 0.5 * (e + edge(mesh, &mesh->block[b], d, i + 1)) : e;
        }
      }
      all[1] = here[1] = (hsize_t)m;
      set = hdf5_dataset(f, centre ? centre_name[d] : edge_name[d], H5T_NATIVE_DOUBLE, 2, all);
      hdf5_write(f, set, H5T_NATIVE_DOUBLE, 2, start, here, x);
      hdf5_dataset_close(f, set);
    }
    memory_free(x);
  }
}

/* What yt needs to find the variables: all names, dataset by dataset. */
static void write_names(struct hdf5_file *f, const struct io_layout *l, int n, const struct io_variable *v) {
  const char **name = memory_get(sizeof *name * (size_t)n);
  int at = 0;
  for (int g = 0; g < l->ngroup; g++) {
    for (int i = 0; i < n; i++) {
      if (l->group[i] == g) name[at++] = v[i].name;
    }
  }
  hdf5_ints(f, f->id, "NumVariables", l->ngroup, l->count);
  hdf5_texts(f, f->id, "DatasetNames", l->ngroup, NAME_SIZE, l->name);
  hdf5_texts(f, f->id, "VariableNames", n, NAME_SIZE, name);
  memory_free(name);
}

/* Units and meaning of the rows of a dataset. */
static void describe(struct hdf5_file *f, hid_t set, const struct io_layout *l, int g, int n, const struct io_variable *v) {
  size_t rows = (size_t)l->count[g];
  const char **text[4];
  double *cgs = memory_get(sizeof *cgs * rows);
  static const char *const title[4] = {"names", "units", "cgs_units", "meanings"};
  for (int t = 0; t < 4; t++) text[t] = memory_get(sizeof(char *) * rows);
  for (int i = 0; i < n; i++) {
    if (l->group[i] != g) continue;
    int r = l->row[i];
    text[0][r] = v[i].name;
    text[1][r] = v[i].unit != NULL ? v[i].unit : "";
    text[2][r] = v[i].cgs_unit != NULL ? v[i].cgs_unit : "";
    text[3][r] = v[i].meaning != NULL ? v[i].meaning : "";
    cgs[r] = v[i].cgs;
  }
  for (int t = 0; t < 4; t++) hdf5_texts(f, set, title[t], (int)rows, 0, text[t]);
  hdf5_reals(f, set, "cgs", (int)rows, cgs);
  for (int t = 0; t < 4; t++) memory_free(text[t]);
  memory_free(cgs);
}

/* One variable at a time through a buffer of this rank, in the type of the file. */
static void write_data(struct hdf5_file *f, const struct mesh *mesh, const struct io_layout *l, int n,
                       const struct io_variable *v, bool single) {
  hid_t type = single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE, set[IO_GROUPS];
  size_t cells = (size_t)mesh->nc[0] * (size_t)mesh->nc[1] * (size_t)mesh->nc[2], blocks = (size_t)mesh->count;
  hsize_t all[5] = {0, (hsize_t)mesh->global_count, (hsize_t)mesh->nc[2], (hsize_t)mesh->nc[1], (hsize_t)mesh->nc[0]};
  hsize_t start[5] = {0, (hsize_t)mesh->first, 0, 0, 0}, here[5] = {1, blocks, all[2], all[3], all[4]};
  for (int g = 0; g < l->ngroup; g++) {
    all[0] = (hsize_t)l->count[g];
    set[g] = hdf5_dataset(f, l->name[g], type, 5, all);
    describe(f, set[g], l, g, n, v);
  }

  double *one = memory_get(sizeof(double) * cells), *d64 = single ? NULL : memory_get(sizeof(double) * cells * blocks);
  float *d32 = single ? memory_get(sizeof(float) * cells * blocks) : NULL;
  for (int i = 0; i < n; i++) {
    for (int b = 0; b < mesh->count; b++) {
      if (single) {
        v[i].fill(v[i].data, mesh, b, one);
        for (size_t c = 0; c < cells; c++) d32[(size_t)b * cells + c] = (float)one[c];
      } else {
        v[i].fill(v[i].data, mesh, b, d64 + (size_t)b * cells);
      }
    }
    start[0] = (hsize_t)l->row[i];
    hdf5_write(f, set[l->group[i]], type, 5, start, here, single ? (void *)d32 : (void *)d64);
  }
  memory_free(one);
  memory_free(d32);
  memory_free(d64);
  for (int g = 0; g < l->ngroup; g++) hdf5_dataset_close(f, set[g]);
}

/* About the size of the file. */
static double size_of(const struct mesh *mesh, const struct io_record *rec, int nvariable, bool single) {
  double blocks = (double)mesh->global_count, cells = (double)mesh->nc[0] * mesh->nc[1] * mesh->nc[2];
  double edges = 2.0 * (mesh->nc[0] + mesh->nc[1] + mesh->nc[2]) + 3;
  double names = (double)strlen(rec->parameters) + 500.0 * nvariable + 8192;
  return blocks * (nvariable * cells * (single ? 4 : 8) + 8 * edges + 28) + names;
}

void io_snapshot(const char *dir, const struct io_record *rec, const struct mesh *mesh, double time, int64_t step, int number,
                 int nvariable, const struct io_variable *variables, bool single, bool xdmf) {
  char path[PATH_MAX];
  struct hdf5_file *f = memory_get(sizeof *f);
  struct io_layout layout;
  int length = snprintf(path, sizeof path, "%s/%s.%05d.athdf", dir, rec->run_name, number);
  require(length < PATH_MAX, "path too long: %s", path);
  layout_create(&layout, nvariable, variables);

  hdf5_create(f, path, size_of(mesh, rec, nvariable, single), mesh->comm);
  write_grid(f, mesh, time, step);
  write_names(f, &layout, nvariable, variables);
  write_record(f, rec, mesh);
  write_blocks(f, mesh);
  write_data(f, mesh, &layout, nvariable, variables, single);
  if (rec->more != NULL) rec->more(rec->more_data, f);
  hdf5_close(f);
  if (xdmf && mesh->rank == 0) io_xdmf(path, mesh, time, &layout, nvariable, variables, single);

  layout_destroy(&layout);
  memory_free(f);
}
