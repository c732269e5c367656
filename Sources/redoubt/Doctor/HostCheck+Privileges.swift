extension HostCheck {
  static func privileges(_ configuration: ServeConfiguration) -> [HostCheck] {
    [.ok("root", "running as root"), user(configuration.user)]
  }

  private static func user(_ name: String) -> HostCheck {
    guard let user = HostUser(named: name) else {
      return .fail(
        "user", "there is no user `\(name)`",
        mend: "`useradd --system --no-create-home --shell /usr/sbin/nologin \(name)`, or --user")
    }
    return user.uid == 0
      ? .fail("user", "`\(name)` is root", mend: "name an unprivileged user with --user")
      : .ok("user", "`\(name)` is uid \(user.uid)")
  }
}
