import Core
import Wire

/// Members that many operations have, with the constraints of AWS's model.
extension MemberReader {
  mutating func entityName(_ member: String, longest: Int) throws(Fault) -> String {
    let name = try requiredString(member)
    checkName(name, at: member, longest: longest)
    return name
  }

  /// The user's name; nil means the caller.
  mutating func optionalUserName() throws(Fault) -> String? { try optionalName("UserName", longest: 128) }

  mutating func optionalName(_ member: String, longest: Int) throws(Fault) -> String? {
    let name = try string(member)
    checkName(name, at: member, longest: longest)
    return name
  }

  mutating func policyName() throws(Fault) -> String {
    let name = try requiredString("PolicyName")
    checkName(name, at: "PolicyName", longest: 128)
    return name
  }

  mutating func policyDocument(_ name: String = "PolicyDocument") throws(Fault) -> String {
    let document = try requiredString(name)
    checkDocument(document, at: name)
    return document
  }

  mutating func checkDocument(_ document: String?, at name: String) {
    check(document, at: name, lengths: 1...131_072)
    check(document, at: name, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+") { text in
      text.unicodeScalars.allSatisfy { [0x9, 0xA, 0xD].contains($0.value) || (0x20...0xFF).contains($0.value) }
    }
  }

  mutating func policyARN() throws(Fault) -> String { try arn("PolicyArn") }

  mutating func arn(_ name: String) throws(Fault) -> String {
    let arn = try requiredString(name)
    checkARN(arn, at: name)
    return arn
  }

  private mutating func checkARN(_ arn: String?, at name: String) {
    check(arn, at: name, lengths: 20...2048)
    guard let arn, (20...2048).contains(arn.unicodeScalars.count) else { return }
    // Beyond ASCII two writings may be one text to whoever compares them.
    if ARN(arn) != nil, arn.utf8.allSatisfy({ $0 < 0x80 }) { return }
    note(Fault(code: "ValidationError", status: 400, message: "Invalid ARN:  Could not be parsed!"))
  }

  mutating func optionalARN(_ name: String) throws(Fault) -> String? {
    let arn = try string(name)
    checkARN(arn, at: name)
    return arn
  }

  mutating func versionID() throws(Fault) -> String {
    let id = try requiredString("VersionId")
    check(id, at: "VersionId", pattern: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?") { text in
      let number = text.dropFirst().prefix { $0 != "." }
      return text.first == "v" && number.first != "0" && !number.isEmpty
        && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
    return id
  }

  mutating func description() throws(Fault) -> String? {
    let description = try string("Description")
    check(description, at: "Description", lengths: 0...1000)
    return description
  }

  /// How long sessions of a role may be, in seconds.
  mutating func maximumSession() throws(Fault) -> Int? {
    let seconds = try integer("MaxSessionDuration")
    check(seconds, at: "MaxSessionDuration", in: 3600...43_200)
    return seconds
  }

  /// The description of a role, which has fewer characters.
  mutating func roleDescription() throws(Fault) -> String? {
    let description = try description()
    check(description, at: "Description", pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*") { text in
      text.unicodeScalars.allSatisfy { scalar in
        [0x9, 0xA, 0xD].contains(scalar.value) || (0x20...0x7E).contains(scalar.value)
          || (0xA1...0xFF).contains(scalar.value)
      }
    }
    return description
  }

  /// The path of something new; `/` when it is left out.
  mutating func entityPath(_ member: String = "Path") throws(Fault) -> String { try optionalPath(member) ?? "/" }

  mutating func optionalPath(_ member: String) throws(Fault) -> String? {
    let path = try string(member)
    check(path, at: member, lengths: 1...512)
    check(path, at: member, pattern: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)") { text in
      text.first == "/" && text.last == "/" && text != "//" && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
    return path
  }

  /// What paths of a list begin with; `/` when it is left out.
  mutating func pathPrefix() throws(Fault) -> String {
    let prefix = try string("PathPrefix")
    check(prefix, at: "PathPrefix", lengths: 1...512)
    check(prefix, at: "PathPrefix", pattern: "\\u002F[\\u0021-\\u007F]*") { text in
      text.first == "/" && text.utf8.allSatisfy { (0x21...0x7F).contains($0) }
    }
    return prefix ?? "/"
  }

  /// The path of a managed policy, which has fewer characters; `/` when it is left out.
  ///
  /// - Parameter member: `Path` or `PathPrefix`.
  mutating func policyPath(_ member: String) throws(Fault) -> String {
    let path = try string(member)
    check(path, at: member, lengths: 1...512)
    check(path, at: member, pattern: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/") { text in
      let names = text.fields(separatedBy: "/")
      return names.count > 1 && names.first == "" && names.last == ""
        && names.dropFirst().dropLast().allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(NameCharacter.contains) }
    }
    return path ?? "/"
  }

  mutating func accessKeyID() throws(Fault) -> String {
    let id = try requiredString("AccessKeyId")
    check(id, at: "AccessKeyId", lengths: 16...128)
    check(id, at: "AccessKeyId", pattern: "[\\w]+") { text in
      text.utf8.allSatisfy { NameCharacter.contains($0) && !"+=,.@-".utf8.contains($0) }
    }
    return id
  }

  mutating func page() throws(Fault) -> ListPage {
    let limit = try integer("MaxItems")
    check(limit, at: "MaxItems", in: 1...1000)
    return try page(of: limit ?? 100)
  }

  /// A page of a list whose length the caller does not choose.
  mutating func page(of limit: Int) throws(Fault) -> ListPage {
    let marker = try string("Marker")
    check(marker, at: "Marker", lengths: 1...2048)
    let mark = ListPage.mark(in: marker)
    if marker != nil, mark == nil {
      note(Fault(code: "ValidationError", status: 400, message: "Invalid Marker."))
    }
    return ListPage(limit: limit, after: mark ?? "")
  }

  private mutating func checkName(_ name: String?, at member: String, longest: Int) {
    check(name, at: member, lengths: 1...longest)
    check(name, at: member, pattern: "[\\w+=,.@-]+") { $0.utf8.allSatisfy(NameCharacter.contains) }
  }
}
