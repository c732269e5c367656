import Core
import Functions
import Telemetry

extension Finding {
  /// An environment was not started, for its code could not be compared with what was deployed.
  ///
  /// - Parameter cause: what is wrong with the stored package.
  static func unverifiedPackage(of version: FunctionVersion, cause: String) -> Finding {
    Finding(
      place: version.place, severity: .critical, control: "code-integrity",
      resource: version.qualifiedARN.description,
      description: "an environment was not started: package \(version.code.digest): \(cause)",
      remediation: "deploy the function's code again, and find out what changed the data directory")
  }
}
