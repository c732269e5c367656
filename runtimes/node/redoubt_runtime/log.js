'use strict';

// What Lambda does to `console`. AWS_LAMBDA_LOG_FORMAT (Text or JSON) and AWS_LAMBDA_LOG_LEVEL are honoured.

const { format } = require('util');

const { textOf } = require('./errors.js');
const output = require('./output.js');

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const METHODS = {
  trace: 'TRACE', debug: 'DEBUG', info: 'INFO', log: 'INFO', warn: 'WARN', error: 'ERROR', fatal: 'FATAL',
};

let isJSON = false;

/** The invocation at work, for log records; without members until the first. */
let current = {};

/** From now on records belong to that invocation. */
function begin({ requestID, tenantID }) {
  current = { requestID, tenantID };
}

/** Gives `console` Lambda's methods. */
function install() {
  isJSON = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  const lowest = Math.max(0, LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()));
  const record = isJSON ? require('./json_log.js').record : textRecord;
  for (const [method, level] of Object.entries(METHODS)) {
    const isShown = LEVELS.indexOf(level) >= Math.min(lowest, LEVELS.indexOf('FATAL'));
    console[method] = isShown ? (...values) => write(record(level, current, values)) : () => {};
  }
}

/** Records an error that the platform is told about. */
function failure(title, error) {
  if (isJSON) console.error(error instanceof Error ? error : new Error(error));
  else console.error(title, '\t' + textOf(error));
}

function textRecord(level, invocation, values) {
  return `${new Date().toISOString()}\t${invocation.requestID}\t${level}\t${format(...values)}`;
}

/** A record is one line: carriage returns stand for line ends, so that the log keeps it whole. */
function write(text) {
  output.write(text.replace(/\n/g, '\r') + '\n');
}

module.exports = { install, begin, failure };
