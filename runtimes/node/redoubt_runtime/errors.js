'use strict';

// Errors as Lambda reports them: those of the runtime itself, and how any error becomes a payload and a log record.

const { types } = require('util');

/** What the runtime finds wrong with a function, as opposed to an error of its code. */
class Fault extends Error {}

class ImportModuleError extends Fault {}
class HandlerNotFound extends Fault {}
class MalformedHandlerName extends Fault {}
class UserCodeSyntaxError extends Fault {}
class CallbackHandlerDeprecated extends Fault {}
class InvalidStreamingOperation extends Fault {}

class NodeJsExit extends Fault {
  constructor() {
    super(
      'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise ' +
        'that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes',
    );
  }
}

class UnhandledPromiseRejection extends Fault {
  constructor(reason, promise) {
    super(reason);
    this.reason = reason;
    this.promise = promise;
  }
}

const faults = {
  ImportModuleError, HandlerNotFound, MalformedHandlerName, UserCodeSyntaxError, CallbackHandlerDeprecated, NodeJsExit,
  UnhandledPromiseRejection, InvalidStreamingOperation,
};
for (const [name, fault] of Object.entries(faults)) fault.prototype.name = `Runtime.${name}`;

/** The payload that a caller gets instead of a result, for whatever was thrown. */
function payloadOf(error) {
  try {
    if (isErrorLike(error)) {
      return { errorType: error.name, errorMessage: error.message, trace: error.stack.split('\n') };
    }
    return { errorType: typeof error, errorMessage: error.toString(), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, ' +
        'name, and stack',
    };
  }
}

/** The error as text for a record in the log: JSON with its own properties. */
function textOf(error) {
  try {
    const whole = error instanceof Error ? error : new Error(error);
    return JSON.stringify(whole, (_, value) => (value instanceof Error ? membersOf(value) : value));
  } catch {
    return JSON.stringify(payloadOf(error));
  }
}

function isErrorLike(error) {
  if (types.isNativeError(error)) return true;
  return [error?.name, error?.message, error?.stack].every((text) => typeof text === 'string' && text !== '');
}

function membersOf(error) {
  const members = { errorType: error.name, errorMessage: error.message, code: error.code, ...error };
  if (typeof error.stack === 'string') members.stack = error.stack.split('\n');
  return members;
}

module.exports = { ...faults, payloadOf, textOf };
