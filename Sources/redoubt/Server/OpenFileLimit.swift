import Glibc

/// How many descriptors the server may hold: each environment takes about ten, each client one.
enum OpenFileLimit {
  /// Raises the soft limit to the hard one. A failure leaves the limit as it is, which is safe: connections are counted.
  static func raise() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
