/* The benchmark program: measures every case and prints one line each, "name value least most unit", for bench/run.py.
 *
 *   bench [--quick] [--repeat N] [NAME...]     only cases whose name contains NAME */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPEAT = 7, REPEAT_QUICK = 3, REPEAT_MOST = 101 };

static const struct bench_case *const lists[] = {bench_machine, bench_gas, bench_adapted, bench_rays, bench_transport, bench_full_step, bench_elliptic, bench_implicit, bench_steady, bench_cooling, NULL};

double bench_clock(const struct bench *b) {
  MPI_Barrier(b->comm);
  return MPI_Wtime();
}

double bench_most(const struct bench *b, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, b->comm);
  return value;
}

double bench_sum(const struct bench *b, double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, b->comm);
  return value;
}

void bench_use(double value) {
  static volatile double sink;
  sink = value;
  (void)sink;
}

static int order(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double bench_median(double *value, int n) {
  qsort(value, (size_t)n, sizeof value[0], order);
  return value[n / 2];
}

/* The name under which a case is reported: with the number of processes, unless it ends in "!". */
static void full_name(const struct bench_case *c, int size, char *name, size_t length) {
  size_t n = strlen(c->name);
  if (c->name[n - 1] == '!') {
    snprintf(name, length, "%.*s", (int)(n - 1), c->name);
  } else {
    snprintf(name, length, "%s_np%d", c->name, size);
  }
}

static bool wanted(const char *name, int count, char **words) {
  for (int i = 0; i < count; i++) {
    if (strstr(name, words[i]) != NULL) return true;
  }
  return count == 0;
}

/* One pass to warm up, then the median. */
static void measure(const struct bench *b, const struct bench_case *c, const char *name) {
  double value[REPEAT_MOST];
  void *state = NULL;
  bool can = c->function(b, 0, &state) >= 0.0;
  for (int i = 0; can && i < b->repeat; i++) value[i] = c->function(b, i + 1, &state);
  c->function(b, -1, &state);
  if (!can || b->rank != 0) return;
  const double median = bench_median(value, b->repeat); /* sorts them */
  printf("%s %.6g %.6g %.6g %s\n", name, median, value[0], value[b->repeat - 1], c->unit);
  fflush(stdout);
}

static void usage(void) {
  fprintf(stderr, "bench [--quick] [--repeat N] [NAME...]\n");
  MPI_Finalize();
  exit(2);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  struct bench b = {.comm = MPI_COMM_WORLD};
  MPI_Comm_rank(b.comm, &b.rank);
  MPI_Comm_size(b.comm, &b.size);

  int first = 1;
  for (; first < argc && argv[first][0] == '-'; first++) {
    if (strcmp(argv[first], "--quick") == 0) {
      b.quick = true;
    } else if (strcmp(argv[first], "--repeat") == 0 && first + 1 < argc) {
      b.repeat = atoi(argv[++first]);
    } else {
      usage();
    }
  }
  if (b.repeat == 0) b.repeat = b.quick ? REPEAT_QUICK : REPEAT;
  if (b.repeat < 1 || b.repeat > REPEAT_MOST) usage();

  for (int l = 0; lists[l] != NULL; l++) {
    for (const struct bench_case *c = lists[l]; c->name != NULL; c++) {
      char name[64];
      full_name(c, b.size, name, sizeof name);
      if (wanted(name, argc - first, argv + first) && (c->largest == 0 || b.size <= c->largest)) measure(&b, c, name);
    }
  }
  MPI_Finalize();
  return 0;
}
