#include "base/fail.h"

#include "base/log.h"

#include <mpi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int mpi_rank(int *running) {
  int rank = 0, started = 0, finished = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&finished);
  *running = started && !finished;
  if (*running) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

void fail(const char *format, ...) {
  int running, rank = mpi_rank(&running);
  log_close(); /* ends the line of the progress bar */
  va_list args;
  va_start(args, format);
  fprintf(stderr, "crux: error (rank %d): ", rank);
  vfprintf(stderr, format, args);
  fprintf(stderr, "\n");
  fflush(stderr);
  va_end(args);
  if (running) MPI_Abort(MPI_COMM_WORLD, 1);
  exit(1);
}

void fail_user(const char *format, ...) {
  int running, rank = mpi_rank(&running);
  if (rank == 0) {
    log_close();
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    fflush(stderr);
    va_end(args);
  }
  if (running) MPI_Finalize();
  exit(2);
}
