'use strict';

// The life of the process before it belongs to a function: it waits in a sandbox that has no code yet.

const fs = require('node:fs');

const VARIABLE = '_REDOUBT_STOCK';
const KEPT = 'NODE_PATH';
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

/**
 * Nothing of the parked process's stays, but for where modules are looked for. What is the same is left alone: a time zone
 * that is set again is read again.
 */
function takeEnvironment(block) {
  const given = new Map();
  for (const entry of block.split('\0')) {
    const end = entry.indexOf('=');
    if (end > 0) given.set(entry.slice(0, end), entry.slice(end + 1));
  }
  given.delete(KEPT);
  for (const name of Object.keys(process.env)) if (name !== KEPT && !given.has(name)) delete process.env[name];
  for (const [name, value] of given) if (process.env[name] !== value) process.env[name] = value;
}

module.exports = { wait };
