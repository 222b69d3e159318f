/* What is in a checkpoint, for writing and for reading.  Private to io. */
#ifndef IO_CHECKPOINT_LAYOUT_H
#define IO_CHECKPOINT_LAYOUT_H

#include "io/checkpoint.h"

#include <hdf5.h>

enum { CHECKPOINT_FORMAT = 1, CHECKPOINT_NAME = 64, CHECKPOINT_TABLES = 32 };

/* A dataset with one row per block; extent of a row, slowest index first. */
struct table {
  char name[CHECKPOINT_NAME];
  bool integer;             /* int64, else double */
  int ndim;                 /* without that of the blocks */
  int extent[4];
  size_t numbers;           /* of a row, 8 bytes each */
  struct field *field;      /* where a row is from; NULL: the mesh */
  int first, last;          /* components of the field */
};

/* All tables of a mesh with fields; returns how many.  table[CHECKPOINT_TABLES]. */
int checkpoint_tables(const struct mesh *mesh, int nfield, struct field *const *fields, struct table *table);
/* Row of local block b between the mesh or field and memory. */
void checkpoint_pack(const struct table *t, const struct mesh *mesh, int b, void *row);
void checkpoint_unpack(const struct table *t, const struct mesh *mesh, int b, const void *row);

/* Sizes in attributes of the file. */
struct checkpoint_sizes { int64_t format, tables, count, dim, nc[3]; };
enum { CHECKPOINT_SIZES = 5 };
void checkpoint_sizes_list(struct checkpoint_sizes *s, struct io_state list[CHECKPOINT_SIZES]);

/* Text attributes. */
enum { TEXT_CODE, TEXT_KIND, TEXT_VERSION, TEXT_RUN, TEXT_SETUP, TEXT_PARAMETERS, CHECKPOINT_TEXTS };
extern const char *const checkpoint_text_names[CHECKPOINT_TEXTS];

/* Of all attributes. */
uint64_t checkpoint_header_sum(const char *const text[CHECKPOINT_TEXTS], int nlist, const struct io_state *list, uint64_t sum);

hid_t checkpoint_type(enum io_kind kind);
size_t checkpoint_type_size(enum io_kind kind);
int checkpoint_path(char path[PATH_MAX], const char *dir, int number);

#endif
