#include "base/constants.h"
#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/sum.h"
#include "base/units.h"
#include "setups/restart/restart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Particles of one kind that have mass, as they are in the snapshot. */
struct cloud { int64_t n; double *x, *v, *m; };

static void add_cloud(struct particles *s, int type, struct cloud *c) {
  const int64_t n = particles_share(s, type);
  double *x = particles_read(s, type, PARTICLE_POSITION), *v = particles_read(s, type, PARTICLE_VELOCITY), *m = particles_read(s, type, PARTICLE_MASS);
  if (c->n == 0) {
    *c = (struct cloud){n, x, v, m};
    return;
  }
  struct cloud both = {.n = c->n + n};
  both.x = memory_get(sizeof *x * 3 * (size_t)both.n);
  both.v = memory_get(sizeof *v * 3 * (size_t)both.n);
  both.m = memory_get(sizeof *m * (size_t)both.n);
  memcpy(both.x, c->x, sizeof *x * 3 * (size_t)c->n);
  memcpy(both.v, c->v, sizeof *v * 3 * (size_t)c->n);
  memcpy(both.m, c->m, sizeof *m * (size_t)c->n);
  memcpy(both.x + 3 * c->n, x, sizeof *x * 3 * (size_t)n);
  memcpy(both.v + 3 * c->n, v, sizeof *v * 3 * (size_t)n);
  memcpy(both.m + c->n, m, sizeof *m * (size_t)n);
  double *old[6] = {x, v, m, c->x, c->v, c->m};
  for (int i = 0; i < 6; i++) memory_free(old[i]);
  *c = both;
}

static void cloud_free(struct cloud *c) {
  memory_free(c->x);
  memory_free(c->v);
  memory_free(c->m);
}

static double distance2(const double a[3], const double b[3]) {
  const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
  return x * x + y * y + z * z;
}

/* Mass, mass times position (or velocity), and number inside of a sphere; in all, if the radius is 0. */
static void moments(MPI_Comm comm, const struct cloud *c, const double *of, const double centre[3], double radius, double total[5]) {
  struct sum s[5] = {{0.0, 0.0}};
  for (int64_t i = 0; i < c->n; i++) {
    if (radius > 0.0 && distance2(c->x + 3 * i, centre) > radius * radius) continue;
    sum_add(&s[0], c->m[i]);
    for (int d = 0; d < 3; d++) sum_add(&s[1 + d], c->m[i] * of[3 * i + d]);
    sum_add(&s[4], 1.0);
  }
  sum_over_blocks(comm, 1, 5, s, total);
}

/* Centre of mass in spheres that shrink until few particles are left: Power et al. 2003, MNRAS 338, 14. */
static void find_centre(MPI_Comm comm, const struct cloud *c, double centre[3]) {
  double total[5], mine = 0.0, radius;
  moments(comm, c, c->x, centre, 0.0, total);
  for (int d = 0; d < 3; d++) centre[d] = total[1 + d] / total[0];
  const double fewest = fmin(1000.0, 0.01 * total[4]);
  for (int64_t i = 0; i < c->n; i++) mine = fmax(mine, distance2(c->x + 3 * i, centre));
  MPI_Allreduce(&mine, &radius, 1, MPI_DOUBLE, MPI_MAX, comm);
  radius = sqrt(radius);
  for (;;) {
    radius *= 0.9;
    moments(comm, c, c->x, centre, radius, total);
    if (total[4] < fmax(fewest, 2.0)) return;
    for (int d = 0; d < 3; d++) centre[d] = total[1 + d] / total[0];
  }
}

static void angular_momentum(MPI_Comm comm, const struct cloud *c, const double centre[3], const double velocity[3], double radius, double l[3]) {
  struct sum s[3] = {{0.0, 0.0}};
  for (int64_t i = 0; i < c->n; i++) {
    double x[3], v[3];
    if (distance2(c->x + 3 * i, centre) > radius * radius) continue;
    for (int d = 0; d < 3; d++) {
      x[d] = c->x[3 * i + d] - centre[d];
      v[d] = c->v[3 * i + d] - velocity[d];
    }
    for (int d = 0; d < 3; d++) {
      const int e = (d + 1) % 3, f = (d + 2) % 3;
      sum_add(&s[d], c->m[i] * (x[e] * v[f] - x[f] * v[e]));
    }
  }
  sum_over_blocks(comm, 1, 3, s, l);
}

/* From the frame of the snapshot to that of the box. */
struct frame { double centre[3], velocity[3], turn[3][3]; };

