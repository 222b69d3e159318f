/* Statistics over the cells of a region, and their file. */
#include "base/memory.h"
#include "base/units.h"
#include "crtransport/observe.h"
#include "io/rows.h"
#include "microphysics/constants.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double PER_m2 = 1e4;

static int by_value(const void *a, const void *b) {
  const struct rays_valued *x = a, *y = b;
  return x->value < y->value ? -1 : x->value > y->value ? 1 : (x->place > y->place) - (x->place < y->place);
}

void rays_statistics(int n, const double *value, const double *weight, struct rays_valued *order, double out[OBSERVE_STATISTICS]) {
  static const double percent[OBSERVE_STATISTICS] = {50.0, -1.0, 2.5, 16.0, 84.0, 97.5};
  double all = 0.0, sum = 0.0, below = 0.0;
  for (int i = 0; i < n; i++) {
    order[i] = (struct rays_valued){value[i], weight[i], i};
    all += weight[i];
    sum += weight[i] * value[i];
  }
  for (int k = 0; k < OBSERVE_STATISTICS; k++) out[k] = n > 0 ? percent[k] < 0.0 ? sum / all : order[0].value : NAN;
  if (n == 0) return;
  qsort(order, (size_t)n, sizeof *order, by_value);
  double *x = memory_get(sizeof *x * 2 * (size_t)n), *y = x + n;
  for (int i = 0; i < n; i++) {
    below += order[i].weight;
    x[i] = (below - 0.5 * order[i].weight) / all;
    y[i] = order[i].value;
  }
  for (int k = 0; k < OBSERVE_STATISTICS; k++)
    if (percent[k] >= 0.0) out[k] = cr_seen_between(n, x, y, percent[k] / 100.0);
  memory_free(x);
}

/* dn/dln p at momentum p of a species in cell c. */
static double density(const struct rays *r, const struct rays_sample *s, int species, double p, int c) {
  const struct cr_network *net = &r->net;
  for (int k = net->first[species]; k < net->first[species + 1]; k++) {
    const struct cr_bin *b = &net->bin[k];
    if (p * (1.0 + 1e-12) < b->p_lo || p * (1.0 + 1e-12) >= b->p_hi) continue;
    const size_t at = (size_t)s->n * (size_t)k + (size_t)c;
    return s->number[at] * cr_seen_shape(s->slope[at], b->width, log(p / b->p_lo));
  }
  return 0.0;
}

/* The same without the jumps of the power laws at the edges of bins: between the middles of bins, linear in logarithms. */
static double smooth_density(const struct rays *r, const struct rays_sample *s, int species, double p, int c) {
  const struct cr_network *net = &r->net;
  const double at = log(p);
  for (int k = net->first[species]; k + 1 < net->first[species + 1]; k++) {
    const struct cr_bin *b[2] = {&net->bin[k], &net->bin[k + 1]};
    double x[2], y[2];
    for (int i = 0; i < 2; i++) x[i] = log(b[i]->p_lo) + 0.5 * b[i]->width;
    if (at < x[0] || at >= x[1]) continue;
    for (int i = 0; i < 2; i++) {
      const size_t j = (size_t)s->n * (size_t)(k + i) + (size_t)c;
      y[i] = s->number[j] * cr_seen_shape(s->slope[j], b[i]->width, 0.5 * b[i]->width);
    }
    return y[0] > 0.0 && y[1] > 0.0 ? exp(log(y[0]) + (at - x[0]) / (x[1] - x[0]) * (log(y[1]) - log(y[0]))) : 0.0;
  }
  return density(r, s, species, p, c);
}

static double nucleons(const struct cr_species *s) { return s->kind == CR_LEPTON ? 1.0 : s->a; }

static double intensity(const struct rays *r, const struct rays_sample *s, int species, double p, bool smooth, int c) {
  const struct cr_species *of = &r->net.species[species];
  return (smooth ? smooth_density : density)(r, s, species, p, c) * (nucleons(of) * SPEED_OF_LIGHT_cm_s / (4.0 * PI) * PER_m2 / p);
}

