package import Core

/// A log group of one account and region, whether it exists or not.
package struct LogGroup: Hashable, Sendable {
  package let place: AccountRegion
  package let name: LogGroupName

  package init(place: AccountRegion, name: LogGroupName) {
    self.place = place
    self.name = name
  }

  /// Without the trailing `:*` that some AWS answers add.
  package var arn: ARN { ARN(service: "logs", at: place, resource: "log-group:\(name)") }
}

/// What the store knows of a log group.
package struct LogGroupDescription: Hashable, Sendable {
  package let group: LogGroup
  package let created: WallTime
  /// Nil keeps events for ever.
  package let retentionDays: Int?
  /// Of the group's batches as they are on disk, sealed.
  package let storedBytes: Int64
}

/// What the store knows of a log stream.
package struct LogStreamDescription: Hashable, Sendable {
  package let name: LogStreamName
  package let created: WallTime
  /// Nil for a stream that never held an event; retention does not move it.
  package let events: EventRange?

  package struct EventRange: Hashable, Sendable {
    package let first: WallTime
    package let last: WallTime
    package let lastIngestion: WallTime
  }
}
