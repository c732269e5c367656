'use strict';

// One persistent HTTP/1.1 connection to the runtime API: a small, strict reader and a writer. Node's `http` would take
// longer to load than everything else here.
//
// Both ends are the platform's, so only what they agreed on is understood: Content-Length framing, one answer to each
// request. Everything else is an error, never a guess.

const net = require('net');

const { ResponseReader, ProtocolError } = require('./response.js');

/** The connection ended before the first byte of an answer. */
class ClosedError extends Error {}

/** Connects when first used, and once more when the peer has closed an idle connection. One exchange at a time. */
class Connection {
  constructor(address) {
    const colon = address.lastIndexOf(':');
    this.place = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
    this._socket = null;
    this._exchange = null;
  }

  /** Sends one request; resolves to its `{status, headers, body}`. While it waits, it keeps the process alive. */
  async exchange(head, body = '') {
    if (this._socket !== null) {
      try {
        return await this._tryExchange(head, body);
      } catch (error) {
        if (!(error instanceof ClosedError)) throw error;
      }
    }
    this._connect();
    return this._tryExchange(head, body);
  }

  close() {
    if (this._socket !== null) this._drop(this._socket);
  }

  _connect() {
    const socket = net.connect({ ...this.place, noDelay: true });
    let failure = null;
    socket.on('data', (bytes) => this._received(socket, bytes));
    socket.on('error', (error) => (failure = error)); // 'close' follows.
    socket.on('close', () => this._closed(socket, failure));
    this._socket = socket;
  }

  _tryExchange(head, body) {
    return new Promise((resolve, reject) => {
      this._exchange = { resolve, reject, reader: new ResponseReader() };
      this._socket.ref();
      this._socket.write(head + body, 'utf8');
    });
  }

  _received(socket, bytes) {
    const exchange = this._exchange;
    if (exchange === null) return this._drop(socket); // Nothing was asked.
    try {
      const response = exchange.reader.take(bytes);
      if (response === null) return;
      this._finish();
      if (response.headers.get('connection')?.toLowerCase() === 'close') this._drop(socket);
      exchange.resolve(response);
    } catch (error) {
      this._finish();
      this._drop(socket);
      exchange.reject(error);
    }
  }

  _closed(socket, failure) {
    if (this._socket !== socket) return; // Dropped before.
    this._socket = null;
    const exchange = this._exchange;
    if (exchange === null) return;
    this._finish();
    exchange.reject(lossOf(exchange, failure));
  }

  /** Between exchanges an idle connection keeps no process alive. */
  _finish() {
    this._exchange = null;
    this._socket?.unref();
  }

  _drop(socket) {
    this._socket = null;
    socket.destroy();
  }
}

function lossOf(exchange, failure) {
  if (!exchange.reader.isEmpty) return new ProtocolError('the response is cut short');
  return failure?.syscall === 'connect' ? failure : new ClosedError('the connection was closed without an answer');
}

module.exports = { Connection };
