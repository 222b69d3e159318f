/* The "cooling" section of the parameters. */
#include "base/fail.h"
#include "base/params.h"
#include "base/units.h"
#include "cooling/cooling.h"

#include <math.h>
#include <string.h>

static bool wanted(const struct params *ps) {
  const char *ionisation = params_peek(ps, "medium.ionisation");
  return params_given(ps, "cooling") || (ionisation != NULL && strcmp(ionisation, "equilibrium") == 0) || !params_given(ps, "run");
}

void cooling_declare(struct params *ps, struct cooling_params *p) {
  *p = (struct cooling_params){.scalar = -1};
  if (!wanted(ps)) return;
  params_section(ps, "cooling", "radiative heating and cooling of the gas, and its ionisation");
  params_bool(ps, "on", &p->on, "true", "false: the gas keeps its energy, and only its ionisation is known (medium.ionisation: equilibrium)");
  params_real(ps, "hydrogen", &p->hydrogen, "0.76", PARAMS_POSITIVE, 1.0, "1", "mass fraction of hydrogen; the rest is helium.  In runs with cosmic rays that of medium counts");
  params_real(ps, "metallicity", &p->metallicity, "1", 0.0, 100.0, "1", "metals and dust, solar 1 (Asplund et al. 2009)");
  params_int(ps, "metal_scalar", &p->scalar, "-1", -1, MHD_SCALARS - 1, "passive scalar that is the mass fraction of metals (0.0134 in the Sun); -1: metallicity counts");
  params_real(ps, "fuv", &p->fuv, "1.7", 0.0, 1e9, "1", "far-ultraviolet field in Habing's unit, 1.7 at the Sun (Draine 1978)");
  params_bool(ps, "from_setup", &p->from_setup, "false", "the far-ultraviolet field is that of the setup, where it has one");
  params_real(ps, "background", &p->background, "1", 0.0, 1e9, "1", "ionising background at redshift 0 (Haardt & Madau 2012) times this, shielded as in Rahmati et al. 2013");
  params_choice(ps, "rays", &p->rays, "constant|live", "constant", "ionisation by cosmic rays: zeta, with its heat; or by those of the run, whose heat is part of transport");
  params_real(ps, "zeta", &p->zeta, "2e-16 s^-1", 0.0, 1.0, "s^-1", "constant: ionisations of a hydrogen atom, those by secondary electrons among them (Indriolo & McCall 2012)");
  params_real(ps, "floor", &p->floor, "10 K", 1.0, 1e9, "K", "gas does not cool below it, and is put on it");
}

void cooling_check(const struct cooling_params *p, const struct params *ps, const struct mhd_params *mhd, bool has_rays, bool has_fuv, const char *setup) {
  if (params_units(ps)->code) fail_user("cooling: it needs a run with physical units, and this has units: code");
  if (p->on && mhd->eos != EOS_ADIABATIC) fail_user("cooling.on: isothermal gas has no energy to lose; set mhd.eos: adiabatic");
  if (p->scalar >= mhd->nscalar) fail_user("cooling.metal_scalar: this run has %d passive scalars (mhd.scalars), numbered from 0", mhd->nscalar);
  if (p->from_setup && !has_fuv) fail_user("cooling.from_setup: the setup %s gives no far-ultraviolet field; set cooling.fuv", setup);
  if (p->rays == COOLING_LIVE && !has_rays) fail_user("cooling.rays: live: this run has no cosmic rays: transport.scheme is none");
}
