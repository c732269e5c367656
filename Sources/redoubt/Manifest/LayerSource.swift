/// A layer as it is named for a function.
enum LayerSource: Hashable, Sendable {
  /// A published version.
  case version(arn: String)
  /// What /opt is to hold. The layer is called like the directory.
  case directory(String)

  /// - Parameter directory: what a relative path is seen from.
  init(_ text: String, from directory: String) {
    self = text.hasPrefix("arn:") ? .version(arn: text) : .directory(HostFile.resolve(text, from: directory))
  }
}
