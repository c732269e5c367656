import Authorization
import Core
import Testing
import Wire

@testable import Gate

@Suite struct ServiceTableTests {
  private struct Any1: CallbackOperation {
    struct Input: Sendable {}
    static let name = "Any1"
    static let route = Route("GET", "/tags/{Name}")

    static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }
    static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] { [] }
    func start(_ call: Authorized<Input>, reply: any ResponseStream) throws {}
  }

  private struct All: CallbackOperation {
    struct Input: Sendable {}
    static let name = "All"
    static let route = Route("GET", "/tags/all")

    static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }
    static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] { [] }
    func start(_ call: Authorized<Input>, reply: any ResponseStream) throws {}
  }

  private struct Same: CallbackOperation {
    struct Input: Sendable {}
    static let name = "Same"
    static let route = Route("GET", "/tags/{Other}")

    static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }
    static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] { [] }
    func start(_ call: Authorized<Input>, reply: any ResponseStream) throws {}
  }

  private struct Chosen: CallbackOperation {
    struct Input: Sendable {}
    static let name = "Chosen"
    static let route = Route("GET", "/tags/all?find=One")

    static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }
    static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] { [] }
    func start(_ call: Authorized<Input>, reply: any ResponseStream) throws {}
  }

  private func endpoint(_ operation: some CallbackOperation) -> Endpoint {
    FakeServices.callback(operation, FakeServices.lambda)
  }

  private func find(_ table: ServiceTable, _ target: String, method: String = "GET") -> ServiceTable.Match? {
    table.find(RequestHead(method: method, target: target, headers: []))
  }

  @Test func `a literal goes before a variable in either order`() throws {
    for operations in [[endpoint(Any1()), endpoint(All())], [endpoint(All()), endpoint(Any1())]] {
      let table = try ServiceTable(operations)
      #expect(find(table, "/tags/all")?.known?.name == "All")
      #expect(find(table, "/tags/other")?.known?.name == "Any1")
    }
  }

  @Test func `a route with a parameter goes before the same path without, in either order`() throws {
    for operations in [[endpoint(Chosen()), endpoint(All())], [endpoint(All()), endpoint(Chosen())]] {
      let table = try ServiceTable(operations)
      #expect(find(table, "/tags/all?Arn=a&find=One")?.known?.name == "Chosen")
      #expect(find(table, "/tags/all?find=Other")?.known?.name == "All")
      #expect(find(table, "/tags/all")?.known?.name == "All")
    }
  }

  @Test func `an encoded slash stays inside its segment`() throws {
    let table = try ServiceTable([endpoint(Any1())])
    #expect(find(table, "/tags/arn%3Aaws%2Fa")?.pathParameters == ["Name": "arn:aws/a"])
    #expect(find(table, "/tags/a/b") == nil)
  }

  @Test(arguments: ["//tags/a", "/tags//a", "/tags/a//", "/tags/", "/tags/%zz", "/tags", "/"])
  func `paths that only look alike do not match`(_ path: String) throws {
    #expect(find(try ServiceTable([endpoint(Any1())]), path) == nil)
  }

  @Test func `a trailing slash makes no difference`() throws {
    #expect(find(try ServiceTable([endpoint(Any1())]), "/tags/a/?b=c")?.known?.name == "Any1")
  }

  @Test func `two routes that match the same requests are an error`() throws {
    let endpoints = [endpoint(Any1()), endpoint(Same())]
    #expect(throws: ServiceTableError.duplicate("lambda:Any1", "lambda:Same")) { try ServiceTable(endpoints) }
  }

  @Test func `the same operation twice is an error`() throws {
    let endpoints = [endpoint(Any1()), endpoint(Any1())]
    #expect(throws: ServiceTableError.duplicate("lambda:Any1", "lambda:Any1")) { try ServiceTable(endpoints) }
  }

  @Test func `a query service is found by its scope, and its operation by the action`() throws {
    let table = try ServiceTable([FakeServices.callback(All(), Self.query)])
    let match = try #require(table.find(Self.form()))
    #expect(match.known == nil)
    #expect(try match.endpoint(Array("Action=All&Version=2011-06-15".utf8), query: "").name == "All")
    #expect(try match.endpoint(Array("Version=2011-06-15&Action=All".utf8), query: "").name == "All")
  }

  @Test(arguments: [
    ("", "MissingAction"), ("Action=Some&Version=2011-06-15", "InvalidAction"), ("Action=All", "InvalidAction"),
    ("Action=All&Version=2011-06-16", "InvalidAction"), ("Action=%zz", "MalformedQueryString"),
  ]) func `an action that is not there is refused`(body: String, code: String) throws {
    let table = try ServiceTable([FakeServices.callback(All(), Self.query)])
    let match = try #require(table.find(Self.form()))
    let fault = #expect(throws: Fault.self) { try match.endpoint(Array(body.utf8), query: "") }
    #expect(fault?.code == code)
  }

  @Test(arguments: [
    RequestHead(method: "POST", target: "/", headers: [("Content-Type", "application/json")]),
    RequestHead(method: "POST", target: "/path", headers: [("Content-Type", "application/x-www-form-urlencoded")]),
    RequestHead(method: "PUT", target: "/", headers: [("Content-Type", "application/x-www-form-urlencoded")]),
    RequestHead(method: "GET", target: "/?Version=2011-06-15", headers: []),
  ]) func `what is no form is for no query service`(head: RequestHead) throws {
    #expect(try ServiceTable([FakeServices.callback(All(), Self.query)]).find(head) == nil)
  }

  @Test func `a presigned request names its action in the query`() throws {
    let table = try ServiceTable([FakeServices.callback(All(), Self.query)])
    let head = RequestHead(method: "GET", target: "/?Action=All&Version=2011-06-15", headers: [])
    let match = try #require(table.find(head))
    #expect(try match.endpoint([], query: head.query).name == "All")
  }

  @Test func `a service of ec2's protocol is refused at the start`() throws {
    let service = ServiceDescription(
      name: "ec2", signingName: "ec2", wireProtocol: .ec2Query(apiVersion: "2016-11-15", xmlNamespace: "")
    ) { _ in nil }
    #expect(throws: ServiceTableError.unsupportedProtocol(service: "ec2")) {
      try ServiceTable([FakeServices.callback(All(), service)])
    }
  }

  private static let query = ServiceDescription(
    name: "sts", signingName: "sts", wireProtocol: .query(apiVersion: "2011-06-15", xmlNamespace: "")
  ) { _ in nil }

  private static func form() -> RequestHead {
    RequestHead(
      method: "POST", target: "/", headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
  }

  @Test func `without a signature a form finds those operations that take it, of whatever service they are`() throws {
    let account = try #require(AccountID("000000000001"))
    let unsigned = FakeServices.unsigned(TakeToken(), FakeServices.sts, account)
    let table = try ServiceTable([
      FakeServices.callback(All(), Self.iam), FakeServices.callback(All(), FakeServices.sts), unsigned,
    ])
    let match = try #require(table.findUnsigned(Self.form()))
    #expect(match.service.name == "sts")
    #expect(try match.endpoint(Array("Action=TakeToken&Version=2011-06-15".utf8), query: "").name == "TakeToken")
    #expect(throws: Fault.self) { try match.endpoint(Array("Action=All&Version=2011-06-15".utf8), query: "") }
    for target in ["/?a=b", "/path"] {
      #expect(table.findUnsigned(RequestHead(method: "POST", target: target, headers: Self.form().headers)) == nil)
    }
    #expect(table.findUnsigned(RequestHead(method: "GET", target: "/?Action=TakeToken", headers: [])) == nil)
    #expect(table.findUnsigned(RequestHead(method: "POST", target: "/", headers: [])) == nil)
    #expect(try ServiceTable([FakeServices.callback(All(), FakeServices.sts)]).findUnsigned(Self.form()) == nil)
  }

  private static let iam = ServiceDescription(
    name: "iam", signingName: "iam", wireProtocol: .query(apiVersion: "2010-05-08", xmlNamespace: "")
  ) { _ in nil }

  @Test(
    arguments: [
      "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host",
      "AWS4-HMAC-SHA256 SignedHeaders=host,Credential=AKID/20260101/us-east-1/lambda/aws4_request",
      "Credential=A/B/20260101/us-east-1/lambda/aws4_request",
    ])
  func `the service is read out of the scope`(_ header: String) {
    let head = RequestHead(method: "GET", target: "/", headers: [("authorization", header)])
    #expect(ScopedService.name(of: head) == "lambda")
  }

  @Test(arguments: ["", "Credential=", "Credential=a/b", "Bearer x", "Credential=A/20260101/us-east-1/lambda/other"])
  func `no service is read out of what is no scope`(_ header: String) {
    let head = RequestHead(
      method: "GET", target: "/?X-Amz-Credential=A%2F1%2Fr%2Flambda%2Faws4_request",
      headers: [("authorization", header)])
    #expect(ScopedService.name(of: head) == nil)
  }

  @Test func `the service of a presigned URL is in its query`() {
    let head = RequestHead(
      method: "GET", target: "/?a=b&X-Amz-Credential=A%2F1%2Fr%2Flambda%2Faws4_request", headers: [])
    #expect(ScopedService.name(of: head) == "lambda")
  }
}
