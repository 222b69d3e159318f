#include "microphysics/cr_params.h"

#include "base/fail.h"
#include "base/params.h"

#include <math.h>
#include <string.h>

static void declare_network(struct params *ps, struct cr_params *p) {
  params_section(ps, "cr", "cosmic rays: species and momentum bins");
  params_choice(ps, "network", &p->network, "hopkins2022|resolved|protons|electrons|custom", "hopkins2022",
                "species: e-, e+, p, pbar, B, CNO, Be, 10Be; or He and isotopes apart; or the list `species`");
  params_real(ps, "min_GV", &p->bins.min_GV, "0", 0.0, 1e6, "1", "lowest rigidity; 0: the edges of Hopkins et al. 2022");
  params_real(ps, "max_GV", &p->bins.max_GV, "1e3", PARAMS_POSITIVE, 1e9, "1", "highest rigidity, where min_GV is given");
  params_real(ps, "per_decade", &p->bins.per_decade, "2", 0.1, 100.0, "1", "bins per factor of ten, where min_GV is given");
  params_list_begin(ps, "species", CR_MAX_SPECIES, sizeof p->species[0], &p->species_count, "species of the custom network");
  params_text(ps, "name", p->species[0].name, sizeof p->species[0].name, NULL, "p, he, cno, c, n, o, b, b10, b11, be, be7, be9, be10, pbar, e-, e+");
  params_real(ps, "min_GV", &p->species[0].min_GV, "0", 0.0, 1e6, "1", "lowest rigidity; 0: that of the network");
  params_real(ps, "max_GV", &p->species[0].max_GV, "1e3", PARAMS_POSITIVE, 1e9, "1", "highest rigidity");
  params_real(ps, "per_decade", &p->species[0].per_decade, "2", 0.1, 100.0, "1", "bins per factor of ten");
  params_list_end(ps);
  params_choice(ps, "update", &p->update, "combined|split", "combined",
                "momentum changes by the sum of all rates, or by one process after another in a symmetric order; both are second order in time");
  params_choice(ps, "inflow", &p->inflow, "zero|extrapolated", "zero", "what comes in from momenta beyond the bins");
  params_real(ps, "scattering_rate_s", &p->nu0, "1e-9", 0.0, 1.0, "1", "scattering rate nu = nu0 beta (R / GV)^-slope, per second");
  params_real(ps, "scattering_slope", &p->batch.nu_slope, "0.5", -3.0, 3.0, "1", "its slope");
  params_real(ps, "carbon_share", &p->carbon_share, "0.325", 0.0, 1.0, "1", "number of C in CNO: of the cross-sections that make B and Be, and for B/C; 0.325 in the Sun, 0.44 in the local ISM");
  params_real(ps, "beryllium9_share", &p->beryllium9_share, "0.4", 0.0, 1.0, "1", "number of 9Be in 7Be + 9Be, for 10Be/9Be");
}

