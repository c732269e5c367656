import Telemetry
import Testing

struct NameTests {
  @Test(arguments: ["/aws/lambda/resize", "a", "A-z_0.9/#", String(repeating: "a", count: 512)])
  func `a log group has a name of AWS's form`(name: String) {
    #expect(LogGroupName(name)?.description == name)
  }

  @Test(arguments: ["", "a b", "a:b", "a*", "é", "a\u{0}", "a$", String(repeating: "a", count: 513)])
  func `other names of log groups are refused`(name: String) {
    #expect(LogGroupName(name) == nil)
  }

  @Test(arguments: ["2026/01/31/[$LATEST]0123", "é 🦊", String(repeating: "é", count: 512)])
  func `a log stream has a name of AWS's form`(name: String) {
    #expect(LogStreamName(name)?.description == name)
  }

  @Test(arguments: ["", "a:b", "a*", "*\u{301}", "a\u{0}", String(repeating: "a", count: 513)])
  func `other names of log streams are refused`(name: String) {
    #expect(LogStreamName(name) == nil)
  }
}
