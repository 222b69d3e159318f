/* The sections of the parameters about cosmic rays on the mesh. */
#include "base/constants.h"
#include "base/fail.h"
#include "base/params.h"
#include "base/units.h"
#include "crtransport/rays.h"
#include "elliptic/elliptic.h"

#include <math.h>
#include <string.h>

/* Sections that a run without cosmic rays does not show unless its file has them; without a file all are declared, for the reference. */
static bool wanted(const struct params *ps, const char *section) {
  const char *scheme = params_peek(ps, "transport.scheme");
  return (scheme != NULL && strcmp(scheme, "none") != 0) || params_given(ps, section) || !params_given(ps, "run");
}

static bool auto_needs_flux(const void *data) {
  const struct rays_params *p = data;
  return (p->speed_choice == SPEED_AUTO || p->scheme == TRANSPORT_AUTO) && p->transport.form != RSOL_FLUX;
}

static bool no_range(const void *data) {
  const struct rays_params *p = data;
  return p->speed_choice == SPEED_AUTO && p->speed_max < p->speed;
}

/* A group for each factor of two. */
static bool wide_range(const void *data) {
  const struct rays_params *p = data;
  return p->speed_choice == SPEED_AUTO && p->speed_max > ldexp(p->speed, RAYS_GROUPS - 1);
}

static bool one_moment(const struct rays_params *p) { return p->scheme != TRANSPORT_NONE && p->transport.scheme == CRT_DIFFUSION; }

static bool one_moment_not_explicit(const void *data) {
  const struct rays_params *p = data;
  return one_moment(p) && p->scheme != TRANSPORT_EXPLICIT;
}

static bool one_moment_streams(const void *data) {
  const struct rays_params *p = data;
  return one_moment(p) && p->alfven != ALFVEN_NONE;
}

static bool one_moment_unscattered(const void *data) {
  const struct rays_params *p = data;
  return one_moment(p) && !(p->cr.nu0 > 0.0);
}

static bool no_cosmic_rays(const void *data) {
  const struct rays_params *p = data;
  return p->scheme == TRANSPORT_NONE && p->event_count > 0;
}

static bool events_without_time(const void *data) {
  const struct rays_params *p = data;
  return p->scheme == TRANSPORT_STEADY && p->event_count > 0;
}

