#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A system call on a file that failed; made right after the call, from `errno`.
struct SystemCallFailure: Error {
  let call: String
  let path: String
  let code: Int32

  init(_ call: String, _ path: String) {
    (self.call, self.path, code) = (call, path, errno)
  }

  var isAbsence: Bool { code == ENOENT }
  var text: String { "\(call) `\(path)`: \(String(cString: strerror(code)))" }
}
