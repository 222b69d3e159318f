#include "run/figures.h"

#include "base/log.h"
#include "base/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of analysis/__main__.py. */
static const char *const known[] = {"slices", "projections", "profiles", "radial", "spectra", "galaxy", "observables", "history", "all"};

static bool unknown_picture(const void *data) {
  const struct run_figures *f = data;
  for (int i = 0; i < f->count; i++) {
    bool found = false;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) found = found || strcmp(f->name[i], known[k]) == 0;
    if (!found) return true;
  }
  return false;
}

void figures_declare(struct params *ps, struct run_figures *f) {
  params_words(ps, "figures", FIGURES_MOST, sizeof f->name[0], f->name[0], &f->count, "[]",
               "pictures that `./crux run` draws at the end, as `./crux plot DIR WORD` does: slices, projections, profiles, radial, spectra, galaxy, observables, history or all");
  params_rule(ps, "output.figures", unknown_picture, f, "no such picture; want some of slices, projections, profiles, radial, spectra, galaxy, observables, history, all");
}

void figures_ask(const struct run_figures *f, const char *dir) {
  const char *path = getenv("CRUX_FIGURES");
  if (f->count == 0 || path == NULL || path[0] == '\0') return;
  FILE *out = fopen(path, "w");
  if (out == NULL) {
    log_warning("%s: cannot be written; draw the pictures with ./crux plot %s %s", path, dir, f->name[0]);
    return;
  }
  fprintf(out, "%s\n", dir);
  for (int i = 0; i < f->count; i++) fprintf(out, "%s\n", f->name[i]);
  fclose(out);
}
