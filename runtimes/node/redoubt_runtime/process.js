'use strict';

/** What of the process an invocation can change and the next one must not find: directory and file mode mask. */
class Baseline {
  constructor() {
    this._directory = process.cwd();
    this._mask = process.umask();
  }

  restore() {
    process.chdir(this._directory);
    process.umask(this._mask);
  }
}

module.exports = { Baseline };
