'use strict';

// The life of the process before it belongs to a function: it waits in a sandbox that has no code yet.

const fs = require('node:fs');

const VARIABLE = '_REDOUBT_STOCK';
const SOCKET = 3;
const LONGEST = 64 * 1024;

/** Calls `proceed` as soon as the process is a function's; at once where `_REDOUBT_STOCK` is not set. */
async function wait(proceed) {
  if (process.env[VARIABLE] === undefined) return proceed();
  await require('./rehearsal.js').rehearse();
  fs.writeSync(SOCKET, 'w');
  const message = Buffer.alloc(LONGEST);
  const length = fs.readSync(SOCKET, message, 0, LONGEST);
  fs.closeSync(SOCKET);
  // Nobody wanted it.
  if (length === 0 || message[0] !== 'e'.charCodeAt(0)) process.exit(0);
  takeEnvironment(message.toString('utf8', 1, length));
  process.chdir(process.env.LAMBDA_TASK_ROOT ?? '/var/task');
  proceed();
}

/** Nothing of the parked process's stays, but for where modules are looked for. */
function takeEnvironment(block) {
  const nodePath = process.env.NODE_PATH;
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const entry of block.split('\0')) {
    const end = entry.indexOf('=');
    if (end > 0) process.env[entry.slice(0, end)] = entry.slice(end + 1);
  }
  if (nodePath !== undefined) process.env.NODE_PATH = nodePath;
}

module.exports = { wait };
