// Who user code is, as it sees itself. The host knows it as uid-base plus the slot, for both ids.
#ifndef REDOUBT_SANDBOX_IDENTITY_H
#define REDOUBT_SANDBOX_IDENTITY_H

// Macros, because they become text in /etc/passwd and in the id maps. The values are those of AWS Lambda.
#define SANDBOX_UID 993
#define SANDBOX_GID 990
#define SANDBOX_USER "sbx_user1051"
#define SANDBOX_HOSTNAME "sandbox"

#endif
