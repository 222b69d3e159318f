/* Cosmic rays in live gas: spectra as fields on the mesh, their transport along the magnetic field, momentum-space update, sources, forces and heat
 * on the gas, and the ledger.
 *
 * Every bin of every species has two populations (microphysics/spectrum.h), each a density q >= 0 in cm^-3 with a scalar flux F along b in cm^-3
 * times the code velocity; all other numbers are in code units.  Populations are numbered 2 bin + end with the bins of the network and end 0 (lower edge)
 * or 1 (upper edge).  They live in the groups of transport.h, which share a reduced speed of light.
 *
 * A step of a run, symmetric over pairs of steps (Strang 1968, SIAM J. Numer. Anal. 5, 506):
 *   even:  transport, half kick, gas,  momentum space, advection, half kick
 *   odd:   half kick, gas,  advection, momentum space, half kick, transport
 * Conservation: the kick is a divergence of stresses, and what cosmic rays carry in momentum, stress / (speed c~/c)^2 F b, is taken from the gas where it
 * changes; the gas gets the energy that cosmic rays lose by adiabatic changes, streaming and heating processes, cell by cell, and the divergence of
 * stress times velocity.  So momentum and energy of gas, field and cosmic rays with the ledger are conserved to round-off for the form RSOL_FLUX with any
 * c~, and for RSOL_FULL with c~ = c.  Where c~ of a group changes, so does by definition what it carries in momentum; the gas feels nothing of that. */
#ifndef CRTRANSPORT_CRTRANSPORT_H
#define CRTRANSPORT_CRTRANSPORT_H

#include "crtransport/transport.h"
#include "mhd/mhd.h"
#include "microphysics/cr_params.h"

struct params;
struct units;

enum { TRANSPORT_NONE, TRANSPORT_EXPLICIT, TRANSPORT_STEADY, TRANSPORT_IMPLICIT, TRANSPORT_AUTO }; /* transport.scheme; none: the run has no cosmic rays */
enum { COUPLING_FULL, COUPLING_HEATING, COUPLING_NONE };
enum { ALFVEN_NONE, ALFVEN_IDEAL, ALFVEN_ION };
enum { IONISATION_CONSTANT, IONISATION_EQUILIBRIUM };
enum { SPEED_FIXED, SPEED_AUTO };                      /* of light, per bin */
enum { EVALUATE_BIN, EVALUATE_EDGE, EVALUATE_MEAN };   /* speed and scattering rate: of the centre of a bin, of its edges, means of its populations */
enum { RAYS_EVENTS = 1024, RAYS_VARIABLES = 16 + 2 * CR_MAX_SPECIES + 4 * 512 };

/* nu = nu0 beta^beta_power (R / GV)^-slope times the profile of the model; nu0 and slope are those of the section cr. */
struct scattering_params {
  int model;                                           /* line of the table in scattering.c */
  double beta_power;
  double density, density_power, field, field_power;   /* profile (n / density)^... (|B| / field)^..., n = rho / m_p in cm^-3 */
  int evaluate;
};

/* What cosmic rays meet in a cell. */
struct medium_params {
  double hydrogen;                                     /* mass fraction; the rest counts as helium              */
  int ionisation;                                      /* constant, or from who keeps r->ionised                */
  double ionised;                                      /* share of the hydrogen                                 */
  double radiation[CR_BANDS];                          /* eV cm^-3, the CMB first                               */
  double ionisation_heat;                              /* share of ionisation losses that heats the gas         */
  double metallicity;                                  /* solar 1, of gas that continuous sources accelerate    */
  int metal_scalar;                                    /* passive scalar that says it; -1: the number above     */
};

/* The same in a cell: medium_params, where the setup says nothing else. */
struct rays_surroundings { double ionised, radiation[CR_BANDS], metallicity; };

/* An event: kinetic energy of ejecta of which cr_injection.efficiency goes into cosmic rays; energy, momentum and mass for the gas as they are given. */
struct rays_event {
  double time, position[3], radius;                    /* deposited over a sphere with exact sums               */
  double energy, thermal, mass;                        /* of the ejecta for cosmic rays; for the gas            */
  int kind;                                            /* enum cr_source_kind                                   */
  double metallicity, density_cm3;
};

struct rays_params {
  int scheme, coupling, alfven;
  struct cr_params cr;
  struct crt_params transport;
  int speed_choice;
  double speed, speed_max, speed_safety, speed_length; /* c~, or its lower limit with auto; the length of kappa / length */
  double implicit_cost;                                /* auto: of an implicit step, in explicit sub-steps; 0: as measured */
  int substeps;                                        /* per step of gas that stays as it is                   */
  bool momentum;                                       /* momentum-space update on                              */
  struct scattering_params scattering;
  struct medium_params medium;
  int event_count;
  struct rays_event event[RAYS_EVENTS];
  int bins;                                            /* of the network; set by rays_check                     */
};

