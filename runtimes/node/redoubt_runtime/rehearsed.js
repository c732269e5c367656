'use strict';

// The function of a rehearsal.
exports.handler = async (event) => event;
