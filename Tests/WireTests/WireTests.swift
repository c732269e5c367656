import Core
import JSON
import Testing
import Wire

struct WireTests {
  private static let service = ServiceDescription(
    name: "probe", signingName: "probe", wireProtocol: .restJSON, fault: { _ in nil })

  @Test func `a route takes its variables decoded`() {
    let route = Route("GET", "/2015-03-31/functions/{FunctionName}/configuration")
    let path = "/2015-03-31/functions/arn%3Aaws%3Alambda/configuration".split(separator: "/")
    #expect(route.match(method: "GET", path: path) == ["FunctionName": "arn:aws:lambda"])
    #expect(route.match(method: "PUT", path: path) == nil)
    #expect(route.match(method: "GET", path: Array(path.dropLast())) == nil)
  }

  @Test func `a slash inside a variable stays inside its segment`() {
    let route = Route("GET", "/f/{Name}")
    #expect(route.match(method: "GET", path: "/f/a%2Fb".split(separator: "/")) == ["Name": "a/b"])
    #expect(route.match(method: "GET", path: "/f/a/b".split(separator: "/")) == nil)
  }

  @Test(arguments: ["%", "%4", "%zz", "%FF"])
  func `bad percent-encoding is refused`(text: String) {
    #expect(PercentCoding.decode(text) == nil)
    #expect(QueryParameters("a=\(text)") == nil)
  }

  @Test func `query parameters are decoded in order and a plus sign stays`() throws {
    let query = try #require(QueryParameters("a=1%202&b&c=&a=x+y"))
    #expect(query.items.map(\.name) == ["a", "b", "c", "a"])
    #expect(query["a"] == "1 2")
    #expect(query["b"] == "")
    #expect(query.items.last?.value == "x+y")
  }

  @Test func `header names are found in any case`() {
    let head = RequestHead(method: "GET", target: "/p?q=1?2", headers: [("X-Amz-Date", "1"), ("x-amz-date", "2")])
    #expect(head.header("x-AMZ-date") == "1")
    #expect(head.headerValues("X-AMZ-DATE") == ["1", "2"])
    #expect(head.path == "/p")
    #expect(head.query == "q=1?2")
  }

  @Test func `broken constraints are reported together in the words of aws`() throws {
    var reader = try reader(#"{"Timeout": 0, "MemorySize": 1}"#)
    reader.check(try reader.integer("Timeout"), at: "Timeout", in: 1...900)
    reader.check(try reader.integer("MemorySize"), at: "MemorySize", in: 128...10_240)
    #expect(try reader.requiredString("Role") == "")
    let fault = try #require(reader.fault(of: Self.service))
    #expect(fault.code == "ValidationException")
    #expect(
      fault.message == "3 validation errors detected: Value '0' at 'timeout' failed to satisfy constraint: "
        + "Member must have value greater than or equal to 1; Value '1' at 'memorySize' failed to satisfy constraint: "
        + "Member must have value greater than or equal to 128; Value null at 'role' failed to satisfy constraint: "
        + "Member must not be null")
  }

