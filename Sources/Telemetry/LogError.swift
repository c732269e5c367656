package import Cryptography
package import Storage

/// Why the log store refused or failed.
package enum LogError: Error, Hashable, Sendable {
  case groupNotFound(LogGroupName)
  case groupExists(LogGroupName)
  case streamNotFound(LogStreamName)
  case streamExists(LogStreamName)
  /// The cursor is not one that this store gave out for this query.
  case badCursor
  /// A page holds 1 to 10,000 events.
  case badLimit(Int)
  /// The stored batch of this number does not open or is not in form.
  case damaged(sequence: Int64)
  case cancelled
  case cryptography(CryptographyError)
  case database(DatabaseError)

  init(_ error: any Error) {
    switch error {
    case let known as LogError: self = known
    case let database as DatabaseError: self = .database(database)
    case let cryptography as CryptographyError: self = .cryptography(cryptography)
    case is CancellationError: self = .cancelled
    default: self = .database(.failed(String(describing: error)))
    }
  }
}
