#include "io/particles.h"

#include "base/constants.h"
#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/units.h"
#include "io/particles_file.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct particles {
  struct particles_about about;
  struct particles_layout layout;
  const struct units *units;
  MPI_Comm comm;
  int rank, size;
  char error[PARTICLES_TEXT];
};

/* How numbers of a field become code units: powers of the units of the file, of a and h, and the allowed values. */
enum { MAY_BE_ANY, MAY_BE_ZERO, POSITIVE, SHARE };
enum { ELEMENTS = 11 }; /* columns of Metallicity that are mass fractions; FIRE may have tracers behind them */
static const double MOST_SHARE = 1.001; /* of whole, with what single precision adds */
static const struct { const char *name; int components; double length, mass, velocity, a; int allowed; } FIELD[PARTICLE_FIELDS] = {
    [PARTICLE_POSITION] = {"Coordinates", 3, 1, 0, 0, 1, MAY_BE_ANY},
    [PARTICLE_VELOCITY] = {"Velocities", 3, 0, 0, 1, 0.5, MAY_BE_ANY},
    [PARTICLE_MASS] = {"Masses", 1, 0, 1, 0, 0, POSITIVE},
    [PARTICLE_ENERGY] = {"InternalEnergy", 1, 0, 0, 2, 0, POSITIVE},
    [PARTICLE_DENSITY] = {"Density", 1, -3, 1, 0, -3, POSITIVE},
    [PARTICLE_RADIUS] = {"SmoothingLength", 1, 1, 0, 0, 1, POSITIVE},
    [PARTICLE_FIELD] = {"MagneticField", 3, 0, 0, 0, 0, MAY_BE_ANY},
    [PARTICLE_CR_ENERGY] = {"CosmicRayEnergy", 0, 0, 1, 2, 0, MAY_BE_ZERO},
    [PARTICLE_METALS] = {"Metallicity", 0, 0, 0, 0, 0, SHARE},
    [PARTICLE_ELECTRONS] = {"ElectronAbundance", 1, 0, 0, 0, 0, MAY_BE_ZERO},
    [PARTICLE_NEUTRAL] = {"NeutralHydrogenAbundance", 1, 0, 0, 0, 0, SHARE},
    [PARTICLE_STARS_RATE] = {"StarFormationRate", 1, 0, 0, 0, 0, MAY_BE_ZERO},
    [PARTICLE_BIRTH] = {"StellarFormationTime", 1, 0, 0, 0, 0, MAY_BE_ANY},
};

const char *particles_name(enum particle_field field) { return FIELD[field].name; }
const struct particles_about *particles_about(const struct particles *s) { return &s->about; }

/* The first rank with a fault tells it. */
static void agree(struct particles *s) {
  int mine = s->error[0] != '\0' ? s->rank : s->size, first;
  MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, s->comm);
  if (first == s->size) return;
  MPI_Bcast(s->error, sizeof s->error, MPI_CHAR, first, s->comm);
  fail_user("%s", s->error);
}

static bool near(double a, double b, double bound) { return fabs(a - b) <= bound * fmax(fabs(a), fabs(b)); }

