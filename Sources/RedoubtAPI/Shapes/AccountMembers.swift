import Core
import Identity
import JSON
import Wire

/// The account that a path names.
struct NamedAccount: CustomStringConvertible {
  private let text: String

  init(_ text: String) { self.text = text }

  var description: String { text }

  var id: AccountID {
    get throws(Fault) {
      guard let id = AccountID(text) else { throw RedoubtErrors.notFound("no account has the id `\(text)`") }
      return id
    }
  }
}

extension MemberReader {
  mutating func namedAccount() -> NamedAccount { NamedAccount(path("AccountId")) }
}

extension RedoubtServices {
  func members(_ account: Account) -> JSONValue {
    [
      "AccountId": .string(account.id.description), "Name": .string(account.name),
      "Status": account.isSuspended ? "SUSPENDED" : "ACTIVE",
      "CreatedAt": .string(account.createdAt.utc.isoDateTime + "Z"),
    ]
  }

  /// With the administrator's secret.
  func members(_ new: NewAccount) -> JSONValue {
    [
      "Account": members(new.account),
      "AccessKeyId": .string(new.credentials.accessKeyID.description),
      "SecretAccessKey": .string(new.credentials.secretAccessKey),
    ]
  }

  func members(_ guardrail: Guardrail) -> JSONValue {
    [
      "Kind": .string(guardrail.kind.rawValue), "Target": .string(guardrail.target.description),
      "Name": .string(guardrail.name), "Document": .string(guardrail.document),
    ]
  }
}
