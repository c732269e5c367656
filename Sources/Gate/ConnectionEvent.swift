/// What travels a connection's pipeline besides bytes.
enum ConnectionEvent {
  /// A read ended within a head.
  case headIsPartial
  /// The server is shutting down: finish what is under way, take nothing new.
  case drain
}
