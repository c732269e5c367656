#include "entry_name.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

// Runs as: sandbox uid, in the unpacker's sandbox.
bool entry_name_is_directory(const char *name) {
  size_t length = strlen(name);
  return length > 0 && name[length - 1] == '/';
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static const char *characters_fault(const char *text) {
  if (text[0] == '\0') return "is empty";
  if (strlen(text) > MAXIMUM_NAME) return "is too long";
  if (text[0] == '/') return "is absolute";
  if (isalpha((unsigned char)text[0]) && text[1] == ':') return "begins with a drive letter";
  for (const unsigned char *byte = (const unsigned char *)text; *byte != '\0'; byte++) {
    if (*byte == '\\') return "holds a backslash";
    if (*byte < ' ' || *byte == 0x7f) return "holds a control character";
  }
  return NULL;
}

// Runs as: sandbox uid, in the unpacker's sandbox.
static bool is_component(const char *component, size_t length, const char *text) {
  return length == strlen(text) && strncmp(component, text, length) == 0;
}

// Runs as: sandbox uid, in the unpacker's sandbox.
const char *entry_name_fault(const char *name) {
  const char *fault = characters_fault(name);
  if (fault != NULL) return fault;
  for (const char *rest = name; *rest != '\0';) {
    size_t length = strcspn(rest, "/");
    if (length == 0) return "holds an empty component";
    if (length > MAXIMUM_COMPONENT) return "holds a component that is too long";
    if (is_component(rest, length, ".") || is_component(rest, length, "..")) return "holds a dot component";
    rest += length;
    if (*rest == '/') rest++;
  }
  return NULL;
}

// Runs as: sandbox uid, in the unpacker's sandbox. The directories of `name` are real ones (nothing is written
// through a link), so leading ".." can be counted. After the first other component it could stand behind another
// link, where a ".." leads elsewhere than it reads: refused.
const char *link_target_fault(const char *name, const char *target) {
  const char *fault = characters_fault(target);
  if (fault != NULL) return fault;
  size_t depth = 0;
  for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) depth++;
  bool has_descended = false;
  for (const char *rest = target; *rest != '\0';) {
    size_t length = strcspn(rest, "/");
    if (length > MAXIMUM_COMPONENT) return "holds a component that is too long";
    if (is_component(rest, length, "..")) {
      if (has_descended || depth == 0) return "leads out of the tree";
      depth--;
    } else if (length > 0 && !is_component(rest, length, ".")) {
      has_descended = true;
    }
    rest += length;
    if (*rest == '/') rest++;
  }
  return NULL;
}