static void declare_transport(struct params *ps, struct rays_params *p) {
  static const char *const boundary = "as_gas|absorbing";
  params_section(ps, "transport", "cosmic rays on the mesh: their transport along the magnetic field, and what they do to the gas");
  params_choice(ps, "scheme", &p->scheme, "none|explicit|steady|implicit|auto", "none",
                "none: the run has no cosmic rays; explicit: two-moment transport in sub-steps; steady: the steady state in gas that stays as it is; "
                "implicit: two-moment transport in one step, with the true speed of light; auto: explicit or implicit, whichever is cheaper for a group");
  if (!wanted(ps, "transport")) return;
  params_choice(ps, "moments", &p->transport.scheme, "2|1", "2",
                "explicit: 2: density and flux; 1: diffusion, for comparison, at the true speed of light and without streaming, in sub-steps of dx^2 / (2 dim kappa)");
  params_choice(ps, "closure", &p->transport.closure, "m1|isotropic", "m1", "pitch angles from flux and density, or isotropic; steady states and one moment: always isotropic");
  params_choice(ps, "rsol_form", &p->transport.form, "full|flux", "flux",
                "reduced speed of light in the equation of the flux alone, or in all but advection");
  params_choice(ps, "speed_choice", &p->speed_choice, "fixed|auto", "fixed",
                "reduced speed of light: `speed` for all, or for each momentum bin as fast as it has to be, from `speed` up to `speed_max`");
  params_real(ps, "speed", &p->speed, "1e4 km/s", PARAMS_POSITIVE, 299792.458, "km/s", "reduced speed of light, or the least of `auto`");
  params_real(ps, "speed_max", &p->speed_max, "3e5 km/s", PARAMS_POSITIVE, INFINITY, "km/s", "auto: the most; never above the speed of light");
  params_real(ps, "safety", &p->speed_safety, "3", PARAMS_POSITIVE, 1e6, "1",
              "auto: how much faster than diffusion over `length`, the gas and Alfven waves");
  params_real(ps, "length", &p->speed_length, "1 kpc", PARAMS_POSITIVE, INFINITY, "kpc", "auto: shortest length over which diffusion matters");
  params_real(ps, "cfl", &p->transport.cfl, "0.3", PARAMS_POSITIVE, 0.5, "1", "share of a cell that the fastest particles cross in a sub-step");
  params_int(ps, "substeps", &p->substeps, "10", 1, 1000000, "with mhd.evolve: false, sub-steps of the fastest particles in a step");
  params_choice(ps, "alfven", &p->alfven, "none|ideal|ion", "ideal", "streaming at the Alfven speed: none, that of all gas, or of its ions");
  params_choice(ps, "coupling", &p->coupling, "full|heating|none", "full",
                "what the gas feels: momentum and energy, heat alone, or nothing; nothing with mhd.evolve: false");
  params_bool(ps, "momentum", &p->momentum, "true", "changes of momentum and number: adiabatic, losses, secondaries, sources");
  params_choices(ps, "boundary_x", 2, p->transport.boundary[0], boundary, "as_gas",
                 "at the lower and upper end of x; absorbing: cosmic rays that leave are lost and none come in");
  params_choices(ps, "boundary_y", 2, p->transport.boundary[1], boundary, "as_gas", "at the lower and upper end of y");
  params_choices(ps, "boundary_z", 2, p->transport.boundary[2], boundary, "as_gas", "at the lower and upper end of z");
  params_real(ps, "field_floor", &p->transport.field_floor, "1e-10", PARAMS_POSITIVE, INFINITY, "code field",
              "below it the magnetic field has no direction, and cosmic rays stay with the gas");
  params_int(ps, "order", &p->transport.implicit.order, "2", 1, 2, "implicit: order in time");
  params_bool(ps, "inertia", &p->transport.implicit.inertia, "true", "implicit: fluxes have a memory; false: diffusion and streaming alone");
  params_choice(ps, "operator", &p->transport.implicit.operator, "symmetric|monotone|plain", "symmetric",
                "implicit: gradients at the corners of cells, which diffuse least across the field; limited ones; or those of faces");
  params_choice(ps, "direction", &p->transport.implicit.isotropic, "field|isotropic", "field",
                "implicit: along the magnetic field; isotropic: diffusion without direction, with a third of the diffusivity along the field");
  params_choice(ps, "solver", &p->transport.implicit.solver, ELLIPTIC_METHODS, "auto", "implicit: " ELLIPTIC_METHODS_DOC ELLIPTIC_PFMG_DOC ", with direction: isotropic");
  params_int(ps, "solver_iterations", &p->transport.implicit.iterations, "200", 1, 1000000, "implicit: " ELLIPTIC_ITERATIONS_DOC "; a system that is not solved ends the run");
  params_real(ps, "solver_tolerance", &p->transport.implicit.tolerance, "1e-8", 1e-14, 1e-2, "1", "implicit: relative residual of the linear systems");
  params_real(ps, "implicit_cost", &p->implicit_cost, "0", 0.0, 1e9, "1",
              "auto: groups that need more explicit sub-steps than this in a step are advanced implicitly; 0: what an implicit step has been measured to cost, by its length and the scattering");
  params_rule(ps, "transport.rsol_form", auto_needs_flux, p, "speed_choice: auto and scheme: auto need rsol_form: flux; with full, bins with different speeds would not exchange particles conservatively");
  params_rule(ps, "transport.moments", one_moment_not_explicit, p, "1 is for transport.scheme: explicit");
  params_rule(ps, "transport.moments", one_moment_streams, p, "1 knows no streaming: set transport.alfven: none");
  params_rule(ps, "transport.moments", one_moment_unscattered, p, "1 is diffusion, which needs scattering: set cr.scattering_rate_s above 0");
  params_rule(ps, "transport.speed_max", no_range, p, "must not be below transport.speed");
  params_rule(ps, "transport.speed", wide_range, p, "with speed_choice: auto it must not be below 1/32768 of transport.speed_max");
}

