// The end of a spawner that cannot start or go on: one line on standard error and an exit code of sysexits.h.
#ifndef REDOUBT_REFUSAL_H
#define REDOUBT_REFUSAL_H

// Exit 78. `format` names the value.
_Noreturn void refuse_configuration(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Exit 71. Adds the text of errno.
_Noreturn void refuse_system(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
