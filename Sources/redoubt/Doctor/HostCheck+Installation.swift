extension HostCheck {
  static func programs(_ configuration: ServeConfiguration) -> [HostCheck] {
    [
      program("spawner", configuration.spawner), program("unpacker", configuration.unpacker),
      program("zygote library", configuration.zygoteLibrary),
    ]
  }

  private static func program(_ name: String, _ path: String) -> HostCheck {
    do {
      _ = try TrustedProgram.open(path, like: try Descriptor.program("/proc/self/exe"))
      return .ok(name, path)
    } catch let failure as CommandFailure {
      return .fail(
        name, failure.description,
        mend: "install redoubt-spawner, redoubt-unpack and libredoubt-zygote.so beside redoubt")
    } catch {
      return .fail(
        name, "\(error)", mend: "install redoubt-spawner, redoubt-unpack and libredoubt-zygote.so beside redoubt")
    }
  }

  static func runtimes(_ configuration: ServeConfiguration) -> [HostCheck] {
    guard let directory = configuration.runtimesDirectory, HostFile.exists(directory + "/python/bootstrap.py") else {
      return [
        pythons(), node(), .fail("bootstrap", "no runtimes/python/bootstrap.py found", mend: "give --runtimes-dir"),
      ]
    }
    return [pythons(), node(), .ok("bootstrap", directory + "/python/bootstrap.py"), boto3(directory)]
  }

  private static func pythons() -> HostCheck {
    let names = HostRuntime.installedPythons
    return names.isEmpty
      ? .warn(
        "python", "no /usr/bin/python3.9 to python3.14", mend: "install the distribution's python3 for python functions"
      )
      : .ok("python", names.joined(separator: ", "))
  }

  private static func node() -> HostCheck {
    HostNode.runtimeName.map { .ok("node", $0) }
      ?? .warn(
        "node", "no \(HostNode.path) of version \(HostNode.versionList)",
        mend: "install the distribution's nodejs for node functions")
  }

  private static func boto3(_ directory: String) -> HostCheck {
    let packages = directory + "/python/site-packages"
    return HostFile.exists(packages + "/boto3/__init__.py")
      ? .ok("boto3", packages)
      : .warn("boto3", "not in \(packages)", mend: "`python3 -m pip install --target \(packages) boto3`")
  }

  /// Egress control of later versions needs it.
  static func nftables() -> HostCheck {
    let places = ["/usr/sbin/nft", "/sbin/nft", "/sys/module/nf_tables"]
    guard let found = places.first(where: HostFile.exists) else {
      return .warn(
        "nftables", "not found; this version does not need it", mend: "install nftables before functions get egress")
    }
    return .ok("nftables", "\(found) (optional)")
  }
}
