/// Where a user's programs keep their files (XDG Base Directory Specification).
extension ProcessEnvironment {
  /// - Returns: nil when there is no home either.
  var dataHome: String? { directory("XDG_DATA_HOME", belowHome: ".local/share") }

  /// - Returns: nil when there is no home either.
  var configurationHome: String? { directory("XDG_CONFIG_HOME", belowHome: ".config") }

  /// - Returns: nil when there is no home either.
  var cacheHome: String? { directory("XDG_CACHE_HOME", belowHome: ".cache") }

  /// A relative path in such a variable does not count, says the specification.
  private func directory(_ variable: String, belowHome: String) -> String? {
    if let path = self[variable], path.hasPrefix("/") { return path }
    return self["HOME"].map { "\($0)/\(belowHome)" }
  }
}
