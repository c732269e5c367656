import Glibc

/// The process's stderr. Lost output is not an error: there is nowhere left to report it.
enum StandardError {
  static func write(_ text: String) { emit(text, to: STDERR_FILENO) }

  fileprivate static func emit(_ text: String, to number: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

/// The process's stdout, unbuffered, so that a line is out before the next thing happens.
enum StandardOutput {
  static func write(_ text: String) { StandardError.emit(text, to: STDOUT_FILENO) }
}
