import Functions

/// What an environment is started from. Environments of one key are interchangeable.
struct EnvironmentSpec: Sendable {
  struct Key: Hashable, Sendable {
    let revisionID: String
    let hygiene: HygieneMode
  }

  let version: FunctionVersion
  let hygiene: HygieneMode

  var key: Key { Key(revisionID: version.revisionID, hygiene: hygiene) }
}