/* The shortest turn that brings the axis to z: the vector on the way is cross(axis, z). */
static void turn_to(const double axis[3], double turn[3][3]) {
  const double size = sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
  if (!(size > 0.0)) fail_user("restart: the axis of the disc has no direction: its angular momentum is zero; set restart.orient: none or axis");
  const double x = axis[0] / size, y = axis[1] / size, z = axis[2] / size;
  if (z < -1.0 + 1e-12) { /* upside down: half a turn about x */
    const double half[3][3] = {{1.0, 0.0, 0.0}, {0.0, -1.0, 0.0}, {0.0, 0.0, -1.0}};
    memcpy(turn, half, sizeof half);
    return;
  }
  const double k = 1.0 / (1.0 + z), rows[3][3] = {{1.0 - k * x * x, -k * x * y, -x}, {-k * x * y, 1.0 - k * y * y, -y}, {x, y, z}};
  memcpy(turn, rows, sizeof rows);
}

static void turned(const double turn[3][3], const double in[3], double out[3]) {
  for (int d = 0; d < 3; d++) out[d] = turn[d][0] * in[0] + turn[d][1] * in[1] + turn[d][2] * in[2];
}

static void move(const struct frame *f, const double *x, double to[3], const double origin[3]) {
  const double from[3] = {x[0] - origin[0], x[1] - origin[1], x[2] - origin[2]};
  turned(f->turn, from, to);
}

static struct frame find_frame(const struct restart_params *par, MPI_Comm comm, const struct cloud *gas, const struct cloud *stars, const struct cloud *dark) {
  static const char *const names[] = {"stars", "gas", "dark matter"};
  struct frame f = {.turn = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}};
  const struct cloud *kinds[] = {stars, gas, dark};
  if (par->centre_kind == CENTRE_GIVEN) {
    memcpy(f.centre, par->centre, sizeof f.centre);
    memcpy(f.velocity, par->velocity, sizeof f.velocity);
  } else {
    const struct cloud *c = kinds[par->centre_kind];
    double total[5];
    moments(comm, c, c->x, f.centre, 0.0, total);
    if (!(total[4] > 0.0)) fail_user("restart.centre: the snapshot has no %s; choose another kind, or given", names[par->centre_kind]);
    find_centre(comm, c, f.centre);
    moments(comm, c, c->v, f.centre, par->radius, total);
    if (!(total[4] > 0.0)) fail_user("restart.radius: no %s within %.6g code lengths of the centre", names[par->centre_kind], par->radius);
    for (int d = 0; d < 3; d++) f.velocity[d] = total[1 + d] / total[0];
  }
  if (par->orient == ORIENT_NONE) return f;
  double axis[3];
  memcpy(axis, par->axis, sizeof axis);
  if (par->orient != ORIENT_AXIS) angular_momentum(comm, par->orient == ORIENT_GAS ? gas : stars, f.centre, f.velocity, par->radius, axis);
  turn_to(axis, f.turn);
  return f;
}

static bool inside(const struct setup_run *run, const double x[3]) {
  bool in = true;
  for (int d = 0; d < 3; d++) in = in && x[d] >= run->lower[d] && x[d] < run->upper[d];
  return in;
}

/* ---- what a row holds besides the dynamics ---- */

static const char *const METALS[] = {"metals", "He", "C", "N", "O", "Ne", "Mg", "Si", "S", "Ca", "Fe"};
enum { METAL_COUNT = (int)(sizeof METALS / sizeof *METALS) };
/* Mass fractions in the photosphere of the Sun: Asplund, Grevesse, Sauval & Scott 2009, ARA&A 47, 481, table 1 and section 3.12. */
static const double SOLAR[METAL_COUNT] = {SOLAR_METALS, 0.2485, 2.365e-3, 6.93e-4, 5.733e-3, 1.257e-3, 7.08e-4, 6.65e-4, 3.09e-4, 6.4e-5, 1.292e-3};

struct source { const double *value; int components, column; double preset; };

static struct source source_of(const char *word, int metals, const double *const field[PARTICLE_FIELDS], double metallicity) {
  for (int i = 0; i < METAL_COUNT; i++) {
    if (strcmp(word, METALS[i]) != 0) continue;
    struct source s = {.components = metals, .column = i, .preset = i == 1 ? SOLAR[1] : SOLAR[i] * metallicity / SOLAR[0]};
    if (i < metals) s.value = field[PARTICLE_METALS];
    return s;
  }
  if (strcmp(word, "electrons") == 0) return (struct source){field[PARTICLE_ELECTRONS], 1, 0, -1.0};
  if (strcmp(word, "neutral") == 0) return (struct source){field[PARTICLE_NEUTRAL], 1, 0, -1.0};
  if (strcmp(word, "sfr") == 0) return (struct source){field[PARTICLE_STARS_RATE], 1, 0, 0.0};
  fail_user("restart.scalars: there is no '%s'; choose of metals, He, C, N, O, Ne, Mg, Si, S, Ca, Fe, electrons, neutral, sfr", word);
}