static void declare_scattering(struct params *ps, struct rays_params *p) {
  char names[200], meanings[1000];
  if (!wanted(ps, "scattering")) return;
  params_section(ps, "scattering", "scattering rate of cosmic rays: nu0 beta^beta_power (R / GV)^-slope times a profile; nu0 and slope are those of `cr`");
  params_choice(ps, "model", &p->scattering.model, rays_scattering_names(names, sizeof names), "power_law",
                rays_scattering_meanings(meanings, sizeof meanings));
  params_real(ps, "beta_power", &p->scattering.beta_power, "1", -10.0, 10.0, "1", "power of v / c");
  params_real(ps, "density_cm3", &p->scattering.density, "1", PARAMS_POSITIVE, 1e30, "1", "power_law: density rho / m_p, in cm^-3, at which the profile is 1");
  params_real(ps, "density_power", &p->scattering.density_power, "0", -10.0, 10.0, "1", "power_law: power of the density");
  params_real(ps, "field_uG", &p->scattering.field, "1", PARAMS_POSITIVE, 1e30, "1", "power_law: magnetic field, in uG, at which the profile is 1");
  params_real(ps, "field_power", &p->scattering.field_power, "0", -10.0, 10.0, "1", "power_law: power of the field");
  params_real(ps, "perpendicular", &p->transport.implicit.perpendicular, "0", 0.0, 1.0, "1",
              "implicit, steady: diffusivity across the magnetic field over that along it");
  params_choice(ps, "evaluate", &p->scattering.evaluate, "bin|edge|mean", "bin",
                "speed and scattering rate of a bin: those of its centre; or of its edges for the two populations; or such that each of the two diffuses as "
                "its particles do on average, for a spectrum with the slope of injection and escape");
}

static void declare_medium(struct params *ps, struct rays_params *p) {
  if (!wanted(ps, "medium")) return;
  params_section(ps, "medium", "what cosmic rays meet in the gas");
  params_real(ps, "hydrogen", &p->medium.hydrogen, "0.76", 0.0, 1.0, "1", "mass fraction of hydrogen; the rest is helium, with two electrons");
  params_choice(ps, "ionisation", &p->medium.ionisation, "constant|equilibrium", "constant",
                "constant: `ionised`, or what the setup says; equilibrium: of the gas as it is (section cooling)");
  params_real(ps, "ionised", &p->medium.ionised, "1", 0.0, 1.0, "1", "fraction of the electrons that are free");
  params_reals(ps, "radiation_eV_cm3", CR_BANDS, p->medium.radiation, "[0.26, 0.31, 0.66, 0, 0, 0, 0, 0]", 0.0, INFINITY, "1",
               "energy density of each band of cr_losses.photon_eV; those beyond cr_losses.bands do not count");
  params_real(ps, "ionisation_heat", &p->medium.ionisation_heat, "0.63", 0.0, 1.0, "1",
              "share of ionisation losses that heats the gas; the rest is binding energy, 13.6 of 36 eV per pair");
  params_real(ps, "metallicity", &p->medium.metallicity, "1", 0.0, 100.0, "1",
              "of the gas, solar 1, where continuous sources accelerate it, unless the setup says what it is; for the composition of cosmic rays");
  params_int(ps, "metal_scalar", &p->medium.metal_scalar, "-1", -1, MHD_SCALARS - 1,
             "passive scalar that is the mass fraction of metals there (0.0134 in the Sun); -1: metallicity, or what the setup says");
}

