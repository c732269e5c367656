package import Core

/// What a caller can set of a function besides its code.
package struct FunctionConfiguration: Hashable, Sendable, Codable {
  /// AWS's identifier, for example `python3.11`.
  package var runtime: String
  package var handler: String
  package var role: String
  package var description: String
  /// Seconds, 1 to 900.
  package var timeout: Int
  /// MiB, 128 to 10,240.
  package var memorySize: Int
  /// MiB of /tmp, 512 to 10,240.
  package var ephemeralStorage: Int
  /// nil without layers, as in records that are older than these.
  private var layersInOrder: [FunctionLayer]?

  /// Merged at /opt, a later one over an earlier one.
  package var layers: [FunctionLayer] {
    get { layersInOrder ?? [] }
    set { layersInOrder = newValue.isEmpty ? nil : newValue }
  }

  /// nil: as by default; so in records from before there was a choice.
  package var logging: LoggingConfiguration?

  /// nil when it is off, as in records from before there was a choice.
  private var snapStartIfOn: SnapStart?

  package var snapStart: SnapStart {
    get { snapStartIfOn ?? .off }
    set { snapStartIfOn = newValue == .off ? nil : newValue }
  }

  /// nil: no tenants. Never changes after the function was made.
  package let tenancy: TenantIsolation?

  package init(
    runtime: String, handler: String, role: String, description: String, timeout: Int, memorySize: Int,
    ephemeralStorage: Int, layers: [FunctionLayer] = [], logging: LoggingConfiguration? = nil,
    tenancy: TenantIsolation? = nil, snapStart: SnapStart = .off
  ) {
    self.tenancy = tenancy
    self.runtime = runtime
    self.handler = handler
    self.role = role
    self.description = description
    self.timeout = timeout
    self.memorySize = memorySize
    self.ephemeralStorage = ephemeralStorage
    self.layers = layers
    self.logging = logging
    self.snapStart = snapStart
  }
}

/// The package of a version.
package struct FunctionCode: Hashable, Sendable {
  package let digest: Digest
  /// Bytes of the zip.
  package let size: Int

  package init(digest: Digest, size: Int) {
    self.digest = digest
    self.size = size
  }
}

/// One version of one function, as it was at one revision. Immutable: a change makes another one.
package final class FunctionVersion: Sendable {
  package let place: AccountRegion
  package let name: FunctionName
  package let qualifier: Qualifier
  package let configuration: FunctionConfiguration
  package let code: FunctionCode
  /// The environment variables, sealed under the account's key; nil when there are none.
  package let sealedEnvironment: [UInt8]?
  package let lastModified: WallTime
  /// Changes with every change of this version; a UUID.
  package let revisionID: String
  /// The ARN without a qualifier, as text: each invocation is told it.
  package let functionARNText: String

  init(
    place: AccountRegion, name: FunctionName, qualifier: Qualifier, configuration: FunctionConfiguration,
    code: FunctionCode, sealedEnvironment: [UInt8]?, lastModified: WallTime, revisionID: String
  ) {
    self.place = place
    self.name = name
    self.qualifier = qualifier
    self.configuration = configuration
    self.code = code
    self.sealedEnvironment = sealedEnvironment
    self.lastModified = lastModified
    self.revisionID = revisionID
    functionARNText = Self.arn(name, at: place).description
  }

  /// The ARN without a qualifier.
  package var functionARN: ARN { Self.arn(name, at: place) }

  /// The ARN with the version; `$LATEST` is named too.
  package var qualifiedARN: ARN {
    ARN(service: "lambda", at: place, resource: "function:\(name):\(qualifier)")
  }

  package static func arn(_ name: FunctionName, at place: AccountRegion) -> ARN {
    ARN(service: "lambda", at: place, resource: "function:\(name)")
  }

  /// The ARN with a version or an alias.
  package static func arn(_ name: FunctionName, _ qualifier: String, at place: AccountRegion) -> ARN {
    ARN(service: "lambda", at: place, resource: "function:\(name):\(qualifier)")
  }

  /// This version as it would be with other code; for answers, never for the catalog.
  package func with(code: FunctionCode) -> FunctionVersion {
    FunctionVersion(
      place: place, name: name, qualifier: qualifier, configuration: configuration, code: code,
      sealedEnvironment: sealedEnvironment, lastModified: lastModified, revisionID: revisionID)
  }

  /// The same content as another version number.
  func published(as number: Int, at time: WallTime, revisionID: String) -> FunctionVersion {
    FunctionVersion(
      place: place, name: name, qualifier: .version(number), configuration: configuration, code: code,
      sealedEnvironment: sealedEnvironment, lastModified: time, revisionID: revisionID)
  }
}
