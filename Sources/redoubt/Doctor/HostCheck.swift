/// One thing that the host must or should have, as found.
struct HostCheck: Codable, Hashable, Sendable {
  enum Status: String, Codable, Sendable {
    case ok
    /// Redoubt works, with less speed or with a weaker guarantee.
    case warn
    /// `redoubt serve` will not work.
    case fail = "FAIL"
  }

  let name: String
  let status: Status
  /// What was found.
  let finding: String
  /// How to mend it; nil when there is nothing to mend.
  let remedy: String?

  static func ok(_ name: String, _ finding: String) -> HostCheck {
    HostCheck(name: name, status: .ok, finding: finding, remedy: nil)
  }

  static func warn(_ name: String, _ finding: String, mend remedy: String) -> HostCheck {
    HostCheck(name: name, status: .warn, finding: finding, remedy: remedy)
  }

  static func fail(_ name: String, _ finding: String, mend remedy: String) -> HostCheck {
    HostCheck(name: name, status: .fail, finding: finding, remedy: remedy)
  }
}

extension HostCheck {
  /// Every check, in the order in which they are shown.
  static func all(_ configuration: ServeConfiguration) -> [HostCheck] {
    HostUser.isRoot
      ? privileges(configuration) + kernel() + namespaces() + [cgroups()] + common(configuration)
        + [idRanges(configuration)]
      : [rootless()] + kernel() + weaknesses() + common(configuration)
  }

  private static func common(_ configuration: ServeConfiguration) -> [HostCheck] {
    memory() + [capacity(configuration)] + programs(configuration) + runtimes(configuration) + [nftables()]
  }
}
