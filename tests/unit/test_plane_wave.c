/* Exact symmetries of sines and phases, and the frame of a wave. */
#include "setups/plane_wave.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_turns(void **state) {
  (void)state;
  const double two_pi = 6.283185307179586476925;
  for (int i = -2000; i <= 2000; i++) {
    double p = i / 1024.0 * 0.99609375; /* all shifts by halves are exact */
    assert_true(fabs(sin_turns(p) - sin(two_pi * p)) < 3e-15 && fabs(cos_turns(p) - cos(two_pi * p)) < 3e-15);
    assert_true(sin_turns(-p) == -sin_turns(p) && cos_turns(-p) == cos_turns(p));
    assert_true(sin_turns(p + 0.5) == -sin_turns(p) && cos_turns(p + 0.5) == -cos_turns(p));
    assert_true(sin_turns(p + 1.0) == sin_turns(p) && cos_turns(p - 0.25) == sin_turns(p));
  }
  assert_true(sin_turns(0.5) == 0.0 && sin_turns(0.25) == 1.0 && cos_turns(0.25) == 0.0 && cos_turns(0.5) == -1.0);
}

static void test_frame(void **state) {
  (void)state;
  static const int waves[][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, -1}, {1, 2, 0}, {0, 1, 3}, {2, 0, 1}, {1, 1, 1}, {-1, 2, 3}};
  const struct setup_run run = {.dim = 3, .lower = {-1.5, -0.75, -0.75}, .upper = {1.5, 0.75, 0.75}};
  for (int n = 0; n < 8; n++) {
    struct plane_wave w;
    plane_wave_start(&w, waves[n], &run, "test");
    for (int a = 0; a < 3; a++)
      for (int b = 0; b < 3; b++) {
        double dot = 0.0;
        for (int d = 0; d < 3; d++) dot += w.e[a][d] * w.e[b][d];
        assert_true(fabs(dot - (a == b)) < 1e-15);
      }
    double cross = w.e[0][0] * w.e[1][1] - w.e[0][1] * w.e[1][0];
    assert_true(fabs(cross - w.e[2][2]) < 1e-15);
    /* One wavelength along e1 is one turn, none along e2 and e3; the box holds whole turns. */
    for (int a = 0; a < 3; a++) {
      double x[3];
      for (int d = 0; d < 3; d++) x[d] = w.length * w.e[a][d];
      assert_true(fabs(plane_wave_phase(&w, x) - (a == 0)) < 1e-15);
    }
    double x[3] = {1.5, 0.75, 0.75}, y[3] = {0.3, -0.2, 0.1}, minus[3] = {-0.3, 0.2, -0.1};
    assert_true(fabs(plane_wave_phase(&w, x) - 0.5 * (waves[n][0] + waves[n][1] + waves[n][2])) < 1e-15);
    assert_true(plane_wave_phase(&w, y) == -plane_wave_phase(&w, minus));
  }
  /* The oblique wave of Gardiner & Stone 2008: (1, 2, 2) / 3, wavelength 1. */
  struct plane_wave w;
  plane_wave_start(&w, waves[6], &run, "test");
  assert_true(fabs(w.length - 1.0) < 1e-15 && fabs(w.e[0][0] - 1.0 / 3.0) < 1e-15 && fabs(w.e[0][2] - 2.0 / 3.0) < 1e-15);
  assert_true(w.e[1][2] == 0.0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_turns), cmocka_unit_test(test_frame)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
