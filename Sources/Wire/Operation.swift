package import Core
package import JSON

/// One action on one resource that must be allowed before an operation runs.
package struct AccessRequest: Hashable, Sendable {
  /// For example `lambda:InvokeFunction`.
  package let action: String
  package let target: Target

  package enum Target: Hashable, Sendable {
    /// An ARN, or `*` for an action that has no resource. One of IAM may leave the path out.
    case resource(String)
    /// Whoever calls.
    case caller
    /// What the resource will be called: a nil leaves the name or the path as it is.
    case renamed(String, name: String?, path: String?)
    /// The user who has the long-term access key of that id.
    case ownerOfAccessKey(String)
    /// What only the management account has, by what follows the account in its ARN: whoever is of another account is
    /// a stranger to it.
    case ofManagement(String)
  }

  /// Condition keys of the action, by name: texts, or lists of texts for multivalued ones.
  package let keys: [String: JSONValue]
  /// When it is needed.
  package var occasion = Occasion.always

  package enum Occasion: Hashable, Sendable {
    case always
    /// The caller's session hands tags on to those that are assumed from it.
    case tagsAreInherited
    /// The caller's session has a source identity.
    case sourceIdentityIsInherited
  }

  /// - Parameters:
  ///   - resource: an ARN, or `*` for an action that has no resource.
  ///   - keys: condition keys of the action, by name: texts, or lists of texts for multivalued ones.
  package init(_ action: String, on resource: String, keys: [String: JSONValue] = [:]) {
    self.init(action, on: .resource(resource), keys: keys)
  }

  package init(_ action: String, on target: Target, keys: [String: JSONValue] = [:]) {
    self.action = action
    self.target = target
    self.keys = keys
  }
}

/// The shapes of one operation of a service, and its HTTP binding.
package protocol OperationShape: Sendable {
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
}

/// One operation of a service: its shapes, its HTTP binding and what it must be allowed to do.
///
/// How it runs is in `ControlOperation` or `CallbackOperation`: both take an `Authorized` input only.
package protocol Operation: OperationShape {
  /// Every (action, resource) pair that must be allowed. An operation without any is refused to all.
  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest]
}

extension OperationShape {
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
  package let source: RequestSource

  package init(
    head: RequestHead, pathParameters: [String: String], body: [UInt8], requestID: RequestID, place: AccountRegion,
    source: RequestSource = .network(address: nil)
  ) {
    self.source = source
    self.head = head
    self.pathParameters = pathParameters
    self.body = body
    self.requestID = requestID
    self.place = place
  }
}

/// What came with a request that is not taken for anybody's: the body holds the credential.
package struct UnsignedRequest: Sendable {
  package let head: RequestHead
  package let body: [UInt8]
  package let requestID: RequestID
  /// The region that the request came to.
  package let region: Region
  package let source: RequestSource

  package init(head: RequestHead, body: [UInt8], requestID: RequestID, region: Region, source: RequestSource) {
    self.head = head
    self.body = body
    self.requestID = requestID
    self.region = region
    self.source = source
  }

  /// That of a request which is signed, where it does not matter by whom.
  package init(_ request: OperationRequest) {
    self.init(
      head: request.head, body: request.body, requestID: request.requestID, region: request.place.region,
      source: request.source)
  }

  /// The same, once it is known which account it addresses.
  package func addressing(_ account: AccountID) -> OperationRequest {
    OperationRequest(
      head: head, pathParameters: [:], body: body, requestID: requestID,
      place: AccountRegion(account: account, region: region), source: source)
  }
}