/* Factors between code units and those of microphysics/. */
struct rays_scale {
  double light;                                        /* c, code velocity                                      */
  double pressure;                                     /* code pressure of 1 GeV cm^-3                          */
  double number;                                       /* particles per (cm^-3 times code volume)               */
  double energy;                                       /* code energy of 1 GeV                                  */
  double time_s, length_cm, velocity_cm_s, proton_cm3; /* proton_cm3: rho / m_p in cm^-3 of code density 1      */
  double field_uG, temperature_K;                      /* temperature_K: m_p P / (k rho) for code P = rho = 1   */
};

struct rays_population {
  int group, member, bin, end;
  double speed, rate;                                  /* of the particles; of scattering, code units           */
  double stress;                                       /* p v of the edge: code pressure per cm^-3, 3 P0        */
  double energy;                                       /* kinetic: code energy density per cm^-3                */
};

struct rays {
  struct rays_params par;
  struct rays_scale scale;
  struct cr_network net;
  struct cr_tables *tables;
  int count;                                           /* of populations                                        */
  struct rays_population *population;                  /* [count]                                               */
  struct crt transport;
  struct field momentum;                               /* cells [3]: of cosmic rays, as it was taken from the gas; lives on with the mesh */
  struct field exchange;                               /* cells [2]: within a step, energy for the gas, and heat among it */
  struct field profile, alfven;                        /* cells [1] for crt_transport; unused: no data          */
  struct cr_ledger *ledger;                            /* [species] of this rank since the start, in numbers of particles and GeV */
  struct sum inertia;                                  /* energy that the gas got with the momentum of cosmic rays, code units, this rank */
  struct sum given;                                    /* energy that momentum space gave to the gas, code units, this rank */
  struct sum injected[4];                              /* energy and momentum that events gave to the gas, code units, this rank */
  struct exact ends[4];                                /* ... and that stresses took out of the gas at the ends of the domain      */
  int64_t steps;                                       /* taken; even and odd ones differ in order              */
  double time;                                         /* for functions of the setup: of the last call          */
  double *least;                                       /* [group] lowest c~                                     */
  double start_energy, start_momentum[3];              /* of gas, field and cosmic rays together                */
  struct correction *flux;                             /* momentum and energy across levels                     */
  /* Of the setup, NULL where it has none: power that sources of the kind CR_MIXTURE give to cosmic rays, code energy per volume and time; factor of the
   * scattering rate for the model from_setup. */
  double (*source)(double t, const double x[3], const double dx[3]), (*scattering)(double t, const double x[3]);
  void (*medium)(double t, const double x[3], struct rays_surroundings *m); /* what cosmic rays meet; given the values of the section medium */
  const struct field *ionised;                         /* cells [1]: share of free electrons with medium.ionisation: equilibrium, of the caller; NULL: none */
  double radiated;                                     /* what gas has lost by other ways, code energy; for the balance, set by the caller before rays_row  */
  struct cr_zeta *zeta;                                /* private: of rays_ionisation */
  struct rays_made *made;                              /* private: of sources */
  struct rays_scratch *scratch;                        /* private */
};

void rays_declare(struct params *ps, struct rays_params *par);
/* Whether the scattering rate is what the setup says. */
bool rays_scattering_from_setup(const struct rays_params *par);
/* After params_load; mistakes end the program with status 2. */
void rays_check(struct rays_params *par, const struct params *ps, bool magnetic);

/* Empty cosmic rays.  Collective. */
void rays_create(struct rays *r, const struct rays_params *par, const struct mesh *mesh, const struct units *units);
void rays_destroy(struct rays *r);

/* What the user should know of them at the start. */
void rays_tell(const struct rays *r, const struct units *units);

/* Once the state is filled: what is counted from the start.  Collective. */
void rays_start(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g);

/* As for the gas: fields that live on with the mesh and in checkpoints; and everything else anew.  Returns the number of fields. */
enum { RAYS_GROUPS = 16, RAYS_FIELDS = RAYS_GROUPS + 1 };
int rays_fields(struct rays *r, struct field *list[RAYS_FIELDS]);
void rays_adapted(struct rays *r, const struct mesh *mesh);

/* Largest step by speed of gas and waves with the pressure of cosmic rays.  Collective. */
double rays_max_dt(struct rays *r, const struct mesh *mesh, const struct gas *g, double cfl);

