const assert = require('assert'), crypto = require('crypto'), dgram = require('dgram'), dns = require('dns').promises;
const http = require('http'), net = require('net'), timers = require('timers/promises'), { once } = require('events');

async function network() {
  const server = http.createServer((request, response) => request.pipe(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://localhost:${server.address().port}/`;
  assert.strictEqual(await (await fetch(url, { method: 'POST', body: 'ping' })).text(), 'ping');
  const agent = new http.Agent({ keepAlive: true });
  const request = http.request(url, { method: 'POST', agent });
  request.end('x'.repeat(100000));
  let size = 0;
  for await (const part of (await once(request, 'response'))[0]) size += part.length;
  assert.strictEqual(size, 100000);
  agent.destroy();
  server.close();

  const local = net.createServer((socket) => socket.end('bye')).listen('/tmp/local');
  await once(local, 'listening');
  assert.strictEqual((await once(net.connect('/tmp/local'), 'data'))[0].toString(), 'bye');
  local.close();
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.send('hi', socket.address().port, '127.0.0.1');
  assert.strictEqual((await once(socket, 'message'))[0].toString(), 'hi');
  socket.close();

  assert.strictEqual((await dns.lookup('localhost', { family: 4 })).address, '127.0.0.1');
  await assert.rejects(dns.lookup('no.such.name.example'), { code: /^(EAI_AGAIN|ENOTFOUND)$/ });
  await assert.rejects(dns.resolve4('no.such.name.example'), { code: /^(ECONNREFUSED|ETIMEOUT)$/ });
  assert.ok(Object.values(require('os').networkInterfaces()).flat().every((address) => address.internal));
}

async function engine() {
  const add = [0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11];
  const { instance } = await WebAssembly.instantiate(new Uint8Array(add));
  assert.strictEqual(instance.exports.add(2, 3), 5);
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  let total = 0;
  for (let round = 0; round < 20000; round++) total += sum([1, 2, 3]);  // long enough to be compiled
  assert.strictEqual(total, 120000);
  assert.strictEqual(crypto.createHash('sha256').update('').digest('hex').length, 64);
  assert.strictEqual(crypto.randomBytes(8).length, 8);
  assert.strictEqual(crypto.scryptSync('a', 'b', 16).length, 16);
  const { privateKey, publicKey } = await require('util').promisify(crypto.generateKeyPair)('ec', { namedCurve: 'P-256' });
  assert.ok(crypto.verify('sha256', Buffer.from('x'), publicKey, crypto.sign('sha256', Buffer.from('x'), privateKey)));
  await timers.setTimeout(5);
  await timers.setImmediate();
  let ticks = 0;
  for await (const _ of timers.setInterval(1)) if (++ticks === 3) break;
  assert.strictEqual(new Intl.NumberFormat('en').format(1234.5), '1,234.5');
}

network().then(engine).then(() => console.log('all well'));
