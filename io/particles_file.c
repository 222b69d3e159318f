#include "io/particles_file.h"

#include "base/memory.h"
#include "io/hdf5_util.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void particles_fault(char *error, const char *format, ...) {
  va_list list;
  if (error[0] != '\0') return;
  va_start(list, format);
  vsnprintf(error, PARTICLES_TEXT, format, list);
  va_end(list);
}

static void file_name(const struct particles_layout *l, int i, char path[512]) {
  if (l->files == 1) snprintf(path, 512, "%s", l->path);
  else snprintf(path, 512, "%.480s.%d.hdf5", l->stem, i);
}

/* The first file of what the user named: as it is, with ".hdf5", or with ".0.hdf5". */
static void find_file(const char *path, struct particles_layout *l, char *error) {
  static const char *const ends[] = {"", ".hdf5", ".0.hdf5"};
  for (int i = 0; i < 3; i++) {
    snprintf(l->path, sizeof l->path, "%.480s%s", path, ends[i]);
    if (access(l->path, F_OK) == 0) break;
    if (i == 2) particles_fault(error, "%s: no such file, nor %s.hdf5 or %s.0.hdf5", path, path, path);
  }
  /* "stem.<number>.hdf5" */
  snprintf(l->stem, sizeof l->stem, "%s", l->path);
  char *dot = strrchr(l->stem, '.');
  if (dot == NULL || strcmp(dot, ".hdf5") != 0) return;
  *dot = '\0';
  dot = strrchr(l->stem, '.');
  if (dot != NULL && dot[1] != '\0' && strspn(dot + 1, "0123456789") == strlen(dot + 1)) *dot = '\0';
}

static hid_t open_file(const char *path, char *error) {
  char reason[250];
  if (access(path, F_OK) != 0) {
    particles_fault(error, "%s: this file of the snapshot is missing", path);
    return -1;
  }
  hid_t f = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (f < 0) {
    hdf5_reason(reason, sizeof reason);
    particles_fault(error, "%s: not a whole HDF5 file: %s", path, reason);
  }
  return f;
}

/* n numbers of an attribute; false when it is not there. */
static bool numbers(hid_t at, const char *path, const char *name, int n, double *value, char *error) {
  if (at < 0 || H5Aexists(at, name) <= 0) return false;
  hid_t a = H5Aopen(at, name, H5P_DEFAULT), space = H5Aget_space(a), type = H5Aget_type(a);
  const H5T_class_t kind = H5Tget_class(type);
  const hssize_t have = H5Sget_simple_extent_npoints(space);
  bool good = (kind == H5T_INTEGER || kind == H5T_FLOAT) && have == n;
  if (!good) particles_fault(error, "%s: the attribute %s has %lld value%s; %d number%s wanted", path, name, (long long)have, have == 1 ? "" : "s", n, n == 1 ? " is" : "s are");
  good = good && H5Aread(a, H5T_NATIVE_DOUBLE, value) >= 0;
  H5Tclose(type);
  H5Sclose(space);
  H5Aclose(a);
  return good;
}

static double number(hid_t at, const char *path, const char *name, const char *other, double preset, char *error) {
  double v = preset, w = preset;
  const bool first = numbers(at, path, name, 1, &v, error), second = other != NULL && numbers(at, path, other, 1, &w, error);
  if (first && second && fabs(v - w) > 1e-3 * fabs(v)) particles_fault(error, "%s: %s is %.9g and %s is %.9g: they contradict each other", path, name, v, other, w);
  return first ? v : w;
}