  @Test func `a member that is not honoured is refused by name unless it carries a default`() throws {
    let unhonoured: [String: [JSONValue]] = ["Layers": [[]], "VpcConfig": [[:]]]
    var withDefaults = try reader(#"{"Layers": [], "VpcConfig": {}, "Other": null}"#)
    withDefaults.refuse(unhonoured)
    #expect(withDefaults.fault(of: Self.service) == nil)
    var withValues = try reader(#"{"Layers": ["x"], "VpcConfig": {"SubnetIds": ["y"]}}"#)
    withValues.refuse(unhonoured)
    #expect(withValues.fault(of: Self.service)?.message.contains("Layers, VpcConfig") == true)
  }

  @Test func `of what is wrong a constraint is told first, then members that do not fit each other, then refusals`()
    throws
  {
    var reader = try reader(#"{"Layers": ["x"]}"#)
    reader.refuse(["Layers": []])
    #expect(reader.fault(of: Self.service)?.code == "InvalidParameterValueException")
    reader.note(Fault(code: "First", status: 400, message: "a"))
    reader.note(Fault(code: "Second", status: 400, message: "b"))
    #expect(reader.fault(of: Self.service)?.code == "First")
    reader.note(nil, at: "Role", "Member must not be null")
    #expect(reader.fault(of: Self.service)?.code == "ValidationException")
  }

  @Test func `a fault inside a structure is told of the whole`() throws {
    var reader = try reader(#"{"Code": {}}"#)
    var inner = try #require(try reader.structure("Code"))
    inner.note(Fault(code: "Inner", status: 400, message: ""))
    reader.absorb(inner)
    #expect(reader.fault(of: Self.service)?.code == "Inner")
  }

  @Test func `lengths count scalars, so that combining marks are no way around them`() throws {
    var reader = try reader("{}")
    reader.check("e" + String(repeating: "\u{301}", count: 200), at: "Handler", lengths: 0...128)
    #expect(reader.fault(of: Self.service) != nil)
  }

  @Test(arguments: ["[]", "1", "{", "\"x\""])
  func `a body that is no object is a serialization error`(text: String) {
    #expect(throws: Fault.self) { try reader(text) }
  }

  @Test func `a member of the wrong type is a serialization error`() throws {
    let reader = try reader(#"{"Timeout": "3", "Code": {"ZipFile": "no base64!"}, "Names": ["a", 1]}"#)
    #expect(throws: Fault.self) { try reader.integer("Timeout") }
    #expect(throws: Fault.self) { try reader.structure("Code")?.blob("ZipFile") }
    #expect(throws: Fault.self) { try reader.strings("Names") }
  }

  @Test func `faults are rendered in each protocol`() throws {
    let fault = Fault(code: "NoSuchThing", status: 404, message: "no `<x>`", headers: ["Retry-After": "1"])
    let id = try #require(RequestID("00000000-0000-4000-8000-000000000000"))
    let rest = WireProtocol.restJSON.render(fault, requestID: id)
    #expect(rest.head.status == 404)
    #expect(rest.head.headers.contains { $0.name == "x-amzn-ErrorType" && $0.value == "NoSuchThing" })
    #expect(rest.head.headers.contains { $0.name == "Retry-After" && $0.value == "1" })
    #expect(text(rest) == #"{"message":"no `<x>`"}"#)
    let json = WireProtocol.json(version: .v1_1, targetPrefix: "T").render(fault, requestID: id)
    #expect(text(json) == #"{"__type":"NoSuchThing","message":"no `<x>`"}"#)
    let query = WireProtocol.query(apiVersion: "2010-05-08", xmlNamespace: "urn:x").render(fault, requestID: id)
    #expect(text(query).contains("<Code>NoSuchThing</Code><Message>no `&lt;x&gt;`</Message><Type>Sender</Type>"))
    #expect(text(query).contains("<RequestId>00000000-0000-4000-8000-000000000000</RequestId>"))
    #expect(text(WireProtocol.restXML.render(fault, requestID: id)).contains("<Error><Code>NoSuchThing</Code>"))
    let ec2 = WireProtocol.ec2Query(apiVersion: "1", xmlNamespace: "urn:x").render(fault, requestID: id)
    #expect(text(ec2).contains("<Response><Errors><Error><Code>NoSuchThing</Code>"))
  }

  private func reader(_ body: String) throws -> MemberReader {
    let account = try #require(AccountID("000000000000"))
    let region = try #require(Region("us-east-1"))
    let request = OperationRequest(
      head: RequestHead(method: "POST", target: "/", headers: []), pathParameters: [:], body: Array(body.utf8),
      requestID: RequestID(from: SeededRandomSource(seed: 1)), place: AccountRegion(account: account, region: region))
    return try MemberReader(request, body: .json)
  }

  private func text(_ response: OperationResponse) -> String { String(decoding: response.body, as: UTF8.self) }
}
