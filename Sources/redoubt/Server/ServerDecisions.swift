import Authorization
import Core
import Functions
import Identity

/// What decides, for callers and for functions' roles alike, and what remembers it.
struct ServerDecisions: Sendable {
  let log = DecisionLog()
  let policies: ResourcePolicies
  let sessions: FunctionSessions
  let authorizer: Authorizer

  /// Reads the policies of resources; those of identities are there already.
  init(
    _ state: ServerState, functions: FunctionCatalog, time: any TimeSource, random: any RandomSource
  ) async throws {
    policies = ResourcePolicies(database: state.database, random: random)
    sessions = FunctionSessions(
      roles: ServiceRoles(
        identities: state.identities, organization: state.organization, time: time, log: log), tokens: state.sessions)
    authorizer = Authorizer(
      policies: AllPolicies(
        identities: state.identities, organization: state.organization, resources: policies, functions: functions),
      time: time, log: log, activity: state.registry.activity, messages: state.messages)
    try await policies.load()
  }
}