/* The step for gas that stays as it is: par.substeps of the fastest group, and no further than the gas goes.  Collective. */
double rays_held_dt(const struct rays *r, const struct mesh *mesh, const struct gas *g);

/* Time to the next event: steps end there.  Infinity: there is none. */
double rays_next_event(const struct rays *r, double time);

/* Around mhd_step (which has to keep the mass that crosses faces), with the same dt; time: at the start of the step.  False: an implicit step was not solved
 * for, and gas and cosmic rays are somewhere within the step.  Collective. */
bool rays_before(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double time, double dt);
bool rays_after(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g, double time, double dt);
/* Which population that was, and why, in the log.  False: there was none. */
bool rays_tell_failure(const struct rays *r);

/* Particles of a source, lo and hi [bins], to cells of a block, by their places in a component of a cell field: each gets share per code volume, times c~ / c with
 * the form full.  Booked in the ledger. */
void rays_inject(struct rays *r, const struct mesh *mesh, int block, int n, const size_t *at, const double *share, const double *lo, const double *hi);

/* Ionisations of a hydrogen atom by cosmic rays, 1/s, with secondary electrons: cells [1], ghosts are not set. */
void rays_ionisation(struct rays *r, const struct mesh *mesh, struct field *zeta);

/* Totals of a species, exact for any number of ranks: number of particles and code energy.  Collective. */
struct rays_totals { double number[CR_MAX_SPECIES], energy[CR_MAX_SPECIES], momentum[3]; };
struct rays_totals rays_totals(const struct rays *r, const struct mesh *mesh);

/* What all ranks have booked, the same on all of them; outflow by population, as in transport.h.  A large struct.  Collective. */
enum { RAYS_POPULATIONS = 2 * CR_MAX_SPECIES * CR_MAX_BINS };
struct rays_books {
  struct sum number[CR_MAX_SPECIES][ENTRY_COUNT], energy[CR_MAX_SPECIES][ENTRY_COUNT], inertia, given, injected[4];
  struct exact ends[4], outflow[RAYS_POPULATIONS];
};
void rays_books(const struct rays *r, const struct mesh *mesh, struct rays_books *books);

/* All numbers that a run needs to go on beside the fields.  Collective. */
struct rays_saved {
  int64_t steps, substeps[RAYS_GROUPS], limited[RAYS_GROUPS], implicit[RAYS_GROUPS];
  double speed[RAYS_GROUPS], start[4];
  struct rays_books books;
};
void rays_save(const struct rays *r, const struct mesh *mesh, struct rays_saved *s);
/* Once the fields are there. */
void rays_restore(struct rays *r, const struct mesh *mesh, const struct rays_saved *s);
/* After that, where the gas has not taken part so far, or c~ is another one: what cosmic rays carry now is not taken from it.  Collective. */
void rays_reset_momentum(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g);

/* cost[b] += seconds spent on each local block since the last call, in explicit transport and momentum space; see mesh_weigh. */
void rays_cost(struct rays *r, const struct mesh *mesh, double *cost);

/* Numbers of a cell that live on with the mesh: q, F and momentum. */
int rays_components(const struct rays_params *par);
/* Bytes of a block with everything that a run with cosmic rays has on it. */
double rays_bytes_per_block(const struct rays_params *par, const struct mesh *mesh);

/* Kinetic energy density and pressure (p v / 3) of a species, or of all (-1), in the cells of a block, x fastest, with so many layers of
 * ghosts; code pressure.  Either may be NULL. */
void rays_density(const struct rays *r, const struct mesh *mesh, int block, int species, int ghosts, double *energy, double *pressure);
/* The pressure of all with a layer of ghosts, for mhd/criteria.h. */
void rays_criterion(const void *rays, const struct mesh *mesh, int block, double *pressure);

/* What a snapshot can hold; shown belongs to the caller, as in mhd_variables.  Returns the number of variables. */
struct io_variable;
struct hdf5_file;
struct rays_shown { const struct rays *r; int species, population, flux, pressure; };
int rays_variables(const struct rays *r, const struct units *units, struct rays_shown *shown, struct io_variable *variables);
/* Bins and species as the group "cosmic_rays" of a file. */
void rays_describe(const void *rays, struct hdf5_file *f);

/* Columns of the history, and a row of them; text keeps the names.  Collective. */
struct io_column;
enum { RAYS_COLUMNS = 25 + CR_MAX_SPECIES * (4 + 2 * ENTRY_COUNT) };
struct rays_names { char name[RAYS_COLUMNS][40]; };
int rays_columns(const struct rays *r, struct rays_names *text, struct io_column *column);
void rays_row(const struct rays *r, const struct mesh *mesh, const struct gas *g, double *row);

#endif