/* The header of one file, and the numbers of particles. */
static void read_header(hid_t f, const char *path, struct particles_header *h, int *files, double here[PARTICLE_TYPES], double all[PARTICLE_TYPES],
                        double table[PARTICLE_TYPES], char *error) {
  if (H5Lexists(f, "Header", H5P_DEFAULT) <= 0) {
    particles_fault(error, "%s: no group Header: this is no snapshot of particles", path);
    return;
  }
  hid_t g = H5Gopen2(f, "Header", H5P_DEFAULT);
  double high[PARTICLE_TYPES] = {0};
  if (!numbers(g, path, "NumPart_ThisFile", PARTICLE_TYPES, here, error)) particles_fault(error, "%s: Header has no NumPart_ThisFile", path);
  for (int t = 0; t < PARTICLE_TYPES; t++) all[t] = -1.0;
  if (numbers(g, path, "NumPart_Total", PARTICLE_TYPES, all, error) && numbers(g, path, "NumPart_Total_HighWord", PARTICLE_TYPES, high, error))
    for (int t = 0; t < PARTICLE_TYPES; t++) all[t] += 4294967296.0 * high[t];
  numbers(g, path, "MassTable", PARTICLE_TYPES, table, error);
  *files = (int)number(g, path, "NumFilesPerSnapshot", NULL, 1.0, error);
  *h = (struct particles_header){
      .time = number(g, path, "Time", NULL, 0.0, error),
      .redshift = number(g, path, "Redshift", NULL, 0.0, error),
      .hubble = number(g, path, "HubbleParam", NULL, 0.0, error),
      .omega_matter = number(g, path, "Omega0", "Omega_Matter", 0.0, error),
      .omega_lambda = number(g, path, "OmegaLambda", "Omega_Lambda", 0.0, error),
      .length_cm = number(g, path, "UnitLength_In_CGS", "UnitLength_in_cm", 0.0, error),
      .mass_g = number(g, path, "UnitMass_In_CGS", "UnitMass_in_g", 0.0, error),
      .velocity_cm_s = number(g, path, "UnitVelocity_In_CGS", "UnitVelocity_in_cm_per_s", 0.0, error),
      .comoving = (int)number(g, path, "ComovingIntegrationOn", NULL, -1.0, error)};
  H5Gclose(g);
  const int given = (h->length_cm != 0.0) + (h->mass_g != 0.0) + (h->velocity_cm_s != 0.0);
  if (given != 0 && given != 3) particles_fault(error, "%s: Header gives %d of UnitLength_In_CGS, UnitMass_In_CGS and UnitVelocity_In_CGS; all or none are wanted", path, given);
  const double all_units = h->length_cm * h->mass_g * h->velocity_cm_s;
  if (given == 3 && !(isfinite(all_units) && h->length_cm > 0.0 && h->mass_g > 0.0 && h->velocity_cm_s > 0.0))
    particles_fault(error, "%s: the units of Header must be above zero: length %.6g, mass %.6g, velocity %.6g", path, h->length_cm, h->mass_g, h->velocity_cm_s);
  if (!isfinite(h->time) || !isfinite(h->redshift) || !(h->hubble >= 0.0 && h->hubble < 10.0))
    particles_fault(error, "%s: Header has no good Time %.6g, Redshift %.6g, HubbleParam %.6g", path, h->time, h->redshift, h->hubble);
  for (int t = 0; t < PARTICLE_TYPES; t++) {
    if (!(here[t] >= 0.0 && here[t] < 9e15)) particles_fault(error, "%s: NumPart_ThisFile of type %d is %.6g", path, t, here[t]);
    if (!(table[t] >= 0.0 && isfinite(table[t]))) particles_fault(error, "%s: MassTable of type %d is %.6g", path, t, table[t]);
  }
}

/* As Gadget-4 and AREPO, or EAGLE, write them at a field. */
static struct particles_cgs unit_of(hid_t d, const char *path, char *error) {
  struct particles_cgs c = {0};
  c.to_cgs = number(d, path, "to_cgs", "CGSConversionFactor", 0.0, error);
  c.a = number(d, path, "a_scaling", "aexp-scale-exponent", 0.0, error);
  c.h = number(d, path, "h_scaling", "h-scale-exponent", 0.0, error);
  c.given = c.to_cgs > 0.0 && isfinite(c.to_cgs);
  return c;
}