/* Temperature with neutral gas of the Sun's helium below 1e4 K and ionised gas above. */
static bool ionised(const struct setup_run *run, double internal) {
  const double u = internal * run->units->velocity_cm_s * run->units->velocity_cm_s;
  return (5.0 / 3.0 - 1.0) * u * 1.22 * PROTON_MASS_g / BOLTZMANN_erg_K > 1.5e4;
}

static double scalar_of(const struct source *s, const struct setup_run *run, const char *word, int64_t i, double mass, double internal) {
  const double per_mass = s->value ? s->value[i * s->components + s->column] : s->preset;
  if (s->value && strcmp(word, "sfr") == 0) return per_mass; /* of the particle; the scalar is the rate per mass */
  if (per_mass >= 0.0) return mass * per_mass;
  const bool electrons = strcmp(word, "electrons") == 0;
  return mass * (ionised(run, internal) ? (electrons ? 1.16 : 0.0) : (electrons ? 0.0 : 1.0));
}

static double *read_if(struct particles *s, enum particle_field field) { return particles_has(s, 0, field) ? particles_read(s, 0, field) : NULL; }

static void take_gas(const struct restart_params *par, const struct setup_run *run, struct particles *s, const struct cloud *c, const struct frame *frame,
                     struct restart_gas *to) {
  const int64_t n = c->n;
  double *field[PARTICLE_FIELDS] = {0};
  for (int f = PARTICLE_ENERGY; f < PARTICLE_BIRTH; f++) {
    const bool wanted = f == PARTICLE_FIELD ? run->magnetic : f == PARTICLE_ENERGY || particles_has(s, 0, f);
    if (wanted) field[f] = f == PARTICLE_ENERGY ? particles_read(s, 0, f) : read_if(s, f);
  }
  const int bins = particles_components(s, 0, PARTICLE_CR_ENERGY), metals = particles_components(s, 0, PARTICLE_METALS);
  to->scalars = run->nscalar;
  to->columns = ROW_FIRST_SCALAR + run->nscalar;
  to->field = field[PARTICLE_FIELD] != NULL;
  to->cr = bins > 0;
  if (run->nscalar > par->scalar_count) fail_user("restart.scalars: %d names for the %d of mhd.scalars", par->scalar_count, run->nscalar);
  struct source source[RESTART_SCALARS];
  for (int k = 0; k < run->nscalar; k++) source[k] = source_of(par->scalar[k], metals, (const double *const *)field, par->metallicity);
  to->row = memory_get(sizeof *to->row * (size_t)to->columns * (size_t)(n + 1));
  for (int64_t i = 0; i < n; i++) {
    double *row = to->row + to->count * to->columns, v[3];
    const double m = c->m[i], u = field[PARTICLE_ENERGY][i];
    move(frame, c->x + 3 * i, row + ROW_X, frame->centre);
    if (!inside(run, row + ROW_X)) continue;
    to->count++;
    move(frame, c->v + 3 * i, v, frame->velocity);
    /* A kernel of 32 neighbours links density and radius where one of them is missing. */
    const double in_kernel = 32.0 / (4.0 * PI / 3.0);
    const double rho = field[PARTICLE_DENSITY] ? field[PARTICLE_DENSITY][i] : m * in_kernel / pow(field[PARTICLE_RADIUS][i], 3.0);
    row[ROW_RADIUS] = field[PARTICLE_RADIUS] ? field[PARTICLE_RADIUS][i] : cbrt(m / rho * in_kernel);
    row[ROW_MASS] = m;
    for (int d = 0; d < 3; d++) row[ROW_MOMENTUM + d] = m * v[d];
    row[ROW_ENERGY] = m * (u + (par->energy == ENERGY_TOTAL ? 0.5 * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) : 0.0));
    for (int k = 0; k < bins; k++) row[ROW_CR] += field[PARTICLE_CR_ENERGY][i * bins + k];
    row[ROW_VOLUME] = m / rho;
    if (to->field) turned(frame->turn, field[PARTICLE_FIELD] + 3 * i, row + ROW_FIELD);
    for (int k = 0; k < run->nscalar; k++) row[ROW_FIRST_SCALAR + k] = scalar_of(&source[k], run, par->scalar[k], i, m, u);
  }
  for (int f = 0; f < PARTICLE_FIELDS; f++) memory_free(field[f]);
}

