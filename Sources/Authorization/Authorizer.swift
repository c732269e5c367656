package import Core
package import Identity
import JSON
import Policy
package import Wire

/// Decides whether a caller may do all that an operation needs, and makes the proof.
package struct Authorizer: Sendable {
  private let policies: any PolicySource
  private let time: any TimeSource
  private let log: DecisionLog
  private let activity: ActivityLedger
  private let messages: AuthorizationMessages?

  /// - Parameters:
  ///   - log: keeps each decision that was made by policies.
  ///   - activity: keeps who asked for what last.
  ///   - messages: seals what goes with a denial; nil where nothing does.
  package init(
    policies: any PolicySource, time: any TimeSource, log: DecisionLog, activity: ActivityLedger,
    messages: AuthorizationMessages? = nil
  ) {
    self.activity = activity
    self.messages = messages
    self.policies = policies
    self.time = time
    self.log = log
  }

  /// - Parameters:
  ///   - wire: the service's protocol, which has a code and a status of its own for denials.
  ///   - isWellFormed: whether the operation will run: what will not was nothing that anybody did.
  /// - Throws: a denial for the first pair that is not allowed, in AWS's words.
  package func authorize<Chosen: Operation>(
    _ operation: Chosen.Type, _ input: Chosen.Input, from request: Authenticated<OperationRequest>,
    in wire: WireProtocol, isWellFormed: Bool = true
  ) throws(Fault) -> Authorized<Chosen.Input> {
    let place = request.value.place
    let needed = Chosen.access(input, at: place)
    guard let first = needed.first else {
      throw wire.denial(of: request.principal, Chosen.name, on: "*", because: " because the operation names no action")
    }
    let now = time.wallTime()
    noteKey(request, first.action, at: now)
    if let fault = request.principal.refusal(of: Chosen.name, first.action) { throw fault }
    guard let own = policies.policies(of: request.principal),
      let bounds = policies.guardrails(of: request.principal.account.description)
    else {
      throw wire.denial(
        of: request.principal, first.action, on: named(first, request),
        because: " because the principal is not there any more")
    }
    for access in needed where request.principal.isOccasion(access.occasion) {
      try Self.refuseEndless(named(access, request))
      let record = decide(access, own, bounds, request, at: now, isWellFormed: isWellFormed)
      guard record.decision.isAllowed else {
        // As the caller named it: the path that was filled in would tell that it is there.
        throw wire.denial(
          of: request.principal, access.action, on: named(access, request),
          because: Self.reason(record.decision, access), message: message(record))
      }
    }
    return Authorized(
      value: input, principal: request.principal, accessKeyID: request.accessKeyID,
      requestID: request.value.requestID, place: self.place(of: first, request))
  }

  /// Where the operation works: in the account of what it is for, whose policies have let the caller in if it is another's.
  private func place(of access: AccessRequest, _ request: Authenticated<OperationRequest>) -> AccountRegion {
    let place = request.value.place
    guard let account = Self.account(of: named(access, request)).flatMap({ AccountID($0) }) else { return place }
    return AccountRegion(account: account, region: place.region)
  }

  /// Sessions' keys are used by whom they were made for, and are gone soon.
  private func noteKey(_ request: Authenticated<OperationRequest>, _ action: String, at now: WallTime) {
    guard case .user = request.principal.kind, let end = action.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
    activity.note(request.accessKeyID, for: action[..<end], in: request.value.place.region, at: now)
  }

  private func decide(
    _ access: AccessRequest, _ own: PrincipalPolicies, _ bounds: AccountGuardrails,
    _ request: Authenticated<OperationRequest>, at now: WallTime, isWellFormed: Bool
  ) -> DecisionRecord {
    let resource = resource(access, request)
    var policies = own.set
    policies.resource = Self.asksResource(access.action) ? self.policies.resourcePolicy(of: resource) : nil
    let account = Self.account(of: resource) ?? request.value.place.account.description
    let isOwn = account == request.principal.account.description
    let controls = (isOwn ? bounds : self.policies.guardrails(of: account))?.resourceControls
    // What belongs to no account that is served is like what is not there.
    if controls == nil { policies.resource = nil }
    let guardrails = (caller: bounds.serviceControls, resource: controls ?? .none)
    policies.accountGuardrails = guardrails.caller.documents
    policies.resourceGuardrails = guardrails.resource.documents
    let keys = RequestKeys(
      request: request, access: access, principalTags: own.tags, resource: resource, policies: self.policies,
      resourceAccount: account, now: now)
    // Most policies ask for no key: then the request need not be taken apart.
    let usesKeys =
      own.usesKeys || policies.resource?.usesKeys ?? false || guardrails.caller.usesKeys || guardrails.resource.usesKeys
    var question = PolicyQuestion(
      caller: request.principal.caller, action: access.action, resource: resource,
      resourceAccount: account, keys: usesKeys ? keys.keys : ConditionKeys())
    let decision = PolicyEvaluator.decide(question, by: policies)
    activity.note(
      access.action, on: resource, by: request.principal, isAllowed: decision.isAllowed && isWellFormed,
      in: request.value.place.region, at: now)
    if !isOwn {
      let owner = controls == nil ? nil : AccountID(account)
      let sides = TwoSidedDecision(
        question, decision, policies, own, guardrails, keys: keys, owner: owner, named: named(access, request))
      return log.add(sides, at: now, isInside: request.value.source.isEnvironment)
    }
    // Whoever looks for the reason of a denial wants to see what could have been asked for.
    if !decision.isAllowed, !usesKeys { question.keys = keys.keys }
    return log.add(
      DecisionRecord(
        requestID: request.value.requestID, account: request.value.place.account, time: now,
        question: question, decision: decision, policies: DecisionRecord.Policies(own, policies, guardrails)),
      isInside: request.value.source.isEnvironment)
  }

  /// What a denial carries for whoever may decode it.
  private func message(_ record: DecisionRecord) -> String? { messages?.encode(record) }

  /// Whether the policy of the resource counts: a trust policy says who may assume the role, and nothing of what may be
  /// done with it.
  private static func asksResource(_ action: String) -> Bool {
    action.hasPrefix("lambda:") || action.hasPrefix("sts:")
  }

  /// Why an action is denied, for the caller. Where the resource's own policy counts, or where the resource has to be found
  /// first, the kind of policy that is missing would tell whether it is there.
  private static func reason(_ decision: PolicyDecision, _ access: AccessRequest) -> String {
    let isOfResource = decision.statements.allSatisfy { $0.source == .resource }
    let wouldTell = access.action.hasPrefix("sts:") && isOfResource || access.target.isFound
    return wouldTell ? "" : " " + decision.reason(for: access.action)
  }

  /// Nothing has so long a name, in no model: it is neither judged nor remembered.
  private static func refuseEndless(_ name: String) throws(Fault) {
    guard name.utf8.count <= 16_384 else {
      throw Fault(code: "ValidationError", status: 400, message: "The name of the resource is too long.")
    }
  }

  /// The account that an ARN names; most name one.
  private static func account(of arn: String) -> String? {
    arn.withBytes { arn in
      var colons = 0
      for (place, byte) in arn.enumerated() where byte == UInt8(ascii: ":") {
        colons += 1
        guard colons == 4 else { continue }
        let account = arn[(place + 1)...].prefix(13)
        guard account.firstIndex(of: byte) == place + 13 else { return nil }
        return String(decoding: account.dropLast(), as: UTF8.self)
      }
      return nil
    }
  }

  /// What it is about, as policies are asked.
  private func resource(_ access: AccessRequest, _ request: Authenticated<OperationRequest>) -> String {
    switch access.target {
    case .resource, .caller:
      let named = named(access, request)
      return isByName(access.action, named, request.principal) ? policies.wholeARN(named) : named
    case .renamed(let arn, let name, let path): return policies.wholeARN(arn).renamed(name, path: path)
    case .ownerOfAccessKey(let id):
      let account = request.value.place.account.description
      // Who may ask of nobody's keys may ask of all.
      return policies.owner(ofAccessKey: id, in: account) ?? "arn:aws:iam::\(account):user/"
    case .ofManagement(let name):
      return Self.managed(
        name, AccountRegion(account: policies.managementAccount, region: request.value.place.region))
    }
  }

  /// Whether what was named may lack the path that it has: operations of IAM name by the name, but for those that are given
  /// a path or mean an ARN. What another account has is not looked up before it is known who asks.
  private func isByName(_ action: String, _ named: String, _ principal: Principal) -> Bool {
    if let account = Self.account(of: named), account != principal.account.description { return false }
    return action.hasPrefix("iam:") && !Self.byPath.contains(action) || Self.byName.contains(action)
  }

  /// Actions of other services on identities that may be named without their path.
  private static let byName: Set<String> = ["redoubt:GetActivity"]
  /// Actions of IAM that are given a path or an ARN.
  private static let byPath: Set<String> = [
    "iam:CreateGroup", "iam:CreatePolicy", "iam:CreateRole", "iam:CreateUser", "iam:ListGroups", "iam:ListPolicies",
    "iam:ListRoles", "iam:ListUsers", "iam:PassRole",
  ]

  private static func managed(_ name: String, _ place: AccountRegion) -> String {
    ARN(service: "redoubt", at: place, resource: name).description
  }

  private func named(_ access: AccessRequest, _ request: Authenticated<OperationRequest>) -> String {
    switch access.target {
    case .resource(let arn): arn
    case .caller: request.principal.arnText
    case .ownerOfAccessKey(let id): id
    case .renamed(let arn, let name, let path): arn.renamed(name, path: path)
    // A caller of another account hears of no account but the own.
    case .ofManagement(let name): Self.managed(name, request.value.place)
    }
  }
}