void cr_params_declare(struct params *ps, struct cr_params *p) {
  memset(p, 0, sizeof *p);
  cr_batch_defaults(&p->batch);
  cr_injection_defaults(&p->injection);
  declare_network(ps, p);

  params_section(ps, "cr_losses", "continuous losses of cosmic rays: factors of the processes (0: off, 1: on), and their variants");
  for (int i = 0; i < LOSS_COUNT; i++)
    params_real(ps, cr_losses[i].name, &p->batch.loss.scale[i], "1", 0.0, 1e6, "1", cr_losses[i].doc);
  params_bool(ps, "klein_nishina", &p->batch.loss.klein_nishina, "false", "weaker inverse Compton losses at high energy");
  params_bool(ps, "coulomb_full", &p->batch.loss.coulomb_full, "false", "Coulomb losses of hadrons with the full logarithm (twice the paper's)");
  params_bool(ps, "bremsstrahlung_neutral", &p->batch.loss.brems_neutral, "false", "bremsstrahlung on neutral atoms as well");
  params_choice(ps, "reacceleration_form", &p->reacceleration, "paper|maximal", "paper",
                "Eq. 7 of Hopkins et al. 2022, or the ad-hoc form of its Fig. 4");
  params_int(ps, "bands", &p->batch.loss.bands, "3", 0, CR_BANDS, "number of radiation bands, the CMB first");
  params_reals(ps, "photon_eV", CR_BANDS, p->photon_eV, "[6.34e-4, 1e-2, 1, 1, 1, 1, 1, 1]", PARAMS_POSITIVE, 1e4, "1",
               "mean photon energy of each band: CMB, dust, stars, ...");

  params_section(ps, "cr_catastrophic", "catastrophic losses of cosmic rays: factors of the processes (0: off, 1: on)");
  for (int i = 0; i < FATE_COUNT; i++)
    params_real(ps, cr_fates[i].name, &p->batch.fate.scale[i], "1", 0.0, 1e6, "1", cr_fates[i].doc);
  params_real(ps, "fragmentation_phase", &p->batch.fate.fragmentation_phase, "1.3", -10.0, 10.0, "1",
              "1.3: Hopkins et al. 2022; 5.3: Letaw et al. 1983");
  params_bool(ps, "keep_fragments", &p->batch.fate.keep_fragments, "false",
              "true: N and O of CNO that become C or N, and 11B that becomes 10B, stay in their species; false: they are lost, as in Hopkins et al. 2022");
  params_real(ps, "be10_half_life_Myr", &p->batch.fate.be10_half_life_Myr, "1.51", 0.01, 1e4, "1", "of 10Be; 1.387 is the modern value");

  params_section(ps, "cr_secondaries", "production of secondary cosmic rays");
  struct cr_secondary_options *s = &p->batch.secondary;
  params_real(ps, "scale", &s->scale, "1", 0.0, 1e6, "1", "factor of all channels; 0: none");
  params_real(ps, "lepton_energy", &s->lepton_energy, "0.12", 1e-3, 1.0, "1", "kinetic energy of secondary e+ and e- over that of the proton");
  params_real(ps, "positrons", &s->positrons, "0.333333333333333", 0.0, 10.0, "1", "e+ per pionic loss event");
  params_real(ps, "electrons", &s->electrons, "0.333333333333333", 0.0, 10.0, "1", "e- per pionic loss event; 0.18 agrees with measured yields");
  params_real(ps, "helium", &s->helium, "1", 0.0, 10.0, "1", "factor of e+, e- and antiproton production for helium in the gas, beyond n = rho / m_p");
  params_real(ps, "nuclei", &s->nuclei, "1", 0.0, 10.0, "1",
              "factor of production by protons, for nuclei of cosmic rays that the network lacks; 1.3 for He and heavier ones, 1.06 beside `he`");
  params_bool(ps, "paper_beryllium", &s->paper_beryllium, "true", "B -> Be of Hopkins et al. 2022, in place of Evoli et al. 2019");
  params_bool(ps, "tail", &s->tail, "true", "production by protons above the highest bin");
  params_real(ps, "tail_slope", &s->tail_slope, "-1.7", -10.0, -1.0, "1", "their power law: slope of dN/dln p, from the density at the top of the bin on");

  params_section(ps, "cr_injection", "cosmic rays of supernovae and winds");
  params_real(ps, "efficiency", &p->injection.efficiency, "0.1", 0.0, 1.0, "1", "share of the kinetic energy of the ejecta");
  params_real(ps, "electrons", &p->injection.electrons, "0.02", 0.0, 1.0, "1", "electrons: what electron_ratio says; 0.02: Hopkins et al. 2022, section 2.4.1");
  params_choice(ps, "electron_ratio", &p->electron_ratio, "energy|rigidity", "energy",
                "energy: electrons is their share of the energy of the cosmic rays, and a network without leptons or without hadrons lacks their share; rigidity: "
                "it is their number over that of protons at equal rigidity, as measured e-/p is, and the species of the network share all of the energy");
  params_real(ps, "positrons", &p->injection.positrons, "1e-10", 0.0, 1e3, "1", "energy of positrons over that of electrons");
  params_real(ps, "slope", &p->injection.slope, "4.2", 2.0, 10.0, "1", "psi of dN/d^3p ~ R^-psi");
  params_choice(ps, "composition", &p->composition, "ejecta|galactic", "ejecta",
                "what is accelerated: ejecta and swept-up gas as in Hopkins et al. 2022; or the composition found for the sources of Galactic cosmic "
                "rays (He, C, N and O of GALPROP, Ackermann et al. 2012), whatever the event and its metallicity");
  params_choice(ps, "swept_mass", &p->swept, "ejecta|sedov|none", "ejecta",
                "gas mixed with the ejecta: the mass of the ejecta, that at the end of the Sedov phase, none");
  params_real(ps, "type_ia", &p->injection.type_ia, "0.15", 0.0, 1.0, "1",
              "mixture: share of type Ia supernovae in the energy; of 0.81 for supernovae, by the Galactic rates of Li et al. 2011: 0.54 Ia "
              "and 2.3 core collapse per century");
  params_real(ps, "winds", &p->injection.winds, "0.19", 0.0, 1.0, "1",
              "mixture: share of fast winds, which have the composition of the gas; 1.1e41 of 5.9e41 erg/s in the Galaxy, Seo et al. 2018; "
              "the rest is core collapse");
}

