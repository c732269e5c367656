extension Deploy {
  /// Deploys, waits until a file changes, and deploys again, until the process is ended from outside.
  func follow(_ client: ServiceClient) throws {
    guard HostFile.exists(code) else { throw CommandFailure(.usage, "`\(code)` is not there: give what to watch") }
    var isFirst = true
    while true {
      // Made before anything is read: what changes during the deployment is seen afterwards.
      let watch = try TreeWatch()
      try deployAll(client, watch, isFirst: isFirst)
      isFirst = false
      try watch.wait()
    }
  }

  /// - Throws: only when something cannot be watched.
  private func deployAll(_ client: ServiceClient, _ watch: TreeWatch, isFirst: Bool) throws {
    try watch.add(HostFile.absolute(Manifest.file(at: code) ?? code))
    var specs: [FunctionSpec] = []
    goOn { specs = try self.specs() }
    for path in specs.flatMap(\.paths) { try watch.add(path) }
    for spec in specs { goOn { try deploy(spec, client, isFirst: isFirst) } }
  }

  /// A failure is said and mended by the next change.
  private func goOn(_ step: () throws -> Void) {
    do { try step() } catch { StandardError.write("redoubt: \(error)\n") }
  }
}

extension FunctionSpec {
  /// The directories and files that it is made from.
  fileprivate var paths: [String] {
    let directories = (layers ?? []).compactMap { layer -> String? in
      guard case .directory(let path) = layer else { return nil }
      return path
    }
    return [code.path] + directories
  }
}
