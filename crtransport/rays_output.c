/* What snapshots and the history hold of cosmic rays. */
#include "base/fail.h"
#include "base/memory.h"
#include "base/units.h"
#include "crtransport/rays.h"
#include "io/hdf5_util.h"
#include "io/io.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- snapshots ---- */

void rays_density(const struct rays *r, const struct mesh *m, int b, int species, int ghosts, double *energy, double *pressure) {
  const int first = species < 0 ? 0 : r->net.first[species], end = species < 0 ? cr_network_bins(&r->net) : r->net.first[species + 1];
  const int g[3] = {ghosts, m->dim > 1 ? ghosts : 0, m->dim > 2 ? ghosts : 0}, *e = field_extent(&r->momentum, 0);
  const int n[3] = {m->nc[0] + 2 * g[0], m->nc[1] + 2 * g[1], m->nc[2] + 2 * g[2]};
  const size_t cells = (size_t)n[0] * (size_t)n[1] * (size_t)n[2];
  for (size_t i = 0; energy && i < cells; i++) energy[i] = 0.0;
  for (size_t i = 0; pressure && i < cells; i++) pressure[i] = 0.0;
  for (int i = 2 * first; i < 2 * end; i++) {
    const struct rays_population *p = &r->population[i];
    const double *q = rays_data(r, i, b, 0), of_energy = p->energy, of_pressure = p->stress / 3.0;
    size_t to = 0;
    for (int z = 0; z < n[2]; z++)
      for (int y = 0; y < n[1]; y++, to += (size_t)n[0]) {
        const double *row = q + ((size_t)(z + m->ngd[2] - g[2]) * (size_t)e[1] + (size_t)(y + m->ngd[1] - g[1])) * (size_t)e[0] + m->ngd[0] - g[0];
        for (int x = 0; energy && x < n[0]; x++) energy[to + (size_t)x] += of_energy * row[x];
        for (int x = 0; pressure && x < n[0]; x++) pressure[to + (size_t)x] += of_pressure * row[x];
      }
  }
}

void rays_criterion(const void *rays, const struct mesh *m, int b, double *pressure) { rays_density(rays, m, b, -1, 1, NULL, pressure); }

static void fill_density(const void *data, const struct mesh *m, int b, double *values) {
  const struct rays_shown *s = data;
  rays_density(s->r, m, b, s->species, 0, s->pressure ? NULL : values, s->pressure ? values : NULL);
}

static void fill_population(const void *data, const struct mesh *m, int b, double *values) {
  const struct rays_shown *s = data;
  const double *q = rays_data(s->r, s->population, b, s->flux);
  for (int k = 0; k < m->nc[2]; k++)
    for (int j = 0; j < m->nc[1]; j++, values += m->nc[0])
      memcpy(values, q + rays_place(m, &s->r->momentum, j, k), sizeof *values * (size_t)m->nc[0]);
}

static int species_of(const struct rays *r, int bin) {
  int s = 0;
  while (bin >= r->net.first[s + 1]) s++;
  return s;
}

int rays_variables(const struct rays *r, const struct units *u, struct rays_shown *shown, struct io_variable *variables) {
  static const char *const end[] = {"lo", "hi"};
  int n = 0;
  require(2 + r->net.count + 2 * r->count <= RAYS_VARIABLES, "too many momentum bins");
  for (int i = 0; i < 2 + r->net.count; i++, n++) {
    shown[n] = (struct rays_shown){.r = r, .species = i < 2 ? -1 : i - 2, .pressure = i == 1};
    variables[n] = (struct io_variable){.unit = "code_pressure", .cgs = u->pressure_erg_cm3, .cgs_unit = "erg cm^-3", .fill = fill_density,
                                        .data = &shown[n], .group = "cr"};
    variables[n].meaning = i == 0   ? "kinetic energy density of all cosmic rays"
                           : i == 1 ? "their pressure, p v / 3"
                                    : "kinetic energy density of a species";
    if (i < 2)
      snprintf(variables[n].name, sizeof variables[n].name, "%s", i ? "cr_press" : "cr_energy");
    else
      snprintf(variables[n].name, sizeof variables[n].name, "cr_%.8s_energy", r->net.species[i - 2].name);
  }
  for (int i = 0; i < r->count; i++)
    for (int flux = 0; flux < 2; flux++, n++) {
      const int bin = r->population[i].bin, s = species_of(r, bin);
      shown[n] = (struct rays_shown){.r = r, .population = i, .flux = flux};
      variables[n] = (struct io_variable){.unit = flux ? "cm^-3 code_velocity" : "cm^-3", .cgs = flux ? u->velocity_cm_s : 1.0,
                                          .cgs_unit = flux ? "cm^-2 s^-1" : "cm^-3", .fill = fill_population, .data = &shown[n], .group = "cr"};
      variables[n].meaning = flux ? "flux of a population along B" : "population of an edge of a momentum bin";
      snprintf(variables[n].name, sizeof variables[n].name, "%.6s_%02d_%s%s", r->net.species[s].name, bin - r->net.first[s],
               end[r->population[i].end], flux ? "_flux" : "");
    }
  return n;
}

