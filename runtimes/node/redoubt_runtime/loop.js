'use strict';

// The life of the process: initialise the function, then one invocation after the other.
//
// `process.exit` of the function's ends the process, as in Lambda: the platform sees it end and says so to the caller.

const { RuntimeAPI } = require('./api.js');
const { Completion } = require('./completion.js');
const context = require('./context.js');
const { Endings } = require('./endings.js');
const { InvalidStreamingOperation, payloadOf } = require('./errors.js');
const handlers = require('./handler.js');
const log = require('./log.js');
const output = require('./output.js');
const { Baseline } = require('./process.js');
const streaming = require('./streaming.js');

/**
 * Never resolves while the runtime works.
 *
 * @param entry the file that Node was started with.
 */
async function run(entry) {
  log.install();
  context.prepare();
  streaming.install();
  const api = new RuntimeAPI(process.env.AWS_LAMBDA_RUNTIME_API);
  const endings = new Endings(api);
  endings.watch();
  let handler;
  try {
    const taskRoot = process.env.LAMBDA_TASK_ROOT ?? '/var/task';
    handler = await handlers.load(process.env._HANDLER ?? '', taskRoot, entry);
  } catch (error) {
    return endings.end('Uncaught Exception', error);
  }
  return serve(api, handler, endings);
}

async function serve(api, handler, endings) {
  const baseline = new Baseline();
  try {
    for (;;) {
      endings.report = () => {};
      await serveOne(await api.next(), api, handler, endings, baseline);
    }
  } catch (error) {
    process.stderr.write(`redoubt: the runtime API failed: ${error.message}\n`);
    process.exit(1);
  }
}

async function serveOne(invocation, api, handler, endings, baseline) {
  begin(invocation);
  endings.report = (payload) => api.fail(invocation.requestID, payload);
  if (invocation.isSeparate) baseline.restore();
  if (streaming.isStreaming(handler)) return serveStream(invocation, api, handler, endings);
  const { error, text } = await outcomeOf(invocation, handler, endings);
  if (error !== undefined) log.failure('Invoke Error', error);
  await output.flush();
  const answered =
    error !== undefined ? api.fail(invocation.requestID, payloadOf(error)) : api.respond(invocation.requestID, text);
  endings.report = () => answered;
  await answered;
}

/** As `serveOne`, for a handler that answers through a stream. */
async function serveStream(invocation, api, handler, endings) {
  const stream = streaming.streamFor(handler, invocation, api);
  endings.report = (payload) => stream.failed(payload);
  const through = async (event, context) => streamedTo(stream, handler, event, context);
  const { error } = await outcomeOf(invocation, through, endings);
  if (error === undefined) return;
  log.failure('Invoke Error', error);
  await output.flush();
  const answered = stream.failed(payloadOf(error));
  endings.report = () => answered;
  await answered;
}

async function streamedTo(stream, handler, event, context) {
  const result = handler(event, stream, context);
  if (typeof result?.then !== 'function') {
    throw new InvalidStreamingOperation('Streaming does not support non-async handlers.');
  }
  await result;
  await stream.complete();
}

function begin(invocation) {
  log.begin(invocation);
  if (invocation.traceID !== undefined) process.env._X_AMZN_TRACE_ID = invocation.traceID;
  else delete process.env._X_AMZN_TRACE_ID;
}

/** Calls the handler; never resolves when an error that nobody caught ends the process first. */
function outcomeOf(invocation, handler, endings) {
  return new Promise((resolve) => {
    const settle = (outcome) => endings.isEnding || resolve(outcome);
    const completion = new Completion(handlers.isAsync(handler), settle);
    endings.loopIsEmpty = () => completion.loopIsEmpty();
    try {
      const result = handler(JSON.parse(invocation.body), context.contextOf(invocation, completion), completion.callback);
      if (typeof result?.then === 'function') result.then(completion.succeed, completion.fail);
    } catch (error) {
      completion.callback(error);
    }
  });
}

module.exports = { run, outcomeOf };
