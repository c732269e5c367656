'use strict';

// The function's log, as the runtime writes to it.

const fs = require('fs');

const STANDARD_OUTPUT = 1;
const RETRY_MILLISECONDS = 1;
const never = new Int32Array(new SharedArrayBuffer(4));

/** Writes before it returns; a log that cannot be written never fails an invocation. */
function write(text) {
  let rest = Buffer.from(text, 'utf8');
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(STANDARD_OUTPUT, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') return;
      Atomics.wait(never, 0, 0, RETRY_MILLISECONDS); // A stream of the function's has made it non-blocking.
    }
  }
}

const streams = ['stdout', 'stderr'].map(noteUse);

/** Resolves when what the function gave its streams has left the process, so that no answer overtakes its log lines. */
async function flush() {
  for (const used of streams) {
    const stream = used();
    if (stream?.writableLength > 0) await new Promise((resolve) => stream.write('', resolve));
  }
}

/** Making a standard stream takes time, so it is asked for only when the function has done so. */
function noteUse(name) {
  const { get } = Object.getOwnPropertyDescriptor(process, name);
  let stream = null;
  Object.defineProperty(process, name, {
    configurable: true, enumerable: true,
    get: () => (stream ??= get.call(process)),
  });
  return () => stream;
}

module.exports = { write, flush };
