extension ProjectTemplate {
  static func python(_ name: String) -> ProjectTemplate {
    let runtime = HostRuntime.installedPythons.last ?? "python3.11"
    let manifest = """
      # `redoubt deploy` reads this file; packages that a requirements.txt beside it names are installed along.
      functions:
        \(name):
          runtime: \(runtime)
          handler: app.handler
          timeout: 10
          environment:
            GREETING: Hello

      """
    return ProjectTemplate(files: [(Manifest.fileName, manifest), ("app.py", app)])
  }

  private static let app = """
    import os


    def handler(event, context):
        name = event.get("name", "world")
        print(f"greeting {name} in request {context.aws_request_id}")
        return {"message": f"{os.environ['GREETING']}, {name}!"}

    """
}
