/* crux: the whole run, from YAML to the last output.  See run/run.h for the pieces. */
#include "base/log.h"
#include "base/params.h"
#include "run/poisson.h"
#include "run/run.h"
#include "run/zone.h"
#include "version.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>

static int run(int argc, char **argv) {
  struct run r;
  struct arguments a = read_arguments(argc, argv);
  struct params *ps = params_open(MPI_COMM_WORLD, a.file, a.set);
  params_quick(ps, a.quick);
  const char *setup = params_peek(ps, "run.setup");
  if (setup != NULL && strcmp(setup, "one_zone") == 0) return zone_main(&a, ps);
  if (setup != NULL && strcmp(setup, "poisson") == 0) return poisson_main(&a, ps);
  run_start(&r, &a, ps);
  run_steady(&r);
  while (!run_done(&r)) {
    checkpoint_if_due(&r);
    run_regrid_if_due(&r);
    r.dt = run_next_dt(&r);
    if (!run_step(&r)) run_failed(&r);
    r.time += r.dt;
    r.step++;
    outputs_write(r.outputs, &r, false);
  }
  run_finish(&r);
  return 0;
}

/* crux params [SECTION] [--markdown] */
static int params(int argc, char **argv) {
  static struct all_params all;
  static struct zone_params zone;
  static struct poisson_params poisson;
  const char *section = NULL;
  bool markdown = false;
  for (int i = 0; i < argc; i++) {
    if (strcmp(argv[i], "--markdown") == 0)
      markdown = true;
    else
      section = argv[i];
  }
  struct params *ps = params_open(MPI_COMM_WORLD, NULL, NULL);
  run_declare(ps, &all, NULL);
  zone_declare(ps, &zone);
  poisson_declare(ps, &poisson);
  params_print(ps, section, markdown);
  params_free(ps);
  return 0;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int status = 2;
  const char *command = argc > 1 ? argv[1] : "";
  if (strcmp(command, "run") == 0)
    status = run(argc - 2, argv + 2);
  else if (strcmp(command, "params") == 0)
    status = params(argc - 2, argv + 2);
  else if (strcmp(command, "--version") == 0)
    status = (log_info("crux %s", CRUX_VERSION), 0);
  else
    log_info("usage: crux run FILE.yaml [--quick] [--set KEY=VALUE ...] [--out DIR] [--resume] [--force] | crux params [SECTION] [--markdown] | "
             "crux --version");
  MPI_Finalize();
  return status;
}
