/* Parts of the setup `restart`: from the particles of a snapshot to fields on a mesh.  Private to setups/restart/.  Code units. */
#ifndef SETUPS_RESTART_RESTART_H
#define SETUPS_RESTART_RESTART_H

#include "io/particles.h"
#include "mhd/mhd.h"
#include "setups/setup.h"

enum { RESTART_SCALARS = MHD_SCALARS, RESTART_WORD = 16 };
enum { CENTRE_STARS, CENTRE_GAS, CENTRE_DARK, CENTRE_GIVEN };
enum { ORIENT_GAS, ORIENT_STARS, ORIENT_AXIS, ORIENT_NONE };
enum { ENERGY_TOTAL, ENERGY_THERMAL };

struct restart_params {
  char snapshot[400];
  int convention;                 /* enum particle_convention                               */
  int centre_kind, orient, energy;
  double centre[3], velocity[3], axis[3], radius;
  char scalar[RESTART_SCALARS][RESTART_WORD];
  int scalar_count;
  double vacuum_density, vacuum_temperature_K, metallicity;
  bool potential, masses;         /* masses: stars and dark matter are needed; set at the start */
  double potential_cell;          /* 0: a hundredth of the box                              */
  bool sources, winds;
  double supernova_energy, star_size, wind_mass, wind_energy, dust_path;
  double light_sun, light_radius, light_height;
};

/* What the mesh gets from a particle of gas: a row of numbers. */
enum { ROW_X = 0, ROW_RADIUS = 3, ROW_MASS, ROW_MOMENTUM, ROW_ENERGY = 8, ROW_CR, ROW_VOLUME, ROW_FIELD, ROW_FIRST_SCALAR = 14 };

/* Particles of gas inside of the box, of which this rank has a share: in the order of the snapshot, over the ranks. */
struct restart_gas {
  int64_t count;
  int columns, scalars;
  double *row;             /* [count][columns]                    */
  bool field, cr;          /* whether the snapshot has them       */
};

/* Particles that only have mass. */
struct restart_mass { int64_t count; double (*at)[4]; /* x, y, z, mass */ };

/* Stars that formed: where they are, their angular velocity about the z axis, and what the rates of their supernovae and winds ask for. */
struct restart_star { double x[3], turn, mass, age, metals; uint64_t number; }; /* solar masses; Myr at the start; mass fraction; in the snapshot */
struct restart_stars {
  int64_t count;
  struct restart_star *star;
  bool winds;
  double size;                 /* events happen so far from them (Gaussian)  */
  double wind_mass;            /* the least of an event of winds             */
  double wind_energy;          /* factor of their energy                     */
  double myr, sun, erg_per_g; /* code time in Myr; a solar mass; 1 erg per g, code units */
};

struct restart_loaded { struct restart_gas gas; struct restart_mass mass; struct restart_stars stars; };

/* Events of stars with from <= time < to. */
struct supernova_list;
void restart_stars_events(const struct restart_stars *s, double from, double to, uint64_t seed, struct supernova_list *list);
/* Supernovae per code time at the start. */
double restart_star_rate(const struct restart_stars *s, const struct restart_star *star);

/* Read the snapshot, centre, turn and cut it, and say what was found and taken.  Collective. */
void restart_load(const struct restart_params *par, const struct setup_run *run, MPI_Comm comm, struct restart_loaded *to);

/* All leaves of the mesh on every rank, to find those near a point. */
struct leaves;
struct leaf { int level, owner, local; /* number on its rank */ double lower[3], upper[3], dx[3]; };
struct leaves *leaves_create(const struct mesh *mesh);
void leaves_destroy(struct leaves *l);
/* Call fn for the leaves that the sphere touches, in the order of the tree, which is that of the mesh. */
typedef void leaf_fn(void *data, const struct leaf *leaf);
void leaves_visit(const struct leaves *l, const double x[3], double radius, leaf_fn *fn, void *data);
/* Bring rows of particles (position first, radius in column ROW_RADIUS) to all ranks that have leaves which they touch.  Ranks get them in the order
 * of the ranks and rows they come from.  Returns rows to be released with memory_free.  Collective. */
double *leaves_spread(const struct leaves *l, int64_t count, int columns, const double *row, int64_t *received);

/* Kernel of compact support 1, up to a factor: cubic spline, Monaghan & Lattanzio 1985, A&A 149, 135. */
static inline double restart_kernel(double q) {
  const double far = 1.0 - q, near = 0.5 - q;
  const double value = far * far * far - (near > 0.0 ? 4.0 * near * near * near : 0.0);
  return q < 1.0 ? value : 0.0;
}

/* Add the columns ROW_MASS ... ROW_CR and the scalars of all rows to the cells, per volume: u [5 + scalars] components of mass, momentum, energy and scalars,
 * cr (or NULL).  What a particle gives to its cells adds up to what it has; without the centre of a cell in reach the cell around it gets all. */
void restart_deposit(const struct mesh *mesh, const struct leaves *leaves, int64_t count, int columns, int scalars, const double *row, struct field *u,
                     struct field *cr);
/* The field on faces: averages over the particles in reach, weighted with the kernel per volume, so that where large and small kernels overlap the small
 * ones count; 0 where there are none.  Collective. */
void restart_faces(const struct mesh *mesh, const struct leaves *leaves, int64_t count, int columns, const double *row, struct field *b);
/* Take the gradient out of the field that makes its divergence vanish; the mesh has open ends.  Returns max |div B| dx / |B|.  Collective. */
double restart_project(const struct mesh *mesh, struct gas *gas);

/* Potential of masses that stay where they are, on nested grids around the origin; the same on all ranks.  cell: of the finest grid; extent: half the width
 * that has to be covered at least.  Collective. */
struct restart_potential;
struct restart_potential *restart_potential_create(const struct restart_mass *mass, double gravity, double cell, double extent, MPI_Comm comm);
void restart_potential_destroy(struct restart_potential *p);
double restart_potential_at(const struct restart_potential *p, const double x[3]);
/* On the same kind of grids the density of the masses themselves.  Collective. */
struct restart_potential *restart_density_create(const struct restart_mass *mass, double cell, double extent, MPI_Comm comm);
double restart_density_at(const struct restart_potential *p, const double x[3]);

/* light.c: far-ultraviolet field of the stars, in Habing's unit; path: in dust, to 1/e; extent: half the width of the box.  Collective. */
struct restart_light;
struct restart_light *restart_light_create(const struct restart_stars *stars, double path, double extent, const struct units *units, MPI_Comm comm);
void restart_light_destroy(struct restart_light *light);
double restart_light_at(struct restart_light *light, const double x[3]);

#endif
