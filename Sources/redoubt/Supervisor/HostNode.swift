import Glibc

/// The Node of the distribution, by what it says of itself: unlike Python's, its name does not tell the version.
enum HostNode {
  static let path = "/usr/bin/node"
  /// Major versions for which AWS has a runtime.
  private static let versions = [18, 20, 22, 24]

  /// AWS's name for what is there, for example `nodejs20.x`; nil without Node, or when it is of another version.
  static var runtimeName: String? {
    guard HostFile.isExecutable(path), let text = try? versionText() else { return nil }
    return runtimeName(version: text)
  }

  /// - Parameter version: as Node prints it, for example `v20.11.1`.
  static func runtimeName(version: String) -> String? {
    let major = version.dropFirst().prefix { $0 != "." }
    guard version.first == "v", let number = Int(major), versions.contains(number) else { return nil }
    return "nodejs\(number).x"
  }

  /// For messages.
  static var versionList: String { versions.map(String.init).joined(separator: ", ") }

  private static func versionText() throws(SystemError) -> String {
    let (child, output) = try start()
    let text = try output.readAll(limit: 64)
    _ = try child.wait()
    return String(decoding: text, as: UTF8.self)
  }

  /// Nobody holds the other end of the pipe when this has returned, so that the text has an end.
  private static func start() throws(SystemError) -> (ChildProcess, Descriptor) {
    let (output, input) = try Descriptor.pipe()
    let nothing = try Descriptor.open("/dev/null", O_RDWR)
    let launch = ChildLaunch(
      executable: try Descriptor.program(path), arguments: ["node", "--version"], standard: (nothing, input, nothing))
    return (try ChildProcess.start(launch), output)
  }
}
