/* Regions and the cells in them. */
#include "crtransport/observe.h"

#include "base/memory.h"
#include "base/minmax.h"
#include "base/params.h"
#include "base/sum.h"
#include "base/units.h"
#include "crtransport/rays.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double SUN_kpc[2] = {7.0, 9.0};
static const double KPC_cm = 3.0856775814913673e21, MEAN_WEIGHT = 0.6, RATIO_LOW = 0.01, RATIO_HIGH = 1e3;

static bool bad_name(const void *data) {
  const struct rays_observe_params *p = data;
  for (int i = 0; i < p->count; i++) {
    if (p->region[i].name[0] == '\0') return true;
    for (const char *c = p->region[i].name; *c != '\0'; c++)
      if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-') return true;
    for (int k = 0; k < i; k++)
      if (strcmp(p->region[i].name, p->region[k].name) == 0) return true;
  }
  return false;
}

static bool bad_limits(const void *data) {
  const struct rays_observe_params *p = data;
  for (int i = 0; i < p->count; i++) {
    const struct rays_region *g = &p->region[i];
    const double *limits[] = {g->radius, g->height, g->density, g->temperature, g->ionised};
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++)
      if (!(limits[k][0] < limits[k][1])) return true;
  }
  return false;
}

void rays_observe_declare(struct params *ps, struct rays_observe_params *par) {
  struct rays_region *g = &par->region[0];
  params_real(ps, "observables", &par->every, "0", 0.0, INFINITY, "code time",
              "time between rows of observables.h5, statistics of cosmic rays over the cells of regions; 0: with every snapshot");
  params_list_begin(ps, "regions", OBSERVE_REGIONS, sizeof *g, &par->count,
                    "regions of observables.h5; none: in 3-D the solar circle, R = 7-9 kpc, |z| < 0.3 kpc, n = 0.3-3 cm^-3, by mass");
  params_text(ps, "name", g->name, sizeof g->name, NULL, "letters, digits, _ and -");
  params_reals(ps, "radius", 2, g->radius, "[0 kpc, 1e9 kpc]", 0.0, INFINITY, "kpc", "distance from the z axis through the middle of the domain, at 0 where that is inside");
  params_reals(ps, "height", 2, g->height, "[0 kpc, 1e9 kpc]", 0.0, INFINITY, "kpc", "distance from the plane through it");
  params_reals(ps, "density", 2, g->density, "[0 cm^-3, 1e30 cm^-3]", 0.0, INFINITY, "cm^-3", "of the gas, rho / m_p");
  params_reals(ps, "temperature", 2, g->temperature, "[0 K, 1e30 K]", 0.0, INFINITY, "K", "of the gas, with 0.6 m_p per particle");
  params_reals(ps, "ionised", 2, g->ionised, "[-1, 2]", -1.0, 2.0, "1", "share of the hydrogen that is ionised, as cosmic rays see it (medium)");
  params_choice(ps, "weight", &g->weight, "mass|volume", "mass", "what percentiles and means count");
  params_list_end(ps);
  params_rule(ps, "output.regions", bad_name, par, "names want letters, digits, _ and - only, each another one");
  params_rule(ps, "output.regions", bad_limits, par, "limits are [low, high] with low < high");
}

static void add(struct rays_observer *o, struct rays_quantity q) { o->quantity[o->count++] = q; }

static bool has(const struct rays *r, const char *const *names) {
  for (; *names != NULL; names++)
    if (cr_network_find(&r->net, *names) >= 0) return true;
  return false;
}

const struct rays_element rays_elements[OBSERVE_ELEMENTS] = {{"C", {"c", "cno"}}, {"B", {"b", "b10", "b11"}}, {"Be", {"be", "be7", "be9", "be10"}}};

/* Whether the run has what a ratio is made of. */
static bool defined(const struct rays *r, enum cr_ratio which) {
  static const char *const above[CR_RATIO_COUNT][4] = {[CR_B_C] = {"b", "b10", "b11"}, [CR_BE10_BE9] = {"be10"}, [CR_PBAR_P] = {"pbar"}, [CR_POSITRONS] = {"e+"},
                                                       [CR_C_H] = {"c", "cno"}, [CR_E_P] = {"e-"}};
  static const char *const below[CR_RATIO_COUNT][3] = {[CR_B_C] = {"c", "cno"}, [CR_BE10_BE9] = {"be9", "be"}, [CR_PBAR_P] = {"p"}, [CR_POSITRONS] = {"e-"},
                                                       [CR_C_H] = {"p"}, [CR_E_P] = {"p"}};
  return has(r, above[which]) && has(r, below[which]);
}

