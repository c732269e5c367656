import ArgumentParser
import JSON
import Wire

/// Lists what the platform's controls have noticed.
struct Findings: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "List what the security controls have noticed.")

  @OptionGroup var options: ClientOptions

  func run() throws {
    let findings = try options.client().all("Findings", of: .redoubt("GET", "/findings"))
    if options.json {
      StandardOutput.write(JSONLine.text(.array(findings)))
    } else if findings.isEmpty {
      StandardOutput.write("no findings\n")
    } else {
      findings.forEach { StandardOutput.write(text($0)) }
    }
  }

  private func text(_ finding: JSONValue) -> String {
    func member(_ name: String) -> String { PrintableText.escape(finding[name]?.string ?? "") }
    let count = finding["Count"]?.integer ?? 1
    let times = count > 1 ? " (\(count) times since \(member("FirstSeen")))" : ""
    return "\(member("LastSeen")) \(member("Severity")) \(member("Control")) \(member("Resource"))\(times)\n"
      + "  \(member("Description"))\n  what to do: \(member("Remediation"))\n"
  }
}