/* For ratios, of a species that the run may lack: at kinetic energy per nucleon, or at rigidity. */
static double part(const struct rays *r, const struct rays_sample *s, const char *name, double share, bool rigidity, double x, int c) {
  const int species = cr_network_find(&r->net, name);
  if (species < 0) return 0.0;
  const struct cr_species *of = &r->net.species[species];
  if (!rigidity) return share * intensity(r, s, species, cr_momentum_per_nucleon(of, x), true, c);
  const double p = x * of->z;
  return share * smooth_density(r, s, species, p, c) * (cr_beta(p, of->mass_GeV) * SPEED_OF_LIGHT_cm_s / (4.0 * PI) * PER_m2 / x);
}

static double ratio(const struct rays_observer *o, const struct rays *r, const struct rays_sample *s, enum cr_ratio which, double x, int c) {
  double above = 0.0, below = 0.0;
  const bool carbon = which == CR_B_C || which == CR_C_H;
  const double of_c = carbon ? part(r, s, "c", 1.0, false, x, c) + part(r, s, "cno", o->carbon, false, x, c) : 0.0;
  switch (which) {
    case CR_B_C:
      above = part(r, s, "b", 1.0, false, x, c) + part(r, s, "b10", 1.0, false, x, c) + part(r, s, "b11", 1.0, false, x, c);
      below = of_c;
      break;
    case CR_BE10_BE9:
      above = part(r, s, "be10", 1.0, false, x, c);
      below = part(r, s, "be9", 1.0, false, x, c) + part(r, s, "be", o->be9, false, x, c);
      break;
    case CR_PBAR_P:
      above = part(r, s, "pbar", 1.0, true, x, c);
      below = part(r, s, "p", 1.0, true, x, c);
      break;
    case CR_POSITRONS:
      above = part(r, s, "e+", 1.0, false, x, c);
      below = above + part(r, s, "e-", 1.0, false, x, c);
      break;
    case CR_C_H:
      above = of_c;
      below = part(r, s, "p", 1.0, false, x, c);
      break;
    case CR_E_P:
      above = part(r, s, "e-", 1.0, false, x, c);
      below = part(r, s, "p", 1.0, false, x, c);
      break;
    case CR_RATIO_COUNT: break;
  }
  return above > 0.0 && below > 0.0 ? above / below : 0.0;
}

static double element(const struct rays_observer *o, const struct rays *r, const struct rays_sample *s, const struct rays_element *e, double t, int c) {
  double sum = 0.0;
  for (int k = 0; k < OBSERVE_PARTS && e->part[k] != NULL; k++) {
    const int species = cr_network_find(&r->net, e->part[k]);
    if (species < 0) continue;
    const double share = strcmp(e->part[k], "cno") == 0 ? o->carbon : 1.0;
    sum += share * intensity(r, s, species, cr_momentum_per_nucleon(&r->net.species[species], t), false, c);
  }
  return sum;
}

static void evaluate(const struct rays_observer *o, const struct rays *r, const struct rays_sample *s, const struct rays_quantity *q, double *value) {
  const size_t n = (size_t)s->n;
  for (int c = 0; c < s->n; c++) {
    double v = 0.0;
    switch (q->kind) {
      case SEEN_ENERGY:
        for (int k = 0; k < r->net.count; k++) v += q->species < 0 || q->species == k ? s->energy[n * (size_t)k + (size_t)c] : 0.0;
        break;
      case SEEN_ZETA: v = s->zeta[c]; break;
      case SEEN_GAMMA: v = s->gamma[n * (size_t)q->above + (size_t)c]; break;
      case SEEN_INTENSITY: v = intensity(r, s, q->species, q->at, false, c); break;
      case SEEN_ELEMENT: v = element(o, r, s, &rays_elements[q->species], q->at, c); break;
      default: v = ratio(o, r, s, (enum cr_ratio)q->ratio, q->at, c);
    }
    value[c] = v;
  }
}

