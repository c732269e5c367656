#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files that are whole or absent after a power cut, and private whatever the umask. Every function blocks.
enum DurableFiles {
  /// Ends the name of a file that is not complete; one found at start was left by a crash.
  static let partialSuffix = ".partial"

  /// Puts `bytes` at `directory`/`name`, in place of what is there, in one step. One caller at a time for one name.
  static func replace(_ name: String, in directory: String, with bytes: [UInt8]) throws(SystemCallFailure) {
    let path = directory + "/" + name
    let partial = path + partialSuffix
    try removeIfPresent(partial)
    try create(partial, bytes)
    guard rename(partial, path) == 0 else { throw SystemCallFailure("rename", partial) }
    try syncDirectory(directory)
  }

  static func contents(of path: String) throws(SystemCallFailure) -> [UInt8] {
    let descriptor = try openFile(path, O_RDONLY)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemCallFailure("fstat", path) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = try transfer("read", path, bytes.count) { done in
      bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// In bytes; of a symbolic link itself, not of what it points to.
  static func size(of path: String) throws(SystemCallFailure) -> Int {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw SystemCallFailure("lstat", path) }
    return Int(status.st_size)
  }

  /// - Returns: false when there was nothing of that name.
  @discardableResult
  static func removeIfPresent(_ path: String) throws(SystemCallFailure) -> Bool {
    if unlink(path) == 0 { return true }
    guard errno == ENOENT else { throw SystemCallFailure("unlink", path) }
    return false
  }

  /// Makes `parent`/`name`, private, unless it is there.
  static func makeDirectory(_ name: String, in parent: String) throws(SystemCallFailure) {
    let path = parent + "/" + name
    if mkdir(path, 0o700) != 0 {
      if errno == EEXIST { return }
      throw SystemCallFailure("mkdir", path)
    }
    guard chmod(path, 0o700) == 0 else { throw SystemCallFailure("chmod", path) }
    try syncDirectory(parent)
  }

  static func syncDirectory(_ path: String) throws(SystemCallFailure) {
    let descriptor = try openFile(path, O_RDONLY | O_DIRECTORY)
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw SystemCallFailure("fsync", path) }
  }

  private static func create(_ path: String, _ bytes: [UInt8]) throws(SystemCallFailure) {
    let descriptor = try openFile(path, O_WRONLY | O_CREAT | O_EXCL)
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0 else { throw SystemCallFailure("fchmod", path) }
    _ = try transfer("write", path, bytes.count) { done in
      bytes.withUnsafeBytes { write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done) }
    }
    guard fsync(descriptor) == 0 else { throw SystemCallFailure("fsync", path) }
  }

  private static func openFile(_ path: String, _ flags: Int32) throws(SystemCallFailure) -> Int32 {
    let descriptor = open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemCallFailure("open", path) }
    return descriptor
  }

  /// Repeats `step`, which is given how many bytes are done, until `total` are done or none are left.
  ///
  /// - Returns: how many bytes were moved.
  private static func transfer(
    _ call: String, _ path: String, _ total: Int, step: (Int) -> Int
  ) throws(SystemCallFailure) -> Int {
    var done = 0
    while done < total {
      let count = step(done)
      if count > 0 { done += count }
      if count == 0 { break }
      if count < 0, errno != EINTR { throw SystemCallFailure(call, path) }
    }
    return done
  }
}
