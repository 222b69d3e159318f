/* The one-zone run: cosmic rays of one cell, without mesh.
 *
 *   crux run setups/one_zone/one_zone.yaml        (run.setup: one_zone)
 *
 * A box of gas with sources and escape, followed in time or up to its steady state.  It writes into the output folder:
 *   zone.h5          populations, spectra at points inside the bins, ratios, emission, loss times, ledger (see run/zone_output.c)
 *   spectra.txt      spectra as a table for people and gnuplot
 *   ledger.txt       number and energy by species and process
 *   history.txt, history.h5, parameters.yaml, run.log
 *   zone.chk         checkpoint, for --resume: with the same parameters all numbers are then the same as without a stop */
#ifndef RUN_ZONE_H
#define RUN_ZONE_H

#include "microphysics/cr_params.h"
#include "microphysics/observables.h"
#include "microphysics/zone.h"
#include "run/figures.h"

#include <stdbool.h>

struct arguments;
struct io_record;
struct params;

enum zone_mode { ZONE_TIME, ZONE_LEAKY_BOX };
enum zone_alfven { ZONE_ALFVEN_NONE, ZONE_ALFVEN_IDEAL, ZONE_ALFVEN_ION, ZONE_ALFVEN_GIVEN };
enum { ZONE_EVENTS = 256 };

struct zone_event { double time, energy; };

/* As declared, in code units. */
struct zone_params {
  char name[64], setup[64];
  double time_end, history;
  int mode, initial, kind, alfven, cross_section, points;
  double density, hydrogen, ionised, temperature, field, alfven_speed, div_u, bb_grad_u, gradient_length;
  double band[CR_BANDS];
  double step, tolerance;
  double power, metallicity;
  struct zone_event event[ZONE_EVENTS];
  int event_count;
  double grammage, escape_time, rigidity_GV, slope, beta_power;
  double secondaries, nuclei;
  double modulation_MV;
  struct run_figures figures;
};

/* Where the run stands, as kept in the checkpoint. */
struct zone_mark {
  double time, dt, change;       /* of the zone and the last step, s                          */
  int64_t steps;
  double next_row, last_row;     /* of the history, Myr                                       */
  int stage;                     /* leaky box: which halving of the step, or after the last   */
  double stage_dt;
  bool done[ZONE_EVENTS];        /* events                                                    */
};

struct zone_run {
  struct zone_mark mark;
  struct zone_params par;
  struct cr_params cr;
  struct cr_network net;
  struct cr_zone zone;
  struct cr_observe observe;
  struct cr_cell cell;           /* the zone as observed: slopes are those of the last zone_look */
  double *slope;
  double escape_time;            /* of 1 for all powers, s; 0: none */
  double *start_lo, *start_hi;   /* populations at the start, for the balance */
  char dir[1024];
  int64_t steps;
  double dt;                     /* of the last step, s */
  double change;                 /* largest relative change of a bin per escape time */
};

/* Declare the sections of the one-zone run beside "run", "output" and those of cr_params_declare. */
void zone_declare(struct params *ps, struct zone_params *par);
/* All parameters of the run, read and checked. */
void zone_read(struct params *ps, const struct arguments *a, struct zone_params *par, struct cr_params *cr);
/* The whole run; ends the program with status 2 on mistakes of the user.  Collective: all ranks check, rank 0 computes. */
int zone_main(const struct arguments *a, struct params *ps);

/* Slopes for the observables, from the populations as they are now. */
void zone_look(struct zone_run *z);
/* Number and energy that are missing in the ledger of species s, relative to its turnover. */
double zone_imbalance(const struct zone_run *z, int s, double *energy);
/* Write the checkpoint; read it, for a run that has been set up; remove that of an earlier run. */
void zone_checkpoint(struct zone_run *z);
void zone_resume(struct zone_run *z);
void zone_forget(const struct zone_run *z);
/* All files but history and log, at the end of the run. */
void zone_write(const struct zone_run *z, const struct io_record *rec);
/* The surroundings as the scalar rates want them. */
struct cr_env zone_env(const struct zone_run *z);

#endif
