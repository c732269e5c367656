import Authorization
import JSON
import Wire

extension AccessRequest {
  /// Whoever gives a function a role lets it do what the role may.
  static func passRole(_ role: String) -> AccessRequest {
    AccessRequest("iam:PassRole", on: role, keys: ["iam:PassedToService": .string(FunctionSessions.service)])
  }
}
