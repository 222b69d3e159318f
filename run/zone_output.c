/* The files of a one-zone run.
 *
 * zone.h5, all in the units of its attributes "unit":
 *   /species/<name>/edges [bins + 1], lo, hi, energy, slope, escape_time, source_lo, source_hi [bins]
 *                  /t, rigidity, j, j_rigidity, energy_per_log, ionisation_per_log [points of all bins]
 *                  /time_<process> [points]   loss times; negative: gains
 *   /ratios/energy, rigidity, <name> [x]      -1: not defined
 *   /gamma/energy, pion, bremsstrahlung, compton [x];  /radio/frequency, emissivity [x]
 *   /ledger/number, energy [species][entry], entries, imbalance_number, imbalance_energy [species] */
#include "run/zone.h"

#include "base/constants.h"
#include "base/fail.h"
#include "base/memory.h"
#include "io/hdf5_util.h"
#include "io/io.h"
#include "microphysics/constants.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GRID = 121 };

/* A table of doubles, [rows][columns] or, with columns = 0, [rows]. */
static void put(struct hdf5_file *f, const char *group, const char *name, const char *unit, int rows, int columns, const double *values) {
  char path[128];
  hsize_t start[2] = {0, 0}, count[2] = {(hsize_t)rows, (hsize_t)columns};
  int dim = columns == 0 ? 1 : 2;
  snprintf(path, sizeof path, "%s/%s", group, name);
  hid_t set = hdf5_dataset(f, path, H5T_NATIVE_DOUBLE, dim, count);
  hdf5_write(f, set, H5T_NATIVE_DOUBLE, dim, start, count, values);
  hdf5_text(f, set, "unit", unit);
  hdf5_dataset_close(f, set);
}

