import Core
import Testing

struct TraceHeaderTests {
  private let root = "1-5759e988-bd862e3fe1be46a994272793"
  private let random = SeededRandomSource(seed: 1)

  @Test func `a new trace has a root of the present time, a parent, and is not sampled`() throws {
    let text = TraceHeader(at: WallTime(seconds: 0x5759_e988), from: random).description
    let pattern = #/Root=1-5759e988-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0/#
    #expect(try pattern.wholeMatch(in: text) != nil, "\(text)")
    #expect(TraceHeader(at: WallTime(seconds: 0), from: random).description != text)
    #expect(TraceHeader(text)?.description == text)
  }

  @Test(arguments: [
    ("Root=R;Parent=53995c3f42cd8ad8;Sampled=1", "Root=R;Parent=53995c3f42cd8ad8;Sampled=1"),
    ("Root=R", "Root=R;Sampled=0"),
    ("sampled=1; root=R", "Root=R;Sampled=1"),
    ("Root=R;Sampled=?", "Root=R;Sampled=0"),
    (
      "Self=1-67891234-12456789abcdef012345678;Root=R;Lineage=1:38a5ab94:0",
      "Root=R;Sampled=0;Self=1-67891234-12456789abcdef012345678;Lineage=1:38a5ab94:0"
    ),
  ])
  func `what a caller gives is kept, in the order of AWS`(given: String, kept: String) {
    let given = given.replacing("R;", with: root + ";").replacing(#/R$/#, with: root)
    #expect(TraceHeader(given)?.description == kept.replacing("R;", with: root + ";"))
  }

  @Test(arguments: [
    "", "Root=", "Parent=53995c3f42cd8ad8", "Root=1-5759e988-bd862e3fe1be46a99427279", "Root=2-R", "R", "Root=R;;",
    "Root=R;Root=R", "Root=R;Parent=53995c3f42cd8ad", "Root=R;Parent=53995c3f42cd8adg", "Root=R;Sampled=2",
    "Root=R;Name", "Root=R;=value", "Root=R;A=b=c", "Root=R;A=\u{7f}", "Root=R;A=\r\nB: c", "Root=R;A=ö",
    "Root=R;A=" + String(repeating: "x", count: 256),
  ])
  func `what is not of the form is no trace`(text: String) {
    #expect(TraceHeader(text.replacing("=R", with: "=" + root)) == nil)
  }

  @Test func `a parent is added where there is none`() throws {
    let header = try #require(TraceHeader("Root=\(root);Sampled=1"))
    let completed = header.completed(from: random).description
    #expect(try #/Root=(.+);Parent=[0-9a-f]{16};Sampled=1/#.wholeMatch(in: completed)?.1 == root[...], "\(completed)")
    let whole = try #require(TraceHeader("Root=\(root);Parent=53995c3f42cd8ad8"))
    #expect(whole.completed(from: random) == whole)
  }
}
