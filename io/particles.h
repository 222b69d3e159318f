/* Snapshots of particles in the HDF5 layout that Gadget, GIZMO and FIRE share: reading.
 *
 * One file NAME.hdf5, or a set NAME.0.hdf5 ... NAME.(n-1).hdf5.  Types: 0 gas, 1 dark matter, 2 and 3 other particles without collisions (disc and bulge of
 * isolated galaxies), 4 stars, 5 sinks.  Every rank reads a contiguous share of the particles of a type, in the order of the files, and gets numbers in
 * code units, physical: without factors of a or h; B such that B^2/2 is a pressure.
 *
 * What is wrong with a snapshot (not there, not whole, fields of wrong shape, numbers that are not finite, units that contradict each other...) is a mistake of the
 * user: a message with file, field and particle, and status 2.  All functions are collective.
 *
 *   struct particles *s = particles_open("galaxy.hdf5", PARTICLES_AUTO, units, comm);
 *   if (particles_has(s, 0, PARTICLE_MASS)) mass = particles_read(s, 0, PARTICLE_MASS);   released with memory_free
 *   particles_close(s); */
#ifndef IO_PARTICLES_H
#define IO_PARTICLES_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

struct units;
struct particles;

enum { PARTICLE_TYPES = 6 };

/* Of type 0 unless other types are named. */
enum particle_field {
  PARTICLE_POSITION,    /* [n][3] all types                                                                    */
  PARTICLE_VELOCITY,    /* [n][3] all types; peculiar                                                          */
  PARTICLE_MASS,        /* [n] all types; from MassTable where that has it                                     */
  PARTICLE_ENERGY,      /* [n] internal, per mass                                                              */
  PARTICLE_DENSITY,     /* [n]                                                                                 */
  PARTICLE_RADIUS,      /* [n] of the support of the kernel                                                    */
  PARTICLE_FIELD,       /* [n][3] magnetic                                                                     */
  PARTICLE_CR_ENERGY,   /* [n][bins] energy of cosmic rays, per particle                                       */
  PARTICLE_METALS,      /* [n][species] types 0 and 4; mass fractions: total, He, C, N, O, Ne, Mg, Si, S, Ca, Fe */
  PARTICLE_ELECTRONS,   /* [n] n_e / n_H                                                                       */
  PARTICLE_NEUTRAL,     /* [n] neutral share of hydrogen                                                       */
  PARTICLE_STARS_RATE,  /* [n] of star formation, mass per time                                                */
  PARTICLE_BIRTH,       /* [n] type 4; age, code time                                                          */
  PARTICLE_FIELDS
};

enum particle_convention { PARTICLES_AUTO, PARTICLES_COSMOLOGICAL, PARTICLES_PHYSICAL };

struct particles_about {
  char path[512];        /* of the first file                                             */
  int files;
  int64_t total[PARTICLE_TYPES];
  double time, redshift, hubble, omega_matter, omega_lambda;
  bool cosmological;     /* lengths are comoving, Time is the scale factor                */
  double a;              /* 1 where not cosmological                                      */
  const char *why;       /* why it is taken for that                                      */
  bool header_units;     /* the header gives them; otherwise kpc/h, 1e10 Msun/h, km/s     */
  double length_cm, mass_g, velocity_cm_s; /* of the file, with h, without a              */
};

/* path: the file, the first or any of a set, or the name without ".hdf5" or ".0.hdf5". */
struct particles *particles_open(const char *path, enum particle_convention convention, const struct units *units, MPI_Comm comm);
void particles_close(struct particles *s);
const struct particles_about *particles_about(const struct particles *s);

/* How many particles of the type this rank reads. */
int64_t particles_share(const struct particles *s, int type);
/* The name in the file. */
const char *particles_name(enum particle_field field);
/* Numbers per particle; 0: the snapshot does not have the field. */
int particles_components(const struct particles *s, int type, enum particle_field field);
static inline bool particles_has(const struct particles *s, int type, enum particle_field field) { return particles_components(s, type, field) > 0; }
/* [share][components].  A field that is not there ends the program. */
double *particles_read(struct particles *s, int type, enum particle_field field);

#endif