/* Quantity i is put together on rank i % size, from the ranks in the order of the mesh. */
void rays_sample_statistics(const struct rays_observer *o, const struct rays *r, const struct mesh *m, const struct rays_sample *s, double *out) {
  const size_t all = (size_t)s->cells + 1;
  int *count = memory_get(sizeof *count * 2 * (size_t)m->size), *first = count + m->size;
  double *mine = memory_get(sizeof *mine * ((size_t)s->n + 1)), *value = memory_get(sizeof *value * 2 * all), *weight = value + all;
  struct rays_valued *order = memory_get(sizeof *order * all);
  MPI_Allgather(&s->n, 1, MPI_INT, count, 1, MPI_INT, m->comm);
  for (int k = 1; k < m->size; k++) first[k] = first[k - 1] + count[k - 1];
  MPI_Allgatherv(s->weight, s->n, MPI_DOUBLE, weight, count, first, MPI_DOUBLE, m->comm);
  for (int i = 0; i < o->count; i++) {
    evaluate(o, r, s, &o->quantity[i], mine);
    MPI_Gatherv(mine, s->n, MPI_DOUBLE, value, count, first, MPI_DOUBLE, i % m->size, m->comm);
    double *to = out + (size_t)OBSERVE_STATISTICS * (size_t)i;
    if (i % m->size == m->rank) rays_statistics((int)s->cells, value, weight, order, to);
    MPI_Bcast(to, OBSERVE_STATISTICS, MPI_DOUBLE, i % m->size, m->comm);
  }
  memory_free(count);
  memory_free(mine);
  memory_free(value);
  memory_free(order);
}

/* The tables of a region.  Names live in the list. */
struct tables { struct io_rows_set *set; struct io_rows_note *note; char (*name)[96]; int count, notes, names; };

static const char *name_of(struct tables *t, const char *region, const char *rest) {
  snprintf(t->name[t->names], sizeof t->name[0], "%s%s%s", region, rest[0] ? "/" : "", rest);
  return t->name[t->names++];
}

static void put(struct tables *t, const char *name, const char *unit, const char *meaning, bool fixed, int rows, int columns, const double *values) {
  struct io_rows_set s = {.name = name, .unit = unit, .meaning = meaning, .fixed = fixed, .values = values};
  if (rows > 0) s.extent[s.dim++] = rows;
  if (columns > 0) s.extent[s.dim++] = columns;
  t->set[t->count++] = s;
}

static void describe(struct tables *t, const struct rays_observer *o, const struct rays_region *g, double limits[5][2]) {
  static const char *const of[5] = {"radius_kpc", "height_kpc", "density_cm3", "temperature_K", "ionised"};
  const double *const from[5] = {g->radius, g->height, g->density, g->temperature, g->ionised};
  const double unit[5] = {o->kpc, o->kpc, o->per_cm3, 1.0, 1.0};
  const char *group = name_of(t, g->name, "");
  for (int i = 0; i < 5; i++) {
    for (int k = 0; k < 2; k++) limits[i][k] = units_ratio(from[i][k], unit[i]);
    t->note[t->notes++] = (struct io_rows_note){.of = group, .name = of[i], .count = 2, .values = limits[i]};
  }
  t->note[t->notes++] = (struct io_rows_note){.of = group, .name = "weight", .text = g->weight == OBSERVE_MASS ? "mass" : "volume"};
  t->note[t->notes++] = (struct io_rows_note){.of = group, .name = "statistics", .text = "median, mean, 2.5 %, 16 %, 84 %, 97.5 %"};
}