static void declare_sources(struct params *ps, struct rays_params *p) {
  struct rays_event *e = &p->event[0];
  if (!wanted(ps, "sources")) return;
  params_section(ps, "sources", "events that bring cosmic rays, with the spectra and abundances of cr_injection, and gas");
  params_list_begin(ps, "events", RAYS_EVENTS, sizeof *e, &p->event_count, "each is spread over a sphere");
  params_real(ps, "time", &e->time, "0", 0.0, INFINITY, "code time", "when");
  params_reals(ps, "position", 3, e->position, "[0, 0, 0]", -INFINITY, INFINITY, "code length", "center of the sphere");
  params_real(ps, "radius", &e->radius, NULL, PARAMS_POSITIVE, INFINITY, "code length", "of the sphere");
  params_real(ps, "energy", &e->energy, "1e51 erg", 0.0, INFINITY, "erg",
              "kinetic energy of the ejecta, of which cr_injection.efficiency goes into cosmic rays");
  params_real(ps, "thermal", &e->thermal, "0 erg", 0.0, INFINITY, "erg", "energy for the gas");
  params_real(ps, "mass", &e->mass, "0 Msun", 0.0, INFINITY, "Msun", "mass for the gas");
  params_choice(ps, "kind", &e->kind, "core_collapse|type_ia|wind|mixture", "core_collapse",
                "whose abundances; mixture: with the shares cr_injection.type_ia and cr_injection.winds");
  params_real(ps, "metallicity", &e->metallicity, "1", 0.0, 100.0, "1", "of the gas, in units of the solar one");
  params_real(ps, "density_cm3", &e->density_cm3, "1", PARAMS_POSITIVE, 1e12, "1", "of the gas, in cm^-3, for cr_injection.swept_mass: sedov");
  params_list_end(ps);
  params_rule(ps, "sources.events", no_cosmic_rays, p, "this run has no cosmic rays: transport.scheme is none");
  params_rule(ps, "sources.events", events_without_time, p, "a steady state has no events in time: leave them out, or set transport.scheme: explicit");
}

void rays_declare(struct params *ps, struct rays_params *p) {
  declare_transport(ps, p);
  declare_scattering(ps, p);
  declare_medium(ps, p);
  declare_sources(ps, p);
  if (wanted(ps, "cr") || wanted(ps, "cr_losses") || wanted(ps, "cr_catastrophic") || wanted(ps, "cr_secondaries") || wanted(ps, "cr_injection"))
    cr_params_declare(ps, &p->cr);
}

void rays_check(struct rays_params *p, const struct params *ps, bool magnetic) {
  const struct units *u = params_units(ps);
  struct cr_network net;
  if (p->scheme == TRANSPORT_NONE) return;
  p->transport.light = SPEED_OF_LIGHT_cm_s / u->velocity_cm_s;
  p->transport.limiter = true;
  require(magnetic, "cosmic rays without a magnetic field");
  if (p->transport.scheme == CRT_DIFFUSION) p->transport.closure = CLOSURE_ISOTROPIC;
  if (p->scheme == TRANSPORT_IMPLICIT || p->transport.scheme == CRT_DIFFUSION) {
    p->speed_choice = SPEED_FIXED;
    p->speed = p->transport.light;
  }
  if (p->transport.implicit.perpendicular > 0.0 && p->scheme != TRANSPORT_IMPLICIT && p->scheme != TRANSPORT_STEADY) {
    fail_user("scattering.perpendicular: only transport.scheme: implicit and steady diffuse across the magnetic field");
  }
  if (p->speed > p->transport.light) p->speed = p->transport.light; /* rounded */
  if (p->speed_max > p->transport.light) p->speed_max = p->transport.light;
  cr_params_finish(&p->cr, &net);
  p->bins = cr_network_bins(&net);
  cr_network_free(&net);
}
