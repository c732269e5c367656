import CLinux
import Glibc

/// A started program, named by its pidfd so that a signal never reaches another process.
struct ChildProcess: Sendable {
  /// How a process ended.
  enum Ending: Hashable, Sendable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)

    var description: String {
      switch self {
      case .code(let code): "exit code \(code)"
      case .signal(let signal): "signal \(signal)"
      }
    }
  }

  let pid: pid_t
  let pidfd: Descriptor

  /// Starts a program; see `clinux_spawn` for what the child is given and in which order it loses privileges.
  static func start(_ launch: ChildLaunch) throws(SystemError) -> ChildProcess {
    var child = clinux_child()
    let result = launch.withOptions { clinux_spawn($0, &child) }
    try SystemError.checkNegated(result, "start \(launch.arguments.first ?? "")")
    return ChildProcess(pid: child.pid, pidfd: Descriptor(owning: child.pidfd))
  }

  func signal(_ signal: Int32) {
    // The only failure is that the process is gone, which its pidfd reports.
    _ = clinux_signal(pidfd.number, signal)
  }

  /// - Returns: nil while the process runs; once it has ended, the ending is given exactly once.
  func poll() throws(SystemError) -> Ending? { try collect(blocking: 0) }

  /// Waits for the end.
  func wait() throws(SystemError) -> Ending? { try collect(blocking: 1) }

  private func collect(blocking: Int32) throws(SystemError) -> Ending? {
    var ending = clinux_exit()
    try SystemError.checkNegated(clinux_wait(pidfd.number, blocking, &ending), "waitid \(pid)")
    guard ending.is_finished != 0 else { return nil }
    return ending.signal == 0 ? .code(ending.code) : .signal(ending.signal)
  }
}