/* The cross-sections of CNO are those of the mixture: as much C as the ratios have, N and O in proportion. */
static void mix_carbon(const struct cr_params *p, struct cr_network *net) {
  const int cno = cr_network_find(net, "cno");
  if (cno < 0) return;
  double *mix = net->species[cno].mix;
  const double rest = (1.0 - p->carbon_share) / (mix[ISO_N14] + mix[ISO_O16]);
  mix[ISO_C12] = p->carbon_share;
  mix[ISO_N14] *= rest;
  mix[ISO_O16] *= rest;
}

/* Electrons per proton want protons. */
static void check_electrons(const struct cr_params *p, const struct cr_network *net) {
  bool leptons = cr_network_find(net, "e-") >= 0 || cr_network_find(net, "e+") >= 0;
  if (p->injection.electron_ratio == CR_ELECTRONS_RIGIDITY && leptons && cr_network_find(net, "p") < 0)
    fail_user("cr_injection.electron_ratio: rigidity gives electrons per proton, and there are no protons among the species; take electron_ratio: energy");
}

/* Bins of one species: its own choice, or that of the network. */
static struct cr_bins_choice bins_of(const struct cr_params *p, int i) {
  const struct cr_species_choice *s = &p->species[i];
  if (s->min_GV == 0.0) return p->bins;
  return (struct cr_bins_choice){s->min_GV, s->max_GV, s->per_decade};
}

static void check_bins(struct cr_bins_choice b, const char *what) {
  if (b.min_GV == 0.0) return;
  double n = b.max_GV > b.min_GV ? round(log10(b.max_GV / b.min_GV) * b.per_decade) : 0.0;
  if (n < 1.0 || n > CR_MAX_BINS)
    fail_user("%s: %g bins between %g and %g GV; there can be 1 to %d", what, n, b.min_GV, b.max_GV, CR_MAX_BINS);
}

void cr_params_finish(struct cr_params *p, struct cr_network *net) {
  static const char *const names[] = {"hopkins2022", "resolved", "protons", "electrons"};
  enum { CUSTOM = sizeof names / sizeof *names };
  p->batch.inflow = (enum cr_inflow)p->inflow;
  p->batch.update = (enum cr_map_mode)p->update;
  p->batch.loss.reacceleration_maximal = p->reacceleration == 1;
  memcpy(p->batch.loss.photon_eV, p->photon_eV, sizeof p->photon_eV);
  p->injection.swept = (enum cr_swept_mass)p->swept;
  p->injection.composition = (enum cr_composition)p->composition;
  p->injection.electron_ratio = (enum cr_electron_ratio)p->electron_ratio;
  if (p->injection.type_ia + p->injection.winds > 1.0) fail_user("cr_injection: type_ia and winds are shares and cannot add up to more than 1");
  if (p->bins.min_GV == 0.0) p->bins.max_GV = 0.0;
  check_bins(p->bins, "cr");
  if (p->network != CUSTOM) {
    cr_network_named(net, names[p->network], &p->bins);
    mix_carbon(p, net);
    check_electrons(p, net);
    return;
  }
  if (p->species_count == 0) fail_user("cr.species: the custom network needs at least one species");
  const char *list[CR_MAX_SPECIES];
  struct cr_bins_choice bins[CR_MAX_SPECIES];
  for (int i = 0; i < p->species_count; i++) {
    list[i] = p->species[i].name;
    bins[i] = bins_of(p, i);
    if (cr_species_find(list[i]) == NULL) fail_user("cr.species: there is no species \"%s\"", list[i]);
    for (int k = 0; k < i; k++)
      if (strcmp(list[k], list[i]) == 0) fail_user("cr.species: \"%s\" is there twice", list[i]);
    check_bins(bins[i], list[i]);
  }
  cr_network_create(net, p->species_count, list, bins);
  mix_carbon(p, net);
  check_electrons(p, net);
}
