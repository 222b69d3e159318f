/* The output folder: made with its parents; --resume leaves all as it is, --force removes what crux wrote and nothing else. */
#include "io/io.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static int rank;

static bool there(const char *dir, const char *name) {
  char path[192];
  struct stat info;
  snprintf(path, sizeof path, "%s/%s", dir, name);
  return stat(path, &info) == 0;
}

static void force(void **s) {
  (void)s;
  const char *own[] = {"r.00001.athdf", "r.00001.athdf.xdmf", "a.b.123456.athdf.tmp", "history.txt", "history.h5", "run.log",
                       "parameters.yaml", "checkpoint.00003.h5", "checkpoint.00004.h5.tmp", "figures/rho.png"};
  const char *foreign[] = {"r.0001.athdf", "notes.txt", "r.athdf", ".00001.athdf", "my.00001.h5", "run.log.old",
                           "history.h5.copy", "x.00001.xdmf", "figures/note"};
  enum { OWN = sizeof own / sizeof *own, FOREIGN = sizeof foreign / sizeof *foreign };
  char dir[96], path[192];
  int bad = 0;
  snprintf(dir, sizeof dir, "%s/a/b", folder);
  io_prepare_folder(MPI_COMM_WORLD, dir, false, false);
  snprintf(path, sizeof path, "%s/figures", dir);
  io_prepare_folder(MPI_COMM_WORLD, path, false, false);
  for (int i = 0; rank == 0 && i < OWN + FOREIGN; i++) {
    snprintf(path, sizeof path, "%s/%s", dir, i < OWN ? own[i] : foreign[i - OWN]);
    FILE *f = fopen(path, "w");
    bad += f == NULL || fclose(f) != 0;
  }
  MPI_Barrier(MPI_COMM_WORLD);
  io_prepare_folder(MPI_COMM_WORLD, dir, true, false);
  for (int i = 0; rank == 0 && i < OWN; i++) bad += !there(dir, own[i]);
  io_prepare_folder(MPI_COMM_WORLD, dir, false, true);
  for (int i = 0; rank == 0 && i < OWN; i++) bad += there(dir, own[i]);
  for (int i = 0; rank == 0 && i < FOREIGN; i++) bad += !there(dir, foreign[i]);
  io_parameters(MPI_COMM_WORLD, dir, "a: 1\n");
  bad += rank == 0 && (!there(dir, "parameters.yaml") || there(dir, "parameters.yaml.tmp"));
  MPI_Bcast(&bad, 1, MPI_INT, 0, MPI_COMM_WORLD);
  assert_int_equal(bad, 0);
}

/* A link to a folder elsewhere is not followed. */
static void link_stays(void **s) {
  (void)s;
  char dir[96], path[192], elsewhere[192];
  int bad = 0;
  snprintf(dir, sizeof dir, "%s/c", folder);
  snprintf(path, sizeof path, "%s/c/figures", folder);
  snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", folder);
  io_prepare_folder(MPI_COMM_WORLD, dir, false, false);
  io_prepare_folder(MPI_COMM_WORLD, elsewhere, false, false);
  if (rank == 0) {
    FILE *f = fopen(strcat(elsewhere, "/a.png"), "w");
    bad += f == NULL || fclose(f) != 0;
    bad += symlink("../elsewhere", path) != 0;
  }
  MPI_Barrier(MPI_COMM_WORLD);
  io_prepare_folder(MPI_COMM_WORLD, dir, false, true);
  bad += rank == 0 && !there(folder, "elsewhere/a.png");
  MPI_Bcast(&bad, 1, MPI_INT, 0, MPI_COMM_WORLD);
  assert_int_equal(bad, 0);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  char command[128];
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) {
    snprintf(folder, sizeof folder, "/tmp/crux_folder_XXXXXX");
    if (mkdtemp(folder) == NULL) return 1;
  }
  MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);
  const struct CMUnitTest tests[] = {cmocka_unit_test(force), cmocka_unit_test(link_stays)};
  int result = cmocka_run_group_tests(tests, NULL, NULL);
  snprintf(command, sizeof command, "rm -r %s", folder);
  if (rank == 0 && system(command) != 0) result = 1;
  MPI_Finalize();
  return result;
}
