'use strict';

// One request to the runtime API whose body goes out piece by piece, on a connection of its own.

const net = require('net');

const { ResponseReader, ProtocolError } = require('./response.js');

class ChunkedPost {
  /** @param head with `Transfer-Encoding: chunked`. */
  constructor(place, head) {
    this._socket = net.connect({ ...place, noDelay: true });
    this._isEnded = false;
    this._answer = this._read();
    this._answer.catch(() => {}); // `end` tells.
    this._socket.write(head);
  }

  /** `done` is called when the socket has taken the bytes. */
  write(bytes, done) {
    this._socket.cork();
    this._socket.write(`${bytes.length.toString(16)}\r\n`);
    this._socket.write(bytes);
    this._socket.write('\r\n', done);
    this._socket.uncork();
  }

  /** Resolves to the answer. What is said after the end is not heard any more. */
  end(trailers = '') {
    if (!this._isEnded) this._socket.write(`0\r\n${trailers}\r\n`);
    this._isEnded = true;
    return this._answer;
  }

  _read() {
    const reader = new ResponseReader();
    return new Promise((resolve, reject) => {
      this._socket.on('data', (bytes) => {
        try {
          const answer = reader.take(bytes);
          if (answer !== null) resolve(answer);
        } catch (error) {
          reject(error);
        }
      });
      this._socket.on('error', reject);
      this._socket.on('close', () => reject(new ProtocolError('the response is cut short')));
    }).finally(() => this._socket.destroy());
  }
}

module.exports = { ChunkedPost };
