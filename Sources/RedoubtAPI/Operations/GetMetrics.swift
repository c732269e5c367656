import Authorization
import Core
import JSON
import Telemetry
import Wire

/// Tells what the server has measured of itself since its start, in the text format of Prometheus. Not of one account: for
/// whoever runs the platform.
struct GetMetrics: ControlOperation, RedoubtOperation {
  static let name = "GetMetrics"
  static let route = Route("GET", "/2026-11-25/metrics")

  let services: RedoubtServices

  struct Input: Sendable {}

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:GetMetrics", on: .ofManagement("metrics"))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    OperationOutput(.object(["Metrics": .string(services.metrics.text())]))
  }
}
