import Glibc

/// A user of this host, by number.
struct HostUser: Hashable, Sendable {
  let uid: uid_t
  let gid: gid_t

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
}
