/* Parameters of a one-zone run. */
#include "base/fail.h"
#include "base/params.h"
#include "base/units.h"
#include "run/run.h"
#include "run/zone.h"

#include <math.h>

static void declare_gas(struct params *ps, struct zone_params *p) {
  params_section(ps, "zone", "one_zone: the gas of the cell, and how far to go");
  params_choice(ps, "mode", &p->mode, "time_dependent|leaky_box", "leaky_box", "up to run.time_end, or to the steady state of sources and escape");
  params_choice(ps, "initial", &p->initial, "empty|lism", "empty", "cosmic rays at the start: none, or those of the local interstellar medium");
  params_real(ps, "density", &p->density, "1 mp cm^-3", PARAMS_POSITIVE, 1e12, "mp cm^-3", "density of the gas: n_N = rho / m_p");
  params_real(ps, "hydrogen", &p->hydrogen, "0.76", 0.0, 1.0, "1", "mass fraction of hydrogen; the rest is helium, with two electrons");
  params_real(ps, "ionised", &p->ionised, "0.1", 0.0, 1.0, "1", "fraction of the electrons that are free");
  params_real(ps, "temperature", &p->temperature, "1e4 K", 0.0, 1e10, "K", "of the gas, for cr_losses.coulomb_full");
  params_real(ps, "field", &p->field, "5 uG", 0.0, 1e9, "uG", "magnetic field");
  params_choice(ps, "alfven", &p->alfven, "none|ideal|ion|given", "ideal", "Alfven speed: of all gas, of its ions, or alfven_speed");
  params_real(ps, "alfven_speed", &p->alfven_speed, "0 km/s", 0.0, 2e5, "km/s", "with alfven: given");
  params_real(ps, "gradient_length", &p->gradient_length, "0 kpc", 0.0, INFINITY, "kpc",
              "of the pressure of cosmic rays along B, for streaming losses at v_A / (3 l); 0: none");
  params_real(ps, "div_u", &p->div_u, "0 km/s/kpc", -INFINITY, INFINITY, "km/s/kpc", "divergence of the gas velocity");
  params_real(ps, "bb_grad_u", &p->bb_grad_u, "0 km/s/kpc", -INFINITY, INFINITY, "km/s/kpc", "b.(b.grad u)");
  params_reals(ps, "radiation", CR_BANDS, p->band, "[0.26 eV cm^-3, 0.31 eV cm^-3, 0.66 eV cm^-3, 0, 0, 0, 0, 0]", 0.0, INFINITY, "eV cm^-3",
               "energy density of each band of cr_losses.photon_eV; those beyond cr_losses.bands do not count");
  params_real(ps, "step", &p->step, "0 Myr", 0.0, INFINITY, "Myr", "time step; 0: from the loss times");
  params_real(ps, "tolerance", &p->tolerance, "1e-3", 0.0, 1.0, "1", "leaky_box: steady when no bin changes by more in its own life time");
}

