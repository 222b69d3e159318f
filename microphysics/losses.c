/* Continuous losses: Hopkins et al. 2022 (H22), MNRAS 516, 3470, section 2.3 and Eq. 7, with the corrections listed in
 * docs/physics.md. */
#include "microphysics/losses.h"

#include "microphysics/constants.h"

#include <math.h>
#include <stddef.h>

#define ARGS                                                                                                     \
  const struct cr_env *env, const struct cr_loss_options *opt, const struct cr_species *s, int bin, double p_ref, double p
#define UNUSED ((void)env, (void)opt, (void)s, (void)bin, (void)p_ref, (void)p)

static double speed(const struct cr_species *s, double p) { return SPEED_OF_LIGHT_cm_s * cr_beta(p, s->mass_GeV); }

/* H22 Eq. 7: dp/dt = -p D:grad u. */
static double adiabatic(ARGS) {
  UNUSED;
  double chi = env->chi == NULL ? 1.0 / 3.0 : env->chi[bin];
  return p * (chi * env->div_u + (1.0 - 3.0 * chi) * env->bb_grad_u);
}

static double scattering(const struct cr_env *env, const struct cr_species *s, double p) {
  return env->nu0 * cr_beta(p, s->mass_GeV) * pow(p / s->z, -env->nu_slope);
}

/* H22 Eq. 7: dp/dt = -p nu mu v_A / v; per bin, at its centre.  In the flux-steady state: the adiabatic loss in the frame of the waves. */
static double streaming(ARGS) {
  UNUSED;
  if (env->drift_div != NULL) return p * env->drift_div[bin] / 3.0;
  if (env->mu == NULL) return p * env->streaming_rate;
  return p * scattering(env, s, p_ref) * env->mu[bin] * env->v_alfven / speed(s, p_ref);
}

/* H22 Eq. 7: dp/dt = p 2 chi (1 + beta^2) nu v_A^2 / v^2; or the ad-hoc form of its section 3.2 and Fig. 4, with kappa = v^2 / 3 nu.  In the
 * frame of the waves Eq. 7 leaves -p chi (1 - beta^2) nu v_A^2 / v^2 (docs/physics.md, section 3). */
static double reacceleration(ARGS) {
  UNUSED;
  double chi = env->chi == NULL ? 1.0 / 3.0 : env->chi[bin], v = speed(s, p_ref), beta = cr_beta(p_ref, s->mass_GeV);
  double rate = scattering(env, s, p_ref) * (env->v_alfven / v) * (env->v_alfven / v);
  if (opt->reacceleration_maximal) return -p * rate * (4.0 / 3.0);
  double gamma = cr_gamma(p_ref, s->mass_GeV);
  return -p * rate * chi * (env->drift_div == NULL ? 2.0 * (1.0 + beta * beta) : -1.0 / (gamma * gamma));
}

/* Energy loss of hadrons dT/dt = -K Z^2 (n_e + 0.57 n_n) / beta, eV/s.  The 1/beta is missing in H22; 3.09e-7 is its 3.1e-7. */
static const double hadron_loss_eV = 3.09e-7, neutral_share = 0.57;

/* Coulomb loss with the full logarithm: Mannheim & Schlickeiser 1994, A&A 286, 983, Eq. 4.22. */
static double coulomb_full(const struct cr_env *env, const struct cr_species *s, double p) {
  double beta = cr_beta(p, s->mass_GeV), gamma = cr_gamma(p, s->mass_GeV), me = ELECTRON_MASS_GeV * 1e9, m = s->mass_GeV * 1e9;
  double xm = 0.0286 * sqrt(env->temperature_K / 2e6), b2 = beta * beta;
  double log_lambda = 0.5 * log(4.0 * gamma * gamma * b2 * b2 * me * me * m /
                                (4.0 * PI * ELECTRON_RADIUS_cm * HBAR_C_eV_cm * HBAR_C_eV_cm * env->n_e * (m + 2.0 * gamma * me)));
  double r2 = ELECTRON_RADIUS_cm * ELECTRON_RADIUS_cm;
  return 4.0 * PI * r2 * SPEED_OF_LIGHT_cm_s * ELECTRON_MASS_GeV * s->z * s->z * env->n_e * fmax(log_lambda, 1.0) * beta /
         (beta * b2 + xm * xm * xm);
}

/* Leptons: Gould 1972, Physica 60, 145, with the prefactor and sign corrected against H22. */
static double coulomb(ARGS) {
  UNUSED;
  double beta = cr_beta(p, s->mass_GeV);
  if (env->n_e <= 0.0) return 0.0;
  if (s->kind != CR_LEPTON)
    return opt->coulomb_full ? coulomb_full(env, s, p) : 1e-9 * hadron_loss_eV * s->z * s->z * env->n_e / (beta * beta);
  double g = cr_gamma(p, s->mass_GeV), plasmon_eV = 3.713e-11 * sqrt(env->n_e), rise = (g - 1.0) / g;
  double bracket = log(ELECTRON_MASS_GeV * 1e9 * beta * sqrt(g - 1.0) / plasmon_eV) - log(2.0) * (0.5 * beta * beta + 1.0 / g) + 0.5 +
                   rise * rise / 16.0;
  return 1.5 * THOMSON_cm2 * SPEED_OF_LIGHT_cm_s * ELECTRON_MASS_GeV * env->n_e * bracket / (beta * beta);
}

