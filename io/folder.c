/* The output folder and the record of the parameters. */
#include "io/io.h"

#include "base/fail.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether name is something, a dot, five digits or more, and end. */
static bool numbered(const char *name, const char *end) {
  size_t n = strlen(name), m = strlen(end), digits = 0;
  if (n <= m || strcmp(name + n - m, end) != 0) return false;
  while (digits < n - m && isdigit((unsigned char)name[n - m - 1 - digits])) digits++;
  return digits >= 5 && n - m > digits + 1 && name[n - m - 1 - digits] == '.';
}

static bool ends(const char *name, const char *end) {
  size_t n = strlen(name), m = strlen(end);
  return n > m && strcmp(name + n - m, end) == 0;
}

/* Whether crux writes files of this name. */
static bool own_file(const char *name) {
  static const char *const whole[] = {"errors.txt", "reference.txt", "history.txt", "history.h5", "observables.h5", "parameters.yaml", "run.log"};
  static const char *const kind[] = {".athdf", ".athdf.xdmf", ".h5"};
  char base[NAME_MAX + 1];
  snprintf(base, sizeof base, "%s", name);
  if (ends(base, ".tmp")) base[strlen(base) - 4] = '\0'; /* of a run that was killed */
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
    if (strcmp(base, whole[i]) == 0) return true;
  }
  for (int i = 0; i < 2; i++) {
    if (numbered(base, kind[i])) return true;
  }
  return numbered(base, kind[2]) && strncmp(base, "checkpoint.", 11) == 0;
}

static bool own_figure(const char *name) { return ends(name, ".png") || ends(name, ".pdf") || strcmp(name, "comparison.txt") == 0; }

/* Remove the plain files that are crux's own; returns whether all that are have gone. */
static bool clear(const char *dir, bool (*own)(const char *name)) {
  DIR *d = opendir(dir);
  char path[PATH_MAX];
  struct stat info;
  bool good = true;
  if (d == NULL) return false;
  for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
    if (!own(e->d_name) || snprintf(path, sizeof path, "%s/%s", dir, e->d_name) >= PATH_MAX) continue;
    if (lstat(path, &info) == 0 && S_ISREG(info.st_mode)) good = unlink(path) == 0 && good;
  }
  closedir(d);
  return good;
}

static bool is_empty(const char *dir) {
  DIR *d = opendir(dir);
  bool empty = true;
  if (d == NULL) return false;
  for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) empty = false;
  }
  closedir(d);
  return empty;
}

/* mkdir -p; 0 or the system's reason. */
static int make(const char *dir) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s", dir) >= PATH_MAX) return ENAMETOOLONG;
  for (char *c = path + 1; *c != '\0'; c++) {
    if (*c != '/') continue;
    *c = '\0';
    if (mkdir(path, 0777) != 0 && errno != EEXIST) return errno;
    *c = '/';
  }
  return mkdir(path, 0777) != 0 && errno != EEXIST ? errno : 0;
}

enum { MESSAGE = 400 };

/* On rank 0: prepare the folder, or say what is wrong. */
static void prepare(const char *dir, bool resume, bool force, char *message) {
  struct stat info;
  bool there = stat(dir, &info) == 0;
  if (there && !S_ISDIR(info.st_mode)) {
    snprintf(message, MESSAGE, "crux: error: output folder %s: is a file; give another one with --out", dir);
  } else if (resume && !there) {
    snprintf(message, MESSAGE, "crux: error: output folder %s: does not exist, so there is nothing to resume; leave out --resume",
             dir);
  } else if (!there) {
    int reason = make(dir);
    if (reason != 0) {
      snprintf(message, MESSAGE, "crux: error: cannot make the output folder %s: %s; give another one with --out", dir,
               strerror(reason));
    }
  } else if (access(dir, R_OK | W_OK | X_OK) != 0) {
    snprintf(message, MESSAGE, "crux: error: output folder %s: %s; give another one with --out", dir, strerror(errno));
  } else if (!resume && force) {
    char figures[PATH_MAX];
    bool good = clear(dir, own_file);
    int reason = errno;
    if (snprintf(figures, sizeof figures, "%s/figures", dir) < PATH_MAX && lstat(figures, &info) == 0 && S_ISDIR(info.st_mode)) {
      clear(figures, own_figure);
      rmdir(figures); /* stays when something else is in it */
    }
    if (!good) snprintf(message, MESSAGE, "crux: error: cannot remove old files in %s: %s", dir, strerror(reason));
  } else if (!resume && !is_empty(dir)) {
    snprintf(message, MESSAGE,
             "crux: error: output folder %s is not empty: go on with that run with --resume, replace its files with --force, "
             "or give another folder with --out",
             dir);
  }
}

void io_prepare_folder(MPI_Comm comm, const char *dir, bool resume, bool force) {
  int rank;
  char message[MESSAGE] = "";
  MPI_Comm_rank(comm, &rank);
  if (rank == 0) prepare(dir, resume, force, message);
  MPI_Bcast(message, MESSAGE, MPI_CHAR, 0, comm);
  if (message[0] != '\0') fail_user("%s", message);
}

void io_parameters(MPI_Comm comm, const char *dir, const char *text) {
  int rank;
  char path[PATH_MAX], temporary[PATH_MAX];
  MPI_Comm_rank(comm, &rank);
  if (rank == 0) {
    int n = snprintf(path, sizeof path, "%s/parameters.yaml", dir);
    int m = snprintf(temporary, sizeof temporary, "%s/parameters.yaml.tmp", dir);
    require(n < PATH_MAX && m < PATH_MAX, "path too long: %s", dir);
    FILE *o = fopen(temporary, "w");
    require(o != NULL, "cannot write %s: %s", path, strerror(errno));
    bool good = fputs(text, o) >= 0;
    good = fclose(o) == 0 && good;
    require(good && rename(temporary, path) == 0, "cannot write %s: %s", path, strerror(errno));
  }
  MPI_Barrier(comm);
}
