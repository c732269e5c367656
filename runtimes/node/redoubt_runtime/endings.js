'use strict';

const { UnhandledPromiseRejection, payloadOf } = require('./errors.js');
const log = require('./log.js');
const output = require('./output.js');

const UNHANDLED_REJECTION = 128;
const UNCAUGHT_EXCEPTION = 129;
const UNSETTLED_MODULE = 13;

/** What ends the process against the function's will: errors that nobody caught. */
class Endings {
  constructor(api) {
    /** Tells the platform; there is another one for each stage of the process's life. */
    this.report = (payload) => api.failInit(payload);
    /** What is done when nothing keeps the event loop running. */
    this.loopIsEmpty = () => (process.exitCode = UNSETTLED_MODULE);
    this.isEnding = false;
  }

  /** Begins to listen. */
  watch() {
    process.on('uncaughtException', (error) => this.end('Uncaught Exception', error, UNCAUGHT_EXCEPTION));
    process.on('unhandledRejection', (reason, promise) => {
      this.end('Unhandled Promise Rejection', new UnhandledPromiseRejection(reason, promise), UNHANDLED_REJECTION);
    });
    process.on('beforeExit', () => this.loopIsEmpty());
  }

  /** The function's code failed where nobody caught it: the platform is told, then the process ends. */
  async end(title, error, code = UNCAUGHT_EXCEPTION) {
    log.failure(title, error);
    if (this.isEnding) return;
    this.isEnding = true;
    try {
      await output.flush();
      await this.report(payloadOf(error));
    } finally {
      process.exit(code);
    }
  }
}

module.exports = { Endings };
