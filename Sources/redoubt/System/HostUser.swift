import Glibc

/// A user of this host, by number.
struct HostUser: Hashable, Sendable {
  let uid: uid_t
  let gid: gid_t

  private init(uid: uid_t, gid: gid_t) { (self.uid, self.gid) = (uid, gid) }

  /// - Parameter text: a login name, or a number, which needs no entry in the user database.
  init?(named text: String) {
    if let number = uid_t(text) {
      uid = number
      gid = getpwuid(number)?.pointee.pw_gid ?? gid_t(number)
    } else if let entry = getpwnam(text)?.pointee {
      (uid, gid) = (entry.pw_uid, entry.pw_gid)
    } else {
      return nil
    }
  }

  static var isRoot: Bool { geteuid() == 0 }

  /// Whom this process runs as.
  static var current: HostUser { HostUser(uid: geteuid(), gid: getegid()) }

  /// The groups of this process besides its own: only root can give them up.
  static var supplementaryGroups: [gid_t] {
    var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
    let count = getgroups(Int32(groups.count), &groups)
    return groups.prefix(Int(max(0, count))).filter { $0 != getegid() }
  }
}
