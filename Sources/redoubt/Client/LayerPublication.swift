import JSON
import Wire

/// Publishes directories as layers, unless the newest version of the layer holds the same.
struct LayerPublication {
  let client: ServiceClient

  /// The ARN of a version that holds what is asked for.
  func arn(of layer: LayerSource) throws -> String {
    switch layer {
    case .version(let arn): return arn
    case .directory(let path): return try arn(ofDirectory: path)
    }
  }

  private func arn(ofDirectory path: String) throws -> String {
    guard HostFile.isDirectory(path) else {
      throw CommandFailure(.usage, "the layer `\(path)` is no directory: give a layer version's ARN or a directory")
    }
    let versions = "/\(ServiceCall.encode(HostFile.name(path)))/versions"
    let package = try CodePackage(CodeSource(path: path))
    if let arn = try newest(versions, holding: package) { return arn }
    let published = try client.json(
      .layers("POST", versions, ["Content": ["ZipFile": .string(Base64.encode(package.zip))]]))
    guard let arn = published["LayerVersionArn"]?.string else {
      throw CommandFailure(.refused, "the reply has no ARN for the layer `\(path)`: look at the server's log")
    }
    return arn
  }

  /// - Returns: nil when there is no version yet, or the newest holds something else.
  private func newest(_ versions: String, holding package: CodePackage) throws -> String? {
    var call = ServiceCall.layers("GET", versions)
    call.query = [("MaxItems", "1")]
    guard case .array(let page)? = try client.json(call)["LayerVersions"],
      let number = page.first?["Version"]?.integer
    else { return nil }
    let version = try client.json(.layers("GET", "\(versions)/\(number)"))
    return version["Content"]?["CodeSha256"]?.string == package.sha256 ? version["LayerVersionArn"]?.string : nil
  }
}
