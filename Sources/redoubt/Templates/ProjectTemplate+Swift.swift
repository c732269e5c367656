extension ProjectTemplate {
  private static let swiftBuild =
    "mkdir -p build && swiftc -O -static-executable -o build/bootstrap Sources/*.swift"

  static func swift(_ name: String) -> ProjectTemplate {
    let manifest = """
      # Build first, in this directory, and again after each change:
      #
      #   \(swiftBuild)
      #
      # The program holds all that it needs; `redoubt deploy` reads this file and uploads the directory build.
      functions:
        \(name):
          code: build
          runtime: provided.al2023
          handler: bootstrap
          timeout: 10
          environment:
            GREETING: Hello

      """
    let files = [
      (Manifest.fileName, manifest), ("Sources/main.swift", swiftMain), ("Sources/RuntimeAPI.swift", swiftRuntimeAPI),
    ]
    return ProjectTemplate(files: files, build: swiftBuild)
  }

  private static let swiftMain = #"""
    import FoundationEssentials
    import Glibc

    struct Event: Decodable {
      let name: String?
    }

    struct Greeting: Encodable {
      let message: String
    }

    func handle(_ event: Event) throws -> Greeting {
      let name = event.name ?? "world"
      print("greeting \(name)")
      return Greeting(message: "\(environment("GREETING") ?? "Hello"), \(name)!")
    }

    // What is printed is in the log when the answer is.
    setvbuf(stdout, nil, _IONBF, 0)
    let api = try RuntimeAPI()
    while true {
      let invocation = try api.next()
      do {
        let event = try JSONDecoder().decode(Event.self, from: Data(invocation.event))
        let answer = try JSONEncoder().encode(handle(event))
        try api.answer(invocation, with: Array(answer))
      } catch {
        try api.fail(invocation, "\(error)")
      }
    }

    """#
}
