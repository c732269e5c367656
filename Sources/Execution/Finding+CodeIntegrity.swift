import Core
import Functions
import Telemetry

extension Finding {
  /// An environment was not started, for its code or a layer could not be compared with what was deployed.
  ///
  /// - Parameters:
  ///   - digest: of the stored package.
  ///   - cause: what is wrong with it.
  static func unverifiedPackage(_ digest: Digest, of version: FunctionVersion, cause: String) -> Finding {
    let layer = version.configuration.layers.first { $0.content.digest == digest && digest != version.code.digest }
    let package = "package \(digest)" + (layer.map { " of \($0.arn)" } ?? "")
    let remedy = layer == nil ? "deploy the function's code again" : "publish the layer's content again"
    return Finding(
      place: version.place, severity: .critical, control: "code-integrity",
      resource: version.qualifiedARN.description,
      description: "an environment was not started: \(package): \(cause)",
      remediation: "\(remedy), and find out what changed the data directory")
  }
}
