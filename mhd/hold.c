/* Gas that stays as it is, for what is carried along with it. */
#include "mhd/mhd.h"

#include <string.h>

static void copy(const struct mesh *mesh, struct field *to, const struct field *from) {
  if (mesh->count > 0) memcpy(to->data, from->data, sizeof(double) * from->block_size * (size_t)mesh->count);
}

/* Mass through the faces of a block along axis d, by the mean of the cells on both sides; also as the flux in its registers. */
static void mass_of_block(struct gas *g, const struct mesh *m, int b, int d, double dt, const struct registers *reg) {
  const int *eu = field_extent(&g->u[0], 0), *em = field_extent(&g->mass, d), *ng = m->ngd;
  const double *momentum = field_data(&g->u[0], b, GAS_M1 + d);
  double *mass = field_data(&g->mass, b, d);
  const size_t down = d == 0 ? 1 : d == 1 ? (size_t)eu[0] : (size_t)eu[0] * (size_t)eu[1];
  const int p = d == 0 ? 1 : 0, q = d == 2 ? 1 : 2;
  for (int k = 0; k < m->nc[2] + (d == 2); k++)
    for (int j = 0; j < m->nc[1] + (d == 1); j++)
      for (int i = 0; i < m->nc[0] + (d == 0); i++) {
        const int cell[3] = {i, j, k};
        const size_t at = ((size_t)(k + ng[2]) * (size_t)eu[1] + (size_t)(j + ng[1])) * (size_t)eu[0] + (size_t)(i + ng[0]);
        const double flux = 0.5 * (momentum[at - down] + momentum[at]);
        mass[((size_t)(k + ng[2]) * (size_t)em[1] + (size_t)(j + ng[1])) * (size_t)em[0] + (size_t)(i + ng[0])] = dt * flux;
        const int side = cell[d] == 0 ? 0 : cell[d] == m->nc[d] ? 1 : -1;
        if (reg == NULL || side < 0 || reg->flux[2 * d + side] == NULL) continue;
        reg->flux[2 * d + side][GAS_RHO * m->nc[p] * m->nc[q] + cell[q] * m->nc[p] + cell[p]] = flux;
      }
}

void mhd_hold(struct gas *g, const struct mesh *mesh, struct exchange *x, struct correction *c, double dt) {
  struct field *fields[2] = {&g->u[0], &g->b[0]};
  exchange_all(x, g->par.magnetic ? 2 : 1, fields);
  copy(mesh, &g->u[2], &g->u[0]);
  if (g->par.magnetic) copy(mesh, &g->b[2], &g->b[0]);
  if (g->mass.ncomp == 0) return; /* the mass is not kept */
  for (int b = 0; b < mesh->count; b++)
    for (int d = 0; d < mesh->dim; d++) mass_of_block(g, mesh, b, d, dt, mesh->block[b].jump ? correction_registers(c, b) : NULL);
  if (mesh->max_level == 0) return;
  correction_exchange(c);
  for (int b = 0; b < mesh->count; b++)
    if (mesh->block[b].jump) correction_faces(c, b, GAS_RHO, dt, &g->mass);
}
