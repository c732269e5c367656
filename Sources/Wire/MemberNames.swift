package import Core
import Synchronization

/// The members that an operation reads, found out by letting it decode an empty request.
final class MemberNames: Sendable {
  private let names = Mutex<Set<String>>([])

  private init() {}

  func add(_ name: String) { names.withLock { _ = $0.insert(name) } }

  /// - Returns: the names in order.
  static func read<Described: OperationShape>(by _: Described.Type, at place: AccountRegion) -> [String] {
    let collected = MemberNames()
    let head = RequestHead(method: Described.route.method, target: "/", headers: [])
    let request = OperationRequest(
      head: head, pathParameters: [:], body: [], requestID: RequestID(from: SystemRandomSource()), place: place)
    var reader = MemberReader(describing: request, names: collected)
    // An empty request may well be refused; what was read until then is what counts, and a test compares it.
    _ = try? Described.decode(&reader)
    return collected.names.withLock { $0.sorted() }
  }
}

/// One operation as a line of the table of what is served.
package struct OperationDescription: Sendable {
  package let service: String
  package let name: String
  package let method: String
  /// As in AWS's models; `/` for protocols without paths.
  package let path: String
  /// Members of AWS's input shape that the operation reads.
  package let honoured: [String]
  /// Members that are refused unless they carry a default.
  package let unhonoured: [String]

  package init<Described: OperationShape>(
    _: Described.Type, of service: ServiceDescription, at place: AccountRegion
  ) {
    self.service = service.name
    name = Described.name
    method = Described.route.method
    path = Described.route.template
    honoured = MemberNames.read(by: Described.self, at: place)
    unhonoured = Described.unhonoured.keys.sorted()
  }
}
