import Core
import Policy
import Synchronization

/// All policies of all principals in memory, for decisions without any `await`. Replaced as a whole when it changes.
package final class IdentityDirectory: Sendable {
  private struct Content {
    /// By unique id: what is made anew under an old name has nothing of it.
    var policies: [String: PrincipalPolicies] = [:]
    /// The ARNs of users by the ARN that they would have without their path, in lower case.
    var arns: [String: String] = [:]
  }

  private let content = Mutex(Content())

  package init() {}

  package func policies(of principal: Principal) -> PrincipalPolicies? {
    content.withLock { $0.policies[principal.uniqueID] }
  }

  package func wholeARN(_ arn: String) -> String {
    guard arn.hasPrefix("arn:aws:iam:") else { return arn }
    return content.withLock { $0.arns[arn.lowercased()] } ?? arn
  }

  /// Takes effect for every decision that begins afterwards.
  func replace(with state: IdentityState) throws(IdentityError) {
    var next = Content()
    let compiled = try Compiled(state)
    for user in state.users {
      next.policies[user.uniqueID] = compiled.policies(of: user)
      let short = ARN(service: "iam", region: "", account: user.account.description, resource: "user/\(user.name)")
      next.arns[short.description.lowercased()] = user.arn.description
    }
    let replacement = next
    content.withLock { $0 = replacement }
  }

  /// The documents of a state, each compiled once however often it is attached.
  private struct Compiled {
    private var managed: [String: PolicyDocument] = [:]
    private var identity: [String: [PolicyDocument]] = [:]
    private let boundaries: [String: String]

    init(_ state: IdentityState) throws(IdentityError) {
      boundaries = state.boundaries
      for entry in PlatformPolicies.entries { managed[entry.arn] = try Self.compile(entry.document, entry.arn) }
      for (arn, document) in state.managed { managed[arn] = try Self.compile(document, arn) }
      for attachment in state.attachments {
        guard let document = managed[attachment.policy] else {
          throw IdentityError(.malformedRecord, "an attached policy is not there: `\(attachment.policy)`")
        }
        identity[attachment.principal, default: []].append(document)
      }
      for inline in state.inline {
        identity[inline.principal, default: []].append(try Self.compile(inline.document, inline.name))
      }
    }

    func policies(of user: User) -> PrincipalPolicies {
      var set = PolicySet(identity: identity[user.uniqueID] ?? [])
      if user.isAdministrator, let all = managed[PlatformPolicies.administratorAccess] { set.identity.append(all) }
      // A boundary that is not there bounds everything.
      set.boundary = boundaries[user.uniqueID].map { managed[$0] ?? .nothing }
      return PrincipalPolicies(set)
    }

    private static func compile(_ text: String, _ name: String) throws(IdentityError) -> PolicyDocument {
      do {
        return try PolicyDocument(parsing: text.utf8)
      } catch {
        throw IdentityError(.malformedRecord, "policy `\(name)` cannot be read: \(error.message)")
      }
    }
  }
}
