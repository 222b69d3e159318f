/* A galaxy like the Milky Way: gas, magnetic field, starlight and sources of cosmic rays by published fits, each number a parameter.
 *
 * Gas: atomic and molecular layers of McMillan 2017, MNRAS 465, 76, the warm ionised layer of Gaensler et al. 2008, PASA 25, 184, and hot gas that falls as in
 * Miller & Bregman 2015, ApJ 800, 14.  Field: field.c.  Sources: the radial profile of supernova remnants of Case & Bhattacharya 1998, ApJ 504, 761. */
#include "setups/milkyway/milkyway.h"

#include "base/constants.h"
#include "base/fail.h"
#include "base/minmax.h"
#include "base/params.h"
#include "base/units.h"
#include "crtransport/crtransport.h"
#include "setups/disc_light.h"
#include "setups/setup.h"
#include "supernovae/supernovae.h"

#include <math.h>
#include <stdbool.h>

/* Light beside the CMB: dust, and stars in so many bands. */
enum { STAR_BANDS = 4 };

static struct {
  double sun;
  struct galaxy_layer hi, h2;
  double wim_density, wim_radius, wim_height, hot_density, hot_core, hot_power, hot_temperature, warm_temperature;
  double rate, energy, winds, source_height, source_power, source_fall;
  double dust, stars, star_shares[STAR_BANDS], fuv, light_radius, light_height;
  double metals, metal_gradient, ia_share, ia_radius, ia_height;
  struct galaxy_field field;
  struct galaxy_clumps clumps;
  struct galaxy_equilibrium live;
} par;

static const struct rays *rays;
static struct { double kpc, pressure_per_kelvin, norm, ia_norm; } now;

