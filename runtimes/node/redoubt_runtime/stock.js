'use strict';

// The life of the process before it belongs to a function: it waits in a sandbox that has no code yet.

const fs = require('node:fs');

const VARIABLE = '_REDOUBT_STOCK';
const SOCKET = 3;
const LONGEST = 64 * 1024;
// Those that look at no variable of the environment.
const LOADED_AHEAD = ['api', 'completion', 'errors', 'handler', 'output', 'process', 'streaming'];

/** Returns as soon as the process is a function's; at once where `_REDOUBT_STOCK` is not set. */
function wait() {
  if (process.env[VARIABLE] === undefined) return;
  for (const name of LOADED_AHEAD) require(`./${name}.js`);
  fs.writeSync(SOCKET, 'w');
  const message = Buffer.alloc(LONGEST);
  const length = fs.readSync(SOCKET, message, 0, LONGEST);
  fs.closeSync(SOCKET);
  // Nobody wanted it.
  if (length === 0 || message[0] !== 'e'.charCodeAt(0)) process.exit(0);
  const nodePath = process.env.NODE_PATH;
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const entry of message.toString('utf8', 1, length).split('\0')) {
    const end = entry.indexOf('=');
    if (end > 0) process.env[entry.slice(0, end)] = entry.slice(end + 1);
  }
  process.env.NODE_PATH = nodePath;
  process.chdir(process.env.LAMBDA_TASK_ROOT ?? '/var/task');
}

module.exports = { wait };
