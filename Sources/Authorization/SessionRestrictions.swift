import Identity
import Wire

extension Principal {
  /// What temporary credentials are not for, whatever policies say (IAM User Guide, "Compare AWS STS credentials").
  ///
  /// - Parameter action: the operation's own, which is the first of those that it needs.
  /// - Returns: nil where policies decide.
  func refusal(of operation: String, _ action: String) -> Fault? {
    switch kind {
    case .user: nil
    case .roleSession: Self.ofUsers.contains(action) ? Self.notForSessions(operation) : nil
    case .userSession: Self.refusal(of: operation, action, allowing: ["sts:AssumeRole", "sts:GetCallerIdentity"])
    case .federatedUser: Self.refusal(of: operation, action, allowing: ["sts:GetCallerIdentity"])
    }
  }

  /// What gives credentials of users.
  private static let ofUsers: Set = ["sts:GetSessionToken", "sts:GetFederationToken"]

  /// - Parameter allowed: actions of STS.
  private static func refusal(of operation: String, _ action: String, allowing allowed: Set<String>) -> Fault? {
    if action.hasPrefix("iam:") {
      return Fault(
        code: "InvalidClientTokenId", status: 403, message: "The security token included in the request is invalid.")
    }
    return action.hasPrefix("sts:") && !allowed.contains(action) ? notForSessions(operation) : nil
  }

  private static func notForSessions(_ operation: String) -> Fault {
    Fault(code: "AccessDenied", status: 403, message: "Cannot call \(operation) with session credentials")
  }
}
