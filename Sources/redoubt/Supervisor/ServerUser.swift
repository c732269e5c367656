/// Whom the server runs as.
enum ServerUser {
  /// Root lets it be another user, and insists on it; an ordinary user can only be itself.
  static func of(_ configuration: ServeConfiguration) throws(CommandFailure) -> HostUser {
    let name = configuration.user
    guard let user = HostUser(named: name) else {
      throw CommandFailure(
        .configuration,
        "there is no user `\(name)`: make it with `useradd --system --no-create-home --shell /usr/sbin/nologin \(name)`"
          + " or name another with --user")
    }
    return HostUser.isRoot ? try unprivileged(user, configuration) : try starting(user, name)
  }

  private static func starting(_ user: HostUser, _ name: String) throws(CommandFailure) -> HostUser {
    guard user.uid == HostUser.current.uid else {
      throw CommandFailure(
        .configuration,
        "user is `\(name)`: only root can start the server as another user than \(HostUser.current.uid): leave out --user"
      )
    }
    return .current
  }

  private static func unprivileged(
    _ user: HostUser, _ configuration: ServeConfiguration
  ) throws(CommandFailure) -> HostUser {
    let name = configuration.user
    guard user.uid != 0 else {
      throw CommandFailure(
        .configuration, "user is `\(name)`: the server must not run as root, name another with --user")
    }
    guard !configuration.environmentIDs.contains(Int(user.uid)) else {
      throw CommandFailure(
        .configuration, "user `\(name)` is uid \(user.uid), which is one of the environments': give another --uid-base")
    }
    return user
  }
}