extension AccessRequest.Target {
  /// Whether what it means has to be looked up.
  fileprivate var isFound: Bool {
    if case .ownerOfAccessKey = self { true } else { false }
  }
}

extension String {
  /// An ARN of IAM, `arn:aws:iam::ACCOUNT:KIND/PATH/NAME`, with another name or path.
  fileprivate func renamed(_ name: String?, path: String?) -> String {
    guard let start = firstIndex(of: "/"), let end = lastIndex(of: "/") else { return self }
    return self[..<start] + (path ?? String(self[start...end])) + (name ?? String(self[index(after: end)...]))
  }
}

extension WireProtocol {
  /// That the caller may not do it, in AWS's words.
  ///
  /// - Parameters:
  ///   - reason: what follows the sentence; with a space before it.
  ///   - message: for DecodeAuthorizationMessage.
  package func denial(
    of caller: Principal, _ action: String, on resource: String, because reason: String = "", message: String? = nil
  ) -> Fault {
    Fault(
      code: denialCode, status: denialStatus,
      message: "User: \(caller.arn) is not authorized to perform: \(action) on resource: \(resource)\(reason)",
      headers: message.map { ["X-Redoubt-Authorization-Message": $0] } ?? [:])
  }
}

extension Principal {
  fileprivate func isOccasion(_ occasion: AccessRequest.Occasion) -> Bool {
    guard case .roleSession(let session) = kind else { return occasion == .always }
    return switch occasion {
    case .always: true
    case .tagsAreInherited: !session.transitiveTags.isEmpty
    case .sourceIdentityIsInherited: session.sourceIdentity != nil
    }
  }
}
