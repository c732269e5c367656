import CLinux
import Glibc

/// An open file descriptor, closed when the last holder lets go.
final class Descriptor: Sendable {
  let number: Int32

  /// Takes over a descriptor that nobody else closes.
  init(owning number: Int32) { self.number = number }

  deinit { close(number) }

  /// Opens a path close-on-exec.
  static func open(_ path: String, _ flags: Int32) throws(SystemError) -> Descriptor {
    Descriptor(owning: try SystemError.check(Glibc.open(path, flags | O_CLOEXEC), "open \(path)"))
  }

  /// Opens a program to start or to look at, not to read.
  static func program(_ path: String) throws(SystemError) -> Descriptor {
    Descriptor(owning: try SystemError.checkNegated(clinux_open_program(path), "open \(path)"))
  }

  /// A pipe's two ends; the reading one is at its end when no holder of the writing one is left.
  static func pipe() throws(SystemError) -> (reading: Descriptor, writing: Descriptor) {
    var ends: [Int32] = [-1, -1]
    try SystemError.check(Glibc.pipe(&ends), "pipe")
    for end in ends { try SystemError.check(fcntl(end, F_SETFD, FD_CLOEXEC), "fcntl") }
    return (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
  }

  func status() throws(SystemError) -> stat {
    var status = stat()
    try SystemError.check(fstat(number, &status), "fstat")
    return status
  }

  /// Everything from the current offset to the end, at most `limit` bytes.
  func readAll(limit: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while bytes.count < limit {
      let count = read(number, &buffer, min(buffer.count, limit - bytes.count))
      if count < 0 && errno == EINTR { continue }
      try SystemError.check(Int32(clamping: count), "read")
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  func writeAll(_ bytes: [UInt8]) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(number, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      try SystemError.check(Int32(clamping: count), "write")
      rest = rest.dropFirst(count)
    }
  }
}
