/* Checkpoints of a one-zone run: one small file, written anew at every row of the history or stage of a leaky box. */
#include "base/fail.h"
#include "base/log.h"
#include "base/memory.h"
#include "microphysics/constants.h"
#include "run/zone.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char magic[16] = "crux zone 1";

struct head { char magic[16]; int32_t bins, species; uint64_t mark_size, ledger_size; };

static struct head head_of(const struct zone_run *z) {
  struct head h = {.bins = cr_network_bins(&z->net), .species = z->net.count, .mark_size = sizeof z->mark, .ledger_size = sizeof *z->zone.ledger};
  memcpy(h.magic, magic, sizeof magic);
  return h;
}

/* All that has to be kept, in the order of the file. */
struct piece { void *at; size_t size; };
enum { PIECES = 7 };

static void pieces(struct zone_run *z, struct piece p[PIECES], double **edges) {
  size_t bins = (size_t)cr_network_bins(&z->net), row = bins * sizeof(double);
  *edges = memory_get(row);
  for (size_t k = 0; k < bins; k++) (*edges)[k] = z->net.bin[k].p_lo;
  struct piece all[PIECES] = {{*edges, row}, {&z->mark, sizeof z->mark}, {z->zone.lo, row}, {z->zone.hi, row}, {z->start_lo, row}, {z->start_hi, row},
                              {z->zone.ledger, (size_t)z->net.count * sizeof *z->zone.ledger}};
  memcpy(p, all, sizeof all);
}

static void path_of(const struct zone_run *z, const char *name, char path[1100]) { snprintf(path, 1100, "%s/%s", z->dir, name); }

void zone_checkpoint(struct zone_run *z) {
  char path[1100], part[1100];
  path_of(z, "zone.chk", path);
  path_of(z, "zone.chk.part", part);
  z->mark.time = z->zone.time;
  struct head head = head_of(z);
  struct piece p[PIECES];
  double *edges;
  pieces(z, p, &edges);
  FILE *f = fopen(part, "wb");
  bool good = f != NULL && fwrite(&head, sizeof head, 1, f) == 1;
  for (int i = 0; i < PIECES && good; i++) good = fwrite(p[i].at, p[i].size, 1, f) == 1;
  good = f != NULL && fclose(f) == 0 && good;
  require(good && rename(part, path) == 0, "cannot write %s: %s", path, strerror(errno));
  memory_free(edges);
}

void zone_resume(struct zone_run *z) {
  char path[1100];
  path_of(z, "zone.chk", path);
  FILE *f = fopen(path, "rb");
  if (f == NULL) fail_user("crux: error: there is no checkpoint in %s to resume from; start anew with --force, or in another folder with --out", z->dir);
  struct head head, mine = head_of(z);
  struct piece p[PIECES];
  double *edges, *there;
  pieces(z, p, &edges);
  there = memory_get(p[0].size);
  bool good = fread(&head, sizeof head, 1, f) == 1 && memcmp(&head, &mine, sizeof head) == 0 && fread(there, p[0].size, 1, f) == 1;
  if (!good || memcmp(there, edges, p[0].size) != 0)
    fail_user("crux: error: %s is of other species or bins, or of another version of crux; start anew with --force", path);
  for (int i = 1; i < PIECES && good; i++) good = fread(p[i].at, p[i].size, 1, f) == 1;
  fclose(f);
  if (!good) fail_user("crux: error: %s is not complete; start anew with --force", path);
  memory_free(edges);
  memory_free(there);
  z->zone.time = z->mark.time;
  z->steps = z->mark.steps, z->dt = z->mark.dt, z->change = z->mark.change;
  log_info("resumed from %s: step %lld, %.6g Myr", path, (long long)z->steps, z->zone.time / MEGAYEAR_s);
}

void zone_forget(const struct zone_run *z) {
  char path[1100];
  path_of(z, "zone.chk", path);
  remove(path);
}
