import Core
import Testing
import Wire

@testable import Gate

/// Requests that nobody has signed, for an operation whose credential is in the body.
@Suite struct UnsignedTests {
  private func form(_ body: String) -> RawRequest {
    var request = RawRequest(target: "/", body: Array(body.utf8))
    request.headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    request.service = "sts"
    return request
  }

  private var token: RawRequest { form("Action=TakeToken&Version=2011-06-15&Token=a") }

  @Test func `what takes a token is reached, signed or not, and has a queue of its own`() throws {
    let busy = ControlOperationRunner(concurrency: 1, waiting: 1)
    let fixture = try GateFixture(unsignedRunner: busy)
    let first = try EmbeddedConnection(fixture)
    try first.receive(token.unsigned)
    #expect(try first.answers().isEmpty)
    #expect(fixture.stages.budget.reservedBytes == 0)
    for request in [token.unsigned, try token.signed(fixture), try token.signedWithoutDigest(fixture)] {
      let other = try EmbeddedConnection(fixture)
      try other.receive(request)
      #expect(try other.onlyAnswer().status == 503)
    }
    #expect(fixture.records.map(\.operation) == Array(repeating: "sts:TakeToken", count: 3))
    let known = try EmbeddedConnection(fixture)
    try known.receive(try RawRequest(method: "GET", target: "/things/a").signed(fixture))
    #expect(try known.answers().isEmpty)
  }

  @Test func `a signature that is there has to be right`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try token.signedWithoutDigest(fixture, secret: "wrong"))
    #expect(try connection.onlyAnswer().body.contains("SignatureDoesNotMatch"))
    for headers in [
      [("Authorization", "")], [("Authorization", "Bearer a")], [("Authorization", "a"), ("Authorization", "b")],
    ] {
      var request = token
      request.headers += headers
      let other = try EmbeddedConnection(fixture)
      try other.receive(request.unsigned)
      #expect([400, 403].contains(try other.onlyAnswer().status))
    }
    let outcomes: [AccessRecord.Outcome] = [
      .refused(.unauthenticated), .refused(.unauthenticated), .refused(.unauthenticated), .refused(.repeatedHeader),
    ]
    #expect(fixture.records.map(\.outcome) == outcomes)
  }

  @Test func `what functions send unsigned has a queue of its own`() throws {
    let fixture = try GateFixture(unsignedRunner: ControlOperationRunner(concurrency: 1, waiting: 1))
    let inside = fixture.stages.inside(
      ARN(service: "lambda", region: "us-east-1", account: "000000000001", resource: "function:f"),
      limits: .insideEnvironment, counters: GateCounters(), within: ByteBudget(limit: 1 << 20), runner: .init(),
      unsignedRunner: ControlOperationRunner(concurrency: 1, waiting: 1))
    for stages in [inside, fixture.stages] {
      let waiting = try EmbeddedConnection(stages)
      try waiting.receive(token.unsigned)
      #expect(try waiting.answers().isEmpty)
      let second = try EmbeddedConnection(stages)
      try second.receive(token.unsigned)
      #expect(try second.onlyAnswer().status == 503)
    }
  }

  @Test(arguments: [100, 101])
  func `a form has a hundred parameters and no more`(count: Int) throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    let others = (4...count).map { "&a\($0)=b" }.joined()
    try connection.receive(form("Action=TakeToken&Version=2011-06-15&Token=a\(others)").unsigned)
    #expect(try connection.answers().map(\.status) == (count == 100 ? [] : [403]))
  }

  @Test func `forms leave others their part of the budget`() throws {
    let fixture = try GateFixture { $0.unauthenticatedBytes = 16_000 }
    let form = form("Action=TakeToken&Version=2011-06-15&Token=" + String(repeating: "a", count: 900)).unsigned
    var waiting: [EmbeddedConnection] = []
    for _ in 0..<2 {
      waiting.append(try EmbeddedConnection(fixture))
      try waiting[waiting.count - 1].receive(form.dropLast())
    }
    let third = try EmbeddedConnection(fixture)
    try third.receive(form)
    #expect(try third.onlyAnswer().status == 503)
    let known = try EmbeddedConnection(fixture)
    let body = [UInt8](repeating: 0x61, count: 900)
    try known.receive(try RawRequest(body: body).signedWithoutDigest(fixture))
    #expect(try known.onlyAnswer().status == 200)
    for connection in waiting { try connection.receive(form.suffix(1)) }
    #expect(fixture.stages.budget.reservedBytes == 0)
    #expect(fixture.stages.unsignedBudget.reservedBytes == 0)
  }

  @Test(arguments: [
    "", "Action=Other&Version=2011-06-15", "Action=TakeToken", "Action=TakeToken&Version=2010-05-08", "%",
  ])
  func `nothing else is`(body: String) throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(form(body).unsigned)
    let answer = try connection.onlyAnswer()
    #expect(answer.status == 403)
    #expect(answer.body.contains("<Code>MissingAuthenticationToken</Code>"))
    #expect(connection.isOpen)
  }

  @Test func `a longer form is refused before its body is taken`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    let request = form(String(repeating: "a", count: 1001)).unsigned
    try connection.receive(request.dropLast(1001))
    #expect(try connection.onlyAnswer().status == 403)
    #expect(!connection.isOpen)
    #expect(fixture.stages.budget.reservedBytes == 0)
  }

  @Test func `the body counts against the budget of those who are not known`() throws {
    let fixture = try GateFixture { $0.unauthenticatedBytes = 60 }
    let first = try EmbeddedConnection(fixture)
    let request = form("Action=Other&Version=2011-06-15").unsigned
    try first.receive(request.dropLast())
    #expect(fixture.stages.budget.reservedBytes == 31)
    let second = try EmbeddedConnection(fixture)
    try second.receive(request)
    #expect(try second.onlyAnswer().status == 503)
    try first.receive(request.suffix(1))
    #expect(try first.onlyAnswer().status == 403)
    #expect(fixture.stages.budget.reservedBytes == 0)
  }
}