void zone_declare(struct params *ps, struct zone_params *p) {
  declare_gas(ps, p);
  params_section(ps, "source", "one_zone: sources of cosmic rays, with the spectra and abundances of cr_injection");
  params_real(ps, "power", &p->power, "0 eV cm^-3/Myr", 0.0, INFINITY, "eV cm^-3/Myr", "steady source");
  params_choice(ps, "kind", &p->kind, "core_collapse|type_ia|wind|mixture", "core_collapse",
                "whose abundances; mixture: with the shares cr_injection.type_ia and cr_injection.winds");
  params_real(ps, "metallicity", &p->metallicity, "1", 0.0, 100.0, "1", "of the gas, in units of the solar one");
  params_list_begin(ps, "events", ZONE_EVENTS, sizeof p->event[0], &p->event_count, "sudden injections, in time_dependent runs");
  params_real(ps, "time", &p->event[0].time, NULL, 0.0, INFINITY, "Myr", "when");
  params_real(ps, "energy", &p->event[0].energy, NULL, 0.0, INFINITY, "eV cm^-3", "energy density of cosmic rays put in");
  params_list_end(ps);

  params_section(ps, "escape", "one_zone: escape from the cell");
  params_real(ps, "grammage", &p->grammage, "0 g cm^-2", 0.0, INFINITY, "g cm^-2", "passed before escape, at `rigidity`; 0: none, or `time`");
  params_real(ps, "time", &p->escape_time, "0 Myr", 0.0, INFINITY, "Myr", "until escape, at `rigidity`, in place of the grammage; 0: none");
  params_real(ps, "rigidity_GV", &p->rigidity_GV, "5", PARAMS_POSITIVE, 1e9, "1", "where grammage or time are given");
  params_real(ps, "slope", &p->slope, "0.5", -3.0, 3.0, "1", "escape time ~ R^-slope");
  params_real(ps, "beta_power", &p->beta_power, "0", -3.0, 3.0, "1", "escape time ~ beta^power besides; grammage has one power of beta more");

  params_section(ps, "observables", "what is seen of the cosmic rays");
  params_int(ps, "points", &p->points, "5", 1, 32, "points per momentum bin at which spectra are written");
  params_choice(ps, "ionisation", &p->cross_section, "bethe|rudd", "bethe", "cross-section below 50 MeV per nucleon");
  params_real(ps, "secondary_ionisation", &p->secondaries, "0.666666666666667", 0.0, 10.0, "1", "ionisations by secondary electrons per primary one");
  params_real(ps, "gamma_nuclei", &p->nuclei, "1.8", 0.0, 10.0, "1", "factor of pion gamma rays for nuclei in cosmic rays and gas");
  params_real(ps, "modulation_MV", &p->modulation_MV, "0", 0.0, 2000.0, "1", "force-field potential with which `crux plot` compares with data");
}

static void declare_run(struct params *ps, struct zone_params *p) {
  params_section(ps, "run", "what to run and until when");
  params_text(ps, "name", p->name, sizeof p->name, NULL, "name of the run, and the default output folder runs/<name>");
  params_text(ps, "setup", p->setup, sizeof p->setup, NULL, "one_zone");
  params_real(ps, "time_end", &p->time_end, NULL, 0.0, INFINITY, "code time", "the run ends at this time; a leaky_box earlier, when it is steady");
  params_section(ps, "output", "what is written, and how often");
  params_real(ps, "history", &p->history, "0", 0.0, INFINITY, "code time", "time between rows of the history; 0: a hundredth of run.time_end");
  figures_declare(ps, &p->figures);
}

/* What is wrong between parameters; all ranks. */
static void check(const struct zone_params *p, const struct cr_params *cr, const struct units *u, const struct arguments *a) {
  if (u->code) fail_user("%s: one_zone needs physical units: leave out \"units: code\"", a->file);
  if (cr->injection.efficiency <= 0.0) fail_user("%s: cr_injection.efficiency: 0 makes no cosmic rays; set source.power=0 instead", a->file);
  if (p->mode == ZONE_LEAKY_BOX && p->event_count > 0)
    fail_user("%s: source.events: only with zone.mode: time_dependent; a leaky_box wants source.power", a->file);
  if (p->mode == ZONE_LEAKY_BOX && !(p->power > 0.0))
    fail_user("%s: source.power: a leaky_box needs a source, such as source.power=\"0.05 eV cm^-3/Myr\"", a->file);
  if (p->mode == ZONE_LEAKY_BOX && !(p->grammage > 0.0) && !(p->escape_time > 0.0))
    fail_user("%s: escape.grammage: a leaky_box needs an escape, such as escape.grammage=\"10 g cm^-2\"", a->file);
  if (p->grammage > 0.0 && p->escape_time > 0.0) fail_user("%s: escape.time: give it or escape.grammage, not both", a->file);
}

void zone_read(struct params *ps, const struct arguments *a, struct zone_params *p, struct cr_params *cr) {
  declare_run(ps, p);
  zone_declare(ps, p);
  cr_params_declare(ps, cr);
  params_load(ps);
  check(p, cr, params_units(ps), a);
}
