'use strict';

// Log records as JSON lines, with Lambda's member names.

const { format } = require('util');

/** One record: a single value keeps its form, several become a text. */
function record(level, invocation, values) {
  const members = { timestamp: new Date().toISOString(), level, requestId: invocation.requestID };
  if (invocation?.tenantID !== undefined) members.tenantId = invocation.tenantID;
  if (values.length !== 1) {
    const error = values.find((value) => value instanceof Error);
    return JSON.stringify({ ...members, message: format(...values), ...(error && membersOf(error)) });
  }
  try {
    return JSON.stringify({ ...members, message: values[0] }, (_, value) => plain(value));
  } catch {
    return JSON.stringify({ ...members, message: format(values[0]) });
  }
}

function plain(value) {
  return value instanceof Error ? { ...membersOf(value), ...value } : value;
}

function membersOf(error) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : error.stack,
  };
}

module.exports = { record };
