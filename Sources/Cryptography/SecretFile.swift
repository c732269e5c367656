package import Core

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A small file that only its owner may read. Created whole or not at all, and never overwritten.
package struct SecretFile: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// Reads the whole file.
  ///
  /// - Throws: `fileMissing`; `unsafeFile` unless it is a regular file (no symbolic link) of this user or of root, closed
  ///   to group and others, of at most `limit` bytes.
  package func read(limit: Int) throws(CryptographyError) -> [UInt8] {
    let descriptor = try openForReading()
    defer { close(descriptor) }
    try refuseUnsafe(descriptor, limit: limit)
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var count = 0
    while count < bytes.count {
      let received = bytes.withUnsafeMutableBytes { buffer in
        retrying { receive(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count) }
      }
      guard received >= 0 else { throw failure("read") }
      if received == 0 { break }
      count += received
    }
    guard count <= limit else { throw unsafe("holds more than \(limit) bytes") }
    return Array(bytes[..<count])
  }

  /// Writes the file with mode 0600 and waits until file and directory are on disk.
  ///
  /// - Throws: `fileExists` when there is one already, whatever it holds.
  package func create(_ bytes: [UInt8], random: any RandomSource) throws(CryptographyError) {
    // A name of its own, written and synced first: at no instant does `path` name half a secret.
    let draft = "\(directory)/.\(Hexadecimal.encode(random.bytes(8))).draft"
    try writeDraft(bytes, at: draft)
    defer { unlink(draft) }
    // link(2), unlike rename(2), refuses to replace.
    guard link(draft, path) == 0 else {
      if errno == EEXIST { throw CryptographyError(.fileExists, "`\(path)` exists already") }
      throw failure("create")
    }
    try syncDirectory()
  }

  /// As `create`, in the place of a file that is there: at each instant there is the one or the other, whole.
  package func replace(_ bytes: [UInt8], random: any RandomSource) throws(CryptographyError) {
    let draft = "\(directory)/.\(Hexadecimal.encode(random.bytes(8))).draft"
    try writeDraft(bytes, at: draft)
    guard rename(draft, path) == 0 else { throw abandon(draft, "replace") }
    try syncDirectory()
  }

  private func writeDraft(_ bytes: [UInt8], at draft: String) throws(CryptographyError) {
    let descriptor = retrying { open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600) }
    guard descriptor >= 0 else { throw failure("create a file beside") }
    defer { close(descriptor) }
    var count = 0
    while count < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        retrying { write(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count) }
      }
      guard written > 0 else { throw abandon(draft, "write") }
      count += written
    }
    // The mode of open(2) passes through the umask, which may take bits from it but not add any.
    guard fchmod(descriptor, 0o600) == 0, retrying({ fsync(descriptor) }) == 0 else { throw abandon(draft, "sync") }
  }

  private func openForReading() throws(CryptographyError) -> Int32 {
    let descriptor = retrying { open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor < 0 else { return descriptor }
    switch errno {
    case ENOENT: throw CryptographyError(.fileMissing, "`\(path)` does not exist")
    case ELOOP: throw unsafe("is a symbolic link")
    default: throw failure("open")
    }
  }

  private func refuseUnsafe(_ descriptor: Int32, limit: Int) throws(CryptographyError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("examine") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw unsafe("is not a regular file") }
    guard status.st_mode & 0o077 == 0 else {
      throw unsafe("has mode \(String(status.st_mode & 0o777, radix: 8)), open to group or others")
    }
    guard status.st_uid == geteuid() || status.st_uid == 0 else { throw unsafe("belongs to user \(status.st_uid)") }
    guard status.st_size <= limit else { throw unsafe("holds more than \(limit) bytes") }
  }

  private func syncDirectory() throws(CryptographyError) {
    let descriptor = retrying { open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw failure("open the directory of") }
    defer { close(descriptor) }
    guard retrying({ fsync(descriptor) }) == 0 else { throw failure("sync the directory of") }
  }

  private var directory: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private func unsafe(_ reason: String) -> CryptographyError {
    CryptographyError(.unsafeFile, "secret file `\(path)` \(reason)")
  }

  private func abandon(_ draft: String, _ action: String) -> CryptographyError {
    let error = failure(action)
    unlink(draft)
    return error
  }

  private func failure(_ action: String) -> CryptographyError {
    CryptographyError(.fileFailed, "cannot \(action) `\(path)`: \(String(cString: strerror(errno)))")
  }
}

/// Repeats a system call that a signal interrupted.
private func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}

/// read(2), under a name that the method of the same name does not hide.
private func receive(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
