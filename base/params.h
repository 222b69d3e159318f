/* Parameters: declared once in C where they are used, read from YAML with units, checked all at once.
 *
 *   struct params *ps = params_open(comm, "run.yaml", overrides);   text is read by rank 0, known to all ranks
 *   mhd_declare(ps, &par); ...                                      modules declare what they own
 *   params_load(ps);                                                sets all variables or ends with status 2
 *
 * The declaration is the only source of the checks, of `crux params`, of docs/parameters.md and of what is
 * written into every output.  All ranks call everything here, with the same arguments.
 *
 * Values.  A quantity carries a unit in the YAML ("40 kpc", "1e4 km/s"); in a run with "units: code" it is a bare number.
 * "0.5 code" is in code units in either, and zero needs no unit.  Variables are set in code units (see base/units.h).
 *
 * The unit of a declaration is "1" (dimensionless: always a bare number), a unit ("kpc", "km/s", "cm^-3", "G", "K"), or
 * "code length", "code time", "code mass", "code velocity", "code density", "code pressure", "code energy", "code field", or
 * "wall s": time of the clock on the wall ("30 min"), whose variable is in seconds in every run.
 * Range and default are in this unit; min and max are inclusive: use -INFINITY, INFINITY (INT_MIN, INT_MAX) and
 * PARAMS_POSITIVE, the smallest number above zero.  In a run with "units: code" the numbers alone count.
 *
 * A default is text as a user would write it ("10 kpc", "0.3", "[0, 0, 0]"; a bare number with a "code ..." unit).  NULL: the
 * key is required.  A default that breaks its own rules is a bug, found when it is used. */
#ifndef BASE_PARAMS_H
#define BASE_PARAMS_H

#include <float.h>
#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARAMS_POSITIVE DBL_MIN

struct params;
struct units;

/* Read the file (rank 0) and put the overrides "section.key=value" in place, a NULL-terminated list or NULL; the value is
 * YAML, the last one counts.  A file that is missing, empty or no YAML ends the program with status 2.
 * path NULL: no file, for printing the reference. */
struct params *params_open(MPI_Comm comm, const char *path, const char *const *overrides);
void params_free(struct params *ps);

/* The section "quick" of the file: sections with keys and values that make the run cheaper.  With wanted they take the place of those in the file, but not of
 * overrides; a file without the section then ends the program with status 2.  Else only their names are checked.  Before params_load. */
void params_quick(struct params *ps, bool wanted);

/* A value needed before the rest is declared, such as run.setup: its text, or NULL when it is not given. */
const char *params_peek(const struct params *ps, const char *key);

/* Following declarations belong to this section of the YAML file. */
void params_section(struct params *ps, const char *name, const char *doc);
void params_real(struct params *ps, const char *name, double *value, const char *preset, double lo, double hi,
                 const char *unit, const char *doc);
void params_int(struct params *ps, const char *name, int *value, const char *preset, int lo, int hi, const char *doc);
void params_bool(struct params *ps, const char *name, bool *value, const char *preset, const char *doc);
/* choices "hll|hlld|llf": value is the place in the list. */
void params_choice(struct params *ps, const char *name, int *value, const char *choices, const char *preset, const char *doc);
/* At most size - 1 characters. */
void params_text(struct params *ps, const char *name, char *value, size_t size, const char *preset, const char *doc);
/* Lists of exactly n numbers or words: "[0, 0, 0]", "[periodic, outflow, outflow]"; a single value stands for all n. */
void params_reals(struct params *ps, const char *name, int n, double *value, const char *preset, double lo, double hi,
                  const char *unit, const char *doc);
void params_ints(struct params *ps, const char *name, int n, int *value, const char *preset, int lo, int hi, const char *doc);
void params_choices(struct params *ps, const char *name, int n, int *value, const char *choices, const char *preset,
                    const char *doc);
/* A list of at most most words, each size bytes apart in value (char value[most][size]); count is how many there are. */
void params_words(struct params *ps, const char *name, int most, size_t size, char *value, int *count, const char *preset,
                  const char *doc);
/* A list of mappings: between begin and end declare the keys with addresses in element 0 of an array of structs of the given
 * size.  Missing: count = 0.  Lists do not nest. */
void params_list_begin(struct params *ps, const char *name, int most, size_t size, int *count, const char *doc);
void params_list_end(struct params *ps);

/* A combination that is not allowed: after loading, when broken(data) is true the run ends with the message, at the
 * place of the key in the file.  The key is "section.key".  The message is not copied: broken may write it anew, to name what
 * would be allowed. */
typedef bool params_rule_fn(const void *data);
void params_rule(struct params *ps, const char *key, params_rule_fn *broken, const void *data, const char *message);

/* Check everything, set all variables (code units), report all mistakes at once ("file:line:column: key: what; remedy") and
 * end with status 2 if there are any.  Unknown keys are reported with the nearest known one. */
void params_load(struct params *ps);

/* End the program with status 2, naming the place of the key in the file: a mistake that makes all further ones doubtful.  Before params_load. */
_Noreturn void params_wrong(struct params *ps, const char *key, const char *message);

/* The units of the run; valid after params_load. */
const struct units *params_units(const struct params *ps);

/* All parameters with their values, in the units the user wrote, as a YAML file that sets the same bits when it is run;
 * owned by ps.  There every key is given, so nothing should hang on params_given alone.  After params_load. */
const char *params_resolved(struct params *ps);
/* What differs from the resolved parameters of another run, in the order of this one: fn is called with the key and both values as
 * YAML, NULL where there is none.  Returns how many differ, -1 when before is no YAML.  After params_load. */
typedef void params_change_fn(void *data, const char *key, const char *before, const char *after);
int params_changes(struct params *ps, const char *before, params_change_fn *fn, void *data);
/* Whether the user gave the key "section.key". */
bool params_given(const struct params *ps, const char *key);

/* The reference on stdout, of one section or of all (NULL): as text for a terminal, or as Markdown. */
void params_print(const struct params *ps, const char *section, bool markdown);

#endif
