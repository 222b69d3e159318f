/* Hopkins et al. 2022, section 2.3, with the corrections of docs/physics.md. */
#include "microphysics/catastrophic.h"

#include "microphysics/constants.h"
#include "microphysics/cross_sections.h"

#include <math.h>

/* Continuous in effect: the energy losses of a proton above the threshold, 21 mb of effective cross-section. */
static double pionic(const struct cr_fate_options *opt, const struct cr_species *s, double p) {
  (void)opt;
  return s->kind == CR_PROTON && cr_kinetic(p, s->mass_GeV) >= PION_THRESHOLD_GeV ? PION_RATE_cm3_s : 0.0;
}

static double collision(const struct cr_species *s, double p, double sigma_mb) {
  return SPEED_OF_LIGHT_cm_s * cr_beta(p, s->mass_GeV) * sigma_mb * MILLIBARN_cm2;
}

static double fragmentation(const struct cr_fate_options *opt, const struct cr_species *s, double p) {
  if (s->kind != CR_NUCLEUS) return 0.0;
  const double t = cr_kinetic(p, s->mass_GeV) / s->a, sigma = cr_sigma_fragmentation(s->a, t, opt->fragmentation_phase);
  return collision(s, p, opt->keep_fragments ? sigma - cr_sigma_kept(s, t) : sigma);
}

static double decay(const struct cr_fate_options *opt, const struct cr_species *s, double p) {
  double half_life = s->half_life_Myr > 0.0 && opt->be10_half_life_Myr > 0.0 ? opt->be10_half_life_Myr : s->half_life_Myr;
  return half_life > 0.0 ? log(2.0) / (cr_gamma(p, s->mass_GeV) * half_life * MEGAYEAR_s) : 0.0;
}

static double annihilation(const struct cr_fate_options *opt, const struct cr_species *s, double p) {
  (void)opt;
  return s->kind == CR_LEPTON && s->sign > 0 ? collision(s, p, cr_sigma_annihilation(cr_gamma(p, s->mass_GeV))) : 0.0;
}

static double antiproton(const struct cr_fate_options *opt, const struct cr_species *s, double p) {
  (void)opt;
  return s->kind == CR_ANTIPROTON ? collision(s, p, cr_sigma_antiproton_loss(p)) : 0.0;
}

const struct cr_fate cr_fates[FATE_COUNT] = {
    [FATE_PIONIC] = {"pionic", "pion production by protons", TARGET_NUCLEONS, pionic},
    [FATE_FRAGMENTATION] = {"fragmentation", "break-up of nuclei", TARGET_NUCLEONS, fragmentation},
    [FATE_DECAY] = {"decay", "radioactive decay", TARGET_NONE, decay},
    [FATE_ANNIHILATION] = {"annihilation", "annihilation of positrons", TARGET_ELECTRONS, annihilation},
    [FATE_ANTIPROTON] = {"antiproton", "inelastic collisions of antiprotons", TARGET_NUCLEONS, antiproton},
};

void cr_fate_defaults(struct cr_fate_options *opt) {
  *opt = (struct cr_fate_options){.fragmentation_phase = 1.3};
  for (int i = 0; i < FATE_COUNT; i++) opt->scale[i] = 1.0;
}

double cr_fate_unit_rate(enum cr_fate_id id, const struct cr_fate_options *opt, const struct cr_species *s, double p) {
  return opt->scale[id] == 0.0 ? 0.0 : opt->scale[id] * cr_fates[id].rate(opt, s, p);
}

double cr_fate_rate(enum cr_fate_id id, const struct cr_env *env, const struct cr_fate_options *opt, const struct cr_species *s, double p) {
  double target = cr_fates[id].target == TARGET_NUCLEONS ? env->n_nucleon : cr_fates[id].target == TARGET_ELECTRONS ? env->n_e : 1.0;
  return target * cr_fate_unit_rate(id, opt, s, p);
}
