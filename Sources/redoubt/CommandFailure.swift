import ArgumentParser

/// Why a command ends without success: one sentence for people and a code for scripts.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
  /// What the process ends with. From 64 on the meanings are those of sysexits.h.
  enum Code: Int32 {
    case functionError = 1
    case usage = 2
    case refused = 3
    case unreachable = 4
    case system = 71
    case occupied = 75
    case noPermission = 77
    case configuration = 78
  }

  let code: Code
  /// Lower case, without a full stop; names the offending value and what to do next.
  let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

extension CommandFailure {
  /// Writes the error to stderr (help and versions to stdout) and ends the process.
  static func end(with error: any Error) -> Never {
    switch error {
    case let failure as CommandFailure:
      StandardError.write("redoubt: \(failure)\n")
      Redoubt.exit(withError: ExitCode(failure.code.rawValue))
    case let refusal as ServiceRefusal:
      StandardError.write("redoubt: \(refusal)\n")
      Redoubt.exit(withError: ExitCode(Code.refused.rawValue))
    case let failure as SystemError:
      StandardError.write("redoubt: \(failure)\n")
      Redoubt.exit(withError: ExitCode(Code.system.rawValue))
    default:
      guard Redoubt.exitCode(for: error) == .validationFailure else { Redoubt.exit(withError: error) }
      StandardError.write(Redoubt.fullMessage(for: error) + "\n")
      Redoubt.exit(withError: ExitCode(Code.usage.rawValue))
    }
  }
}
