package import Core

/// A layer as callers name it: by its name or by its ARN.
package struct LayerReference: Hashable, Sendable {
  package let name: LayerName
  /// nil where the reference leaves it to the request.
  package let place: AccountRegion?

  /// The pattern of `LayerName` in AWS's model, for messages.
  package static let pattern =
    "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:"
    + "[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+"

  /// What stands for a name that does not parse.
  package static let none = LayerReference(name: .none, place: nil)

  private init(name: LayerName, place: AccountRegion?) {
    self.name = name
    self.place = place
  }

  /// - Returns: nil when `text` is neither a name nor the ARN of a layer.
  package init?(_ text: String) {
    if let name = LayerName(text) {
      self.init(name: name, place: nil)
      return
    }
    guard let arn = ARN(text), let place = arn.layerPlace else { return nil }
    let parts = arn.resource.fields(separatedBy: ":")
    guard parts.count == 2, parts[0] == "layer", let name = LayerName(parts[1]) else { return nil }
    self.init(name: name, place: place)
  }
}

/// A version of a layer, by what its ARN says.
package struct LayerVersionReference: Hashable, Sendable {
  package let place: AccountRegion
  package let name: LayerName
  /// From 1, for one that exists.
  package let number: Int

  /// The pattern of `LayerVersionArn` in AWS's model, for messages.
  package static let pattern =
    "((arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:"
    + "[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+))"

  package init(place: AccountRegion, name: LayerName, number: Int) {
    self.place = place
    self.name = name
    self.number = number
  }

  /// - Returns: nil when `text` is not the ARN of a layer version.
  package init?(_ text: String) {
    guard let arn = ARN(text), let place = arn.layerPlace else { return nil }
    let parts = arn.resource.fields(separatedBy: ":")
    guard parts.count == 3, parts[0] == "layer", let name = LayerName(parts[1]),
      parts[2].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(parts[2])
    else { return nil }
    self.init(place: place, name: name, number: number)
  }

  /// The ARN of the layer without a version.
  package var layerARN: ARN { Self.layerARN(name, at: place) }

  package var arn: ARN { ARN(service: "lambda", at: place, resource: "layer:\(name):\(number)") }

  package static func layerARN(_ name: LayerName, at place: AccountRegion) -> ARN {
    ARN(service: "lambda", at: place, resource: "layer:\(name)")
  }
}

extension ARN {
  /// nil unless this is an ARN of Lambda in one account and region.
  fileprivate var layerPlace: AccountRegion? {
    guard service == "lambda", let account = AccountID(account), let region = Region(region) else { return nil }
    return AccountRegion(account: account, region: region)
  }
}
