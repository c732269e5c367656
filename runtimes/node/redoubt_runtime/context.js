'use strict';

// The same for every invocation of a function's process.
let environment = {};

const { now } = Date;

/** Reads what the environment says of the function; once it does. */
function prepare() {
  environment = {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

/** The second argument of every handler: what it may know of its invocation, and the older ways to end it. */
function contextOf(invocation, completion) {
  return {
    get callbackWaitsForEmptyEventLoop() {
      return completion.waitsForEmptyEventLoop;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      completion.waitsForEmptyEventLoop = value;
    },
    succeed: completion.succeed,
    fail: completion.fail,
    done: completion.done,
    ...environment,
    clientContext: parsed(invocation.clientContext, 'ClientContext'),
    identity: parsed(invocation.cognitoIdentity, 'CognitoIdentity'),
    invokedFunctionArn: invocation.functionARN,
    awsRequestId: invocation.requestID,
    tenantId: invocation.tenantID,
    getRemainingTimeInMillis: () => invocation.deadline - now(),
  };
}

function parsed(text, name) {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

module.exports = { contextOf, prepare };
