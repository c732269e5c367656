import Core
import Storage

extension LogStore {
  /// Reads one stream in order of time, in either direction, a page at a time.
  ///
  /// - Parameters:
  ///   - start: milliseconds since the epoch; events of this very millisecond are found.
  ///   - end: milliseconds since the epoch; events of this very millisecond are found too.
  ///   - limit: 1 to 10,000; a page also ends at 1 MB.
  /// - Throws: `groupNotFound`, `streamNotFound`, `badLimit`, `damaged` and what the database throws.
  package func read(
    _ stream: LogStreamName, of group: LogGroup, start: Int64? = nil, end: Int64? = nil, limit: Int = 10_000,
    from place: LogStreamStart = .tail
  ) async throws(LogError) -> LogStreamPage {
    guard (1...10_000).contains(limit) else { throw .badLimit(limit) }
    let query = LogQuery(group: group, streams: .named([stream]), start: start, end: end)
    let origin = LogPosition(milliseconds: max(0, start ?? 0), sequence: 0, index: 0)
    return switch place {
    case .head: try await forward(query, limit, from: origin)
    case .tail: try await backward(query, limit, from: nil, otherwise: origin)
    case .token(let token):
      switch token.direction {
      case .forward: try await forward(query, limit, from: token.boundary)
      case .backward: try await backward(query, limit, from: token.boundary, otherwise: token.boundary)
      }
    }
  }

  private func forward(
    _ query: LogQuery, _ limit: Int, from boundary: LogPosition
  ) async throws(LogError) -> LogStreamPage {
    let scan = LogScan(
      query: query, limit: limit, start: boundary.predecessor, cipher: cipher, budget: LogScan.usualBudget)
    let (events, next) = try await read { transaction in
      try Self.refuseUnlessPresent(query, in: transaction)
      return try scan.run(in: transaction)
    }
    let end = (next ?? events.last?.position)?.successor ?? boundary
    return LogStreamPage(
      events: events, forward: LogStreamToken(.forward, end),
      backward: LogStreamToken(.backward, events.first?.position ?? boundary))
  }

  /// - Parameter origin: where an empty page lies.
  private func backward(
    _ query: LogQuery, _ limit: Int, from boundary: LogPosition?, otherwise origin: LogPosition
  ) async throws(LogError) -> LogStreamPage {
    let scan = LogTailScan(query: query, limit: limit, end: boundary, cipher: cipher)
    let events = try await read { transaction in
      try Self.refuseUnlessPresent(query, in: transaction)
      return try scan.run(in: transaction)
    }
    return LogStreamPage(
      events: events, forward: LogStreamToken(.forward, events.last?.position.successor ?? origin),
      backward: LogStreamToken(.backward, events.first?.position ?? origin))
  }
}
