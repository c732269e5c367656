'use strict';

const { NodeJsExit } = require('./errors.js');

/** How one invocation ends. Of what the handler calls the first counts; `settle` gets `{error}` or `{text}`. */
class Completion {
  /** @param isAsync whether the handler is an async function, which ends by its promise alone. */
  constructor(isAsync, settle) {
    this.waitsForEmptyEventLoop = true;
    this._isDecided = false;
    this._settle = settle;
    this._whenLoopIsEmpty = () => settle(isAsync ? { error: new NodeJsExit() } : { text: 'null' });
    this.callback = (error, result) => this._once(error, result, this.waitsForEmptyEventLoop);
    this.done = (error, result) => this._once(error, result, false);
    this.succeed = (result) => this.done(null, result);
    this.fail = (error) => this.done(error ?? 'handled');
  }

  /** Nothing will happen any more of itself: what has been decided is told, or that nothing ever will be. */
  loopIsEmpty() {
    this._whenLoopIsEmpty();
  }

  _once(error, result, waits) {
    if (this._isDecided) return;
    this._isDecided = true;
    const outcome = outcomeOf(error, result);
    this._whenLoopIsEmpty = () => this._settle(outcome);
    if (outcome.error !== undefined || !waits) this._settle(outcome);
  }
}

function outcomeOf(error, result) {
  if (error !== undefined && error !== null) return { error };
  try {
    return { text: JSON.stringify(result) ?? 'null' };
  } catch {
    return { error: new Error('Unable to stringify response body') };
  }
}

module.exports = { Completion };
