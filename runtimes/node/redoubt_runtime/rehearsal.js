'use strict';

// One invocation of nothing, before there is a function: what it loads and compiles on the way is then there for the
// first real one. It talks to itself over the sandbox's own loopback and leaves nothing behind.

const net = require('net');
const path = require('path');
const v8 = require('v8');
const vm = require('vm');

const { RuntimeAPI } = require('./api.js');
const context = require('./context.js');
const environment = require('./environment.js');
const handlers = require('./handler.js');
const log = require('./log.js');
const { outcomeOf } = require('./loop.js');
const output = require('./output.js');
const { Baseline } = require('./process.js');
const streaming = require('./streaming.js');

const INVOCATION =
  'HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: rehearsal\r\nLambda-Runtime-Deadline-Ms: 0\r\n' +
  'Lambda-Runtime-Invoked-Function-Arn: arn\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
const ACCEPTED = 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n';
const TIMES = 3;

async function rehearse() {
  environment.rehearse();
  log.install();
  context.prepare();
  streaming.install();
  const baseline = new Baseline();
  const server = net.createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const api = new RuntimeAPI(`127.0.0.1:${server.address().port}`);
  const handler = await handlers.load('rehearsed.handler', __dirname, path.join(__dirname, '..', 'bootstrap.js'));
  for (let time = 0; time < TIMES; time++) {
    const invocation = await api.next();
    log.begin(invocation);
    baseline.restore();
    const { text } = await outcomeOf(invocation, handler, { isEnding: false });
    await output.flush();
    await api.respond(invocation.requestID, text);
  }
  api.close();
  await new Promise((resolve) => server.close(resolve));
  delete require.cache[path.join(__dirname, 'rehearsed.js')];
  log.begin({});
  collectGarbage();
}

/** The young generation is empty afterwards: none of it has to be collected while the first invocation waits. */
function collectGarbage() {
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')({ type: 'minor' });
  v8.setFlagsFromString('--no-expose-gc');
}

function answer(socket) {
  socket.on('data', (bytes) => socket.write(bytes.includes('invocation/next') ? INVOCATION : ACCEPTED));
}

module.exports = { rehearse };
