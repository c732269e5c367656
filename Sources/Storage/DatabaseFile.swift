#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The database's file before SQLite opens it: ours, plain, and readable by nobody else whatever the umask.
///
/// SQLite gives its journal files the mode of the database's file.
struct DatabaseFile {
  let path: String

  /// Creates the file when it is absent.
  func prepare() throws(DatabaseError) {
    for name in [path, path + "-wal", path + "-shm"] { try refuseUnlessPlain(name) }
    try createUnlessPresent()
    // By path, never by a descriptor on a file that exists: closing one drops the locks that another connection of
    // this process holds (POSIX advisory locks).
    guard chmod(path, 0o600) == 0 else { throw Self.failure("chmod", path) }
  }

  private func refuseUnlessPlain(_ name: String) throws(DatabaseError) {
    var status = stat()
    guard lstat(name, &status) == 0 else {
      if errno == ENOENT { return }
      throw Self.failure("lstat", name)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .failed("not a plain file: `\(name)`") }
  }

  private func createUnlessPresent() throws(DatabaseError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno != EEXIST {
      throw Self.failure("open", path)
    }
  }

  private static func failure(_ call: String, _ path: String) -> DatabaseError {
    .failed("\(call) `\(path)`: \(String(cString: strerror(errno)))")
  }
}
