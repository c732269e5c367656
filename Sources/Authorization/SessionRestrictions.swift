import Identity
import Wire

extension Principal {
  /// What temporary credentials are not for, whatever policies say (IAM User Guide, "Compare AWS STS credentials").
  ///
  /// - Parameter needed: what the operation needs.
  /// - Returns: nil where policies decide.
  func refusal(of operation: String, _ needed: [AccessRequest]) -> Fault? {
    let actions = needed.map(\.action)
    return switch kind {
    case .user: nil
    case .roleSession: actions.contains(where: Self.givesCredentialsOfUsers) ? Self.notForSessions(operation) : nil
    case .userSession: Self.refusal(of: operation, actions, allowing: ["sts:AssumeRole", "sts:GetCallerIdentity"])
    case .federatedUser: Self.refusal(of: operation, actions, allowing: ["sts:GetCallerIdentity"])
    }
  }

  private static func givesCredentialsOfUsers(_ action: String) -> Bool {
    action == "sts:GetSessionToken" || action == "sts:GetFederationToken"
  }

  /// - Parameter allowed: actions of STS.
  private static func refusal(of operation: String, _ actions: [String], allowing allowed: Set<String>) -> Fault? {
    if actions.contains(where: { $0.hasPrefix("iam:") }), !actions.contains(where: { $0.hasPrefix("lambda:") }) {
      return Fault(
        code: "InvalidClientTokenId", status: 403, message: "The security token included in the request is invalid.")
    }
    guard actions.contains(where: { $0.hasPrefix("sts:") }), allowed.isDisjoint(with: actions) else { return nil }
    return notForSessions(operation)
  }

  private static func notForSessions(_ operation: String) -> Fault {
    Fault(code: "AccessDenied", status: 403, message: "Cannot call \(operation) with session credentials")
  }
}
