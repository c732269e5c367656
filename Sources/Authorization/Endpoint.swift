package import Core
package import Identity
package import Wire

/// An operation that reads or changes state, as ordinary async code.
package protocol ControlOperation: Operation {
  func run(_ call: Authorized<Input>) async throws -> OperationOutput
}

/// An operation without any `await`: it starts on the caller's event loop and answers by a stream, when it can.
package protocol CallbackOperation: Operation {
  /// - Throws: what is known at once; later faults go into the stream.
  func start(_ call: Authorized<Input>, reply: any ResponseStream) throws
}

/// An operation that nobody signs: who asks is proved by a token in its body, and what may be done is to assume a role.
package protocol WebIdentityOperation: OperationShape {
  /// What the token is to be worth.
  static func claim(_ input: Input) -> RoleClaim
  func run(_ input: Input, as role: AssumableRole) async throws -> OperationOutput
}

/// An operation of a service, its types erased: what the gate routes to.
package final class Endpoint: Sendable {
  package let service: ServiceDescription
  package let name: String
  /// With the service before it, for example `lambda:Invoke`.
  package let qualifiedName: String
  package let route: Route
  package let bodyLimit: Int
  package let form: Form

  package var takesUnsigned: Bool {
    switch form {
    case .unsigned: true
    case .control, .callback: false
    }
  }

  package enum Form: Sendable {
    case control(@Sendable (Authenticated<OperationRequest>) async -> OperationResponse)
    case callback(@Sendable (Authenticated<OperationRequest>, any ResponseStream) -> Void)
    /// Takes requests that are not signed, too. The second hears who the token proves the sender to be, if it does.
    case unsigned(@Sendable (UnsignedRequest, @escaping @Sendable (String) -> Void) async -> OperationResponse)
  }

  /// - Parameter report: hears of errors that callers must not see.
  package convenience init<Served: ControlOperation>(
    _ operation: Served, of service: ServiceDescription, authorizer: Authorizer,
    report: @escaping @Sendable (any Error, Authenticated<OperationRequest>) -> Void
  ) {
    self.init(Served.self, of: service) { [wire = service.wireProtocol] in
      .control { request in
        do {
          let call = try Self.open(Served.self, request, wire.memberForm, service, authorizer)
          return wire.render(
            try await operation.run(call), of: Served.name, successStatus: Served.route.successStatus,
            requestID: request.value.requestID)
        } catch {
          return Self.answer(error, to: request.value.requestID, service) { report($0, request) }
        }
      }
    }
  }

  /// - Parameter report: hears of errors that callers must not see.
  package convenience init<Served: CallbackOperation>(
    _ operation: Served, of service: ServiceDescription, authorizer: Authorizer,
    report: @escaping @Sendable (any Error, Authenticated<OperationRequest>) -> Void
  ) {
    self.init(Served.self, of: service) {
      .callback { request, reply in
        do {
          let call = try Self.open(Served.self, request, .payload, service, authorizer)
          try operation.start(call, reply: reply)
        } catch {
          reply.send(Self.answer(error, to: request.value.requestID, service) { report($0, request) })
        }
      }
    }
  }

  /// - Parameters:
  ///   - roles: verify the token and judge what it may be worth.
  ///   - report: hears of errors that callers must not see.
  package convenience init<Served: WebIdentityOperation>(
    _ operation: Served, of service: ServiceDescription, roles: WebIdentityRoles,
    report: @escaping @Sendable (any Error, RequestID) -> Void
  ) {
    self.init(Served.self, of: service) { [wire = service.wireProtocol] in
      .unsigned { request, proved in
        do {
          let addressed = try Self.addressed(request)
          var members = try MemberReader(addressed, body: wire.memberForm)
          let input = try Served.decode(&members)
          members.refuse(Served.unhonoured)
          if let fault = members.fault(of: service) { throw fault }
          let role = try await roles.role(Served.claim(input), in: addressed, of: wire, proved: proved)
          return wire.render(
            try await operation.run(input, as: role), of: Served.name, successStatus: Served.route.successStatus,
            requestID: request.requestID)
        } catch {
          return Self.answer(error, to: request.requestID, service) { report($0, request.requestID) }
        }
      }
    }
  }

  private init<Served: OperationShape>(_: Served.Type, of service: ServiceDescription, form: () -> Form) {
    self.service = service
    name = Served.name
    qualifiedName = "\(service.name):\(Served.name)"
    route = Served.route
    bodyLimit = Served.bodyLimit
    self.form = form()
  }

  /// Decodes, authorizes, then reports constraints: in this order, so that a stranger learns nothing from the latter.
  private static func open<Served: Operation>(
    _: Served.Type, _ request: Authenticated<OperationRequest>, _ form: MemberReader.BodyForm,
    _ service: ServiceDescription,
    _ authorizer: Authorizer
  ) throws(Fault) -> Authorized<Served.Input> {
    var members = try MemberReader(request.value, body: form)
    let input = try Served.decode(&members)
    members.refuse(Served.unhonoured)
    let fault = members.fault(of: service)
    let call = try authorizer.authorize(
      Served.self, input, from: request, in: service.wireProtocol, isWellFormed: fault == nil)
    if let fault { throw fault }
    return call
  }

  /// A request for a role addresses the role's account.
  private static func addressed(_ request: UnsignedRequest) throws(Fault) -> OperationRequest {
    guard let account = FormBody(request.body, query: request.head.query)?["RoleArn"].flatMap(ARN.init)?.account,
      let account = AccountID(account)
    else { throw Fault(code: "ValidationError", status: 400, message: "Request ARN is invalid") }
    return request.addressing(account)
  }

  private static func answer(
    _ error: any Error, to request: RequestID, _ service: ServiceDescription, _ report: (any Error) -> Void
  ) -> OperationResponse {
    let fault = (error as? Fault) ?? service.fault(error)
    if fault == nil { report(error) }
    return service.wireProtocol.render(fault ?? service.hidden, requestID: request)
  }
}

extension WireProtocol {
  /// How members of an input that is no payload come.
  fileprivate var memberForm: MemberReader.BodyForm {
    switch self {
    case .restJSON, .json, .restXML: .json
    case .query, .ec2Query: .form
    }
  }
}