/* Numbers per particle of a field, 0 when it is not there. */
static int shape_of(hid_t f, const char *path, int type, enum particle_field field, int64_t n, struct particles_cgs *unit, char *error) {
  char name[80], group[16];
  int wanted = field == PARTICLE_POSITION || field == PARTICLE_VELOCITY || field == PARTICLE_FIELD ? 3 : 1;
  const bool many = field == PARTICLE_METALS || field == PARTICLE_CR_ENERGY;
  snprintf(group, sizeof group, "PartType%d", type);
  snprintf(name, sizeof name, "%s/%s", group, particles_name(field));
  if (H5Lexists(f, group, H5P_DEFAULT) <= 0) {
    if (field == PARTICLE_POSITION) particles_fault(error, "%s: no group %s, but Header counts %lld of its particles", path, group, (long long)n);
    return 0;
  }
  if (H5Lexists(f, name, H5P_DEFAULT) <= 0) return 0;
  hid_t d = H5Dopen2(f, name, H5P_DEFAULT);
  if (d < 0) {
    particles_fault(error, "%s: %s cannot be opened as a dataset", path, name);
    return 0;
  }
  hid_t space = H5Dget_space(d), kind = H5Dget_type(d);
  const H5T_class_t class = H5Tget_class(kind);
  hsize_t extent[8] = {0};
  const int ndim = H5Sget_simple_extent_ndims(space);
  if (ndim > 0 && ndim <= 8) H5Sget_simple_extent_dims(space, extent, NULL);
  const int columns = ndim == 2 ? (int)extent[1] : 1;
  if (class != H5T_FLOAT && class != H5T_INTEGER) particles_fault(error, "%s: %s does not hold numbers", path, name);
  if (ndim < 1 || ndim > 2 || (int64_t)extent[0] != n || (many ? columns < 1 || columns > 256 : columns != wanted)) {
    char shape[64] = "no rows";
    if (ndim == 1) snprintf(shape, sizeof shape, "[%lld]", (long long)extent[0]);
    else if (ndim > 1) snprintf(shape, sizeof shape, "[%lld, %lld%s]", (long long)extent[0], (long long)extent[1], ndim > 2 ? ", ..." : "");
    particles_fault(error, "%s: %s has the shape %s; [%lld%s] is wanted, as Header counts %lld particles", path, name, shape, (long long)n,
                    wanted == 3 ? ", 3" : many ? ", any" : "", (long long)n);
  }
  *unit = unit_of(d, path, error);
  H5Tclose(kind);
  H5Sclose(space);
  H5Dclose(d);
  return columns;
}

static void scan_fields(hid_t f, const char *path, struct particles_layout *l, const int64_t *here, const int64_t *before, char *error) {
  for (int t = 0; t < PARTICLE_TYPES; t++) {
    for (int c = 0; c < PARTICLE_FIELDS && here[t] > 0; c++) {
      struct particles_cgs unit = {0};
      const int columns = shape_of(f, path, t, c, here[t], &unit, error);
      if (before[t] > 0 && columns != l->components[t][c])
        particles_fault(error, "%s: PartType%d/%s has %d number%s per particle here, and %d in earlier files", path, t, particles_name(c), columns, columns == 1 ? "" : "s",
                        l->components[t][c]);
      if (before[t] > 0 && unit.given && fabs(unit.to_cgs - l->cgs[t][c].to_cgs) > 1e-3 * unit.to_cgs)
        particles_fault(error, "%s: the unit of PartType%d/%s contradicts that of earlier files", path, t, particles_name(c));
      l->components[t][c] = columns;
      l->cgs[t][c] = unit;
    }
  }
}

static bool same(double a, double b) { return fabs(a - b) <= 1e-6 * fmax(fabs(a), fabs(b)); }

static void compare_headers(const char *path, const struct particles_header *a, const struct particles_header *b, char *error) {
  if (!same(a->time, b->time) || !same(a->redshift, b->redshift) || !same(a->hubble, b->hubble) || a->comoving != b->comoving)
    particles_fault(error, "%s: Time, Redshift, HubbleParam or ComovingIntegrationOn differ from those of the first file: these files are not of one snapshot", path);
  if (!same(a->length_cm, b->length_cm) || !same(a->mass_g, b->mass_g) || !same(a->velocity_cm_s, b->velocity_cm_s))
    particles_fault(error, "%s: the units of the header contradict those of the first file", path);
}

