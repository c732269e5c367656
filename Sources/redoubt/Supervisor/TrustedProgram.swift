import Glibc

/// A program that will run as root, or as the user who starts it: nobody else may be able to change it.
enum TrustedProgram {
  /// Opens it for execution, so that what was checked is what runs.
  /// - Parameter own: the running executable; whoever owns that is trusted already.
  static func open(_ path: String, like own: Descriptor) throws(CommandFailure) -> Descriptor {
    do {
      let program = try Descriptor.program(path)
      try check(try program.status(), trusting: [0, try own.status().st_uid, HostUser.current.uid], path)
      return program
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.configuration, "\(error): name the spawner with --spawner, redoubt-unpack lies beside it")
    }
  }

  private static func check(_ status: stat, trusting owners: [uid_t], _ path: String) throws(CommandFailure) {
    guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o111 != 0 else {
      throw CommandFailure(.configuration, "`\(path)` is not an executable file: name the spawner with --spawner")
    }
    guard owners.contains(status.st_uid), status.st_mode & 0o022 == 0 else {
      throw CommandFailure(
        .configuration,
        "`\(path)` would run as uid \(HostUser.current.uid) but others may change it:"
          + " `chown \(HostUser.current.uid) \(path); chmod 755 \(path)`")
    }
  }
}
