// How unpacking ends: an exit code that the spawner knows (enum sp_failure) and one line on descriptor 4.
#ifndef REDOUBT_UNPACK_OUTCOME_H
#define REDOUBT_UNPACK_OUTCOME_H

#include <stdint.h>

#include "spawner_protocol.h"

enum { ARCHIVE_DESCRIPTOR = 3, REPORT_DESCRIPTOR = 4 };

_Noreturn void end_unpacked(uint64_t bytes, uint64_t entries);
_Noreturn void end_refused(enum sp_failure failure, const char *format, ...) __attribute__((format(printf, 2, 3)));
// By errno: a full tree is an archive that is too large.
_Noreturn void end_system(const char *name);

#endif
