/* Every setup is found by its name and has what the common code needs. */
#include "setups/setup.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_list(void **state) {
  (void)state;
  int count = 0;
  for (; setup_list[count]; count++) {
    const struct setup *s = setup_list[count];
    assert_ptr_equal(setup_find(s->name), s);
    assert_non_null(s->doc);
    assert_non_null(s->gas);
    assert_in_range(s->points, 1, 8);
    assert_false(s->exact && s->reference);
  }
  assert_true(count >= 9);
  assert_null(setup_find("no such setup"));
  assert_null(setup_find(""));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_list)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