void particles_scan(const char *path, struct particles_header *header, struct particles_layout *l, char *error) {
  double all[PARTICLE_TYPES] = {0};
  hdf5_quiet();
  l->files = 1;
  find_file(path, l, error);
  for (int i = 0; i < l->files && error[0] == '\0'; i++) {
    char name[512];
    double here[PARTICLE_TYPES] = {0}, total[PARTICLE_TYPES] = {0}, table[PARTICLE_TYPES] = {0};
    struct particles_header h = {0};
    int files = 1;
    file_name(l, i, name);
    hid_t f = open_file(name, error);
    if (f < 0) return;
    read_header(f, name, &h, &files, here, total, table, error);
    if (error[0] == '\0' && i == 0) {
      if (files < 1 || files > 100000) particles_fault(error, "%s: NumFilesPerSnapshot is %d", name, files);
      l->count = memory_get(sizeof *l->count * PARTICLE_TYPES * (size_t)(files < 1 ? 1 : files));
      *header = h;
      memcpy(l->mass, table, sizeof table);
      memcpy(all, total, sizeof all);
      if (files > 1) { /* begin with the first of the set */
        H5Fclose(f);
        l->files = files;
        file_name(l, 0, name);
        snprintf(l->path, sizeof l->path, "%s", name);
        f = open_file(name, error);
        if (f < 0) return;
        read_header(f, name, &h, &files, here, total, table, error);
      }
    }
    if (error[0] == '\0' && files != l->files) particles_fault(error, "%s: NumFilesPerSnapshot is %d, and %d in the first file", name, files, l->files);
    if (error[0] == '\0' && i > 0) compare_headers(name, &h, header, error);
    int64_t count[PARTICLE_TYPES];
    for (int t = 0; t < PARTICLE_TYPES; t++) count[t] = (int64_t)here[t];
    if (error[0] == '\0') {
      scan_fields(f, name, l, count, l->total, error);
      for (int t = 0; t < PARTICLE_TYPES; t++) {
        l->count[i * PARTICLE_TYPES + t] = count[t];
        l->total[t] += count[t];
        if (i > 0 && !same(table[t], l->mass[t])) particles_fault(error, "%s: MassTable differs from that of the first file", name);
      }
    }
    H5Fclose(f);
  }
  for (int t = 0; t < PARTICLE_TYPES && error[0] == '\0'; t++) {
    if (all[t] >= 0.0 && (int64_t)all[t] != l->total[t])
      particles_fault(error, "%s: NumPart_Total counts %.0f particles of type %d, the file%s %s %lld: files are missing or cut off", l->path, all[t], t, l->files > 1 ? "s" : "",
                      l->files > 1 ? "hold" : "holds", (long long)l->total[t]);
    if (l->total[t] == 0) continue;
    if (l->mass[t] > 0.0) l->cgs[t][PARTICLE_MASS].given = false;
  }
}

void particles_rows(const struct particles_layout *l, int type, const char *name, int components, int64_t first, int64_t n, double *value, char *error) {
  int64_t start = 0;
  for (int i = 0; i < l->files && error[0] == '\0'; i++) {
    const int64_t here = l->count[i * PARTICLE_TYPES + type], lo = first > start ? first - start : 0, end = first + n - start, hi = end < here ? end : here;
    start += here;
    if (hi <= lo) continue;
    char path[512], field[80], reason[250];
    file_name(l, i, path);
    snprintf(field, sizeof field, "PartType%d/%s", type, name);
    hid_t f = open_file(path, error);
    if (f < 0) return;
    hid_t d = H5Dopen2(f, field, H5P_DEFAULT);
    const hsize_t at[2] = {(hsize_t)lo, 0}, count[2] = {(hsize_t)(hi - lo), (hsize_t)components};
    hid_t in_file = d < 0 ? -1 : H5Dget_space(d);
    const int ndim = d < 0 ? 1 : H5Sget_simple_extent_ndims(in_file);
    hid_t in_memory = H5Screate_simple(ndim, count, NULL);
    if (d < 0 || H5Sselect_hyperslab(in_file, H5S_SELECT_SET, at, NULL, count, NULL) < 0 || H5Dread(d, H5T_NATIVE_DOUBLE, in_memory, in_file, H5P_DEFAULT, value) < 0) {
      hdf5_reason(reason, sizeof reason);
      particles_fault(error, "%s: %s cannot be read: %s", path, field, reason);
    }
    H5Sclose(in_memory);
    if (in_file >= 0) H5Sclose(in_file);
    if (d >= 0) H5Dclose(d);
    H5Fclose(f);
    value += (hi - lo) * components;
  }
}
