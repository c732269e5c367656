import CLinux
import Glibc

/// What `ChildProcess.start` starts.
struct ChildLaunch {
  let executable: Descriptor
  let arguments: [String]
  var environment: [String] = []
  /// Become 3, 4, ... in the child.
  var descriptors: [Descriptor] = []
  /// What becomes 0, 1 and 2; nil leaves this process's.
  var standard: (input: Descriptor?, output: Descriptor?, error: Descriptor?) = (nil, nil, nil)
  /// Whom the child becomes; nil keeps this process's user.
  var user: HostUser?
  var flags: [clinux_spawn_flag] = []

  func withOptions(_ body: (UnsafePointer<clinux_spawn_options>) -> Int32) -> Int32 {
    let numbers = descriptors.map(\.number)
    return numbers.withUnsafeBufferPointer { numbers in
      Self.withCStrings(arguments) { argv in
        Self.withCStrings(environment) { envp in
          var options = clinux_spawn_options()
          options.executable = executable.number
          options.argv = argv
          options.envp = envp
          options.standard = (
            standard.input?.number ?? -1, standard.output?.number ?? -1, standard.error?.number ?? -1
          )
          options.descriptors = numbers.baseAddress
          options.descriptor_count = UInt32(numbers.count)
          apply(to: &options)
          return body(&options)
        }
      }
    }
  }

  private func apply(to options: inout clinux_spawn_options) {
    options.flags = flags.reduce(0) { $0 | UInt32($1.rawValue) }
    guard let user else { return }
    options.flags |= UInt32(CLINUX_SPAWN_SET_IDS.rawValue)
    options.uid = user.uid
    options.gid = user.gid
  }

  private static func withCStrings(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Int32
  ) -> Int32 {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
