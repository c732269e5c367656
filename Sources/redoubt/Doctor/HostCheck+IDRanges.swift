extension HostCheck {
  /// The uids of environments must belong to nobody else.
  static func idRanges(_ configuration: ServeConfiguration) -> HostCheck {
    let ours = configuration.environmentIDs
    let overlaps = ["/etc/subuid", "/etc/subgid"].flatMap { file in
      SubordinateRange.all(HostFile.text(file) ?? "").filter { $0.range.overlaps(ours) }.map { "\(file): \($0.owner)" }
    }
    let text = "\(ours.lowerBound) to \(ours.upperBound - 1)"
    guard overlaps.isEmpty else {
      return .warn(
        "uid range", "\(text) overlaps \(overlaps.joined(separator: ", "))", mend: "choose another --uid-base")
    }
    return .ok("uid range", text)
  }
}

/// A line of subuid(5): the ids that a user may hand out.
struct SubordinateRange: Hashable, Sendable {
  let owner: String
  let range: Range<Int>

  /// The lines in form; others are passed over.
  static func all(_ text: String) -> [SubordinateRange] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      let parts = line.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 3, let start = Int(parts[1]), let count = Int(parts[2]), count >= 0,
        !start.addingReportingOverflow(count).overflow
      else { return nil }
      return SubordinateRange(owner: String(parts[0]), range: start..<start + count)
    }
  }
}
