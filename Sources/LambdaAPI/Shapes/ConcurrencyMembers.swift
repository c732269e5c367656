import Functions
import Wire

extension FunctionConcurrency {
  /// The `Concurrency` shape; nil when nothing is reserved.
  var reservation: JSONValue? { reserved.map { ["ReservedConcurrentExecutions": .integer(Int64($0))] } }
}

extension LambdaErrors {
  /// - Parameter least: what has to be left to functions without a reservation.
  static func tooMuchReserved(leaving least: Int) -> Fault {
    invalidParameter(
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
        + "minimum value of [\(least)].")
  }
}
