import Core
import Testing

struct CoreTests {
  @Test(arguments: ["", "12345678901", "1234567890123", "12345678901a", "１２３４５６７８９０１２"])
  func `an account id is twelve ascii digits`(text: String) {
    #expect(AccountID(text) == nil)
  }

  @Test func `an account id reads as a number`() {
    #expect(AccountID("000000000042")?.number == 42)
  }

  @Test(arguments: ["", "US-EAST-1", "us_east_1", "us east", String(repeating: "a", count: 33)])
  func `a region name has no other characters`(text: String) {
    #expect(Region(text) == nil)
  }

  @Test func `an arn keeps colons in its resource`() throws {
    let arn = try #require(ARN("arn:aws:lambda:us-east-1:000000000000:function:name:1"))
    #expect(arn.resource == "function:name:1")
    #expect(arn.description == "arn:aws:lambda:us-east-1:000000000000:function:name:1")
  }

  @Test(arguments: ["arn:aws:lambda", "arn:aws-cn:iam::1:role/x", "arn:aws::r:a:x", "arn:aws:s3:::", "x:aws:s3:::b"])
  func `what is no arn is refused`(text: String) {
    #expect(ARN(text) == nil)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000"), (951_782_400_000, "2000-02-29T00:00:00.000"),
    (1_709_251_199_999, "2024-02-29T23:59:59.999"), (4_107_542_399_000, "2100-02-28T23:59:59.000"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000"), (-1, "1969-12-31T23:59:59.999"),
  ])
  func `civil time follows the gregorian calendar`(milliseconds: Int64, text: String) {
    #expect(WallTime(milliseconds: milliseconds).utc.isoDateTime == text)
  }

  @Test func `a request id is a version 4 uuid and repeats with its seed only`() throws {
    let random = SeededRandomSource(seed: 1)
    let first = RequestID(from: random)
    let second = RequestID(from: random)
    #expect(first != second)
    #expect(first == RequestID(from: SeededRandomSource(seed: 1)))
    #expect(RequestID(first.description) == first)
    let characters = Array(first.description)
    #expect(characters[14] == "4")
    #expect("89ab".contains(characters[19]))
  }

  @Test(arguments: ["", "00000000-0000-0000-0000-00000000000", "00000000-0000-0000-0000-00000000000G"])
  func `what is no request id is refused`(text: String) {
    #expect(RequestID(text) == nil)
  }

  @Test func `system random bytes have the asked length and differ`() {
    let source = SystemRandomSource()
    for count in [0, 1, 7, 8, 9, 33] { #expect(source.bytes(count).count == count) }
    #expect(source.bytes(32) != source.bytes(32))
  }

  @Test func `hexadecimal is read back and upper case is refused`() {
    #expect(Hexadecimal.encode([0, 15, 255]) == "000fff")
    #expect(Hexadecimal.decode("000fff") == [0, 15, 255])
    #expect(Hexadecimal.decode("0F") == nil)
    #expect(Hexadecimal.decode("abc") == nil)
  }

  @Test func `a manual clock moves only when told to`() {
    let clock = ManualTimeSource(start: WallTime(seconds: 100))
    #expect(clock.wallTime() == WallTime(seconds: 100))
    clock.advance(by: .milliseconds(1500))
    #expect(clock.wallTime() == WallTime(milliseconds: 101_500))
    #expect(clock.monotonicTime() == MonotonicTime(nanoseconds: 1_500_000_000))
  }
}
