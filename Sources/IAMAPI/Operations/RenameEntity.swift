import Authorization
import Core
import Identity
import Wire

/// Gives a user or a group another name or another path. What hangs on it stays.
struct RenameEntity<Kind: RenamedKind>: ControlOperation, IAMOperation {
  static var name: String { "Update\(Kind.word)" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let renaming: Renaming
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let name = try Kind.existingName(&members)
    let newName = try members.optionalName("New\(Kind.member)", longest: Kind.longestName)
    return Input(name: name, renaming: Renaming(name: newName, path: try members.optionalPath("NewPath")))
  }

  /// As it is and as it will be: who may change one of both may not make it the other.
  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let own = Kind.resource(input.name, at: place)
    let action = "iam:\(name)"
    return [
      AccessRequest(action, on: own),
      AccessRequest(action, on: .renamed(own, name: input.renaming.name, path: input.renaming.path)),
    ]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await Kind.rename(call.value.name, call.value.renaming, registry, in: call.place.account)
    return OperationOutput()
  }
}

protocol RenamedKind: PolicyOwnerKind {
  static func rename(
    _ name: String, _ renaming: Renaming, _ registry: IdentityRegistry, in account: AccountID
  ) async throws
}

extension UserKind: RenamedKind {
  static func rename(
    _ name: String, _ renaming: Renaming, _ registry: IdentityRegistry, in account: AccountID
  ) async throws { try await registry.renameUser(name, renaming, in: account) }
}

extension GroupKind: RenamedKind {
  static func rename(
    _ name: String, _ renaming: Renaming, _ registry: IdentityRegistry, in account: AccountID
  ) async throws { try await registry.renameGroup(name, renaming, in: account) }
}
