/* Growing strings, and how far two words are apart. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

/* {0} is the empty string, with s == NULL. */
struct text { char *s; size_t length, room; };

void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(struct text *t);

/* A copy to be released with memory_free; NULL for NULL. */
char *text_copy(const char *s);

/* Letters to change, add, drop or swap to get from a to b, whatever their case; large for words longer than 63. */
int text_distance(const char *a, const char *b);

/* x with as few digits as read back as x, 15 at the least. */
const char *text_number(double x, char buffer[32]);

#endif
