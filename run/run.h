/* A run: everything from the command line to the last output.  main.c is its only user.
 *
 *   crux run FILE.yaml [--set key=value ...] [--out DIR] [--resume] [--force]
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "io/io.h"
#include "mhd/mhd.h"
#include "setups/initial.h"
#include "setups/setup.h"

struct run_params {
  char name[64], setup[64];
  double time_end;
  int step_end;              /* -1: no limit                       */
  double snapshots, history; /* time between outputs; 0: see YAML  */
  char fields[64][24];
  int field_count;
  int single;                /* 0: float64, 1: float32             */
  bool xdmf;
};

struct outputs;

struct run {
  struct params *ps;
  struct run_params par;
  char dir[1024];
  const struct setup *setup;
  struct setup_run about;    /* what the setup knows of the run    */
  struct setup_boundary boundary;
  struct mesh mesh;
  struct gas gas;
  struct exchange *exchange;
  struct correction *correction;
  struct outputs *outputs;
  double time, dt;           /* code units                         */
  int64_t step;
  double started;            /* wall clock, s                      */
};

/* Declare all parameters of crux; those of one setup, or of all when it is NULL. */
struct all_params { struct run_params run; struct mesh_params mesh; struct mhd_params mhd; };
void run_declare(struct params *ps, struct all_params *par, const struct setup *setup);

/* Command line, parameters, output folder, mesh, initial state, first outputs.  Mistakes of the user end the program with status 2.
 * Collective, like all below. */
void run_start(struct run *r, int argc, char **argv);
/* The next time step, shortened to end at run.time_end. */
double run_next_dt(struct run *r);
/* Whether the end is reached or a signal (SIGINT, SIGTERM, SIGUSR1) asked for it. */
bool run_done(struct run *r);
/* The gas went wrong in this step: say where, keep the last good state, and end with status 1. */
_Noreturn void run_failed(struct run *r);
/* Last outputs, errors against the exact solution, a summary. */
void run_finish(struct run *r);

/* Outputs that are due at this time; all of them at the last. */
struct outputs *outputs_open(struct run *r);
void outputs_write(struct outputs *o, struct run *r, bool last);
void outputs_close(struct outputs *o);

#endif