static void list_quantities(struct rays_observer *o, const struct rays *r) {
  const struct cr_network *net = &r->net;
  double p[CR_MAX_BINS * OBSERVE_PER_BIN];
  o->quantity = memory_get(sizeof *o->quantity * (size_t)(2 + CR_MAX_SPECIES + CR_SEEN_ABOVE + 2 * OBSERVE_PER_BIN * cr_network_bins(net) +
                                                          CR_RATIO_COUNT * OBSERVE_RATIO_POINTS));
  for (int s = -1; s < net->count; s++) add(o, (struct rays_quantity){.kind = SEEN_ENERGY, .species = s});
  add(o, (struct rays_quantity){.kind = SEEN_ZETA});
  for (int a = 0; a < CR_SEEN_ABOVE; a++) add(o, (struct rays_quantity){.kind = SEEN_GAMMA, .above = a});
  for (int s = 0; s < net->count; s++) {
    cr_points(net, s, OBSERVE_PER_BIN, p);
    for (int i = 0; i < OBSERVE_PER_BIN * net->nbin[s]; i++)
      add(o, (struct rays_quantity){.kind = SEEN_INTENSITY, .species = s, .bin = net->first[s] + i / OBSERVE_PER_BIN, .at = p[i]});
  }
  for (int e = 0; e < OBSERVE_ELEMENTS; e++) {
    int s = -1;
    for (int k = 0; k < OBSERVE_PARTS && s < 0 && rays_elements[e].part[k] != NULL; k++) s = cr_network_find(net, rays_elements[e].part[k]);
    if (s < 0) continue;
    cr_points(net, s, OBSERVE_PER_BIN, p);
    for (int i = 0; i < OBSERVE_PER_BIN * net->nbin[s]; i++)
      add(o, (struct rays_quantity){.kind = SEEN_ELEMENT, .species = e, .at = cr_kinetic_per_nucleon(&net->species[s], p[i])});
  }
  for (int k = 0; k < CR_RATIO_COUNT; k++)
    for (int i = 0; defined(r, (enum cr_ratio)k) && i < OBSERVE_RATIO_POINTS; i++)
      add(o, (struct rays_quantity){.kind = SEEN_RATIO, .ratio = k, .at = RATIO_LOW * pow(RATIO_HIGH / RATIO_LOW, i / (OBSERVE_RATIO_POINTS - 1.0))});
}

static void middle(const struct mesh *m, double centre[3]) {
  for (int d = 0; d < 3; d++) centre[d] = m->lower[d] <= 0.0 && m->upper[d] >= 0.0 ? 0.0 : 0.5 * (m->lower[d] + m->upper[d]);
}

/* Whether a 3-D mesh goes out to this distance from its axis. */
static bool reaches(const struct mesh *m, double radius) {
  double centre[3], far[2];
  middle(m, centre);
  for (int d = 0; d < 2; d++) far[d] = max(m->upper[d] - centre[d], centre[d] - m->lower[d]);
  return m->dim == 3 && sqrt(far[0] * far[0] + far[1] * far[1]) > radius;
}

struct rays_observer *rays_observer_create(const struct rays_observe_params *par, const struct rays *r, const struct mesh *m, const struct units *u) {
  if (u->code || (par->count == 0 && !reaches(m, SUN_kpc[0] * KPC_cm / u->length_cm))) return NULL;
  struct rays_observer *o = memory_get(sizeof *o);
  struct cr_observe how;
  o->par = *par;
  o->kpc = KPC_cm / u->length_cm;
  o->per_cm3 = u->length_cm * u->length_cm * u->length_cm;
  o->carbon = r->par.cr.carbon_share;
  o->be9 = r->par.cr.beryllium9_share;
  if (par->count == 0) {
    o->par.count = 1;
    o->par.region[0] = (struct rays_region){.name = "solar_circle", .radius = {SUN_kpc[0] * o->kpc, SUN_kpc[1] * o->kpc}, .height = {0.0, 0.3 * o->kpc},
                                            .density = {0.3 * o->per_cm3, 3.0 * o->per_cm3}, .temperature = {0.0, 1e30}, .ionised = {-1.0, 2.0}};
  }
  middle(m, o->centre);
  list_quantities(o, r);
  cr_observe_defaults(&how);
  cr_seen_create(&o->seen, &r->net, &how);
  return o;
}

void rays_observer_destroy(struct rays_observer *o) {
  if (o == NULL) return;
  cr_seen_destroy(&o->seen);
  memory_free(o->quantity);
  memory_free(o);
}

static bool within(double x, const double limits[2]) { return x >= limits[0] && x <= limits[1]; }