static void group(struct hdf5_file *f, const char *path) {
  hid_t g = H5Gcreate2(f->id, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  hdf5_check(f, g >= 0 && H5Gclose(g) >= 0, path);
}

static void put_species(struct hdf5_file *f, const struct zone_run *z, int s) {
  const struct cr_network *net = &z->net;
  const struct cr_species *species = &net->species[s];
  int bins = net->nbin[s], at = net->first[s], points = bins * z->par.points;
  char path[64];
  snprintf(path, sizeof path, "species/%s", species->name);
  group(f, path);
  double *v = memory_get(sizeof *v * (size_t)(points + bins + 1)), *p = memory_get(sizeof *p * (size_t)points);
  for (int k = 0; k < bins; k++) v[k] = net->bin[at + k].p_lo;
  v[bins] = net->bin[at + bins - 1].p_hi;
  put(f, path, "edges", "GeV", bins + 1, 0, v);
  put(f, path, "lo", "cm^-3", bins, 0, z->zone.lo + at);
  put(f, path, "hi", "cm^-3", bins, 0, z->zone.hi + at);
  put(f, path, "slope", "1", bins, 0, z->slope + at);
  put(f, path, "source_lo", "cm^-3 s^-1", bins, 0, z->zone.source_lo + at);
  put(f, path, "source_hi", "cm^-3 s^-1", bins, 0, z->zone.source_hi + at);
  for (int k = 0; k < bins; k++) v[k] = 1e9 * cr_bin_energy(&net->bin[at + k], z->zone.lo[at + k], z->zone.hi[at + k]);
  put(f, path, "energy", "eV cm^-3", bins, 0, v);
  for (int k = 0; k < bins; k++) v[k] = z->zone.escape_rate[at + k] > 0.0 ? 1.0 / z->zone.escape_rate[at + k] / MEGAYEAR_s : INFINITY;
  put(f, path, "escape_time", "Myr", bins, 0, v);

  cr_points(net, s, z->par.points, p);
  put(f, path, "p", "GeV", points, 0, p);
  for (int i = 0; i < points; i++) v[i] = cr_kinetic_per_nucleon(species, p[i]);
  put(f, path, "t", species->kind == CR_LEPTON ? "GeV" : "GeV/n", points, 0, v);
  for (int i = 0; i < points; i++) v[i] = 1e4 * cr_intensity(&z->cell, s, cr_kinetic_per_nucleon(species, p[i]));
  put(f, path, "j", species->kind == CR_LEPTON ? "m^-2 s^-1 sr^-1 GeV^-1" : "m^-2 s^-1 sr^-1 (GeV/n)^-1", points, 0, v);
  for (int i = 0; i < points; i++) v[i] = p[i] / species->z;
  put(f, path, "rigidity", "GV", points, 0, v);
  for (int i = 0; i < points; i++) v[i] = 1e4 * cr_intensity_rigidity(&z->cell, s, p[i] / species->z);
  put(f, path, "j_rigidity", "m^-2 s^-1 sr^-1 GV^-1", points, 0, v);
  for (int i = 0; i < points; i++) v[i] = 1e9 * cr_energy_per_log(&z->cell, s, cr_kinetic_per_nucleon(species, p[i]));
  put(f, path, "energy_per_log", "eV cm^-3", points, 0, v);
  for (int i = 0; i < points; i++) v[i] = cr_ionisation_per_log(&z->cell, s, &z->observe, cr_kinetic_per_nucleon(species, p[i]));
  put(f, path, "ionisation_per_log", "s^-1", points, 0, v);

  struct cr_env env = zone_env(z);
  for (int id = 0; id < LOSS_COUNT; id++) {
    char name[48];
    snprintf(name, sizeof name, "time_%s", cr_losses[id].name);
    for (int i = 0; i < points; i++) v[i] = cr_loss_time((enum cr_loss_id)id, &env, &z->cr.batch.loss, species, p[i]) / MEGAYEAR_s;
    put(f, path, name, "Myr", points, 0, v);
  }
  for (int id = 0; id < FATE_COUNT; id++) {
    char name[48];
    snprintf(name, sizeof name, "time_%s", cr_fates[id].name);
    for (int i = 0; i < points; i++) v[i] = 1.0 / cr_fate_rate((enum cr_fate_id)id, &env, &z->cr.batch.fate, species, p[i]) / MEGAYEAR_s;
    put(f, path, name, "Myr", points, 0, v);
  }
  memory_free(v);
  memory_free(p);
}

static void logarithmic(double low, double high, double x[GRID]) {
  for (int i = 0; i < GRID; i++) x[i] = low * pow(high / low, i / (GRID - 1.0));
}

static void put_seen(struct hdf5_file *f, const struct zone_run *z) {
  double x[GRID], y[GRID];
  struct cr_env env = zone_env(z);
  group(f, "ratios");
  logarithmic(1e-2, 1e3, x);
  put(f, "ratios", "x", "GeV/n or GV", GRID, 0, x);
  for (int r = 0; r < CR_RATIO_COUNT; r++) {
    for (int i = 0; i < GRID; i++) y[i] = cr_ratio(&z->cell, (enum cr_ratio)r, &z->observe, x[i]);
    put(f, "ratios", cr_ratios[r].name, cr_ratios[r].rigidity ? "over GV" : "over GeV/n", GRID, 0, y);
  }
  group(f, "gamma");
  logarithmic(1e-3, 1e3, x);
  put(f, "gamma", "energy", "GeV", GRID, 0, x);
  for (int i = 0; i < GRID; i++) y[i] = cr_gamma_pion(&z->cell, &z->observe, x[i]);
  put(f, "gamma", "pion", "s^-1 sr^-1 GeV^-1 per H", GRID, 0, y);
  for (int i = 0; i < GRID; i++) y[i] = cr_gamma_bremsstrahlung(&z->cell, x[i]);
  put(f, "gamma", "bremsstrahlung", "s^-1 sr^-1 GeV^-1 per H", GRID, 0, y);
  for (int i = 0; i < GRID; i++) y[i] = cr_gamma_compton(&z->cell, x[i], z->cr.batch.loss.bands, env.u_rad, z->cr.batch.loss.photon_eV);
  put(f, "gamma", "compton", "cm^-3 s^-1 sr^-1 GeV^-1", GRID, 0, y);
  group(f, "radio");
  logarithmic(1e6, 1e12, x);
  put(f, "radio", "frequency", "Hz", GRID, 0, x);
  for (int i = 0; i < GRID; i++) y[i] = cr_synchrotron(&z->cell, x[i], z->zone.gas.field_uG);
  put(f, "radio", "emissivity", "erg cm^-3 s^-1 sr^-1 Hz^-1", GRID, 0, y);
}

static void put_ledger(struct hdf5_file *f, const struct zone_run *z) {
  double n[CR_MAX_SPECIES][ENTRY_COUNT], e[CR_MAX_SPECIES][ENTRY_COUNT], lack_n[CR_MAX_SPECIES], lack_e[CR_MAX_SPECIES], zeta[CR_MAX_SPECIES];
  const char *names[ENTRY_COUNT], *species[CR_MAX_SPECIES];
  for (int i = 0; i < ENTRY_COUNT; i++) names[i] = cr_entry_name(i);
  for (int s = 0; s < z->net.count; s++) {
    for (int i = 0; i < ENTRY_COUNT; i++) {
      n[s][i] = sum_value(&z->zone.ledger[s].number[i]);
      e[s][i] = sum_value(&z->zone.ledger[s].energy[i]);
    }
    lack_n[s] = zone_imbalance(z, s, &lack_e[s]);
    species[s] = z->net.species[s].name;
    zeta[s] = cr_ionisation_rate(&z->cell, s, &z->observe);
  }
  hdf5_texts(f, f->id, "species", z->net.count, 0, species);
  hdf5_texts(f, f->id, "entries", ENTRY_COUNT, 0, names);
  hdf5_reals(f, f->id, "ionisation_rate", z->net.count, zeta);
  group(f, "ledger");
  put(f, "ledger", "number", "cm^-3", z->net.count, ENTRY_COUNT, n[0]);
  put(f, "ledger", "energy", "GeV cm^-3", z->net.count, ENTRY_COUNT, e[0]);
  put(f, "ledger", "imbalance_number", "1", z->net.count, 0, lack_n);
  put(f, "ledger", "imbalance_energy", "1", z->net.count, 0, lack_e);
}

static void write_h5(const struct zone_run *z, const struct io_record *rec) {
  struct hdf5_file f;
  char path[1100];
  snprintf(path, sizeof path, "%s/zone.h5", z->dir);
  hdf5_create(&f, path, 1e5 + 2e2 * cr_network_bins(&z->net) * z->par.points, MPI_COMM_SELF);
  hdf5_text(&f, f.id, "code", "crux");
  hdf5_text(&f, f.id, "version", rec->version);
  hdf5_text(&f, f.id, "run_name", rec->run_name);
  hdf5_text(&f, f.id, "setup", rec->setup);
  hdf5_text(&f, f.id, "parameters", rec->parameters);
  double time = z->zone.time / MEGAYEAR_s;
  const struct cr_zone_gas *g = &z->zone.gas;
  const struct { const char *name; double value; } one[] = {
      {"time_Myr", time}, {"modulation_MV", z->par.modulation_MV}, {"n_e", g->n_e}, {"n_n", g->n_n}, {"n_nucleon", g->n_nucleon},
      {"field_uG", g->field_uG}, {"gamma_above_100MeV", cr_gamma_pion_above(&z->cell, &z->observe, 0.1)},
      {"gamma_above_1GeV", cr_gamma_pion_above(&z->cell, &z->observe, 1.0)}, {"energy_eV_cm3", 1e9 * cr_energy_density(&z->cell, -1)},
      {"pressure_eV_cm3", 1e9 * cr_pressure(&z->cell, -1)}, {"carbon_share", z->observe.carbon}};
  for (size_t i = 0; i < sizeof one / sizeof *one; i++) hdf5_reals(&f, f.id, one[i].name, 0, &one[i].value);
  group(&f, "species");
  for (int s = 0; s < z->net.count; s++) put_species(&f, z, s);
  put_seen(&f, z);
  put_ledger(&f, z);
  hdf5_close(&f);
}

static FILE *open_text(const struct zone_run *z, const char *name, const struct io_record *rec) {
  char path[1100];
  snprintf(path, sizeof path, "%s/%s", z->dir, name);
  FILE *out = fopen(path, "w");
  require(out != NULL, "cannot write %s: %s", path, strerror(errno));
  fprintf(out, "# Run %s, one_zone, at %.9g Myr, %s\n", rec->run_name, z->zone.time / MEGAYEAR_s, rec->version);
  return out;
}

static void write_spectra(const struct zone_run *z, const struct io_record *rec) {
  enum { MOST = CR_MAX_BINS * 32 };
  double *p = memory_get(MOST * sizeof *p);
  FILE *out = open_text(z, "spectra.txt", rec);
  fprintf(out, "# %-6s %13s %13s %13s %13s %13s %13s\n", "", "T", "j(T)", "R", "j(R)", "de/dlnT", "dzeta/dlnT");
  fprintf(out, "# %-6s %13s %13s %13s %13s %13s %13s\n", "", "GeV/n", "/(m2 s sr GeV/n)", "GV", "/(m2 s sr GV)", "eV/cm3", "1/s");
  for (int s = 0; s < z->net.count; s++) {
    const struct cr_species *species = &z->net.species[s];
    cr_points(&z->net, s, z->par.points, p);
    for (int i = 0; i < z->par.points * z->net.nbin[s]; i++) {
      double t = cr_kinetic_per_nucleon(species, p[i]), r = p[i] / species->z;
      fprintf(out, "%-8s %13.6e %13.6e %13.6e %13.6e %13.6e %13.6e\n", species->name, t, 1e4 * cr_intensity(&z->cell, s, t), r,
              1e4 * cr_intensity_rigidity(&z->cell, s, r), 1e9 * cr_energy_per_log(&z->cell, s, t),
              cr_ionisation_per_log(&z->cell, s, &z->observe, t));
    }
    fprintf(out, "\n\n");
  }
  require(fclose(out) == 0, "cannot write spectra.txt: %s", strerror(errno));
  memory_free(p);
}

static void write_ledger(const struct zone_run *z, const struct io_record *rec) {
  FILE *out = open_text(z, "ledger.txt", rec);
  fprintf(out, "# What became of the cosmic rays since the start: energy in eV/cm^3 lost to each process; negative: gained.\n# %-14s", "");
  for (int s = 0; s < z->net.count; s++) fprintf(out, " %12s", z->net.species[s].name);
  for (int i = 0; i < ENTRY_COUNT; i++) {
    fprintf(out, "\n%-16s", cr_entry_name(i));
    for (int s = 0; s < z->net.count; s++) fprintf(out, " %12.5e", 1e9 * sum_value(&z->zone.ledger[s].energy[i]));
  }
  double energy[CR_MAX_SPECIES] = {0};
  fprintf(out, "\n%-16s", "left");
  for (int s = 0; s < z->net.count; s++) fprintf(out, " %12.5e", 1e9 * cr_energy_density(&z->cell, s));
  fprintf(out, "\n%-16s", "lacking_number");
  for (int s = 0; s < z->net.count; s++) fprintf(out, " %12.1e", zone_imbalance(z, s, &energy[s]));
  fprintf(out, "\n%-16s", "lacking_energy");
  for (int s = 0; s < z->net.count; s++) fprintf(out, " %12.1e", energy[s]);
  fprintf(out, "\n");
  require(fclose(out) == 0, "cannot write ledger.txt: %s", strerror(errno));
}

void zone_write(const struct zone_run *z, const struct io_record *rec) {
  write_spectra(z, rec);
  write_ledger(z, rec);
  write_h5(z, rec);
}
