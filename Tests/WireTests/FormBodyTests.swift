import Core
import JSON
import Testing
import Wire

struct FormBodyTests {
  private func members(_ body: String, query: String = "") throws -> MemberReader {
    let place = AccountRegion(
      account: try #require(AccountID("000000000000")), region: try #require(Region("us-east-1")))
    let head = RequestHead(method: "POST", target: "/?" + query, headers: [])
    return try MemberReader(
      OperationRequest(
        head: head, pathParameters: [:], body: Array(body.utf8), requestID: RequestID(from: SystemRandomSource()),
        place: place), body: .form)
  }

  @Test func `values are decoded, and a plus sign is a blank`() throws {
    let members = try members("A=a+b%2Bc&B=&C")
    #expect(try members.string("A") == "a b+c")
    #expect(try members.string("B") == "")
    #expect(try members.string("C") == "")
    #expect(try members.string("D") == nil)
  }

  @Test func `numbers and truth values are texts`() throws {
    let members = try members("N=12&T=true&F=false&X=yes")
    #expect(try members.integer("N") == 12)
    #expect(try members.bool("T") == true)
    #expect(try members.bool("F") == false)
    #expect(throws: Fault.self) { try members.bool("X") }
    #expect(throws: Fault.self) { try members.integer("X") }
  }

  @Test func `lists are in the order of their numbers`() throws {
    let names = (1...11).reversed().map { "L.member.\($0)=v\($0)" }.joined(separator: "&")
    #expect(try members(names).strings("L") == (1...11).map { "v\($0)" })
    #expect(try members("L.member=").strings("L") == [])
  }

  @Test func `structures are in lists and lists in structures`() throws {
    let members = try members("T.member.1.Key=a&T.member.1.Value=b&T.member.2.Key=c&S.L.member.1=x")
    #expect(members.member("T") == [["Key": "a", "Value": "b"], ["Key": "c"]])
    #expect(members.member("S") == ["L": ["x"]])
  }

  @Test func `parameters of the query count too`() throws {
    #expect(try members("", query: "A=1%202&B.member.1=c").string("A") == "1 2")
  }

  @Test(arguments: [
    "A=1&A.B=2", "A.B=2&A=1", "A=1&A=2", "A=%zz", "%ff=1",
    Array(repeating: "A", count: 17).joined(separator: ".") + "=1",
  ]) func `what cannot be is refused`(body: String) {
    let fault = #expect(throws: Fault.self) { try members(body) }
    #expect(fault?.code == "MalformedQueryString")
  }

  @Test func `what is no list is none`() throws {
    #expect(throws: Fault.self) { try members("L.member.a=1").strings("L") }
    #expect(throws: Fault.self) { try members("L.member.0=1").strings("L") }
  }
}