/* The weight of a cell; 0 outside of the region. */
static double weight_of(const struct rays_observer *o, const struct rays_region *g, const struct rays *r, const struct mesh *m, const struct gas *gas, int b,
                        const int i[3], size_t at, double *volume, double *n) {
  const struct block *block = &m->block[b];
  double x[3], from[3];
  for (int d = 0; d < 3; d++) {
    x[d] = mesh_coordinate(m, block, d, i[d] + 0.5);
    from[d] = d < m->dim ? x[d] - o->centre[d] : 0.0;
  }
  const double rho = field_data(&gas->u[0], b, GAS_RHO)[at], internal = field_data(&gas->u[0], b, gas->nvar - 1)[at];
  const double per_mass = gas->par.eos == EOS_ADIABATIC ? (gas->par.gamma - 1.0) * max(internal, 0.0) / rho : gas->par.sound_speed * gas->par.sound_speed;
  *n = rho * r->scale.proton_cm3;
  *volume = block->dx[0] / o->kpc * (block->dx[1] / o->kpc) * (block->dx[2] / o->kpc);
  if (!within(sqrt(from[0] * from[0] + from[1] * from[1]), g->radius) || !within(fabs(from[2]), g->height) || !within(*n * o->per_cm3, g->density) ||
      !within(r->scale.temperature_K * MEAN_WEIGHT * per_mass, g->temperature))
    return 0.0;
  struct rays_surroundings here = {.ionised = r->par.medium.ionised};
  if (r->medium) r->medium(r->time, x, &here);
  if (r->ionised) here.ionised = field_data(r->ionised, b, 0)[at];
  if (!within(here.ionised, g->ionised)) return 0.0;
  return g->weight == OBSERVE_MASS ? *n * *volume : *volume;
}

/* Numbers, slopes and what follows from them in cell c of a sample of n cells. */
static void look(const struct rays_observer *o, const struct rays *r, int b, size_t at, struct rays_sample *s, int c) {
  const struct cr_network *net = &r->net;
  const size_t n = (size_t)s->n, to = (size_t)c;
  for (int k = 0, species = 0; k < cr_network_bins(net); k++) {
    while (k >= net->first[species + 1]) species++;
    const double lo = rays_data(r, 2 * k, b, 0)[at], hi = rays_data(r, 2 * k + 1, b, 0)[at], number = lo + hi, slope = cr_seen_slope(&o->seen, k, lo, hi);
    s->number[n * (size_t)k + to] = number;
    s->slope[n * (size_t)k + to] = slope;
    s->energy[n * (size_t)species + to] += 1e9 * cr_bin_energy(&net->bin[k], lo, hi);
    s->zeta[to] += cr_seen_zeta(&o->seen, k, number, slope);
    if (net->species[species].kind != CR_LEPTON && net->species[species].kind != CR_PROTON) continue;
    for (int a = 0; a < CR_SEEN_ABOVE; a++) s->gamma[n * (size_t)a + to] += cr_seen_gamma(&o->seen, k, a, number, slope);
  }
}

void rays_sample_take(const struct rays_observer *o, int region, const struct rays *r, const struct mesh *m, const struct gas *g, struct rays_sample *s) {
  const struct rays_region *of = &o->par.region[region];
  const size_t bins = (size_t)cr_network_bins(&r->net), species = (size_t)r->net.count;
  enum { CELLS, VOLUME, MASS, SUMS };
  struct sum *part = memory_get(sizeof *part * (size_t)(SUMS * m->count + 1));
  double sums[SUMS];
  *s = (struct rays_sample){0};
  for (int pass = 0; pass < 2; pass++) { /* count, then fill */
    int c = 0;
    for (int b = 0; b < m->count; b++)
      for (int k = 0; k < m->nc[2]; k++)
        for (int j = 0; j < m->nc[1]; j++)
          for (int i = 0; i < m->nc[0]; i++) {
            const size_t at = rays_place(m, &r->momentum, j, k) + (size_t)i;
            double volume, n;
            const double weight = weight_of(o, of, r, m, g, b, (const int[]){i, j, k}, at, &volume, &n);
            if (!(weight > 0.0)) continue;
            if (pass == 1) {
              s->weight[c] = weight;
              look(o, r, b, at, s, c);
            } else {
              sum_add(&part[SUMS * b + CELLS], 1.0);
              sum_add(&part[SUMS * b + VOLUME], volume);
              sum_add(&part[SUMS * b + MASS], n * volume);
            }
            c++;
          }
    if (pass == 1) break;
    s->n = c;
    const size_t n = (size_t)c;
    s->weight = memory_get(sizeof(double) * n * (2 + 2 * bins + species + CR_SEEN_ABOVE) + sizeof(double));
    s->number = s->weight + n;
    s->slope = s->number + n * bins;
    s->energy = s->slope + n * bins;
    s->zeta = s->energy + n * species;
    s->gamma = s->zeta + n;
  }
  sum_over_blocks(m->comm, m->count, SUMS, part, sums);
  memory_free(part);
  s->cells = (int64_t)sums[CELLS];
  s->volume = sums[VOLUME];
  s->mass = sums[MASS];
}

void rays_sample_free(struct rays_sample *s) { memory_free(s->weight); }
