/* Spectra of a cell, for tests of what is seen of them. */
#ifndef TESTS_UNIT_SPECTRA_CASES_H
#define TESTS_UNIT_SPECTRA_CASES_H

#include "microphysics/lism.h"
#include "microphysics/observables.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MOST = 512 };
struct spectra { struct cr_network net; double lo[MOST], hi[MOST], slope[MOST]; struct cr_cell cell; };

/* Once the populations are filled. */
static inline void spectra_finish(struct spectra *x) {
  cr_slopes(&x->net, x->lo, x->hi, x->slope);
  x->cell = (struct cr_cell){&x->net, x->lo, x->hi, x->slope};
}

/* Those near the Sun; the network is to be freed. */
static inline void spectra_local(struct spectra *x, const char *network) {
  assert_true(cr_network_named(&x->net, network, NULL));
  assert_true(cr_network_bins(&x->net) <= MOST);
  cr_lism(&x->net, x->lo, x->hi);
  spectra_finish(x);
}

#endif
