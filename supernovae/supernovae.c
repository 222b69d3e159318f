#include "supernovae/supernovae.h"

#include "base/constants.h"
#include "base/units.h"
#include "io/io.h"
#include "supernovae/map.h"

#include <math.h>
#include <string.h>

void supernovae_create(struct supernovae *s, const struct supernovae_params *par, const struct supernova_source *source, const struct mesh *mesh,
                       const struct units *u) {
  memset(s, 0, sizeof *s);
  s->par = *par;
  s->source = *source;
  s->length_pc = u->length_cm / PARSEC_cm;
  s->mass_g = u->mass_g;
  s->momentum = u->mass_g * u->velocity_cm_s;
  s->energy_erg = u->energy_erg;
  s->energy_GeV = u->energy_erg / (1e9 * ELECTRONVOLT_erg);
  s->hydrogen_cm3 = par->hydrogen * u->density_g_cm3 / PROTON_MASS_g;
  if (source->rate) s->map = supernova_map_create(mesh, source->rate);
  s->window = supernova_window(s);
  s->last = -1;
}

void supernovae_destroy(struct supernovae *s) {
  if (s->map) supernova_map_destroy(s->map);
  supernova_list_free(&s->list);
  memset(s, 0, sizeof *s);
}

void supernovae_step(struct supernovae *s, const struct mesh *mesh, struct gas *g, struct rays *r, double time, double dt) {
  struct supernova_list list = {0};
  supernovae_draw(s, mesh, time, time + dt, &list);
  supernovae_happen(s, mesh, g, r, &list);
  supernova_list_free(&list);
}

int supernovae_columns(struct io_column *column) {
  static const struct io_column all[SUPERNOVAE_COLUMNS] = {
      {"supernovae_ii", "1", "core collapses since the start"},
      {"supernovae_ia", "1", "supernovae of type Ia since the start"},
      {"supernova_winds", "1", "events of winds since the start"},
      {"supernovae_outside", "1", "of all, those outside of the domain, which bring nothing"},
      {"supernova_energy", "code_energy", "energy of the ejecta and winds"},
      {"supernova_wind_energy", "code_energy", "of it, energy of winds"},
      {"supernova_cr_energy", "code_energy", "of it, energy for cosmic rays"},
      {"supernova_unresolved", "code_energy", "of it, energy radiated in remnants that the mesh does not resolve"},
      {"supernova_frame", "code_energy", "kinetic energy of ejecta that move with the gas, not part of their energy"},
      {"supernova_gas_energy", "code_energy", "energy that the gas got"},
      {"supernova_potential", "code_energy", "energy of their mass in the potential"},
      {"supernova_mass", "code_mass", "mass that the gas got"},
      {"supernova_metals", "code_mass", "of it metals"},
      {"supernova_momentum1", "code_momentum", "momentum that the gas got along x"},
      {"supernova_momentum2", "code_momentum", "momentum that the gas got along y"},
      {"supernova_momentum3", "code_momentum", "momentum that the gas got along z"},
  };
  memcpy(column, all, sizeof all);
  return SUPERNOVAE_COLUMNS;
}

void supernovae_row(const struct supernovae *s, double *row) {
  for (int i = 0; i < SUPERNOVAE_BOOKS; i++) row[i] = sum_value(&s->book[i]);
}
