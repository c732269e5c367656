'use strict';

// The runtime API, version 2018-06-01, as this runtime uses it.

const { ChunkedPost } = require('./chunked_post.js');
const { Connection } = require('./connection.js');
const { ProtocolError } = require('./response.js');

const BASE = '/2018-06-01/runtime';

/** One request to run the function, as `next` delivered it. */
class Invocation {
  constructor(headers, body) {
    this.requestID = headers.get('lambda-runtime-aws-request-id');
    this.functionARN = headers.get('lambda-runtime-invoked-function-arn');
    this.deadline = Number(headers.get('lambda-runtime-deadline-ms'));
    this.traceID = headers.get('lambda-runtime-trace-id');
    this.clientContext = headers.get('lambda-runtime-client-context');
    this.cognitoIdentity = headers.get('lambda-runtime-cognito-identity');
    this.tenantID = headers.get('lambda-runtime-aws-tenant-id');
    // Redoubt's own: nothing of the invocation before is to be found.
    this.isSeparate = headers.get('redoubt-hygiene') === 'PerInvocation';
    this.body = body;
    if (!this.requestID) throw new ProtocolError('an invocation came without a request id');
  }
}

/** Calls the platform at the address in AWS_LAMBDA_RUNTIME_API. Whatever is posted, it has told the caller. */
class RuntimeAPI {
  constructor(address) {
    this._connection = new Connection(address);
    this._host = address;
  }

  /** Waits for an invocation, however long it takes. */
  async next() {
    const { status, headers, body } = await this._connection.exchange(this._head('GET', '/invocation/next', ''));
    if (status !== 200) throw new ProtocolError(`\`next\` was answered with status ${status}`);
    return new Invocation(headers, body);
  }

  /** Posts a result, which is JSON text. */
  respond(requestID, text) {
    return this._post(`/invocation/${requestID}/response`, text, '');
  }

  /** Begins to post a result that comes piece by piece. */
  stream(requestID, contentType) {
    const headers =
      `Content-Type: ${contentType}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n` +
      'Transfer-Encoding: chunked\r\n' +
      'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n';
    return new ChunkedPost(this._connection.place, this._head('POST', `/invocation/${requestID}/response`, headers));
  }

  /** Posts a function error. */
  fail(requestID, payload) {
    return this._postError(`/invocation/${requestID}/error`, payload);
  }

  /** Lets go of the connection; one that is needed is made anew. */
  close() {
    this._connection.close();
  }

  /** Posts that the function could not be initialised; the process must end after it. */
  failInit(payload) {
    return this._postError('/init/error', payload);
  }

  _postError(path, payload) {
    const kind = String(payload.errorType).replace(/[^ -~]/g, '?');
    return this._post(path, JSON.stringify(payload), `Lambda-Runtime-Function-Error-Type: ${kind}\r\n`);
  }

  _post(path, body, headers) {
    const length = Buffer.byteLength(body, 'utf8');
    const head = this._head('POST', path, `Content-Type: application/json\r\n${headers}Content-Length: ${length}\r\n`);
    return this._connection.exchange(head, body);
  }

  _head(method, path, headers) {
    return `${method} ${BASE}${path} HTTP/1.1\r\nHost: ${this._host}\r\n${headers}\r\n`;
  }
}

module.exports = { RuntimeAPI };