static double ionisation(ARGS) {
  UNUSED;
  double beta = cr_beta(p, s->mass_GeV), a2 = FINE_STRUCTURE * FINE_STRUCTURE;
  if (s->kind != CR_LEPTON) return 1e-9 * hadron_loss_eV * s->z * s->z * neutral_share * env->n_n / (beta * beta);
  double g = cr_gamma(p, s->mass_GeV);
  return 0.75 * THOMSON_cm2 * SPEED_OF_LIGHT_cm_s * ELECTRON_MASS_GeV * env->n_n * log(2.0 * g * g * g / (a2 * a2));
}

/* H22: on ions only, Z (Z + 1) = 2 per free electron.  The option adds neutral gas with 62.8 g/cm^2 per radiation length. */
static double bremsstrahlung(ARGS) {
  UNUSED;
  if (s->kind != CR_LEPTON) return 0.0;
  double r2 = ELECTRON_RADIUS_cm * ELECTRON_RADIUS_cm, c = SPEED_OF_LIGHT_cm_s;
  double rate = 4.0 * FINE_STRUCTURE * r2 * c * 2.0 * env->n_e * fmax(log(2.0 * cr_gamma(p, s->mass_GeV)) - 1.0 / 3.0, 0.0);
  if (opt->brems_neutral) rate += env->n_n * 7.97e-16;
  return p * rate;
}

/* dE/dt = -(4/3) sigma_T c gamma^2 beta^2 u, and dp/dt = dE/dt / v. */
static double thomson(const struct cr_species *s, double p, double u_eV) {
  double x = p / s->mass_GeV;
  return 4.0 / 3.0 * THOMSON_cm2 * SPEED_OF_LIGHT_cm_s * u_eV * 1e-9 * x * x / cr_beta(p, s->mass_GeV);
}

static double inverse_compton(ARGS) {
  UNUSED;
  if (s->kind != CR_LEPTON) return 0.0;
  double u = 0.0, gamma = cr_gamma(p, s->mass_GeV);
  for (int i = 0; i < opt->bands; i++) {
    double x = 4.0 * gamma * opt->photon_eV[i] * 1e-9 / ELECTRON_MASS_GeV;
    u += env->u_rad[i] * (opt->klein_nishina ? 1.0 / ((1.0 + x) * sqrt(1.0 + x)) : 1.0);
  }
  return thomson(s, p, u);
}

static double synchrotron(ARGS) {
  UNUSED;
  return s->kind == CR_LEPTON ? thomson(s, p, env->u_b) : 0.0;
}

const struct cr_loss cr_losses[LOSS_COUNT] = {
    [LOSS_ADIABATIC] = {"adiabatic", "work of the converging or diverging gas", adiabatic},
    [LOSS_STREAMING] = {"streaming", "damped Alfven waves excited by streaming", streaming},
    [LOSS_REACCELERATION] = {"reacceleration", "diffusive gain from Alfven waves", reacceleration},
    [LOSS_COULOMB] = {"coulomb", "collisions with free electrons", coulomb},
    [LOSS_IONISATION] = {"ionisation", "ionisation of neutral atoms", ionisation},
    [LOSS_BREMSSTRAHLUNG] = {"bremsstrahlung", "bremsstrahlung of leptons", bremsstrahlung},
    [LOSS_INVERSE_COMPTON] = {"inverse_compton", "scattering of photons by leptons", inverse_compton},
    [LOSS_SYNCHROTRON] = {"synchrotron", "synchrotron emission of leptons", synchrotron},
};

void cr_loss_defaults(struct cr_loss_options *opt) {
  *opt = (struct cr_loss_options){.bands = 1, .photon_eV = {6.34e-4}};
  for (int i = 0; i < LOSS_COUNT; i++) opt->scale[i] = 1.0;
}

double cr_loss_rate(enum cr_loss_id id, const struct cr_env *env, const struct cr_loss_options *opt, const struct cr_species *s, int bin,
                    double p_ref, double p) {
  return opt->scale[id] == 0.0 ? 0.0 : opt->scale[id] * cr_losses[id].rate(env, opt, s, bin, p_ref, p);
}

double cr_loss_total(const struct cr_env *env, const struct cr_loss_options *opt, const struct cr_species *s, int bin, double p_ref,
                     double p) {
  double sum = 0.0;
  for (int i = 0; i < LOSS_COUNT; i++) sum += cr_loss_rate((enum cr_loss_id)i, env, opt, s, bin, p_ref, p);
  return sum;
}
