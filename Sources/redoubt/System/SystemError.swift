import Glibc

/// A system call that failed, and on what.
struct SystemError: Error, Hashable, CustomStringConvertible {
  /// The call and its object, for example `open /var/lib/redoubt`.
  let call: String
  let number: Int32

  var description: String { "\(call): \(String(cString: strerror(number)))" }

  /// Passes on the result of a libc call that answers -1 and sets errno.
  @discardableResult
  static func check(_ result: Int32, _ call: @autoclosure () -> String) throws(SystemError) -> Int32 {
    guard result < 0 else { return result }
    let number = errno
    throw SystemError(call: call(), number: number)
  }

  /// Passes on the result of a CLinux call, which answers a negated errno.
  @discardableResult
  static func checkNegated(_ result: Int32, _ call: @autoclosure () -> String) throws(SystemError) -> Int32 {
    guard result < 0 else { return result }
    throw SystemError(call: call(), number: -result)
  }
}
