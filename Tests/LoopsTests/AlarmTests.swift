import Loops
import NIOCore
import NIOEmbedded
import Testing

struct AlarmTests {
  private final class Bell {
    var rings: [Int64] = []
  }

  private let loop = EmbeddedEventLoop()
  private let bell = Bell()

  @Test func `it rings once, when it was set for`() {
    let alarm = alarm()
    alarm.set(in: .seconds(2))
    pass(seconds: 5)
    #expect(bell.rings == [2])
  }

  @Test func `set later it rings later, and not at the time before`() {
    let alarm = alarm()
    alarm.set(in: .seconds(2))
    pass(seconds: 1)
    alarm.set(in: .seconds(2))
    pass(seconds: 1)
    alarm.set(in: .seconds(2))
    pass(seconds: 5)
    #expect(bell.rings == [4])
  }

  @Test func `set earlier it rings earlier, and not at the time before`() {
    let alarm = alarm()
    alarm.set(in: .seconds(10))
    alarm.set(in: .seconds(1))
    pass(seconds: 20)
    #expect(bell.rings == [1])
  }

  @Test func `called off it does not ring, and can be set again`() {
    let alarm = alarm()
    alarm.set(in: .seconds(2))
    alarm.cancel()
    pass(seconds: 1)
    alarm.set(in: .seconds(3))
    alarm.cancel()
    pass(seconds: 5)
    #expect(bell.rings == [])
    alarm.set(in: .seconds(1))
    pass(seconds: 5)
    #expect(bell.rings == [7])
  }

  @Test func `who is gone does not ring`() {
    do { alarm().set(in: .seconds(1)) }
    pass(seconds: 5)
    #expect(bell.rings == [])
  }

  private func alarm() -> Alarm {
    Alarm(on: loop) { [loop, bell] in bell.rings.append(Int64(loop.now.uptimeNanoseconds / 1_000_000_000)) }
  }

  private func pass(seconds: Int) {
    for _ in 0..<seconds { loop.advanceTime(by: .seconds(1)) }
  }
}