/* Quantities of one kind stand together: tables of as many as have the same species or ratio. */
static void list_region(struct tables *t, const struct rays_observer *o, const struct rays *r, const struct rays_region *g, double *energies, double *x,
                        const double *values) {
  char rest[64];
  for (int i = 0, n; i < o->count; i += n) {
    const struct rays_quantity *q = &o->quantity[i];
    const double *v = values + (size_t)OBSERVE_STATISTICS * (size_t)i;
    for (n = 1; i + n < o->count && q[n].kind == q->kind && q[n].species == q->species && q[n].ratio == q->ratio; n++) continue;
    if (q->kind == SEEN_ENERGY) {
      snprintf(rest, sizeof rest, "energy/%s", q->species < 0 ? "all" : r->net.species[q->species].name);
      put(t, name_of(t, g->name, rest), "eV cm^-3", "kinetic energy density", false, OBSERVE_STATISTICS, 0, v);
    } else if (q->kind == SEEN_ZETA) {
      put(t, name_of(t, g->name, "ionisation"), "s^-1", "ionisations per H atom, with secondary electrons", false, OBSERVE_STATISTICS, 0, v);
    } else if (q->kind == SEEN_GAMMA) {
      put(t, name_of(t, g->name, "gamma_above_GeV"), "GeV", "photon energies of gamma_above", true, CR_SEEN_ABOVE, 0, cr_seen_above_GeV);
      put(t, name_of(t, g->name, "gamma_above"), "s^-1 sr^-1", "photons above them per H atom, pions and bremsstrahlung", false, n, OBSERVE_STATISTICS, v);
    } else if (q->kind == SEEN_INTENSITY || q->kind == SEEN_ELEMENT) {
      const struct cr_species *s = q->kind == SEEN_INTENSITY ? &r->net.species[q->species] : NULL;
      const char *name = s ? s->name : rays_elements[q->species].name;
      const bool lepton = s && s->kind == CR_LEPTON;
      for (int k = 0; k < n; k++) energies[i + k] = s ? cr_kinetic_per_nucleon(s, q[k].at) : q[k].at;
      snprintf(rest, sizeof rest, "spectra/%s/t", name);
      put(t, name_of(t, g->name, rest), lepton ? "GeV" : "GeV/n", "kinetic energies", true, n, 0, energies + i);
      snprintf(rest, sizeof rest, "spectra/%s/j", name);
      put(t, name_of(t, g->name, rest), lepton ? "m^-2 s^-1 sr^-1 GeV^-1" : "m^-2 s^-1 sr^-1 (GeV/n)^-1", "intensity", false, n, OBSERVE_STATISTICS, v);
    } else {
      for (int k = 0; k < n; k++) x[k] = q[k].at;
      if (t->count > 0 && strstr(t->set[t->count - 1].name, "/ratios/") == NULL)
        put(t, name_of(t, g->name, "ratios/x"), "GeV/n or GV", "of the ratios", true, n, 0, x);
      snprintf(rest, sizeof rest, "ratios/%s", cr_ratios[q->ratio].name);
      put(t, name_of(t, g->name, rest), cr_ratios[q->ratio].rigidity ? "over GV" : "over GeV/n", cr_ratios[q->ratio].doc, false, n, OBSERVE_STATISTICS, v);
    }
  }
}

void rays_observe(const struct rays_observer *o, const struct rays *r, const struct mesh *m, const struct gas *g, const char *dir, const struct io_record *rec,
                  double time, int64_t step) {
  enum { PER_REGION = 16 + 3 * CR_MAX_SPECIES + 2 * OBSERVE_ELEMENTS + CR_RATIO_COUNT };
  const size_t regions = (size_t)o->par.count, quantities = (size_t)o->count;
  struct tables t = {0};
  struct rays_sample s;
  double *values = memory_get(sizeof *values * (OBSERVE_STATISTICS + 1) * quantities * regions), *energies = values + OBSERVE_STATISTICS * quantities * regions;
  double x[OBSERVE_RATIO_POINTS], (*limits)[5][2] = memory_get(sizeof *limits * regions), (*sizes)[3] = memory_get(sizeof *sizes * regions);
  t.set = memory_get(sizeof *t.set * PER_REGION * regions);
  t.name = memory_get(sizeof *t.name * (PER_REGION + 4) * regions);
  t.note = memory_get(sizeof *t.note * 8 * regions);
  for (int i = 0; i < o->par.count; i++) {
    const struct rays_region *of = &o->par.region[i];
    double *here = values + OBSERVE_STATISTICS * quantities * (size_t)i;
    rays_sample_take(o, i, r, m, g, &s);
    rays_sample_statistics(o, r, m, &s, here);
    sizes[i][0] = (double)s.cells;
    sizes[i][1] = s.volume;
    sizes[i][2] = s.mass;
    rays_sample_free(&s);
    put(&t, name_of(&t, of->name, "cells"), "1", "cells of the region", false, 0, 0, &sizes[i][0]);
    put(&t, name_of(&t, of->name, "volume"), "kpc^3", "their volume", false, 0, 0, &sizes[i][1]);
    put(&t, name_of(&t, of->name, "mass"), "m_p kpc^3 cm^-3", "their mass", false, 0, 0, &sizes[i][2]);
    list_region(&t, o, r, of, energies + quantities * (size_t)i, x, here);
    describe(&t, o, of, limits[i]);
  }
  if (m->rank == 0) io_rows_add(dir, "observables.h5", rec, time, step, t.count, t.set, t.notes, t.note);
  memory_free(values);
  memory_free(limits);
  memory_free(sizes);
  memory_free(t.set);
  memory_free(t.name);
  memory_free(t.note);
}
