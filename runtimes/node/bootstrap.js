'use strict';

// What Node executes. It stays this small because what a function requires names it as the parent.
require('./redoubt_runtime/stock.js').wait(__filename);
