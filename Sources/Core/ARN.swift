/// An Amazon Resource Name of the `aws` partition, six parts apart by colons; the resource part may contain more.
package struct ARN: Hashable, Sendable, CustomStringConvertible {
  package let service: String
  /// Empty for global services such as IAM.
  package let region: String
  package let account: String
  package let resource: String

  package init(service: String, region: String, account: String, resource: String) {
    self.service = service
    self.region = region
    self.account = account
    self.resource = resource
  }

  /// An ARN in one account and region.
  package init(service: String, at place: AccountRegion, resource: String) {
    self.init(
      service: service, region: place.region.description, account: place.account.description, resource: resource)
  }

  /// - Returns: nil unless `text` is `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE` with a service and a resource.
  package init?(_ text: String) {
    let parts = text.parts(separatedBy: ":", maxSplits: 5)
    guard parts.count == 6, parts[0] == "arn", parts[1] == "aws", !parts[2].isEmpty, !parts[5].isEmpty else {
      return nil
    }
    self.init(service: parts[2], region: parts[3], account: parts[4], resource: parts[5])
  }

  package var description: String {
    var text = "arn:aws:"
    // As long as it gets: an interpolation would grow it bit by bit.
    let length = service.utf8.count + region.utf8.count + account.utf8.count + resource.utf8.count
    text.reserveCapacity(text.utf8.count + length + 3)
    text += service
    text += ":"
    text += region
    text += ":"
    text += account
    text += ":"
    text += resource
    return text
  }
}
