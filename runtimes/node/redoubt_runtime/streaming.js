'use strict';

// Answers that go out while the function is at work: `awslambda.streamifyResponse`, as Lambda's Node runtime has it.

const { Writable } = require('stream');

const output = require('./output.js');

const MARK = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const HTTP_TYPE = 'application/vnd.awslambda.http-integration-response';
/** Between the metadata of an HTTP answer and its body. */
const SEPARATOR = Buffer.alloc(8);

/** What the handler writes to. The request to the platform begins with the first bytes, or with the end. */
class ResponseStream extends Writable {
  /**
   * @param open makes the request, given a content type.
   * @param fail tells an error where no request has begun.
   */
  constructor(open, fail, highWaterMark) {
    super(highWaterMark === undefined ? {} : { highWaterMark });
    this._open = open;
    this._fail = fail;
    this._post = null;
    this._type = 'application/octet-stream';
    this._prelude = null;
  }

  setContentType(type) {
    this._type = String(type).replace(/[^ -~]/g, '');
  }

  /** Tells what went wrong, at the end of what has gone out already. */
  failed(payload) {
    if (this._post === null) return this._fail(payload);
    const body = Buffer.from(JSON.stringify(payload)).toString('base64');
    const type = String(payload.errorType).replace(/[^ -~]/g, '?');
    return this._post.end(
      `Lambda-Runtime-Function-Error-Type: ${type}\r\nLambda-Runtime-Function-Error-Body: ${body}\r\n`,
    );
  }

  /** Ends the stream if the handler has not, and resolves when the platform has all of it. */
  complete() {
    return new Promise((resolve, reject) => {
      if (this.writableFinished) return resolve();
      this.once('finish', resolve);
      this.once('error', reject);
      if (!this.writableEnded) this.end();
    });
  }

  _write(chunk, _, done) {
    if (chunk.length === 0) return done(); // An empty chunk would be the last.
    this._begun().write(chunk, done);
  }

  _final(done) {
    output.flush().then(() => this._begun().end()).then(() => done(), done);
  }

  _begun() {
    if (this._post === null) {
      this._post = this._open(this._type);
      if (this._prelude !== null) this._post.write(this._prelude, () => {});
    }
    return this._post;
  }
}

const HttpResponseStream = {
  /** What is written to the stream is the body of an HTTP answer with that status and those headers. */
  from(stream, metadata) {
    stream.setContentType(HTTP_TYPE);
    stream._prelude = Buffer.concat([Buffer.from(JSON.stringify(metadata)), SEPARATOR]);
    return stream;
  },
};

function streamifyResponse(handler, options) {
  handler[MARK] = 'response';
  if (options?.highWaterMark !== undefined) handler[HIGH_WATER_MARK] = parseInt(options.highWaterMark);
  return handler;
}

/** Before any code of the function runs. */
function install() {
  globalThis.awslambda = { streamifyResponse, HttpResponseStream };
}

/** Whether the handler takes a stream to answer through. */
function isStreaming(handler) {
  return handler[MARK] === 'response';
}

/** A stream for one invocation. */
function streamFor(handler, invocation, api) {
  const { requestID } = invocation;
  const open = (type) => api.stream(requestID, type);
  return new ResponseStream(open, (payload) => api.fail(requestID, payload), handler[HIGH_WATER_MARK]);
}

module.exports = { install, isStreaming, streamFor };
