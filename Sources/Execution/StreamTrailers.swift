import JSON
import NIOHTTP1
import Wire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a runtime says around an answer that it streams (AWS Lambda, "Using the Lambda runtime API", response streaming).
enum StreamTrailers {
  private static let mode = "Lambda-Runtime-Function-Response-Mode"
  private static let errorType = "Lambda-Runtime-Function-Error-Type"
  /// The error object, JSON in base64.
  private static let errorBody = "Lambda-Runtime-Function-Error-Body"
  private static let longestType = 256

  static func isStreaming(_ head: HTTPRequestHead) -> Bool {
    head.headers.first(name: mode)?.lowercased() == "streaming"
  }

  /// - Returns: nil when the answer was complete.
  static func failure(_ trailers: HTTPHeaders?) -> FunctionFailure? {
    guard let trailers, let type = trailers.first(name: errorType) else { return nil }
    let details = trailers.first(name: errorBody).flatMap { Data(base64Encoded: $0) }.map { Array($0) }
    let code = type.utf8.count <= longestType && !type.isEmpty ? type : FunctionFailure.unhandled
    guard let details, details.count <= ExecutionLimits.errorObject, JSONText.isValid(details) else {
      return FunctionFailure(code: code, details: JSONValue.object(["errorType": .string(code)]).encoded)
    }
    return FunctionFailure(code: code, details: details)
  }
}
