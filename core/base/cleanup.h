/* cleanup.h: scope cleanup. `AUTO(Journal) *j = NULL;` frees j with journal_freep at the end of its scope.
 * Each destructor's header defines its freep with BG_DEFINE_FREEP. Initialise at declaration, always. */
#pragma once
#include <stdlib.h>

#define BG_DEFINE_FREEP(Type, free_function) \
	static inline void Type##_freep(Type **pointer) { *pointer = free_function(*pointer); }
/* For plain values with a clear function: AUTO_CLEAR(Buf) buf = {0}; */
#define AUTO(Type) __attribute__((cleanup(Type##_freep), unused)) Type
#define AUTO_CLEAR(Type) __attribute__((cleanup(Type##_clearp), unused)) Type
#define BG_DEFINE_CLEARP(Type, clear_function) \
	static inline void Type##_clearp(Type *value) { clear_function(value); }

static inline void bg_free_pointer(void *pointer) { free(*(void **) pointer); *(void **) pointer = NULL; }
void bg_close_fd(int *fd);

#define AUTO_FREE __attribute__((cleanup(bg_free_pointer)))
#define AUTO_CLOSE __attribute__((cleanup(bg_close_fd)))
/* Moves a pointer out and leaves NULL: return TAKE(result); */
#define TAKE(pointer) ({ __typeof__(pointer) taken_ = (pointer); (pointer) = NULL; taken_; })
#define TAKE_FD(fd) ({ int taken_ = (fd); (fd) = -1; taken_; })
