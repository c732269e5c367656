package import Core

/// One action on one resource that must be allowed before an operation runs.
package struct AccessRequest: Hashable, Sendable {
  /// For example `lambda:InvokeFunction`.
  package let action: String
  /// An ARN, or `*` for an action that has no resource.
  package let resource: String

  package init(_ action: String, on resource: String) {
    self.action = action
    self.resource = resource
  }
}

/// One operation of a service: its shapes, its HTTP binding and what it must be allowed to do.
///
/// How it runs is in `ControlOperation` or `CallbackOperation`: both take an `Authorized` input only.
package protocol Operation: Sendable {
  associatedtype Input: Sendable

  /// As in AWS's model, for example `CreateFunction`.
  static var name: String { get }
  /// The HTTP binding; used by the REST protocols only.
  static var route: Route { get }
  /// The largest body that is accepted, in bytes.
  static var bodyLimit: Int { get }
  /// Members of AWS's input shape that are not honoured: refused by name unless they carry one of these defaults.
  static var unhonoured: [String: [JSONValue]] { get }

  /// Reads the members. Constraints that do not hold are left in the reader and reported after authorization.
  static func decode(_ members: inout MemberReader) throws(Fault) -> Input
  /// Every (action, resource) pair that must be allowed. An operation without any is refused to all.
  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest]
}

extension Operation {
  package static var route: Route { Route("POST", "/") }
  package static var bodyLimit: Int { 1 << 20 }
  package static var unhonoured: [String: [JSONValue]] { [:] }
}

/// What came with one request to an operation.
package struct OperationRequest: Sendable {
  package let head: RequestHead
  /// The variables of the route, decoded.
  package let pathParameters: [String: String]
  package let body: [UInt8]
  package let requestID: RequestID
  /// The account and region that the request addresses.
  package let place: AccountRegion

  package init(
    head: RequestHead, pathParameters: [String: String], body: [UInt8], requestID: RequestID, place: AccountRegion
  ) {
    self.head = head
    self.pathParameters = pathParameters
    self.body = body
    self.requestID = requestID
    self.place = place
  }
}