static void declare_gas(struct params *ps) {
  params_real(ps, "sun", &par.sun, "8.2 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "distance of the Sun from the centre");
  params_real(ps, "hi_surface", &par.hi.sigma, "53.1 Msun pc^-2", 0.0, INFINITY, "Msun pc^-2", "atomic gas: sigma exp(-hole / R - R / radius)");
  params_real(ps, "hi_hole", &par.hi.hole, "4 kpc", 0.0, INFINITY, "kpc", "of atomic gas");
  params_real(ps, "hi_radius", &par.hi.radius, "7 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "of atomic gas");
  params_real(ps, "hi_height", &par.hi.height, "85 pc", PARAMS_POSITIVE, INFINITY, "kpc", "of atomic gas: sech^2(z / 2 height)");
  params_real(ps, "h2_surface", &par.h2.sigma, "2180 Msun pc^-2", 0.0, INFINITY, "Msun pc^-2", "molecular gas");
  params_real(ps, "h2_hole", &par.h2.hole, "12 kpc", 0.0, INFINITY, "kpc", "of molecular gas");
  params_real(ps, "h2_radius", &par.h2.radius, "1.5 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "of molecular gas");
  params_real(ps, "h2_height", &par.h2.height, "45 pc", PARAMS_POSITIVE, INFINITY, "kpc", "of molecular gas");
  params_real(ps, "wim_density", &par.wim_density, "0.014 mp cm^-3", 0.0, INFINITY, "code density", "warm ionised gas at the Sun's radius in the plane");
  params_real(ps, "wim_radius", &par.wim_radius, "10 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "its exponential scale");
  params_real(ps, "wim_height", &par.wim_height, "1.83 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "its exponential height");
  params_real(ps, "hot_density", &par.hot_density, "1.35e-2 mp cm^-3", 0.0, INFINITY, "code density", "hot gas at 1 kpc: density (r^2 + core^2)^(-power / 2), r in kpc");
  params_real(ps, "hot_core", &par.hot_core, "3 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "of the hot gas");
  params_real(ps, "hot_power", &par.hot_power, "1.5", 0.0, 6.0, "1", "of the hot gas");
  params_real(ps, "hot_temperature", &par.hot_temperature, "2e6 K", PARAMS_POSITIVE, INFINITY, "K", "of the hot gas");
  params_real(ps, "warm_temperature", &par.warm_temperature, "8000 K", PARAMS_POSITIVE, INFINITY, "K", "of the rest");
}

static bool bad_shares(const void *data) {
  const double *s = data;
  return fabs((s[0] + s[1]) + (s[2] + s[3]) - 1.0) > 1e-3;
}

static void declare_rest(struct params *ps) {
  struct galaxy_field *f = &par.field;
  params_real(ps, "disc_field", &f->disc, "4.6 uG", 0.0, INFINITY, "uG", "spiral field in the plane at the Sun's radius; coherent (3 uG) and striated");
  params_real(ps, "pitch", &f->pitch, "0.2", -1.5, 1.5, "1", "pitch angle of the spiral, rad");
  params_real(ps, "field_radius", &f->radius, "10 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "exponential scale of disc and turbulence");
  params_real(ps, "field_core", &f->core, "1 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "inside of which the spiral fades");
  params_real(ps, "field_height", &f->height, "1 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "of the spiral: exp(-(z / height)^2)");
  params_real(ps, "toroidal_field", &f->toroidal, "2.2 uG", 0.0, INFINITY, "uG", "toroidal field of the halo at the Sun's radius, opposite below the plane");
  params_real(ps, "toroidal_height", &f->height_o, "5.3 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "its exponential height");
  params_real(ps, "halo_field", &f->halo, "7.1 uG", 0.0, INFINITY, "uG", "X-shaped field in the centre");
  params_real(ps, "halo_radius", &f->radius_x, "2.9 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "its exponential scale in the plane");
  params_real(ps, "halo_open", &f->height_x, "5.5 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "height at which its lines are twice as far from the axis");
  params_real(ps, "turbulent_field", &f->turbulent, "4 uG", 0.0, INFINITY, "uG", "rms of the turbulent field in the plane at the Sun's radius");
  params_real(ps, "longest", &f->longest, "6 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "longest wave of the turbulence");
  params_real(ps, "shortest", &f->shortest, "1 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "shortest wave; not less than 4 cells");
  params_real(ps, "turbulent_height", &f->height_t, "3 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "exponential height of the longest wave; those of others are in proportion to their lengths");
  params_int(ps, "waves", &f->modes, "150", 1, GALAXY_WAVES, "number of waves");
  params_int(ps, "seed", &f->seed, "1", 0, 2000000000, "of their random directions and phases");
  params_real(ps, "supernova_rate", &par.rate, "2e-2 yr^-1", 0.0, INFINITY, "yr^-1", "of the whole galaxy, both types (core collapses 1.6e-2: Rozwadowska et al. 2021)");
  params_real(ps, "supernova_energy", &par.energy, "1e51 erg", 0.0, INFINITY, "erg", "of each; the share cr_injection.efficiency goes into cosmic rays");
  params_real(ps, "wind_power", &par.winds, "1.1e41 erg/s", 0.0, INFINITY, "erg/s",
              "of the fast winds of massive stars in the whole galaxy (Seo, Kang & Ryu 2018); they follow the core collapses, and give the same share; not with the section supernovae");
  params_real(ps, "source_height", &par.source_height, "0.1 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "exponential height of core collapses");
  params_real(ps, "source_power", &par.source_power, "2", 0.0, 6.0, "1", "surface density of core collapses (R / sun)^power exp(-fall R / sun)");
  params_real(ps, "source_fall", &par.source_fall, "3.53", 0.1, 20.0, "1", "see source_power");
  params_real(ps, "metals", &par.metals, "0.0134", 0.0, 1.0, "1", "mass fraction of metals of the gas at the Sun's radius (0.0134 in the Sun): in cosmic rays of continuous sources; with equilibrium in the first scalar, if there is one");
  params_real(ps, "metal_gradient", &par.metal_gradient, "-0.05", -1.0, 1.0, "1", "of log10 of the metals, per kpc (Maciel & Costa 2009)");
  params_real(ps, "ia_share", &par.ia_share, "0.19", 0.0, 1.0, "1", "share of the rate that is of type Ia (Li et al. 2011)");
  params_real(ps, "ia_radius", &par.ia_radius, "2.5 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "exponential scale of type Ia, that of the old disc");
  params_real(ps, "ia_height", &par.ia_height, "0.3 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "exponential height of type Ia");
  params_real(ps, "dust", &par.dust, "0.31", 0.0, INFINITY, "1", "energy density of infrared light at the Sun, eV cm^-3");
  params_real(ps, "stars", &par.stars, "0.66", 0.0, INFINITY, "1", "of starlight");
  params_reals(ps, "star_shares", STAR_BANDS, par.star_shares, "[0.405, 0.302, 0.226, 0.067]", 0.0, 1.0, "1",
               "of it in stars of 3000, 4000 and 7500 K and in the ultraviolet (Mathis et al. 1983; Draine 2011, table 12.1): bands 2 to 5 of cr_losses.photon_eV; with fewer "
               "cr_losses.bands the last one has the rest");
  params_rule(ps, "milkyway.star_shares", bad_shares, par.star_shares, "shares add up to 1");
  params_real(ps, "fuv", &par.fuv, "1.7", 0.0, INFINITY, "1", "far-ultraviolet field at the Sun, Habing's unit, for cooling.from_setup");
  params_real(ps, "light_radius", &par.light_radius, "4 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "exponential scale of all three");
  params_real(ps, "light_height", &par.light_height, "3 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "height at which they are half");
}

static void milkyway_params(struct params *ps) {
  params_section(ps, "milkyway", "a galaxy like the Milky Way");
  declare_gas(ps);
  declare_rest(ps);
  galaxy_clumps_declare(ps, &par.clumps);
  galaxy_equilibrium_declare(ps, &par.live);
}

double galaxy_layer_density(const struct galaxy_layer *l, double R, double z) {
  const double s = 1.0 / cosh(min(fabs(z) / (2.0 * l->height), 300.0));
  return R > 0.0 || l->hole == 0.0 ? l->sigma / (4.0 * l->height) * exp(-l->hole / max(R, 1e-6 * l->radius) - R / l->radius) * s * s : 0.0;
}

static double source_shape(double R) { return pow(R / par.sun, par.source_power) * exp(-par.source_fall * R / par.sun); }

static double surface_of(int layer, double R) {
  if (layer == 1) return 2.0 * par.wim_density * par.wim_height * exp(-(R - par.sun) / par.wim_radius);
  double sum = 0.0;
  const struct galaxy_layer *const all[2] = {&par.hi, &par.h2};
  for (int i = 0; i < 2; i++)
    if (R > 0.0 || all[i]->hole == 0.0) sum += all[i]->sigma * exp(-all[i]->hole / max(R, 1e-6 * all[i]->radius) - R / all[i]->radius);
  return sum;
}

static double hot_density(double r2) { return par.hot_density * pow((r2 + par.hot_core * par.hot_core) / (now.kpc * now.kpc), -0.5 * par.hot_power); }

static void start_live(const struct setup_run *run) {
  double corner = 0.0;
  for (int d = 0; d < 2; d++) corner += pow(max(fabs(run->lower[d]), fabs(run->upper[d])), 2.0);
  par.live.surface = surface_of;
  par.live.sun = par.sun;
  galaxy_equilibrium_start(&par.live, run->potentials, run->magnetic ? &par.field : NULL, 1.2 * sqrt(corner), hot_density(par.sun * par.sun),
                           2.0 * now.pressure_per_kelvin * par.hot_temperature);
}

static void milkyway_start(const struct setup_run *run) {
  const struct units *u = run->units;
  rays = run->rays;
  par.field.sun = par.sun;
  galaxy_field_start(&par.field);
  galaxy_clumps_start(&par.clumps);
  now.kpc = 3.0856775814913673e21 / u->length_cm;
  now.pressure_per_kelvin = 1.380649e-16 / 1.67262192e-24 * u->density_g_cm3 / u->pressure_erg_cm3;
  /* Integral of the shape over the plane, to 60 scale lengths. */
  const int n = 20000;
  const double far = 60.0 * par.sun / par.source_fall, step = far / n;
  now.norm = 0.0;
  now.ia_norm = 2.0 * PI * par.ia_radius * par.ia_radius;
  for (int i = 0; i < n; i++) now.norm += 2.0 * PI * (i + 0.5) * step * step * source_shape((i + 0.5) * step);
  if (par.live.on && par.clumps.sigma > 0.0) fail_user("milkyway.clumping is for gas that stays as it is: leave it out, or milkyway.equilibrium");
  if (par.live.on) start_live(run);
}

static double axis_distance(const double x[3]) { return sqrt(x[0] * x[0] + x[1] * x[1]); }

/* Densities of warm neutral, warm ionised and hot gas. */
static void densities(const double x[3], double rho[3]) {
  const double R = axis_distance(x), r2 = R * R + x[2] * x[2];
  rho[0] = (galaxy_layer_density(&par.hi, R, x[2]) + galaxy_layer_density(&par.h2, R, x[2])) * galaxy_clumps_at(&par.clumps, x);
  rho[1] = par.wim_density * exp(-(R - par.sun) / par.wim_radius - fabs(x[2]) / par.wim_height);
  rho[2] = hot_density(r2);
}

static double metals_at(double R) { return par.metals * exp(log(10.0) * par.metal_gradient * (R - par.sun) / now.kpc); }

static void live_gas(const double x[3], struct gas_point *w) {
  const double R = axis_distance(x);
  const struct galaxy_state s = galaxy_equilibrium_gas(&par.live, R, x[2]);
  w->rho = s.rho;
  w->p = s.pressure;
  w->scalar[0] = metals_at(R);
  w->v[0] = R > 0.0 ? -s.speed * x[1] / R : 0.0;
  w->v[1] = R > 0.0 ? s.speed * x[0] / R : 0.0;
}

static void milkyway_gas(double t, const double x[3], struct gas_point *w) {
  (void)t;
  double rho[3];
  if (par.live.on) {
    live_gas(x, w);
    return;
  }
  densities(x, rho);
  w->rho = (rho[0] + rho[1]) + rho[2];
  w->p = now.pressure_per_kelvin * ((rho[0] + 2.0 * rho[1]) * par.warm_temperature + 2.0 * rho[2] * par.hot_temperature);
}

static void milkyway_potential(double t, const double x[3], double a[3]) {
  (void)t;
  galaxy_field_potential(&par.field, x, a);
}

/* Mean of exp(-|z| / height) / (2 height) from z - dz / 2 to z + dz / 2; dz = 0: its value. */
static double layer_mean(double z, double dz, double height) {
  if (dz == 0.0) return exp(-fabs(z) / height) / (2.0 * height);
  const double lower = fabs(z) - 0.5 * dz, upper = fabs(z) + 0.5 * dz;
  const double beyond = exp(-fabs(lower) / height); /* of both sides, where the plane is inside */
  return 0.5 * ((lower < 0.0 ? 2.0 - beyond : beyond) - exp(-upper / height)) / dz;
}

/* Core collapses with the profile of remnants, type Ia in an exponential disc; means over the thickness dz. */
static void rates(const double x[3], double dz, double rate[SUPERNOVA_KINDS]) {
  const double R = axis_distance(x);
  rate[SUPERNOVA_II] = 0.0;
  if (fabs(x[2]) - 0.5 * dz < 30.0 * par.source_height) /* e^-30 is nothing */
    rate[SUPERNOVA_II] = par.rate * (1.0 - par.ia_share) * source_shape(R) / now.norm * layer_mean(x[2], dz, par.source_height);
  rate[SUPERNOVA_IA] = par.rate * par.ia_share * exp(-R / par.ia_radius) / now.ia_norm * layer_mean(x[2], dz, par.ia_height);
}

static void supernova_rate(const double x[3], double rate[SUPERNOVA_KINDS]) { rates(x, 0.0, rate); }

static double milkyway_source(double t, const double x[3], const double dx[3]) {
  (void)t;
  double rate[SUPERNOVA_KINDS];
  rates(x, dx[2], rate);
  const double winds = rate[SUPERNOVA_II] > 0.0 ? par.winds * rate[SUPERNOVA_II] / (par.rate * (1.0 - par.ia_share)) : 0.0;
  return ((rate[SUPERNOVA_II] + rate[SUPERNOVA_IA]) * par.energy + winds) * rays->par.cr.injection.efficiency;
}

static double supernova_turn(const double x[3]) { return par.live.on ? galaxy_equilibrium_turn(&par.live, axis_distance(x)) : 0.0; }

static const struct supernova_source supernovae = {.rate = supernova_rate, .turn = supernova_turn};

static double starlight(const double x[3]) { return disc_light(x, par.sun, par.light_radius, par.light_height); }

static double milkyway_fuv(double t, const double x[3]) {
  (void)t;
  return par.fuv * starlight(x);
}

/* The bands after the CMB. */
static void light_in_bands(double light, double *u) {
  const int last = rays->par.cr.batch.loss.bands - 1;
  const double dust = par.dust * light, stars = par.stars * light;
  double rest = 1.0;
  if (last < 1) return;
  u[1] = last == 1 ? dust + stars : dust;
  for (int k = 2; k <= last && k < 2 + STAR_BANDS; k++) {
    const double share = k == last || k == 1 + STAR_BANDS ? rest : par.star_shares[k - 2];
    u[k] = stars * max(share, 0.0);
    rest -= share;
  }
}

static void milkyway_medium(double t, const double x[3], struct rays_surroundings *m) {
  (void)t;
  const double light = starlight(x);
  m->metallicity = metals_at(axis_distance(x)) / SOLAR_METALS;
  if (par.live.on) {
    m->ionised = galaxy_equilibrium_gas(&par.live, axis_distance(x), x[2]).ionised;
  } else {
    double rho[3];
    densities(x, rho);
    m->ionised = (rho[1] + rho[2]) / ((rho[0] + rho[1]) + rho[2]);
  }
  light_in_bands(light, m->radiation);
}

const struct setup setup_milkyway = {
    .name = "milkyway",
    .doc = "a galaxy like the Milky Way: gas, field, starlight and supernovae by published fits",
    .still = true,
    .points = 4,
    .params = milkyway_params,
    .start = milkyway_start,
    .gas = milkyway_gas,
    .potential = milkyway_potential,
    .source = milkyway_source,
    .medium = milkyway_medium,
    .fuv = milkyway_fuv,
    .supernovae = &supernovae,
};
