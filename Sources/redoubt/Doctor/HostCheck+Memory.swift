extension HostCheck {
  /// Where a function's memory could end up on a disk.
  static func memory() -> [HostCheck] { [memorySwap(), coreDumps()] }

  static func memorySwap() -> HostCheck {
    let rows = (HostFile.text("/proc/swaps") ?? "").split(whereSeparator: \.isNewline).dropFirst()
    let devices = rows.compactMap { $0.split(whereSeparator: \.isWhitespace).first.map(String.init) }
    let plain = devices.filter { !isProtected($0) }
    guard !plain.isEmpty else {
      return .ok("swap", devices.isEmpty ? "none" : "in memory or encrypted: \(devices.joined(separator: ", "))")
    }
    return .warn(
      "swap", "not known to be encrypted: \(plain.joined(separator: ", "))",
      mend: "`swapoff -a`, or encrypt it (crypttab(5), option swap)")
  }

  /// zram stays in memory; of device-mapper devices only those of dm-crypt are encrypted.
  private static func isProtected(_ device: String) -> Bool {
    let name = HostFile.name(HostFile.realPath(device) ?? device)
    if name.hasPrefix("zram") { return true }
    return HostFile.text("/sys/block/\(name)/dm/uuid")?.hasPrefix("CRYPT-") ?? false
  }

  /// A pattern that pipes ignores RLIMIT_CORE (core(5)).
  private static func coreDumps() -> HostCheck {
    let pattern = HostFile.text("/proc/sys/kernel/core_pattern")?.filter { !$0.isNewline } ?? ""
    guard pattern.hasPrefix("|") else { return .ok("core dumps", "not piped") }
    return .warn(
      "core dumps", "piped to `\(pattern.dropFirst())`, which gets the memory of crashing functions",
      mend: "`sysctl kernel.core_pattern=core`")
  }
}
