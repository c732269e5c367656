extension ProjectTemplate {
  static func node(_ name: String) -> ProjectTemplate {
    let manifest = """
      # `redoubt deploy` reads this file; a node_modules beside it is taken as it is.
      functions:
        \(name):
          runtime: \(HostNode.runtimeName ?? "nodejs20.x")
          handler: index.handler
          timeout: 10
          environment:
            GREETING: Hello

      """
    return ProjectTemplate(files: [(Manifest.fileName, manifest), ("index.mjs", index)])
  }

  private static let index = """
    export const handler = async (event, context) => {
      const name = event.name ?? "world";
      console.log(`greeting ${name} in request ${context.awsRequestId}`);
      return { message: `${process.env.GREETING}, ${name}!` };
    };

    """
}
