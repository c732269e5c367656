import Core
import Glibc

/// The data directory while this process serves it: locked, and named by its instance.
///
/// The directory belongs to the server's user, who is not trusted here where this runs as root: files in it are opened without following links
/// and used only when they are plain files with one name.
struct StateDirectory {
  /// 32 hexadecimal digits that tell this installation's cgroups and mounts from another's.
  let instance: String
  /// Holds the lock as long as it is open.
  private let lock: Descriptor

  init(_ path: String, _ directory: Descriptor, for user: HostUser, random: some RandomSource) throws {
    lock = try Self.lock(path, directory)
    instance = try Self.readInstance(path, directory) ?? Self.makeInstance(path, directory, for: user, random: random)
  }

  private static func open(
    _ name: String, in directory: Descriptor, _ flags: Int32, _ path: String
  ) throws -> Descriptor {
    let all = flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    let file = Descriptor(
      owning: try SystemError.check(openat(directory.number, name, all, 0o600), "open \(path)/\(name)"))
    let status = try file.status()
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      throw CommandFailure(.configuration, "`\(path)/\(name)` is not a plain file with one name: remove it")
    }
    return file
  }

  private static func lock(_ path: String, _ directory: Descriptor) throws -> Descriptor {
    let file = try open("lock", in: directory, O_RDWR | O_CREAT, path)
    guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
      let holder = String(decoding: try file.readAll(limit: 10), as: UTF8.self).filter(\.isNumber)
      throw CommandFailure(.occupied, "another redoubt serves \(path) (pid \(holder)): stop it or give --data-dir")
    }
    try SystemError.check(ftruncate(file.number, 0), "truncate \(path)/lock")
    try file.writeAll(Array("\(getpid())\n".utf8))
    return file
  }

  private static func readInstance(_ path: String, _ directory: Descriptor) throws -> String? {
    guard faccessat(directory.number, "instance", F_OK, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
    let file = try open("instance", in: directory, O_RDONLY, path)
    let text = String(decoding: try file.readAll(limit: 33).prefix(32), as: UTF8.self)
    guard text.utf8.count == 32, Hexadecimal.decode(text) != nil else {
      throw CommandFailure(.configuration, "`\(path)/instance` does not hold 32 hexadecimal digits: remove it")
    }
    return text
  }

  private static func makeInstance(
    _ path: String, _ directory: Descriptor, for user: HostUser, random: some RandomSource
  ) throws -> String {
    let instance = Hexadecimal.encode(random.bytes(16))
    let file = try open("instance", in: directory, O_WRONLY | O_CREAT | O_EXCL, path)
    try file.writeAll(Array("\(instance)\n".utf8))
    try SystemError.check(fchown(file.number, user.uid, user.gid), "chown \(path)/instance")
    return instance
  }
}
