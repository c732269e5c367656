import NIOCore
import NIOHTTP1

/// The handlers of one connection, from the socket inwards.
enum GatePipeline {
  static func configure(_ channel: any Channel, _ stages: GateStages) throws {
    let framer = RequestFramer(limits: stages.limits)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(framer)
    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
    try pipeline.addHandler(RequestHandler(stages: stages, framer: framer))
  }
}
