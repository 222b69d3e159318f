/* The surroundings of the particles in the cells of a block, from the gas and its field. */
#include "base/minmax.h"
#include "crtransport/momentum.h"
#include "microphysics/constants.h"

#include <math.h>
#include <stddef.h>

double rays_slowness(const struct rays *r) {
  return r->par.transport.form == RSOL_FULL ? r->transport.group[0].speed / r->par.transport.light : 1.0;
}

/* A block, seen from its first cell. */
struct place {
  const struct rays *r;
  const struct mesh *mesh;
  const struct gas *gas;
  const double *u[4], *internal, *b[3], *v[3]; /* cells; faces */
  ptrdiff_t step[3], face_step[3][3];          /* [component][axis]; 0 along missing axes */
};

static struct place place_of(const struct rays *r, const struct mesh *m, const struct gas *g, const struct field *velocity, int b) {
  struct place p = {.r = r, .mesh = m, .gas = g, .internal = field_data(&g->u[0], b, g->nvar - 1)};
  const int *e = field_extent(&g->u[0], 0);
  const ptrdiff_t step[3] = {1, e[0], (ptrdiff_t)e[0] * e[1]};
  for (int v = 0; v < 4; v++) p.u[v] = field_data(&g->u[0], b, v);
  for (int d = 0; d < 3; d++) {
    const int *f = field_extent(velocity, d);
    const ptrdiff_t face_step[3] = {1, f[0], (ptrdiff_t)f[0] * f[1]};
    p.b[d] = g->par.magnetic ? field_data(&g->b[0], b, d) : NULL;
    p.v[d] = field_data(velocity, b, d);
    p.step[d] = d < m->dim ? step[d] : 0;
    for (int a = 0; a < 3; a++) p.face_step[d][a] = a < m->dim ? face_step[a] : 0;
  }
  return p;
}

/* Place of the lower face along d of a cell. */
static ptrdiff_t face_at(const struct place *p, int d, const int i[3]) {
  ptrdiff_t at = 0;
  for (int a = 0; a < p->mesh->dim; a++) at += (i[a] + p->mesh->ngd[a]) * p->face_step[d][a];
  return at;
}

/* b.(b.grad u): velocity differences along their own axis are those of the faces, as in div u. */
static double bb_grad_u(const struct place *p, ptrdiff_t at, const double along[3], const double field[3], double strength, const double dx[3]) {
  double n[3], across[3][3] = {{0.0}};
  const double over = 1.0 / max(strength, p->r->par.transport.field_floor);
  for (int d = 0; d < 3; d++) n[d] = field[d] * over;
  for (int a = 0; a < p->mesh->dim; a++)
    for (int c = 0; c < 3; c++) {
      const ptrdiff_t up = at + p->step[a], down = at - p->step[a];
      if (c != a) across[a][c] = (p->u[1 + c][up] / p->u[0][up] - p->u[1 + c][down] / p->u[0][down]) * (0.5 / dx[a]);
    }
  double own = sum3(n[0] * n[0] * along[0], n[1] * n[1] * along[1], n[2] * n[2] * along[2]);
  double xy = n[0] * n[1] * (across[0][1] + across[1][0]), xz = n[0] * n[2] * (across[0][2] + across[2][0]);
  double yz = n[1] * n[2] * (across[1][2] + across[2][1]);
  return own + sum3(xy, xz, yz);
}

