// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

// What every C target is built with; position independence is SwiftPM's default. Tests/Spawner/test_hardening.py looks for
// the effects in the released programs.
#if arch(x86_64)
  let branchProtection = "-fcf-protection=full"
#else
  let branchProtection = "-mbranch-protection=standard"
#endif
let hardened: [CSetting] = [
  .unsafeFlags([
    "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fno-common", "-D_FORTIFY_SOURCE=3", "-fstack-protector-strong",
    "-fstack-clash-protection", "-ftrivial-auto-var-init=zero", branchProtection,
  ])
]
// The privileged programs are plain C: no Swift start-up object. No library that nothing refers to: needed_libraries.h.
let hardenedLink: LinkerSetting = .unsafeFlags([
  "-static-stdlib", "-nostartfiles", "-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now",
  "-Xlinker", "-z", "-Xlinker", "noexecstack",
])

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

func swift(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "redoubt",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "redoubt", targets: ["redoubt"]),
    .executable(name: "redoubt-spawner", targets: ["redoubt-spawner"]),
    .executable(name: "redoubt-unpack", targets: ["redoubt-unpack"]),
    .library(name: "redoubt-zygote", type: .dynamic, targets: ["redoubt-zygote"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
    .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
  ],
  targets: [
    // Rank 0
    swift("Core"),
    swift("JSON"),
    swift("Loops", [nioCore]),
    .target(name: "CLinux", cSettings: hardened),
    .target(name: "CSpawnerProtocol", cSettings: hardened),
    .target(name: "CSandboxEntry", cSettings: hardened),
    .target(name: "CDeflate", cSettings: hardened, linkerSettings: [.linkedLibrary("z")]),
    // Rank 1
    swift("Storage", ["Core", .product(name: "GRDB", package: "GRDB.swift")]),
    swift("Cryptography", ["Core", crypto]),
    swift("Sandbox", ["Core", "CLinux", "CSpawnerProtocol"]),
    swift("Policy", ["Core", "JSON"]),
    swift("Wire", ["Core", "JSON"]),
    // Rank 2
    swift("Telemetry", ["Core", "JSON", "Storage", "Cryptography", "Wire", log]),
    swift("Identity", ["Core", "Cryptography", "JSON", "Policy", "Storage", "Wire"]),
    swift("SupplyChain", ["Core", "Storage", "Cryptography", "Sandbox", log]),
    swift("Federation", ["Core", "JSON", "Wire"]),
    // Rank 3
    swift("Issuers", ["Core", "Federation", "JSON", asn1, crypto, jwt, x509, nioCore, nioPosix, nioHTTP1, nioSSL]),
    swift("Authorization", ["Core", "Federation", "Identity", "JSON", "Policy", "Wire"]),
    swift("Functions", ["Core", "JSON", "Policy", "Storage", "Cryptography", "SupplyChain"]),
    // Rank 4
    swift("Admission", ["Core"]),
    // Rank 5
    swift(
      "Execution",
      [
        "CLinux", "Core", "Admission", "Authorization", "Functions", "JSON", "Loops", "Sandbox", "SupplyChain",
        "Telemetry", "Wire",
        nioCore, nioPosix, nioHTTP1, log,
      ]),
    // Rank 7
    swift(
      "LambdaAPI",
      [
        "Core", "Admission", "Authorization", "Execution", "Functions", "Identity", "JSON", "Sandbox", "SupplyChain",
        "Telemetry", "Wire",
      ]),
    swift("IAMAPI", ["Core", "Authorization", "Identity", "JSON", "Policy", "Wire"]),
    swift("STSAPI", ["Core", "Authorization", "Federation", "Identity", "JSON", "Policy", "Wire"]),
    swift("LogsAPI", ["Core", "Authorization", "Identity", "JSON", "Telemetry", "Wire"]),
    swift(
      "RedoubtAPI",
      ["Core", "Authorization", "Functions", "Identity", "JSON", "Policy", "SupplyChain", "Telemetry", "Wire"]),
    // Rank 8
    swift(
      "Gate", ["Core", "Authorization", "Identity", "JSON", "Loops", "Wire", nioCore, nioPosix, nioHTTP1, lifecycle]),
    // Rank 9
    .executableTarget(
      name: "redoubt",
      dependencies: [
        "Admission", "Authorization", "CDeflate", "CLinux", "Core", "Cryptography", "Execution", "Federation",
        "Functions", "Gate", "IAMAPI", "Identity", "Issuers", "JSON", "LambdaAPI", "LogsAPI", "Policy", "RedoubtAPI",
        "STSAPI", "Sandbox", "Storage", "SupplyChain", "Telemetry", "Wire", nioCore, nioPosix, nioHTTP1, log, lifecycle,
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "redoubt-spawner", dependencies: ["CSpawnerProtocol", "CSandboxEntry"],
      exclude: ["init_calls.def", "syscalls.def"],
      cSettings: hardened, linkerSettings: [.linkedLibrary("seccomp"), hardenedLink]),
    .executableTarget(
      name: "redoubt-unpack", dependencies: ["CSpawnerProtocol"], cSettings: hardened,
      linkerSettings: [.linkedLibrary("zip"), hardenedLink]),
    // Loaded by an interpreter: no Swift in it either.
    .target(
      name: "redoubt-zygote", dependencies: ["CSandboxEntry", "CSpawnerProtocol"], cSettings: hardened,
      linkerSettings: [hardenedLink]),
    // Tests, beside each target
    tests("CoreTests", ["Core"]),
    tests("JSONTests", ["JSON"]),
    .testTarget(
      name: "PolicyTests", dependencies: ["Core", "JSON", "Policy"], exclude: ["Fixtures"], swiftSettings: strict),
    tests("WireTests", ["Core", "JSON", "Wire"]),
    tests("StorageTests", ["Core", "Storage"]),
    tests("CryptographyTests", ["Core", "Cryptography"]),
    tests("TelemetryTests", ["Core", "Storage", "Cryptography", "Telemetry", log]),
    .testTarget(
      name: "IdentityTests", dependencies: ["Core", "Storage", "Cryptography", "Policy", "Wire", "Identity"],
      exclude: ["Fixtures"], swiftSettings: strict),
    tests("FederationTests", ["Core", "Federation", "JSON"]),
    tests(
      "IssuersTests",
      ["Core", "Federation", "Issuers", "JSON", asn1, crypto, cryptoExtras, nioCore, nioPosix, x509]),
    tests("SandboxTests", ["Core", "CLinux", "CSpawnerProtocol", "Sandbox"]),
    tests("AuthorizationTests", ["Core", "Identity", "JSON", "Policy", "Wire", "Authorization"]),
    tests("SupplyChainTests", ["Core", "Storage", "Cryptography", "Sandbox", "SupplyChain"]),
    tests("FunctionsTests", ["Core", "JSON", "Policy", "Storage", "Cryptography", "SupplyChain", "Functions"]),
    tests("AdmissionTests", ["Core", "Admission"]),
    tests("LoopsTests", ["Loops", nioCore, nioEmbedded]),
    tests(
      "ExecutionTests", ["Core", "CLinux", "Functions", "Sandbox", "Telemetry", "Execution", nioCore, nioHTTP1]),
    tests(
      "GateTests",
      [
        "Core", "JSON", "Storage", "Cryptography", "Federation", "Policy", "Wire", "Identity", "Authorization", "Gate",
        nioCore, nioPosix, nioHTTP1, nioEmbedded, log, lifecycle,
      ]),
    tests(
      "RedoubtTests",
      [
        "redoubt", "Core", "CLinux", "Functions", "JSON", "Wire", "Identity",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ]
)
