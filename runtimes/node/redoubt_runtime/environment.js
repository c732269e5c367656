'use strict';

// The environment of a process that was started before it belonged to a function.

const KEPT = 'NODE_PATH';

/**
 * Nothing of the parked process's stays, but for where modules are looked for. What is the same is left alone: a time zone
 * that is set again is read again.
 */
function take(block) {
  const given = new Map();
  for (const entry of block.split('\0')) {
    const end = entry.indexOf('=');
    if (end > 0) given.set(entry.slice(0, end), entry.slice(end + 1));
  }
  given.delete(KEPT);
  for (const name of Object.keys(process.env)) if (name !== KEPT && !given.has(name)) delete process.env[name];
  for (const [name, value] of given) if (process.env[name] !== value) process.env[name] = value;
}

/** The same, for nothing: a block with more variables, and then what there was. */
function rehearse() {
  const own = Object.entries(process.env).map(([name, value]) => `${name}=${value}\0`).join('');
  take(own + REHEARSED);
  take(own);
}

const REHEARSED = Array.from({ length: 24 }, (_, number) => `_REDOUBT_REHEARSED_${number}=value\0`).join('');

module.exports = { take, rehearse };
