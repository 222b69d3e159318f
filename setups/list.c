#include "setups/setup.h"

#include <stddef.h>
#include <string.h>

/* One line per setup; `crux new-setup` adds its own. */
#define SETUPS(SETUP) \
  SETUP(alfven_wave) \
  SETUP(blast) \
  SETUP(collapse) \
  SETUP(cooling_box) \
  SETUP(cr_bottleneck) \
  SETUP(cr_free_stream) \
  SETUP(cr_gaussian) \
  SETUP(cr_point_source) \
  SETUP(cr_ring) \
  SETUP(cr_shock) \
  SETUP(cr_shock_tube) \
  SETUP(cr_slab) \
  SETUP(cr_sound_wave) \
  SETUP(cr_steady_disc) \
  SETUP(cr_streaming) \
  SETUP(cr_synchrotron_halo) \
  SETUP(cr_telegraph) \
  SETUP(field_loop) \
  SETUP(hydrostatic_disc) \
  SETUP(implosion) \
  SETUP(jeans_wave) \
  SETUP(kelvin_helmholtz) \
  SETUP(linear_wave) \
  SETUP(milkyway) \
  SETUP(orszag_tang) \
  SETUP(restart) \
  SETUP(rotor) \
  SETUP(sedov) \
  SETUP(shock_tube) \
  SETUP(cr_compression) \
  /* end of the list */

#define DECLARE(name) extern const struct setup setup_##name;
SETUPS(DECLARE)

#define ADDRESS(name) &setup_##name,
const struct setup *const setup_list[] = {SETUPS(ADDRESS) NULL};

const struct setup *setup_find(const char *name) {
  for (int i = 0; setup_list[i]; i++) {
    if (strcmp(setup_list[i]->name, name) == 0) return setup_list[i];
  }
  return NULL;
}