/* Cosmological or not, and the units: what the header says must fit together. */
static void understand(struct particles *s, const struct particles_header *h, enum particle_convention convention) {
  struct particles_about *a = &s->about;
  a->files = s->layout.files;
  for (int t = 0; t < PARTICLE_TYPES; t++) a->total[t] = s->layout.total[t];
  snprintf(a->path, sizeof a->path, "%s", s->layout.path);
  a->time = h->time;
  a->redshift = h->redshift;
  a->hubble = h->hubble > 0.0 ? h->hubble : 1.0;
  a->omega_matter = h->omega_matter;
  a->omega_lambda = h->omega_lambda;
  const bool factor = h->time > 0.0 && near(h->time, 1.0 / (1.0 + h->redshift), 1e-4);
  if (convention != PARTICLES_AUTO) {
    a->cosmological = convention == PARTICLES_COSMOLOGICAL;
    a->why = "the parameters say so";
  } else if (h->comoving >= 0) {
    a->cosmological = h->comoving > 0;
    a->why = "ComovingIntegrationOn in the header";
    if (a->cosmological && !factor)
      particles_fault(s->error, "%s: ComovingIntegrationOn is 1, but Time %.9g is not 1/(1 + Redshift) with Redshift %.9g; set restart.convention", a->path, h->time,
                      h->redshift);
  } else {
    a->cosmological = h->omega_matter > 0.0 && factor;
    a->why = a->cosmological ? "Omega0 > 0 and Time = 1/(1 + Redshift)" : "no ComovingIntegrationOn, and Omega0 = 0 or Time is not 1/(1 + Redshift)";
  }
  if (a->cosmological && !(h->time > 0.0 && h->time < 10.0)) particles_fault(s->error, "%s: Time %.9g is no scale factor; set restart.convention: physical", a->path, h->time);
  a->a = a->cosmological ? h->time : 1.0;
  a->header_units = h->length_cm > 0.0;
  a->length_cm = (a->header_units ? h->length_cm : 1e3 * PARSEC_cm) / a->hubble;
  a->mass_g = (a->header_units ? h->mass_g : 1e10 * SOLAR_MASS_g) / a->hubble;
  a->velocity_cm_s = a->header_units ? h->velocity_cm_s : 1e5;
}

struct particles *particles_open(const char *path, enum particle_convention convention, const struct units *units, MPI_Comm comm) {
  struct particles *s = memory_get(sizeof *s);
  struct particles_header header = {0};
  s->comm = comm;
  s->units = units;
  MPI_Comm_rank(comm, &s->rank);
  MPI_Comm_size(comm, &s->size);
  if (units->code) fail_user("%s: a snapshot of particles needs a run with physical units, not units: code", path);
  if (s->rank == 0) particles_scan(path, &header, &s->layout, s->error);
  agree(s);
  MPI_Bcast(&header, sizeof header, MPI_BYTE, 0, comm);
  int64_t *count = s->layout.count; /* stays with rank 0's copy of the rest */
  MPI_Bcast(&s->layout, sizeof s->layout, MPI_BYTE, 0, comm);
  const size_t bytes = sizeof *count * PARTICLE_TYPES * (size_t)s->layout.files;
  s->layout.count = s->rank == 0 ? count : memory_get(bytes);
  MPI_Bcast(s->layout.count, (int)bytes, MPI_BYTE, 0, comm);
  understand(s, &header, convention);
  agree(s);
  return s;
}

void particles_close(struct particles *s) {
  memory_free(s->layout.count);
  memory_free(s);
}

static int64_t share_start(const struct particles *s, int type, int rank) {
  const int64_t n = s->layout.total[type];
  return n / s->size * rank + (rank < n % s->size ? rank : n % s->size);
}

int64_t particles_share(const struct particles *s, int type) { return share_start(s, type, s->rank + 1) - share_start(s, type, s->rank); }

int particles_components(const struct particles *s, int type, enum particle_field field) {
  if (s->layout.total[type] == 0) return 0;
  if (field == PARTICLE_MASS && s->layout.mass[type] > 0.0) return 1;
  return s->layout.components[type][field];
}

/* One number of the file, physical and in code units. */
static double factor_of(struct particles *s, int type, enum particle_field field) {
  const struct particles_about *p = &s->about;
  const struct units *u = s->units;
  if (field == PARTICLE_FIELD) return 1.0 / u->field_G;
  if (field == PARTICLE_STARS_RATE) return SOLAR_MASS_g / JULIAN_YEAR_s / (u->mass_g / u->time_s);
  if (field == PARTICLE_BIRTH) return p->cosmological ? 1.0 : p->length_cm / p->velocity_cm_s / u->time_s;
  const double l = FIELD[field].length, m = FIELD[field].mass, v = FIELD[field].velocity;
  const double a = p->cosmological ? pow(p->a, FIELD[field].a) : 1.0, cgs = pow(p->length_cm, l) * pow(p->mass_g, m) * pow(p->velocity_cm_s, v) * a;
  const struct particles_cgs *said = &s->layout.cgs[type][field];
  double use = cgs;
  if (said->given && (l != 0.0 || m != 0.0 || v != 0.0)) {
    const double other = said->to_cgs * pow(p->a, p->cosmological ? said->a : 0.0) * pow(p->hubble, said->h);
    if (!p->header_units) use = other;
    else if (!near(cgs, other, 1e-3))
      particles_fault(s->error, "%s: the units of PartType%d/%s contradict each other: one is %.6g in cgs by the header, and %.6g by the attributes of the field", p->path, type,
                      FIELD[field].name, cgs, other);
  }
  return use / (pow(u->length_cm, l) * pow(u->mass_g, m) * pow(u->velocity_cm_s, v));
}

