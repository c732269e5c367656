import ArgumentParser
import JSON
import Policy

/// Looks for what policies in files should not have.
struct PolicyLinting: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Look for what policies should not have: wildcards, ways to more rights, public access.",
    discussion: "A file is one policy document. Ends with 1 when something is an error.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    /// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
    case sarif
  }

  @Option(help: "text or sarif") var format = Format.text
  @Argument(help: "Files of policies.", completion: .file()) var files: [String]

  func run() throws {
    let lint = PolicyLint(knownActions: KnownActions.all)
    var reports: [PolicyReport] = []
    for file in files { reports.append(try PolicyReport(file, lint)) }
    switch format {
    case .text: reports.flatMap(\.lines).forEach(StandardOutput.write)
    case .sarif: StandardOutput.write(JSONLine.text(PolicyReport.sarif(reports)))
    }
    if reports.contains(where: \.hasErrors) { throw ExitCode(1) }
  }
}

/// What was found in one file.
struct PolicyReport {
  let file: String
  /// Why there is no policy in it; nil when there is one.
  let fault: String?
  let findings: [LintFinding]

  init(_ file: String, _ lint: PolicyLint) throws {
    self.file = file
    let text = try HostFile.bytes(file)
    do throws(PolicyError) {
      findings = lint.findings(try PolicyDocument(parsing: text))
      fault = nil
    } catch {
      findings = []
      fault = error.message
    }
  }

  var hasErrors: Bool { fault != nil || findings.contains { $0.rule.level == .error } }

  var lines: [String] {
    let ofFile = fault.map { ["\(file): error malformed: \($0)\n"] } ?? []
    return ofFile
      + findings.map { finding in
        let place = finding.statement.map { ":statement \($0 + 1)" } ?? ""
        let name = finding.sid.map { " `\($0)`" } ?? ""
        let rule = "\(finding.rule.level.rawValue) \(finding.rule.rawValue)"
        return PrintableText.escape(
          "\(file)\(place)\(name): \(rule): \(finding.message): \(finding.rule.description)\n")
      }
  }
}

extension PolicyReport {
  /// One run over all files.
  static func sarif(_ reports: [PolicyReport]) -> JSONValue {
    let rules = LintRule.allCases.map { rule -> JSONValue in
      [
        "id": .string(rule.rawValue), "shortDescription": ["text": .string(rule.description)],
        "defaultConfiguration": ["level": .string(rule.level.rawValue)],
      ]
    }
    let malformed: JSONValue = [
      "id": "malformed", "shortDescription": ["text": "the file holds no policy"],
      "defaultConfiguration": ["level": "error"],
    ]
    return [
      "version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "runs": [
        [
          "tool": ["driver": ["name": "redoubt policy lint", "rules": .array(rules + [malformed])]],
          "results": .array(reports.flatMap(\.results)),
        ]
      ],
    ]
  }

  private var results: [JSONValue] {
    let ofFile = fault.map { [result("malformed", "error", $0, at: nil)] } ?? []
    return ofFile
      + findings.map { finding in
        result(
          finding.rule.rawValue, finding.rule.level.rawValue, "\(finding.message): \(finding.rule.description)",
          at: finding.statement)
      }
  }

  private func result(_ rule: String, _ level: String, _ message: String, at statement: Int?) -> JSONValue {
    var location: [String: JSONValue] = ["physicalLocation": ["artifactLocation": ["uri": .string(file)]]]
    if let statement {
      location["logicalLocations"] = [["fullyQualifiedName": .string("Statement[\(statement)]")]]
    }
    return [
      "ruleId": .string(rule), "level": .string(level), "message": ["text": .string(message)],
      "locations": [.object(location)],
    ]
  }
}
