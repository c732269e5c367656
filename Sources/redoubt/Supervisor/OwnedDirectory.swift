import Glibc

/// A directory of the server's: made if absent, refused when somebody else could change what is in it.
enum OwnedDirectory {
  /// What the server does there.
  enum Need { case readable, writable }

  /// Makes the directory (0700, the user's; its parents 0755) or checks it. Runs as root or as that
  /// user.
  @discardableResult
  static func prepare(_ path: String, for user: HostUser, _ need: Need) throws -> Descriptor {
    if !HostFile.exists(path) { try make(path, for: user) }
    let directory = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
    try check(try directory.status(), path, for: user, need)
    return directory
  }

  private static func make(_ path: String, for user: HostUser) throws(SystemError) {
    try makeParents(of: path)
    try SystemError.check(mkdir(path, 0o700), "mkdir \(path)")
    let directory = try Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try SystemError.check(fchown(directory.number, user.uid, user.gid), "chown \(path)")
    try SystemError.check(fchmod(directory.number, 0o700), "chmod \(path)")
  }

  private static func makeParents(of path: String) throws(SystemError) {
    let parent = HostFile.parent(path)
    guard !HostFile.exists(parent) else { return }
    try makeParents(of: parent)
    try SystemError.check(mkdir(parent, 0o755), "mkdir \(parent)")
    try SystemError.check(chmod(parent, 0o755), "chmod \(parent)")
  }

  private static func check(
    _ status: stat, _ path: String, for user: HostUser, _ need: Need
  ) throws(CommandFailure) {
    let owners = need == .writable ? [user.uid] : [user.uid, 0]
    guard owners.contains(status.st_uid) else {
      throw CommandFailure(
        .configuration,
        "`\(path)` belongs to user \(status.st_uid), not to the server's user \(user.uid):"
          + " `chown \(user.uid):\(user.gid) \(path)` or name another directory")
    }
    guard status.st_mode & 0o022 == 0 else {
      throw CommandFailure(.configuration, "`\(path)` can be written by others: `chmod go-w \(path)`")
    }
  }
}
