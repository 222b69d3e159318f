/* When and where supernovae happen. */
#include "base/memory.h"
#include "base/minmax.h"
#include "base/random.h"
#include "supernovae/map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Events in a window on average, and windows in the life of an association: enough that little is drawn twice, few enough to be drawn at once. */
static const double WINDOW_EVENTS = 1000.0, WINDOW_SHARE = 1.0 / 64.0;

enum stream { STREAM_II, STREAM_IA, STREAM_BIRTHS, STREAM_MEMBERS, STREAM_STARS };

void supernova_add(struct supernova_list *list, const struct supernova *e) {
  if (list->count == list->room) {
    const int room = list->room > 0 ? 2 * list->room : 256;
    struct supernova *more = memory_get(sizeof *more * (size_t)room);
    if (list->count > 0) memcpy(more, list->event, sizeof *more * (size_t)list->count);
    memory_free(list->event);
    list->event = more;
    list->room = room;
  }
  list->event[list->count++] = *e;
}

void supernova_list_free(struct supernova_list *list) {
  memory_free(list->event);
  *list = (struct supernova_list){0};
}

double supernova_window(const struct supernovae *s) {
  double rate = 0.0;
  for (int k = 0; s->map && k < SUPERNOVA_KINDS; k++) rate += supernova_map_total(s->map, k);
  const double life = s->par.clustered > 0.0 ? WINDOW_SHARE * s->par.duration : 0.0;
  return rate > 0.0 ? max(WINDOW_EVENTS / rate, life) : s->par.duration;
}

static uint64_t key(const struct supernovae *s, enum stream stream, int64_t window) {
  return random_key(random_key((uint64_t)s->par.seed, (uint64_t)stream), (uint64_t)window);
}

/* Time to the next of events with this rate. */
static double wait(struct random *r, double rate) { return -log1p(-random_uniform(r)) / rate; }

static void draw_single(struct supernovae *s, int64_t window, int kind) {
  const double share = kind == SUPERNOVA_II ? 1.0 - s->par.clustered : 1.0, rate = share * supernova_map_total(s->map, kind);
  struct random r;
  if (!(rate > 0.0)) return;
  random_start(&r, key(s, kind == SUPERNOVA_II ? STREAM_II : STREAM_IA, window));
  for (double t = wait(&r, rate); t < s->window; t += wait(&r, rate)) {
    struct supernova e = {.time = (double)window * s->window + t, .kind = kind};
    supernova_map_place(s->map, kind, &r, e.position);
    supernova_add(&s->list, &e);
  }
}

/* The members, in the window, of an association born at the time. */
static void draw_members(struct supernovae *s, int64_t window, double birth, uint64_t seed) {
  const double from = (double)window * s->window, to = (double)(window + 1) * s->window;
  struct random r;
  double place[3] = {0.0, 0.0, 0.0}, turn = 0.0;
  bool placed = false;
  for (int n = 0; n < s->par.members; n++) {
    random_start(&r, random_key(seed, (uint64_t)n + 1));
    const double age = random_uniform(&r) * s->par.duration;
    if (!(birth + age >= from && birth + age < to)) continue;
    if (!placed) {
      struct random where;
      random_start(&where, random_key(seed, 0));
      supernova_map_place(s->map, SUPERNOVA_II, &where, place);
      turn = s->source.turn ? s->source.turn(place) : 0.0;
      placed = true;
    }
    const double c = cos(turn * age), w = sin(turn * age);
    const struct supernova e = {.time = birth + age, .position = {c * place[0] - w * place[1], w * place[0] + c * place[1], place[2]}, .kind = SUPERNOVA_II};
    supernova_add(&s->list, &e);
  }
}

static void draw_associations(struct supernovae *s, int64_t window) {
  const double rate = s->par.clustered * supernova_map_total(s->map, SUPERNOVA_II) / s->par.members;
  if (!(rate > 0.0)) return;
  const int64_t before = (int64_t)ceil(s->par.duration / s->window);
  for (int64_t v = window - before; v <= window; v++) {
    const uint64_t seed = key(s, STREAM_MEMBERS, v);
    struct random r;
    random_start(&r, key(s, STREAM_BIRTHS, v));
    uint64_t n = 0;
    for (double t = wait(&r, rate); t < s->window; t += wait(&r, rate)) draw_members(s, window, (double)v * s->window + t, random_key(seed, n++));
  }
}

/* Events of stars of all ranks, on all ranks. */
static void draw_stars(struct supernovae *s, const struct mesh *mesh, int64_t window) {
  struct supernova_list mine = {0};
  s->source.stars((double)window * s->window, (double)(window + 1) * s->window, key(s, STREAM_STARS, window), &mine);
  int bytes = mine.count * (int)sizeof(struct supernova), *lengths = memory_get(sizeof *lengths * (size_t)mesh->size), *starts = memory_get(sizeof *starts * (size_t)(mesh->size + 1));
  MPI_Allgather(&bytes, 1, MPI_INT, lengths, 1, MPI_INT, mesh->comm);
  for (int r = 0; r < mesh->size; r++) starts[r + 1] = starts[r] + lengths[r];
  const int all = starts[mesh->size] / (int)sizeof(struct supernova);
  struct supernova *event = memory_get(sizeof *event * (size_t)(all + 1));
  MPI_Allgatherv(mine.event, bytes, MPI_BYTE, event, lengths, starts, MPI_BYTE, mesh->comm);
  for (int i = 0; i < all; i++) supernova_add(&s->list, &event[i]);
  memory_free(event);
  memory_free(starts);
  memory_free(lengths);
  supernova_list_free(&mine);
}

/* By time, then by all else, so that no two orders are possible. */
static int compare(const void *pa, const void *pb) {
  const struct supernova *a = pa, *b = pb;
  const double x[6] = {a->time, a->position[0], a->position[1], a->position[2], a->kind, a->energy};
  const double y[6] = {b->time, b->position[0], b->position[1], b->position[2], b->kind, b->energy};
  for (int i = 0; i < 6; i++)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

void supernovae_draw(struct supernovae *s, const struct mesh *mesh, double from, double to, struct supernova_list *list) {
  const int64_t first = (int64_t)floor(from / s->window), last = (int64_t)floor(to / s->window);
  if (first != s->first || last != s->last) {
    s->list.count = 0;
    for (int64_t w = first; w <= last; w++) {
      for (int k = 0; s->map && k < SUPERNOVA_KINDS; k++) draw_single(s, w, k);
      if (s->map) draw_associations(s, w);
      if (s->source.stars) draw_stars(s, mesh, w);
    }
    if (s->list.count > 0) qsort(s->list.event, (size_t)s->list.count, sizeof *s->list.event, compare);
    s->first = first;
    s->last = last;
  }
  for (int i = 0; i < s->list.count; i++)
    if (s->list.event[i].time > from && s->list.event[i].time <= to) supernova_add(list, &s->list.event[i]);
}
