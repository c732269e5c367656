'use strict';

// One HTTP response, read strictly.

const HEAD_LIMIT = 256 * 1024;
const HEAD_END = '\r\n\r\n';

/** The peer sent something that is not one well-formed response. */
class ProtocolError extends Error {}

/** Takes the bytes of a response as they come. */
class ResponseReader {
  constructor() {
    this._chunks = [];
    this._size = 0;
    this._head = null;
    this._end = 0;
  }

  get isEmpty() {
    return this._size === 0;
  }

  /** Returns the response once it is whole, null before. */
  take(bytes) {
    this._chunks.push(bytes);
    this._size += bytes.length;
    if (this._head === null && !this._readHead()) return null;
    if (this._size < this._end) return null;
    if (this._size > this._end) throw new ProtocolError('bytes follow the response');
    const body = this._joined().subarray(this._bodyStart).toString('utf8');
    return { ...this._head, body };
  }

  _readHead() {
    const data = this._joined();
    const end = data.indexOf(HEAD_END);
    if (end < 0) {
      if (data.length > HEAD_LIMIT) throw new ProtocolError('the response head is too long');
      return false;
    }
    this._head = parseHead(data.toString('utf8', 0, end));
    this._bodyStart = end + HEAD_END.length;
    this._end = this._bodyStart + contentLength(this._head.headers);
    return true;
  }

  _joined() {
    if (this._chunks.length > 1) this._chunks = [Buffer.concat(this._chunks)];
    return this._chunks[0];
  }
}

function parseHead(text) {
  const lines = text.split('\r\n');
  if (!/^HTTP\/1\.1 [2-9]\d\d( |$)/.test(lines[0])) throw new ProtocolError(`not a response: ${excerpt(lines[0])}`);
  const headers = new Map();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    if (name === '' || name !== name.trim() || headers.has(name)) {
      throw new ProtocolError(`bad or repeated header: ${excerpt(line)}`);
    }
    headers.set(name, line.slice(colon + 1).trim());
  }
  return { status: Number(lines[0].slice(9, 12)), headers };
}

function contentLength(headers) {
  if (headers.has('transfer-encoding')) throw new ProtocolError('Transfer-Encoding is not understood');
  const text = headers.get('content-length') ?? '0';
  if (!/^\d+$/.test(text)) throw new ProtocolError(`bad Content-Length: ${excerpt(text)}`);
  return Number(text);
}

function excerpt(text) {
  return JSON.stringify(text.slice(0, 80));
}

module.exports = { ResponseReader, ProtocolError };
