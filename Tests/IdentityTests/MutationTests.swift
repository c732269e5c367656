import Core
import Identity
import Testing
import Wire

/// Random damage: nothing crashes, and nothing but what means the same is authentic.
@Suite struct MutationTests {
  @Test func `no damaged request is authentic`() throws {
    let bench = try VerifierBench()
    let requests = try SignedRequestFixture.load().requests
    let damage = Damage(SeededRandomSource(seed: 4))
    var refused = 0
    for round in 0..<6000 {
      let request = requests[round % requests.count]
      // What is not signed may change as it likes.
      let original = request.head.without("User-Agent").without("Expect")
      let head = damage.damaged(original)
      if bench.failure(head, body: request.bytes) == nil {
        // The signature covers meanings: an encoded letter, a doubled slash or space change nothing.
        #expect(meaning(head) == meaning(original), "\(head)")
      } else {
        refused += 1
      }
    }
    #expect(refused > 4000)
  }

  @Test func `noise is refused without a crash`() throws {
    let bench = try VerifierBench()
    let damage = Damage(SeededRandomSource(seed: 5))
    for _ in 0..<2000 {
      let fields = ["Credential=", "SignedHeaders=", "Signature=", ",", "/", "host", ";", "", " "]
      let text = (0..<12).map { _ in damage.pick(fields) + damage.text() }.joined()
      let headers = [("Host", "h"), ("X-Amz-Date", "20260131T235900Z"), ("Authorization", "AWS4-HMAC-SHA256 \(text)")]
      let head = RequestHead(method: "GET", target: "/?\(damage.text())&X-Amz-\(damage.text())", headers: headers)
      #expect(bench.failure(head) != nil)
    }
  }

  private func meaning(_ head: RequestHead) -> [String] {
    let values = head.headers.map { header in
      let name = header.name.lowercased()
      let words = header.value.split { $0 == " " || $0 == "\t" }
      return "\(name):\(words.joined(separator: name == "authorization" ? "" : " "))"
    }
    let query = QueryParameters(head.query)?.items.map { "\($0.name)=\($0.value)" } ?? []
    let path = head.path.split(separator: "/").joined(separator: "/")
    return [head.method, path] + query.filter { $0 != "=" }.sorted() + values.sorted()
  }
}

/// Makes small random changes to requests.
private struct Damage {
  private let random: SeededRandomSource

  init(_ random: SeededRandomSource) { self.random = random }

  func pick<Element>(_ elements: [Element]) -> Element { elements[number(below: elements.count)] }

  func text() -> String { String(decoding: random.bytes(number(below: 12)), as: UTF8.self) }

  func damaged(_ head: RequestHead) -> RequestHead {
    let index = number(below: head.headers.count)
    var headers = head.headers
    switch number(below: 6) {
    case 0: return RequestHead(method: damaged(head.method), target: head.target, headers: headers)
    case 1, 2: return head.with(target: damaged(head.target))
    case 3: headers[index].value = damaged(headers[index].value)
    case 4: headers[index].name = damaged(headers[index].name)
    default: headers.remove(at: index)
    }
    return head.with(headers: headers)
  }

  private func damaged(_ text: String) -> String {
    var bytes = Array(text.utf8)
    let index = number(below: bytes.count + 1)
    switch number(below: 4) {
    case 0 where index < bytes.count: bytes[index] = random.bytes(1)[0]
    case 1 where index < bytes.count: bytes.remove(at: index)
    case 2 where index + 1 < bytes.count: bytes.swapAt(index, index + 1)
    default: bytes.insert(random.bytes(1)[0], at: index)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func number(below limit: Int) -> Int {
    let bytes = random.bytes(4)
    return limit == 0 ? 0 : Int(bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) % limit
  }
}