void rays_medium(const struct rays *r, const struct mesh *m, const struct gas *g, const struct field *velocity, int b, const struct rays_cells *cells,
                 double *const out[MEDIUM_COUNT], double *const band[CR_BANDS]) {
  const struct place p = place_of(r, m, g, velocity, b);
  const struct medium_params *par = &r->par.medium;
  const double *alfven = r->alfven.data ? field_data(&r->alfven, b, 0) : NULL, *profile = r->profile.data ? field_data(&r->profile, b, 0) : NULL;
  const double *dx = m->block[b].dx, per_second = 1.0 / r->scale.time_s;
  /* Electrons per nucleon: one of H, two of He; and free particles. */
  const double electrons = 0.5 * (1.0 + par->hydrogen), nuclei = par->hydrogen + 0.25 * (1.0 - par->hydrogen);
  struct rays_surroundings constant = {.ionised = par->ionised}, here;
  for (int i = 0; i < CR_BANDS; i++) constant.radiation[i] = par->radiation[i];
  const bool thermal = g->par.eos == EOS_ADIABATIC, tensor = r->par.transport.closure == CLOSURE_M1;
  for (int c = 0; c < cells->n; c++) {
    const int *i = cells->ijk[c];
    const ptrdiff_t at = (ptrdiff_t)cells->at[c];
    const double rho = p.u[0][at], n = rho * r->scale.proton_cm3, all = electrons * n;
    double along[3] = {0.0, 0.0, 0.0}, field[3] = {0.0, 0.0, 0.0};
    for (int d = 0; d < 3; d++) {
      const ptrdiff_t face = face_at(&p, d, i), up = face + p.face_step[d][d];
      if (d < m->dim) along[d] = (p.v[d][up] - p.v[d][face]) / dx[d];
      if (p.b[d]) field[d] = 0.5 * (p.b[d][face] + p.b[d][up]);
    }
    const double strength = sqrt(sum3(field[0] * field[0], field[1] * field[1], field[2] * field[2])), uG = strength * r->scale.field_uG;
    const double per_mass = thermal ? (g->par.gamma - 1.0) * max(p.internal[at], 0.0) / rho : g->par.sound_speed * g->par.sound_speed;
    here = constant;
    if (r->medium) {
      double x[3];
      for (int d = 0; d < 3; d++) x[d] = mesh_coordinate(m, &m->block[b], d, i[d] + 0.5);
      r->medium(r->time, x, &here);
    }
    if (r->ionised) here.ionised = field_data(r->ionised, b, 0)[at];
    for (int k = 0; k < r->par.cr.batch.loss.bands; k++) band[k][c] = here.radiation[k];
    out[MEDIUM_N_E][c] = here.ionised * all;
    out[MEDIUM_N_N][c] = (1.0 - here.ionised) * all;
    out[MEDIUM_N_NUCLEON][c] = n;
    out[MEDIUM_TEMPERATURE][c] = r->scale.temperature_K / (nuclei + here.ionised * electrons) * per_mass;
    out[MEDIUM_U_B][c] = FIELD_ENERGY_eV_cm3 * uG * uG;
    out[MEDIUM_V_ALFVEN][c] = alfven ? alfven[at] * r->scale.velocity_cm_s : 0.0;
    out[MEDIUM_NU_FACTOR][c] = profile ? profile[at] : 1.0;
    out[MEDIUM_DIV_U][c] = sum3(along[0], along[1], along[2]) * per_second;
    out[MEDIUM_BB_GRAD_U][c] = tensor ? bb_grad_u(&p, at, along, field, strength, dx) * per_second : 0.0;
  }
}

struct cr_batch_env rays_batch_env(const struct rays *r, double *const medium[MEDIUM_COUNT], double *const band[CR_BANDS]) {
  struct cr_batch_env env = {.nu0 = r->par.cr.nu0,
                             .n_e = medium[MEDIUM_N_E],
                             .n_n = medium[MEDIUM_N_N],
                             .n_nucleon = medium[MEDIUM_N_NUCLEON],
                             .temperature_K = medium[MEDIUM_TEMPERATURE],
                             .u_b = medium[MEDIUM_U_B],
                             .v_alfven = medium[MEDIUM_V_ALFVEN],
                             .nu_factor = medium[MEDIUM_NU_FACTOR],
                             .div_u = medium[MEDIUM_DIV_U],
                             .bb_grad_u = medium[MEDIUM_BB_GRAD_U]};
  for (int i = 0; i < CR_BANDS; i++) env.u_rad[i] = band[i];
  return env;
}
