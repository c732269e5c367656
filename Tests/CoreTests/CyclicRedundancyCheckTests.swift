import Core
import Testing

struct CyclicRedundancyCheckTests {
  @Test func `check values are those of CRC-32`() {
    #expect(CyclicRedundancyCheck.value(of: Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(CyclicRedundancyCheck.value(of: []) == 0)
  }
}
