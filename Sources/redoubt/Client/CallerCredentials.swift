import Identity

/// Where a caller's access key comes from.
enum CallerCredentials {
  /// The places in order: the given file, the variables, the file that a variable names, the usual files.
  static func find(
    file: String?, in environment: ProcessEnvironment
  ) throws(CommandFailure) -> AccessKeyCredentials {
    if let file { return try CredentialsProfile.read(file) }
    if let credentials = try variables(environment) { return credentials }
    if let file = environment["AWS_SHARED_CREDENTIALS_FILE"] { return try CredentialsProfile.read(file) }
    let files =
      ["/etc/redoubt/credentials"] + (environment.configurationHome.map { [$0 + "/redoubt/credentials"] } ?? [])
    guard let file = files.first(where: HostFile.isReadable) else {
      throw CommandFailure(
        .usage,
        "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --credentials FILE"
          + " (as root, `redoubt env` prints the administrator's)")
    }
    return try CredentialsProfile.read(file)
  }

  private static func variables(_ environment: ProcessEnvironment) throws(CommandFailure) -> AccessKeyCredentials? {
    guard let id = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"] else {
      return nil
    }
    return try make(id, secret, environment["AWS_SESSION_TOKEN"], from: "AWS_ACCESS_KEY_ID")
  }

  /// - Parameter source: what the error names when the id is out of form.
  static func make(
    _ id: String, _ secret: String, _ token: String?, from source: String
  ) throws(CommandFailure) -> AccessKeyCredentials {
    guard let accessKeyID = AccessKeyID(id) else {
      throw CommandFailure(
        .usage, "`\(id)` in \(source) is not an access key id: give 16 to 128 upper-case letters and digits")
    }
    return AccessKeyCredentials(accessKeyID: accessKeyID, secretAccessKey: secret, sessionToken: token)
  }
}
