'use strict';

// The life of the process before it belongs to a function: it waits in a sandbox that has no code yet.

const fs = require('node:fs');

const VARIABLE = '_REDOUBT_STOCK';
const SOCKET = 3;
const LONGEST = 64 * 1024;

/**
 * Runs the function as soon as the process has one; at once where `_REDOUBT_STOCK` is not set.
 *
 * @param entry the file that Node was started with.
 */
async function wait(entry) {
  if (process.env[VARIABLE] === undefined) return require('./loop.js').run(entry);
  await require('./rehearsal.js').rehearse();
  const { run } = require('./loop.js');
  const environment = require('./environment.js');
  fs.writeSync(SOCKET, 'w');
  const message = Buffer.alloc(LONGEST);
  const length = fs.readSync(SOCKET, message, 0, LONGEST);
  fs.closeSync(SOCKET);
  // Nobody wanted it.
  if (length === 0 || message[0] !== 'e'.charCodeAt(0)) process.exit(0);
  environment.take(message.toString('utf8', 1, length));
  process.chdir(process.env.LAMBDA_TASK_ROOT ?? '/var/task');
  return run(entry);
}

module.exports = { wait };
