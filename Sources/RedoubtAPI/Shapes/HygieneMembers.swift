import Core
import Functions
import JSON
import Wire

extension MemberReader {
  /// Reads `Hygiene`, which must be there.
  mutating func hygieneMode() throws(Fault) -> HygieneMode {
    let text = try requiredString("Hygiene")
    if try string("Hygiene") != nil { check(text, at: "Hygiene", oneOf: HygieneMode.allCases.map(\.rawValue)) }
    return HygieneMode(rawValue: text) ?? .platformDefault
  }
}

extension RedoubtServices {
  /// What holds for the function, and who has set it.
  func hygieneMembers(of name: FunctionName, at place: AccountRegion) -> JSONValue {
    let own = catalog.ownHygiene(of: name, at: place)
    return [
      "FunctionArn": .string(FunctionVersion.arn(name, at: place).description),
      "Hygiene": .string(catalog.hygiene(of: name, at: place).rawValue),
      "SetBy": .string(own != nil ? "Function" : source(at: place)),
    ]
  }

  /// What holds for functions without a mode of their own, and who has set it.
  func hygieneMembers(at place: AccountRegion) -> JSONValue {
    let mode = catalog.ownHygiene(at: place) ?? .platformDefault
    return ["Hygiene": .string(mode.rawValue), "SetBy": .string(source(at: place))]
  }

  private func source(at place: AccountRegion) -> String {
    catalog.ownHygiene(at: place) != nil ? "Account" : "Platform"
  }
}

/// What the actions on an account's own settings are allowed on.
enum AccountResource {
  static func arn(at place: AccountRegion) -> String {
    ARN(service: "redoubt", at: place, resource: "account").description
  }
}
