/* Setups with parameters as a user would give them, on small meshes. */
#ifndef TESTS_UNIT_SETUP_CASES_H
#define TESTS_UNIT_SETUP_CASES_H

#include "amr/field.h"
#include "base/params.h"
#include "setups/initial.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Load the setup's section from text ("{mode: slow, waves: [1, 2, 0]}") and start it. */
static inline const struct setup *setup_with(const char *name, const char *values, const struct setup_run *run) {
  const struct setup *setup = setup_find(name);
  assert_non_null(setup);
  char path[] = "/tmp/crux-test-XXXXXX", text[1024];
  int file = mkstemp(path);
  assert_true(file >= 0);
  int length = snprintf(text, sizeof text, "units: code\n%s: %s\n", name, values);
  assert_int_equal(write(file, text, (size_t)length), length);
  close(file);
  struct params *ps = params_open(MPI_COMM_SELF, path, NULL);
  setup->params(ps);
  params_load(ps);
  params_free(ps);
  unlink(path);
  if (setup->start) setup->start(run);
  return setup;
}

/* A box of cells around zero, and the run on it. */
struct setup_case { struct mesh mesh; struct setup_run run; struct field u, b; };

static inline void setup_case_open(struct setup_case *c, int dim, const int cells[3], const double half[3], double gamma, bool magnetic,
                                   const struct mesh_region *region, int nb) {
  struct mesh_params par = {.dim = dim, .block = nb, .max_level = region ? region->level : 0, .region_count = region ? 1 : 0};
  c->run = (struct setup_run){.dim = dim, .gamma = gamma, .magnetic = magnetic};
  for (int d = 0; d < 3; d++) {
    par.cells[d] = c->run.cells[d] = cells[d];
    par.lower[d] = c->run.lower[d] = -half[d];
    par.upper[d] = c->run.upper[d] = half[d];
  }
  if (region) par.region[0] = *region;
  mesh_create(&c->mesh, &par, 2, MPI_COMM_SELF);
  field_create(&c->u, &c->mesh, "gas", CENTRING_CELL, 5);
  field_create(&c->b, &c->mesh, "field", CENTRING_FACE, 3);
}

static inline void setup_case_fill(struct setup_case *c, const struct setup *setup, double t) {
  setup_fill_fields(&c->mesh, setup, &c->run, t, &c->u, c->run.magnetic ? &c->b : NULL);
}

static inline void setup_case_close(struct setup_case *c) {
  field_destroy(&c->u);
  field_destroy(&c->b);
  mesh_destroy(&c->mesh);
}

/* Value at cell or face i of the block, counted from the first that is not a ghost.  Written out because gcc 12 takes the fifth component
 * of a cell for one of a face in field_data and warns. */
static inline double value_at(const struct setup_case *c, const struct field *f, int b, int comp, const int i[3]) {
  const bool faces = f->centring == CENTRING_FACE;
  const int *n = f->extent[faces && comp < 3 ? comp : 0], *ng = c->mesh.ngd;
  size_t k = (size_t)(i[2] + ng[2]), j = (size_t)(i[1] + ng[1]), at = f->block_size * (size_t)b;
  for (int d = 0; d < comp; d++) at += faces ? f->comp_size[d < 3 ? d : 0] : f->comp_size[0];
  return f->data[at + (k * (size_t)n[1] + j) * (size_t)n[0] + (size_t)(i[0] + ng[0])];
}

/* Value at a cell or face of a uniform mesh, by global number. */
static inline double global_at(const struct setup_case *c, const struct field *f, int comp, const int g[3]) {
  for (int b = 0; b < c->mesh.count; b++) {
    int i[3];
    bool here = true;
    for (int d = 0; d < 3; d++) {
      i[d] = g[d] - (int)c->mesh.block[b].pos[d] * c->mesh.nc[d];
      here = here && i[d] >= 0 && i[d] < f->extent[f->centring == CENTRING_FACE && comp < 3 ? comp : 0][d] - 2 * c->mesh.ngd[d];
    }
    if (here) return value_at(c, f, b, comp, i);
  }
  fail_msg("no cell (%d, %d, %d)", g[0], g[1], g[2]);
  return 0.0;
}

#endif