/* Scale factors and times of birth become ages. */
static void ages(const struct particles *s, int64_t n, double *birth) {
  const struct particles_about *p = &s->about;
  const double now = p->time * p->length_cm / p->velocity_cm_s / s->units->time_s;
  const double lambda = p->omega_lambda > 0.0 ? p->omega_lambda : 1e-8, hubble = 1e7 * p->hubble / (1e6 * PARSEC_cm) * s->units->time_s;
  const double rate = 1.5 * hubble * sqrt(lambda), ratio = lambda / (p->omega_matter > 0.0 ? p->omega_matter : 1.0);
  int64_t late = 0;
  for (int64_t i = 0; i < n; i++) {
    if (p->cosmological) { /* flat: a^3 = (Omega_m / Omega_L) sinh^2(1.5 H sqrt(Omega_L) t) */
      const double b = fmax(birth[i], 0.0);
      birth[i] = (asinh(sqrt(ratio * p->a * p->a * p->a)) - asinh(sqrt(ratio * b * b * b))) / rate;
    } else {
      birth[i] = now - birth[i];
    }
    late += birth[i] < -1e-6 * (p->cosmological ? 1.0 / hubble : fabs(now));
    birth[i] = fmax(birth[i], 0.0);
  }
  MPI_Allreduce(MPI_IN_PLACE, &late, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  if (late > 0) log_warning("%s: %lld stars formed after the time of the snapshot: taken to be of age 0", p->path, (long long)late);
}

static void check_values(struct particles *s, int type, enum particle_field field, int64_t first, int64_t n, int components, const double *value) {
  int64_t bad = 0, where = 0;
  double what = 0.0;
  for (int64_t i = n * components - 1; i >= 0; i--) {
    const double v = value[i];
    const int allowed = FIELD[field].allowed;
    const bool high = allowed == SHARE && i % components < ELEMENTS && v > MOST_SHARE;
    const bool good = isfinite(v) && !high && (allowed == MAY_BE_ANY || v > 0.0 || (v == 0.0 && allowed != POSITIVE));
    bad += !good;
    where = good ? where : i / components;
    what = good ? what : v;
  }
  if (bad > 0)
    particles_fault(s->error, "%s: PartType%d/%s has %lld value%s %s, the first of them %.6g of particle %lld", s->about.path, type, FIELD[field].name, (long long)bad,
                    bad == 1 ? "" : "s",
                    !isfinite(what) ? "not finite" : what > 0.0 ? "above one" : FIELD[field].allowed == POSITIVE ? "not above zero" : "below zero", what, (long long)(first + where));
}

double *particles_read(struct particles *s, int type, enum particle_field field) {
  const int components = particles_components(s, type, field);
  const int64_t first = share_start(s, type, s->rank), n = particles_share(s, type);
  if (components == 0)
    fail_user("%s: PartType%d has no %s%s", s->about.path, type, FIELD[field].name, field == PARTICLE_MASS ? ", and MassTable no mass for it" : "");
  double *value = memory_get(sizeof *value * (size_t)(n * components + 1));
  const double factor = factor_of(s, type, field);
  if (field == PARTICLE_MASS && s->layout.mass[type] > 0.0) {
    for (int64_t i = 0; i < n; i++) value[i] = s->layout.mass[type];
  } else {
    particles_rows(&s->layout, type, FIELD[field].name, components, first, n, value, s->error);
  }
  if (s->error[0] == '\0') check_values(s, type, field, first, n, components, value);
  agree(s);
  for (int64_t i = 0; i < n * components; i++) value[i] *= factor;
  if (field == PARTICLE_BIRTH) ages(s, n, value);
  return value;
}