void rays_describe(const void *data, struct hdf5_file *f) {
  const struct rays *r = data;
  const char *names[CR_MAX_SPECIES];
  hid_t group = H5Gcreate2(f->id, "cosmic_rays", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  hdf5_check(f, group >= 0, "cosmic_rays");
  for (int s = 0; s < r->net.count; s++) names[s] = r->net.species[s].name;
  hdf5_texts(f, group, "species", r->net.count, 0, names);
  hdf5_ints(f, group, "first", r->net.count + 1, r->net.first);
  hdf5_reals(f, group, "light", 0, &r->transport.par.light);
  for (int s = 0; s < r->net.count; s++) {
    const struct cr_species *species = &r->net.species[s];
    const int bins = r->net.nbin[s], at = r->net.first[s];
    const struct { const char *name; double value; } real[] = {
        {"mass_GeV", species->mass_GeV}, {"charge", species->z * species->sign}, {"nucleons", species->a}, {"half_life_Myr", species->half_life_Myr}};
    char path[64];
    double edges[CR_MAX_BINS + 1];
    hsize_t start[1] = {0}, count[1] = {(hsize_t)bins + 1};
    for (int k = 0; k <= bins; k++) edges[k] = (k < bins ? r->net.bin[at + k].p_lo : r->net.bin[at + bins - 1].p_hi) / species->z;
    snprintf(path, sizeof path, "cosmic_rays/%s", species->name);
    hid_t set = hdf5_dataset(f, path, H5T_NATIVE_DOUBLE, 1, count);
    hdf5_write(f, set, H5T_NATIVE_DOUBLE, 1, start, count, edges);
    hdf5_text(f, set, "meaning", "edges of the momentum bins, as rigidities");
    hdf5_text(f, set, "unit", "GV");
    hdf5_text(f, set, "name", species->doc);
    for (size_t i = 0; i < sizeof real / sizeof *real; i++) hdf5_reals(f, set, real[i].name, 0, &real[i].value);
    hdf5_dataset_close(f, set);
  }
  hdf5_check(f, group >= 0 && H5Gclose(group) >= 0, "cosmic_rays");
}

/* ---- history ---- */

/* Entries of the ledger that a run on the mesh can have, and those that change the number of particles. */
static bool shows(int entry) { return entry != ENTRY_ESCAPE; }
static bool counts(int entry) { return entry >= ENTRY_FATES; }

static const struct io_column FIXED[] = {
    {"cr_number", "1", "cosmic rays: particles"},
    {"cr_energy", "code_energy", "cosmic rays: kinetic energy"},
    {"cr_momentum1", "code_momentum", "momentum that cosmic rays took from the gas along x"},
    {"cr_momentum2", "code_momentum", "momentum that cosmic rays took from the gas along y"},
    {"cr_momentum3", "code_momentum", "momentum that cosmic rays took from the gas along z"},
    {"cr_outflow_energy", "code_energy", "energy of cosmic rays that left through the ends of the domain"},
    {"cr_lost_energy", "code_energy", "energy of cosmic rays that went into all processes, less what was injected"},
    {"cr_given_energy", "code_energy", "energy that the update in momentum space and the sources gave to the gas"},
    {"cr_injected_energy", "code_energy", "energy that events gave to the gas"},
    {"cr_end_energy", "code_energy", "energy that the stress of cosmic rays took out of the gas at the ends of the domain"},
    {"cr_inertia", "code_energy", "energy that the gas got with the momentum of cosmic rays"},
    {"cr_substeps", "1", "sub-steps of the fastest group since the start"},
    {"cr_limited", "1", "faces with limited fluxes since the start, of all populations"},
    {"cr_closure_energy", "1", "closed box: energy of gas, field and cosmic rays, and what was lost elsewhere, less that at the start, over that at the start"},
    {"cr_closure_momentum", "1", "closed box: momentum of gas and cosmic rays less that at the start, over (2 mass energy)^1/2"},
};
enum { FIXED_COUNT = (int)(sizeof FIXED / sizeof *FIXED) };

static void add_column(struct rays_names *text, struct io_column *column, int *n, const char *species, const char *entry, const char *what,
                       const char *unit, const char *meaning) {
  char *name = text->name[*n];
  snprintf(name, sizeof text->name[0], "cr_%s%s%s_%s", species, entry[0] ? "_" : "", entry, what);
  column[(*n)++] = (struct io_column){name, unit, meaning};
}

int rays_columns(const struct rays *r, struct rays_names *text, struct io_column *column) {
  int n = 0;
  for (; n < FIXED_COUNT; n++) column[n] = FIXED[n];
  for (int s = 0; s < r->net.count; s++) {
    const char *name = r->net.species[s].name;
    add_column(text, column, &n, name, "", "number", "1", "particles of the species");
    add_column(text, column, &n, name, "", "energy", "code_energy", "kinetic energy of the species");
    add_column(text, column, &n, name, "outflow", "number", "1", "particles that left through the ends of the domain");
    add_column(text, column, &n, name, "outflow", "energy", "code_energy", "energy that left through the ends of the domain");
    for (int i = 0; i < ENTRY_COUNT; i++) {
      if (shows(i) && counts(i)) add_column(text, column, &n, name, cr_entry_name(i), "number", "1", "particles lost to the process; gained: negative");
      if (shows(i)) add_column(text, column, &n, name, cr_entry_name(i), "energy", "code_energy", "energy lost to the process; gained: negative");
    }
  }
  return n;
}

void rays_row(const struct rays *r, const struct mesh *mesh, const struct gas *g, double *row) {
  struct rays_books *books = memory_get(sizeof *books);
  const struct rays_totals t = rays_totals(r, mesh);
  const struct mhd_totals gas = mhd_totals(g, mesh);
  rays_books(r, mesh, books);
  double out_number[CR_MAX_SPECIES] = {0.0}, out_energy[CR_MAX_SPECIES] = {0.0}, number = 0.0, energy = 0.0, outflow = 0.0, lost = 0.0;
  for (int i = 0; i < r->count; i++) {
    const int s = species_of(r, r->population[i].bin);
    const double out = exact_value(&books->outflow[i]);
    out_number[s] += out * r->scale.number;
    out_energy[s] += out * r->population[i].energy;
  }
  for (int s = 0; s < r->net.count; s++) {
    number += t.number[s];
    energy += t.energy[s];
    outflow += out_energy[s];
    for (int i = 0; i < ENTRY_COUNT; i++) lost += sum_value(&books->energy[s][i]) * r->scale.energy;
  }
  const bool thermal = g->par.eos == EOS_ADIABATIC; /* isothermal gas has no energy that is counted */
  const double inertia = sum_value(&books->inertia), given = sum_value(&books->given), injected = thermal ? sum_value(&books->injected[0]) : 0.0;
  const double ends = thermal ? exact_value(&books->ends[0]) : 0.0;
  double substeps = 0.0, limited = 0.0;
  for (int i = 0; i < r->transport.count; i++) {
    substeps = fmax(substeps, (double)r->transport.group[i].substeps);
    limited += (double)r->transport.group[i].limited;
  }
  double m2 = 0.0;
  for (int d = 0; d < 3; d++) {
    const double m = gas.momentum[d] + t.momentum[d] - r->start_momentum[d] - sum_value(&books->injected[1 + d]) + exact_value(&books->ends[1 + d]);
    m2 += m * m;
  }
  const double total = gas.energy + energy + r->radiated + (lost - given) + outflow + ends - inertia - injected;
  const double fixed[FIXED_COUNT] = {number, energy, t.momentum[0], t.momentum[1], t.momentum[2], outflow, lost, given, injected, ends, inertia, substeps, limited,
                                     (total - r->start_energy) / r->start_energy, sqrt(m2 / (2.0 * gas.mass * r->start_energy))};
  memcpy(row, fixed, sizeof fixed);
  row += FIXED_COUNT;
  for (int s = 0; s < r->net.count; s++) {
    *row++ = t.number[s];
    *row++ = t.energy[s];
    *row++ = out_number[s];
    *row++ = out_energy[s];
    for (int i = 0; i < ENTRY_COUNT; i++) {
      if (shows(i) && counts(i)) *row++ = sum_value(&books->number[s][i]);
      if (shows(i)) *row++ = sum_value(&books->energy[s][i]) * r->scale.energy;
    }
  }
  memory_free(books);
}
