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
      #expect(find(table, "/tags/all")?.endpoint.name == "All")
      #expect(find(table, "/tags/other")?.endpoint.name == "Any1")
    }
  }

  @Test func `a route with a parameter goes before the same path without, in either order`() throws {
    for operations in [[endpoint(Chosen()), endpoint(All())], [endpoint(All()), endpoint(Chosen())]] {
      let table = try ServiceTable(operations)
      #expect(find(table, "/tags/all?Arn=a&find=One")?.endpoint.name == "Chosen")
      #expect(find(table, "/tags/all?find=Other")?.endpoint.name == "All")
      #expect(find(table, "/tags/all")?.endpoint.name == "All")
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
    #expect(find(try ServiceTable([endpoint(Any1())]), "/tags/a/?b=c")?.endpoint.name == "Any1")
  }

  @Test func `two routes that match the same requests are an error`() throws {
    let endpoints = [endpoint(Any1()), endpoint(Same())]
    #expect(throws: ServiceTableError.duplicate("lambda:Any1", "lambda:Same")) { try ServiceTable(endpoints) }
  }

  @Test func `the same operation twice is an error`() throws {
    let endpoints = [endpoint(Any1()), endpoint(Any1())]
    #expect(throws: ServiceTableError.duplicate("lambda:Any1", "lambda:Any1")) { try ServiceTable(endpoints) }
  }

  @Test func `a query service is refused at the start`() throws {
    let service = ServiceDescription(
      name: "sts", signingName: "sts", wireProtocol: .query(apiVersion: "2011-06-15", xmlNamespace: "")
    ) { _ in nil }
    let endpoint = FakeServices.callback(All(), service)
    #expect(throws: ServiceTableError.unsupportedProtocol(service: "sts")) { try ServiceTable([endpoint]) }
  }

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
