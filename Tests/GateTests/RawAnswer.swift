/// One answer as it came over the wire, read without the code under test.
struct RawAnswer: Equatable {
  let status: Int
  /// Names in lower case.
  let headers: [String: String]
  let body: String

  var closes: Bool { headers["connection"] == "close" }

  /// - Parameter hasBody: false for answers to HEAD.
  /// - Returns: nil when `bytes` are not a row of whole answers.
  static func all(in bytes: [UInt8], hasBody: Bool = true) -> [RawAnswer]? {
    var answers: [RawAnswer] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let answer = next(&rest, hasBody) else { return nil }
      answers.append(answer)
    }
    return answers
  }

  private static func next(_ rest: inout ArraySlice<UInt8>, _ hasBody: Bool) -> RawAnswer? {
    guard let lines = head(&rest), let start = lines.first, start.hasPrefix("HTTP/1."),
      let status = Int(start.dropFirst(9).prefix(3))
    else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      guard headers.updateValue(String(value), forKey: line[..<colon].lowercased()) == nil else { return nil }
    }
    guard hasBody, status != 100, status != 204, status != 304 else {
      return RawAnswer(status: status, headers: headers, body: "")
    }
    guard let body = body(headers, &rest) else { return nil }
    return RawAnswer(status: status, headers: headers, body: String(decoding: body, as: UTF8.self))
  }

  private static func head(_ rest: inout ArraySlice<UInt8>) -> [String]? {
    var lines: [String] = []
    while let end = rest.firstIndex(of: 0x0A) {
      guard end > rest.startIndex, rest[end - 1] == 0x0D else { return nil }
      let line = rest[rest.startIndex..<end - 1]
      rest = rest[(end + 1)...]
      if line.isEmpty { return lines }
      lines.append(String(decoding: line, as: UTF8.self))
    }
    return nil
  }

  private static func body(_ headers: [String: String], _ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    if headers["transfer-encoding"] == "chunked" { return chunks(&rest) }
    guard let text = headers["content-length"] else {
      // Ended by the connection's end.
      defer { rest = [] }
      return Array(rest)
    }
    guard let length = Int(text), rest.count >= length else { return nil }
    defer { rest = rest.dropFirst(length) }
    return Array(rest.prefix(length))
  }

  private static func chunks(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    var body: [UInt8] = []
    while let end = rest.firstIndex(of: 0x0D) {
      guard let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) else { return nil }
      rest = rest[(end + 2)...]
      guard rest.count >= size + 2 else { return nil }
      body += rest.prefix(size)
      rest = rest.dropFirst(size + 2)
      if size == 0 { return body }
    }
    return nil
  }
}