static void take_mass(const struct cloud *c, const struct frame *frame, struct restart_mass *to) {
  for (int64_t i = 0; i < c->n; i++) {
    double *at = to->at[to->count++];
    move(frame, c->x + 3 * i, at, frame->centre);
    at[3] = c->m[i];
  }
}

static void take_stars(const struct restart_params *par, const struct setup_run *run, struct particles *s, const struct frame *frame, struct restart_stars *to) {
  const int type = 4;
  const struct units *u = run->units;
  *to = (struct restart_stars){.winds = par->winds, .size = par->star_size, .wind_mass = par->wind_mass, .wind_energy = par->wind_energy, .erg_per_g = u->mass_g / u->energy_erg};
  to->myr = u->time_s / (1e6 * JULIAN_YEAR_s);
  to->sun = SOLAR_MASS_g / u->mass_g;
  if (!particles_has(s, type, PARTICLE_BIRTH)) {
    log_warning("%s has no stars with StellarFormationTime: no supernovae", particles_about(s)->path);
    return;
  }
  double *x = particles_read(s, type, PARTICLE_POSITION), *v = particles_read(s, type, PARTICLE_VELOCITY), *m = particles_read(s, type, PARTICLE_MASS);
  double *age = particles_read(s, type, PARTICLE_BIRTH), *metals = particles_has(s, type, PARTICLE_METALS) ? particles_read(s, type, PARTICLE_METALS) : NULL;
  const int species = particles_components(s, type, PARTICLE_METALS);
  struct sum rate = {0.0, 0.0};
  double total;
  int64_t first = 0;
  to->count = particles_share(s, type);
  MPI_Exscan(&to->count, &first, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  to->star = memory_get(sizeof *to->star * (size_t)(to->count + 1));
  for (int64_t i = 0; i < to->count; i++) {
    struct restart_star *star = &to->star[i];
    double w[3];
    *star = (struct restart_star){.mass = m[i] / to->sun, .age = age[i] * to->myr, .number = (uint64_t)(first + i)};
    star->metals = metals ? metals[i * species] : par->metallicity;
    move(frame, x + 3 * i, star->x, frame->centre);
    move(frame, v + 3 * i, w, frame->velocity);
    const double r2 = star->x[0] * star->x[0] + star->x[1] * star->x[1];
    star->turn = r2 > 0.0 ? (star->x[0] * w[1] - star->x[1] * w[0]) / r2 : 0.0;
    sum_add(&rate, restart_star_rate(to, star));
  }
  double *all[5] = {x, v, m, age, metals};
  for (int i = 0; i < 5; i++) memory_free(all[i]);
  sum_over_blocks(MPI_COMM_WORLD, 1, 1, &rate, &total);
  log_info("restart: %.4g supernovae per century from the ages of the stars", total / to->myr * 1e-4);
}

/* ---- what is said ---- */

static void tell_missing(const struct restart_params *par, const struct setup_run *run, const struct particles *s) {
  const char *path = particles_about(s)->path;
  if (!particles_has(s, 0, PARTICLE_FIELD) && run->magnetic) log_warning("%s has no MagneticField: the field is zero", path);
  if (!particles_has(s, 0, PARTICLE_CR_ENERGY) && run->rays)
    log_warning("%s has no CosmicRayEnergy: cosmic rays start at zero, or as cr_initial.energy or cr_initial.pressure_ratio says", path);
  if (!particles_has(s, 0, PARTICLE_DENSITY)) log_warning("%s has no Density: taken from SmoothingLength, with 32 particles in the kernel", path);
  if (!particles_has(s, 0, PARTICLE_RADIUS)) log_warning("%s has no SmoothingLength: taken from Density, with 32 particles in the kernel", path);
  for (int k = 0; k < run->nscalar; k++) {
    const char *w = par->scalar[k];
    int metal = 0;
    while (metal < METAL_COUNT && strcmp(w, METALS[metal]) != 0) metal++;
    if (metal < METAL_COUNT && metal >= particles_components(s, 0, PARTICLE_METALS))
      log_warning("%s has no %s in Metallicity: the mixture of the Sun with metals of %g (restart.metallicity)", path, w, par->metallicity);
    if (strcmp(w, "electrons") == 0 && !particles_has(s, 0, PARTICLE_ELECTRONS)) log_warning("%s has no ElectronAbundance: 1.16 above 15000 K, 0 below", path);
    if (strcmp(w, "neutral") == 0 && !particles_has(s, 0, PARTICLE_NEUTRAL)) log_warning("%s has no NeutralHydrogenAbundance: 0 above 15000 K, 1 below", path);
    if (strcmp(w, "sfr") == 0 && !particles_has(s, 0, PARTICLE_STARS_RATE)) log_warning("%s has no StarFormationRate: zero", path);
  }
}

static void tell(const struct setup_run *run, const struct particles *s, const struct frame *f) {
  const struct particles_about *a = particles_about(s);
  const struct units *u = run->units;
  const double kpc = u->length_cm / (1e3 * PARSEC_cm), km_s = u->velocity_cm_s / 1e5;
  log_info("restart: %s, %d file%s; particles of types 0 to 5: %lld, %lld, %lld, %lld, %lld, %lld", a->path, a->files, a->files == 1 ? "" : "s", (long long)a->total[0],
           (long long)a->total[1], (long long)a->total[2], (long long)a->total[3], (long long)a->total[4], (long long)a->total[5]);
  log_info("restart: taken as %s (%s); units %s: %.6g cm, %.6g g, %.6g cm/s%s", a->cosmological ? "cosmological" : "physical", a->why,
           a->header_units ? "of the header" : "assumed, as the header gives none", a->length_cm * a->a, a->mass_g, a->velocity_cm_s,
           a->cosmological ? ", with h and a" : ", with h");
  log_info("restart: centre (%.6g, %.6g, %.6g) kpc, velocity (%.6g, %.6g, %.6g) km/s, axis of the disc (%.6g, %.6g, %.6g), in the snapshot", f->centre[0] * kpc,
           f->centre[1] * kpc, f->centre[2] * kpc, f->velocity[0] * km_s, f->velocity[1] * km_s, f->velocity[2] * km_s, f->turn[2][0], f->turn[2][1], f->turn[2][2]);
}

void restart_load(const struct restart_params *par, const struct setup_run *run, MPI_Comm comm, struct restart_loaded *to) {
  struct particles *s = particles_open(par->snapshot, (enum particle_convention)par->convention, run->units, comm);
  const struct particles_about *about = particles_about(s);
  struct cloud gas = {0}, stars = {0}, dark = {0};
  *to = (struct restart_loaded){0};
  if (about->total[0] == 0) fail_user("%s: zero particles of gas (PartType0): nothing to start from", about->path);
  if (!particles_has(s, 0, PARTICLE_DENSITY) && !particles_has(s, 0, PARTICLE_RADIUS))
    fail_user("%s: PartType0 has neither Density nor SmoothingLength; one of them is needed", about->path);
  add_cloud(s, 0, &gas);
  for (int t = 1; t < PARTICLE_TYPES; t++) {
    /* In cosmological runs types 2 and 3 are dark matter of low resolution, otherwise stars of the disc and the bulge. */
    const bool is_stars = t == 4 || ((t == 2 || t == 3) && !about->cosmological);
    const bool wanted = par->masses || (is_stars ? par->centre_kind == CENTRE_STARS || par->orient == ORIENT_STARS : par->centre_kind == CENTRE_DARK);
    if (about->total[t] > 0 && wanted) add_cloud(s, t, is_stars ? &stars : &dark);
  }
  const struct frame frame = find_frame(par, comm, &gas, &stars, &dark);
  tell(run, s, &frame);
  tell_missing(par, run, s);
  take_gas(par, run, s, &gas, &frame, &to->gas);
  if (par->masses) {
    to->mass.at = memory_get(sizeof *to->mass.at * (size_t)(stars.n + dark.n + 1));
    take_mass(&stars, &frame, &to->mass);
    take_mass(&dark, &frame, &to->mass);
  }
  if (par->sources) take_stars(par, run, s, &frame, &to->stars);
  int64_t counts[2] = {to->gas.count, gas.n}, all[2];
  MPI_Allreduce(counts, all, 2, MPI_INT64_T, MPI_SUM, comm);
  log_info("restart: %lld of %lld particles of gas are in the box", (long long)all[0], (long long)all[1]);
  if (all[0] == 0) fail_user("%s: zero particles of gas in the box; look at restart.centre, and mesh.lower and upper", about->path);
  cloud_free(&gas);
  cloud_free(&stars);
  cloud_free(&dark);
  particles_close(s);
}
