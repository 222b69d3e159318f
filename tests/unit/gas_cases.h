/* Gas on a mesh, for tests: noise by place, and comparison of two distributions of the same mesh. */
#ifndef TESTS_UNIT_GAS_CASES_H
#define TESTS_UNIT_GAS_CASES_H

#include "amr/view.h"
#include "mhd/mhd.h"
#include "tests/unit/mesh_cases.h"

/* Everything a step needs. */
struct world {
  struct mesh mesh;
  struct gas gas;
  struct exchange *x;
  struct correction *c;
};

static inline void world_open(struct world *w, const struct mesh_params *mesh, const struct mhd_params *par, MPI_Comm comm) {
  mesh_create(&w->mesh, mesh, mhd_ghosts(par), comm);
  mhd_create(&w->gas, par, &w->mesh);
  w->x = exchange_create(&w->mesh);
  w->c = correction_create(&w->mesh, w->gas.nvar, par->magnetic);
}

static inline void world_close(struct world *w) {
  correction_destroy(w->c);
  exchange_destroy(w->x);
  mhd_destroy(&w->gas);
  mesh_destroy(&w->mesh);
}

static inline struct mhd_params gas_params(bool magnetic) {
  return (struct mhd_params){.magnetic = magnetic, .gamma = 5.0 / 3.0, .sound_speed = 0.8, .cfl = 0.3, .dual_energy = 1e-3,
                             .floor_density = 1e-20, .floor_pressure = 1e-20, .fallback = true};
}

#define FOR_CELLS(i, n)                    \
  for (i[2] = 0; i[2] < (n)[2]; i[2]++)    \
    for (i[1] = 0; i[1] < (n)[1]; i[1]++)  \
      for (i[0] = 0; i[0] < (n)[0]; i[0]++)

/* Cells, or faces of component d (with those on both sides), of a block that are not ghosts. */
static inline void own_extent(const struct mesh *m, const struct field *f, int d, int n[3]) {
  for (int a = 0; a < 3; a++) n[a] = m->nc[a] + (f->centring == CENTRING_FACE && a == d && d < m->dim);
}

/* Pointer to cell or face (i, j, k) of component c, counted from the first that is no ghost. */
static inline double *value_at(const struct mesh *m, const struct field *f, int b, int c, const int i[3]) {
  const int *e = field_extent(f, c < 3 ? c : 0);
  double *block = c < 3 ? field_data(f, b, c) : field_data(f, b, 0) + f->comp_size[0] * (size_t)c; /* gcc takes c > 2 for a face */
  return view_move(view_array(block, e, m->ngd), i[0], i[1], i[2]).at;
}

/* Between 0 and 1, by kind, level and place on the periodic grid of the level: the same for all sizes of blocks. */
static inline double place_noise(const struct mesh *m, int b, int kind, const int i[3]) {
  const struct block *k = &m->block[b];
  uint64_t h = (uint64_t)kind * 64 + (uint64_t)k->level;
  for (int d = 0; d < 3; d++) {
    int64_t n = d < m->dim ? ((int64_t)m->root[d] << k->level) * m->nc[d] : 1, at = k->pos[d] * m->nc[d] + i[d];
    h = (h ^ (uint64_t)(at % n)) * 0x9e3779b97f4a7c15u;
    h ^= h >> 29;
  }
  return (double)(h >> 11) / 9007199254740992.0;
}

/* Values of the blocks of a that are not the same numbers in b, a mesh with the same leaves which one rank holds all of. */
static inline int64_t differences(const struct mesh *ma, const struct field *a, const struct mesh *mb, const struct field *b) {
  int64_t count = 0;
  int n[3], i[3];
  for (int p = 0; p < ma->count; p++) {
    int q = (int)ma->first + p;
    for (int c = 0; c < a->ncomp; c++) {
      own_extent(ma, a, c, n);
      FOR_CELLS(i, n) count += *value_at(ma, a, p, c, i) != *value_at(mb, b, q, c, i);
    }
  }
  return count;
}

#endif
