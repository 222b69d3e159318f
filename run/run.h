/* A run: everything from the command line to the last output.  main.c is its only user.
 *
 *   crux run FILE.yaml [--quick] [--set key=value ...] [--out DIR] [--resume] [--force]
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "cooling/cooling.h"
#include "crtransport/crtransport.h"
#include "crtransport/observe.h"
#include "crtransport/steady.h"
#include "gravity/gravity.h"
#include "io/io.h"
#include "mhd/criteria.h"
#include "mhd/mhd.h"
#include "run/figures.h"
#include "setups/initial.h"
#include "setups/initial_rays.h"
#include "setups/setup.h"
#include "supernovae/supernovae.h"

struct run_params {
  char name[64], setup[64];
  double time_end;
  int step_end;              /* -1: no limit                       */
  double dt_max;             /* 0: no limit                        */
  double snapshots, history; /* time between outputs; 0: see YAML  */
  char fields[64][24];
  int field_count;
  int single;                /* 0: float64, 1: float32             */
  bool xdmf;
  struct run_figures figures;
  struct rays_observe_params observe;
  double checkpoints;        /* time between; 0: none by time      */
  double checkpoint_wall_time, wall_time; /* s; 0: none, no limit  */
  int keep_checkpoints;
};

struct outputs;
struct checkpoints;

/* Where a run is in its outputs.  A copy of it is in every checkpoint, so that the files of a run that was stopped and resumed are those of one
 * that was not. */
struct schedule {
  int64_t snapshot;                        /* number of the next one                       */
  int64_t snapshot_due, history_due;       /* the next is due at this multiple of interval */
  double last_snapshot, last_row;          /* time at which the last were written          */
  double snapshot_interval, history_interval;
};

enum run_stop { RUN_GOES_ON, RUN_END, RUN_STEPS, RUN_SIGNAL, RUN_WALL_TIME };
enum { RUN_RANDOM = 256 }; /* bytes for the state of random numbers */

struct run {
  struct params *ps;
  struct run_params par;
  char dir[1024];
  const struct setup *setup;
  struct setup_run about;    /* what the setup knows of the run    */
  struct setup_boundary boundary;
  struct mesh mesh;
  struct gas gas;
  bool has_gravity;
  struct gravity gravity;    /* only where there is some           */
  bool has_cooling;
  struct cooling cooling;    /* only where the gas cools, or its ionisation is asked for */
  bool has_rays;
  struct rays_steady_params steady;
  struct rays rays;          /* only where there are cosmic rays   */
  struct rays_initial initial;
  bool has_supernovae;
  struct supernovae supernovae; /* only where there are some    */
  struct exchange *exchange;
  struct correction *correction;
  struct outputs *outputs;
  double time, dt;           /* code units                         */
  int64_t step;
  struct refine refine;
  double updates;            /* of cells, in this part of the run  */
  double regrid_seconds;     /* spent on adapting the mesh         */
  struct schedule schedule;
  unsigned char random[RUN_RANDOM];
  double launched, started;  /* wall clock, s                      */
  int64_t first_step;        /* of this part of a resumed run      */
  enum run_stop stop;
  bool checkpoint_asked;     /* by the wall clock                  */
  bool midway;               /* a step that failed could not be undone */
  struct run_kept *kept;     /* from before the step: run_keep     */
  struct checkpoints *checkpoints;
  char *changes;             /* of parameters, when resumed        */
  struct mhd_counts saved_counts;
  char *command;             /* with which this run can be resumed */
};

/* Declare all parameters of crux; those of one setup, or of all when it is NULL. */
struct all_params {
  struct run_params run;
  struct mesh_params mesh;
  struct mhd_params mhd;
  struct refine_params refine;
  struct gravity_params gravity;
  struct cooling_params cooling;
  struct rays_steady_params steady;
  struct rays_params rays;
  struct rays_initial initial;
  struct supernovae_params supernovae;
  char solver_problem[2][200], event_problem[80]; /* messages */
};
void run_declare(struct params *ps, struct all_params *par, const struct setup *setup);

/* What follows "run" on the command line. */
struct arguments { const char *file, *out; const char **set; bool resume, force, quick; };
struct arguments read_arguments(int argc, char **argv);
/* The output folder: what was asked for, or runs/NAME, of a quick run runs/NAME_quick. */
void run_folder(const struct arguments *a, const char *name, size_t size, char *dir);
/* The command that goes on with a run; belongs to the caller. */
char *run_resume_command(const struct arguments *a, const char *dir);

