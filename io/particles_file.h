/* The HDF5 side of io/particles.h: what the files hold, unit and meaning left to the caller.  Private to io/.
 *
 * Nothing here is collective; faults are left in a text, the first one counts. */
#ifndef IO_PARTICLES_FILE_H
#define IO_PARTICLES_FILE_H

#include "io/particles.h"

enum { PARTICLES_TEXT = 900 };

/* Remember the first fault. */
void particles_fault(char *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Attributes of the header; comoving -1, others 0: not there. */
struct particles_header {
  double time, redshift, hubble, omega_matter, omega_lambda, length_cm, mass_g, velocity_cm_s;
  int comoving;
};

/* value to_cgs a^a h^h is physical, in cgs; given by attributes of a field. */
struct particles_cgs { bool given; double to_cgs, a, h; };

struct particles_layout {
  char path[512], stem[512];                            /* first file; name before ".<number>.hdf5" */
  int files;
  int64_t total[PARTICLE_TYPES], *count;                /* in all; [files][types]        */
  double mass[PARTICLE_TYPES];                          /* MassTable                     */
  int components[PARTICLE_TYPES][PARTICLE_FIELDS];      /* 0: not there                  */
  struct particles_cgs cgs[PARTICLE_TYPES][PARTICLE_FIELDS];
};

/* Look through all files: headers that agree, fields that all of them have, with the right shapes. */
void particles_scan(const char *path, struct particles_header *header, struct particles_layout *layout, char *error);
/* Rows first ... first + n - 1 of a field, counted over all files. */
void particles_rows(const struct particles_layout *layout, int type, const char *name, int components, int64_t first, int64_t n, double *value, char *error);

#endif
