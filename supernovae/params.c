/* The "supernovae" section of the parameters. */
#include "base/fail.h"
#include "base/params.h"
#include "base/units.h"
#include "supernovae/supernovae.h"

#include <math.h>

static bool wanted(const struct params *ps) { return params_given(ps, "supernovae") || !params_given(ps, "run"); }

void supernovae_declare(struct params *ps, struct supernovae_params *p) {
  *p = (struct supernovae_params){.on = false};
  if (!wanted(ps)) return;
  params_section(ps, "supernovae", "supernovae as events, by the rates of the setup; continuous sources of the setup do not count then");
  params_bool(ps, "on", &p->on, "true", "false: none");
  params_int(ps, "seed", &p->seed, "1", 0, 2000000000, "of the random draws");
  params_choice(ps, "deposit", &p->deposit, "remnant|thermal", "remnant",
                "remnant: energy, and the momentum of the remnant, the final one where its cooling is not resolved; thermal: all energy as heat");
  params_reals(ps, "energy", 2, p->energy, "[1e51 erg, 1e51 erg]", 0.0, INFINITY, "erg", "of core collapse and type Ia; the share cr_injection.efficiency goes into cosmic rays, if there are any");
  params_reals(ps, "mass", 2, p->mass, "[10.5 Msun, 1.4 Msun]", 0.0, INFINITY, "Msun", "of the ejecta");
  params_reals(ps, "metals", 2, p->metals, "[1.96 Msun, 1.4 Msun]", 0.0, INFINITY, "Msun", "of it metals, for metal_scalar");
  params_real(ps, "clustered", &p->clustered, "0", 0.0, 1.0, "1", "share of the core collapses in associations");
  params_int(ps, "members", &p->members, "10", 1, 10000, "core collapses of an association");
  params_real(ps, "duration", &p->duration, "20 Myr", PARAMS_POSITIVE, INFINITY, "Myr", "in which they happen, evenly");
  params_real(ps, "radius", &p->radius, "2", 1.0, 8.0, "1", "of the ellipsoid of cells that get it, in cells where it happens");
  params_real(ps, "hydrogen", &p->hydrogen, "0.76", PARAMS_POSITIVE, 1.0, "1", "mass fraction, for the cooling of remnants");
  params_real(ps, "metallicity", &p->metallicity, "1", 0.0, 100.0, "1", "of the gas, solar 1, for the cooling of remnants and the composition of cosmic rays");
  params_int(ps, "metal_scalar", &p->metal_scalar, "-1", -1, MHD_SCALARS - 1, "passive scalar that is the mass fraction of metals (0.0134 in the Sun) and gets those of the ejecta; -1: metallicity counts");
  params_words(ps, "elements", SUPERNOVA_ELEMENTS, SUPERNOVA_WORD, p->element[0], &p->element_count, "[]",
               "what the passive scalars r0, r1... are: He, C, N or O for the mass fraction of that element, which gets its share of the ejecta (FIRE-2: Hopkins et al. 2018) "
               "and of winds (solar mixture of their metals); any other word, such as metals: nothing here");
}

void supernovae_check(const struct supernovae_params *p, const struct params *ps, const struct mhd_params *mhd, const char *setup, bool has_source) {
  if (!p->on) return;
  if (params_units(ps)->code) fail_user("supernovae: they need a run with physical units, and this has units: code");
  if (!has_source) fail_user("supernovae: the setup %s says nothing of supernovae; leave the section out", setup);
  if (mhd->eos != EOS_ADIABATIC) fail_user("supernovae: isothermal gas takes no energy; set mhd.eos: adiabatic");
  if (p->metal_scalar >= mhd->nscalar) fail_user("supernovae.metal_scalar: this run has %d passive scalars (mhd.scalars), numbered from 0", mhd->nscalar);
  if (p->element_count > mhd->nscalar) fail_user("supernovae.elements: %d of them, and this run has %d passive scalars (mhd.scalars)", p->element_count, mhd->nscalar);
  for (int k = 0; k < SUPERNOVA_KINDS; k++)
    if (p->metals[k] > p->mass[k]) fail_user("supernovae.metals: more than the ejecta");
}
