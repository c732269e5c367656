// Calls functions of the v2 driver on a group that the test has made, as the sweep calls them on a sandbox's group. The
// driver's own `open` wants controllers, which freezing and killing do not need: so this runs on any mounted v2
// hierarchy, also on a host that has its controllers in v1.
//
// usage: cgroup_v2_driver PARENT NAME freeze|thaw|kill_all|remove
#include "cgroup_v2.c"

int main(int argument_count, char **arguments) {
  if (argument_count != 4) return 64;
  const char *name = arguments[2], *call = arguments[3];
  layout.parent = open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (layout.parent < 0) return 66;
  if (strcmp(call, "freeze") == 0) cgroup_v2.freeze(name);
  else if (strcmp(call, "thaw") == 0) cgroup_v2.thaw(name);
  else if (strcmp(call, "kill_all") == 0) cgroup_v2.kill_all(name);
  else if (strcmp(call, "remove") == 0) return cgroup_v2.remove(name) == 0 ? 0 : 1;
  else return 64;
  return 0;
}