/* Parameters (opened by the caller, owned by the run), output folder, mesh, initial state, first outputs.  Mistakes of the user end the program with status 2.
 * Collective, like all below. */
void run_start(struct run *r, const struct arguments *a, struct params *ps);
/* The next time step, shortened to end at run.time_end. */
double run_next_dt(struct run *r);
/* With transport.scheme: steady, in place of steps: solve for the steady state. */
void run_steady(struct run *r);
/* Gas and cosmic rays by r->dt; false when that failed: all is then as before the step, or r->midway. */
bool run_step(struct run *r);
/* Everything that lives on with the mesh and in checkpoints; returns the number of fields. */
enum { RUN_FIELDS = 2 + RAYS_FIELDS + GRAVITY_FIELDS };
int run_fields(struct run *r, struct field *list[RUN_FIELDS]);
/* Whether a signal (SIGINT, SIGTERM, SIGUSR1) or the limit of wall-clock time asks for the end; looks for due checkpoints too.  Collective. */
bool run_interrupted(struct run *r);
/* Whether that is so, or the end is reached.  Collective. */
bool run_done(struct run *r);
/* What a step that fails has changed: keep it at the start, then drop it, or put it back.  Cosmic rays are too many numbers for that: with them the state
 * stays within the step, r->midway. */
void run_keep(struct run *r);
void run_drop(struct run *r);
void run_undo(struct run *r);
/* The gas went wrong in this step, or its potential or cosmic rays were not solved for: say where, keep the last good state, and end with status 1.  A state
 * from within a step never gets into a checkpoint. */
_Noreturn void run_failed(struct run *r);
/* Last outputs, errors against the exact solution, a summary.  A run that was asked to stop only gets a checkpoint, and says how to go on. */
void run_finish(struct run *r);

/* Mass of the setup for the potential of the gas, on the mesh as it is. */
void run_masses(struct run *r);
/* Ionisation of the gas as it is now, by the cosmic rays as they are now.  Collective. */
void run_ionise(struct run *r);

/* The initial state, on a mesh that is refined where it asks for it. */
void run_first_mesh(struct run *r);
/* Adapt the mesh in every refine.every-th step. */
void run_regrid_if_due(struct run *r);
/* What that has cost. */
void run_regrid_report(const struct run *r);
/* Blocks per level, "8 + 32 + 4". */
void run_levels(const struct mesh *m, char *text, size_t size);

/* Outputs that are due at this time; all of them at the last. */
struct outputs *outputs_open(struct run *r);
const struct io_record *outputs_record(const struct outputs *o);
/* Go on where the run was stopped: later rows of the history are dropped. */
void outputs_resume(struct outputs *o, struct run *r);
/* The first multiple of interval after time. */
int64_t schedule_next(double time, double interval);
void outputs_write(struct outputs *o, struct run *r, bool last);
/* The cosmic rays in the last row of the history, and whether the balance closes. */
void outputs_tell_rays(const struct outputs *o, const struct run *r);
/* The cost of gravity, and how well energy with that in the potential is conserved. */
void outputs_tell_gravity(const struct outputs *o, const struct run *r);
void outputs_close(struct outputs *o);

/* Checkpoints.  To resume: find the newest intact one, set time, step and schedule from it and check the parameters against it (user mistakes
 * end the program); make its mesh; load the fields; say what was done. */
struct checkpoints *checkpoints_open(void);
void checkpoints_close(struct checkpoints *c);
void checkpoint_find(struct run *r, MPI_Comm comm, const struct mesh_params *mesh);
int64_t checkpoint_blocks(const struct run *r);
void checkpoint_mesh(struct run *r, const struct mesh_params *par, int ghosts, MPI_Comm comm);
void checkpoint_load(struct run *r);
void checkpoint_tell(struct run *r);
/* Write one now, and remove those that are too many. */
void checkpoint_write(struct run *r);
/* By the time of the run, or because run_done found it due by the wall clock. */
void checkpoint_if_due(struct run *r);
/* Name and time of the newest one that is there, or NULL. */
const char *checkpoint_newest(const struct run *r, double *time);
/* By the clock of this rank. */
bool checkpoint_overdue(const struct run *r);

/* What the run will take at least, on so many blocks (0: the root grid alone), in bytes: for each cell with its share of ghosts and copies, for
 * each cell more while the mesh is adapted, and in all, with that.  Ends the program with status 2 when a node has not that much. */
struct memory_need { double cell, adapting, all; };
struct memory_need memory_check(const struct all_params *par, int64_t blocks, MPI_Comm comm);

#endif
