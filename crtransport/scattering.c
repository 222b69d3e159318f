/* The scattering rate in a cell over that of the population, and the speed of streaming. */
#include "base/constants.h"
#include "base/fail.h"
#include "base/minmax.h"
#include "crtransport/rays.h"

#include <math.h>
#include <stdio.h>

/* A row of n cells of a block; first: its first cell is (0, j, k). */
struct row {
  const struct rays *r;
  const struct mesh *mesh;
  int block, j, k, n;
  const double *rho, *b2; /* code units */
};

typedef void profile_fn(const struct row *w, double *profile);

static void power_law(const struct row *w, double *profile) {
  const struct scattering_params *p = &w->r->par.scattering;
  const double density = w->r->scale.proton_cm3 / p->density, field = w->r->scale.field_uG / p->field,
               least = w->r->transport.par.field_floor;
  for (int i = 0; i < w->n; i++) {
    double of_density = p->density_power != 0.0 ? pow(w->rho[i] * density, p->density_power) : 1.0;
    double of_field = p->field_power != 0.0 ? pow(max(sqrt(w->b2[i]), least) * field, p->field_power) : 1.0;
    profile[i] = of_density * of_field;
  }
}

static void from_setup(const struct row *w, double *profile) {
  const struct block *block = &w->mesh->block[w->block];
  double x[3] = {0.0, mesh_coordinate(w->mesh, block, 1, w->j + 0.5), mesh_coordinate(w->mesh, block, 2, w->k + 0.5)};
  for (int i = 0; i < w->n; i++) {
    x[0] = mesh_coordinate(w->mesh, block, 0, i + 0.5);
    profile[i] = w->r->scattering(w->r->time, x);
  }
}

static const struct { const char *name, *doc; profile_fn *profile; } TABLE[] = {
    {"power_law", "power_law: (n / density_cm3)^density_power (B / field_uG)^field_power", power_law},
    {"from_setup", "from_setup: what the setup says", from_setup},
};
enum { MODELS = (int)(sizeof TABLE / sizeof *TABLE) };

static const char *join(char *text, size_t size, const char *between, bool docs) {
  size_t used = 0;
  text[0] = '\0';
  for (int i = 0; i < MODELS && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%s", i ? between : "", docs ? TABLE[i].doc : TABLE[i].name);
  return text;
}

const char *rays_scattering_names(char *text, size_t size) { return join(text, size, "|", false); }
const char *rays_scattering_meanings(char *text, size_t size) { return join(text, size, "; ", true); }

bool rays_scattering_from_setup(const struct rays_params *par) { return TABLE[par->scattering.model].profile == from_setup; }

/* Whether the rate is that of the population everywhere. */
static bool uniform(const struct rays *r) {
  const struct scattering_params *p = &r->par.scattering;
  return TABLE[p->model].profile == power_law && p->density_power == 0.0 && p->field_power == 0.0;
}

void rays_scattering_create(struct rays *r, const struct mesh *mesh) {
  static const bool positive[1] = {true};
  if (!uniform(r)) field_create(&r->profile, mesh, "scattering of cosmic rays", CENTRING_CELL, 1);
  if (r->par.alfven != ALFVEN_NONE) field_create(&r->alfven, mesh, "streaming of cosmic rays", CENTRING_CELL, 1);
  r->profile.positive = r->alfven.positive = positive;
}

void rays_scattering_destroy(struct rays *r) {
  if (r->profile.ncomp > 0) field_destroy(&r->profile);
  if (r->alfven.ncomp > 0) field_destroy(&r->alfven);
}

/* B^2 in the cells of a row. */
static void field_row(const struct mesh *m, const struct field *f, int b, int j, int k, double *b2) {
  const double *at[3];
  size_t up[3];
  for (int d = 0; d < 3; d++) {
    const int *e = field_extent(f, d);
    at[d] = field_data(f, b, d) + ((size_t)(k + m->ngd[2]) * (size_t)e[1] + (size_t)(j + m->ngd[1])) * (size_t)e[0] + m->ngd[0];
    up[d] = d >= m->dim ? 0 : d == 0 ? 1 : d == 1 ? (size_t)e[0] : (size_t)e[0] * (size_t)e[1];
  }
  for (int i = 0; i < m->nc[0]; i++) {
    double c[3];
    for (int d = 0; d < 3; d++) c[d] = 0.5 * (at[d][i] + at[d][(size_t)i + up[d]]);
    b2[i] = sum3(c[0] * c[0], c[1] * c[1], c[2] * c[2]);
  }
}

/* Share of the gas that is ionised. */
static double ionised(const struct row *w, int i) {
  if (w->r->ionised) return field_data(w->r->ionised, w->block, 0)[rays_place(w->mesh, w->r->ionised, w->j, w->k) + (size_t)i];
  struct rays_surroundings m = {.ionised = w->r->par.medium.ionised};
  if (w->r->medium) {
    const struct block *block = &w->mesh->block[w->block];
    const double x[3] = {mesh_coordinate(w->mesh, block, 0, i + 0.5), mesh_coordinate(w->mesh, block, 1, w->j + 0.5), mesh_coordinate(w->mesh, block, 2, w->k + 0.5)};
    w->r->medium(w->r->time, x, &m);
  }
  return m.ionised;
}

void rays_scattering(struct rays *r, const struct mesh *mesh, struct exchange *x, struct gas *g) {
  enum { MOST = 256 };
  double b2[MOST];
  struct field *list[2];
  int count = 0;
  const bool ions = r->par.alfven == ALFVEN_ION;
  const double light = r->transport.par.light;
  require(mesh->nc[0] <= MOST, "blocks of more than %d cells", MOST);
  if (r->profile.ncomp > 0) list[count++] = &r->profile;
  if (r->alfven.ncomp > 0) list[count++] = &r->alfven;
  if (count == 0) return;
  for (int b = 0; b < mesh->count; b++)
    for (int k = 0; k < mesh->nc[2]; k++)
      for (int j = 0; j < mesh->nc[1]; j++) {
        const size_t at = rays_place(mesh, &g->u[0], j, k);
        const double *rho = field_data(&g->u[0], b, GAS_RHO) + at;
        const struct row row = {.r = r, .mesh = mesh, .block = b, .j = j, .k = k, .n = mesh->nc[0], .rho = rho, .b2 = b2};
        field_row(mesh, &g->b[0], b, j, k, b2);
        if (r->profile.ncomp > 0) TABLE[r->par.scattering.model].profile(&row, field_data(&r->profile, b, 0) + at);
        double *speed = r->alfven.ncomp > 0 ? field_data(&r->alfven, b, 0) + at : NULL;
        for (int i = 0; speed != NULL && i < mesh->nc[0]; i++) /* without a field none, not even in neutral gas */
          speed[i] = b2[i] > 0.0 ? min(sqrt(b2[i] / ((ions ? ionised(&row, i) : 1.0) * rho[i])), light) : 0.0;
      }
  exchange_all(x, count, list);
}
