const assert = require('assert'), fs = require('fs'), os = require('os'), path = require('path'), zlib = require('zlib');
const { execFileSync, exec, fork, spawn } = require('child_process'), { promisify } = require('util');
const { Worker, isMainThread, parentPort } = require('worker_threads');

async function files() {
  const folder = fs.mkdtempSync('/tmp/work-'), file = path.join(folder, 'a');
  await fs.promises.writeFile(file, 'text');
  const seen = new Promise((resolve) => { const watcher = fs.watch(folder, (event) => { watcher.close(); resolve(event); }); });
  await fs.promises.appendFile(file, ' more');
  assert.ok(await seen);
  fs.copyFileSync(file, file + '2');
  fs.symlinkSync('a', path.join(folder, 'link'));
  fs.utimesSync(file, 1, 1);
  fs.chmodSync(file, 0o640);
  fs.renameSync(file + '2', file + '3');
  const handle = await fs.promises.open(file, 'r+');
  await handle.writev([Buffer.from('a'), Buffer.from('b')], 0);
  await handle.readv([Buffer.alloc(1), Buffer.alloc(1)], 0);
  await handle.truncate(3);
  await handle.sync();
  await handle.close();
  assert.deepStrictEqual(fs.readdirSync(folder).sort(), ['a', 'a3', 'link']);
  assert.ok(fs.statfsSync('/tmp').bsize > 0 && fs.realpathSync(path.join(folder, 'link')) === file);
  const packed = fs.createWriteStream('/tmp/packed.gz');
  await require('stream/promises').pipeline(fs.createReadStream('/var/task/main.js'), zlib.createGzip(), packed);
  assert.deepStrictEqual(zlib.gunzipSync(fs.readFileSync('/tmp/packed.gz')), fs.readFileSync('/var/task/main.js'));
  assert.strictEqual(zlib.brotliDecompressSync(zlib.brotliCompressSync('hi')).toString(), 'hi');
  fs.rmSync(folder, { recursive: true });
}

async function processes() {
  assert.strictEqual(execFileSync('/bin/echo', ['child']).toString(), 'child\n');
  assert.strictEqual((await promisify(exec)('echo a | tr a b')).stdout, 'b\n');
  const child = fork(process.argv[1], ['child']);
  assert.strictEqual(await new Promise((resolve) => child.on('message', resolve)), 'hello');
  child.disconnect();
  const sleeper = spawn('/bin/sleep', ['60'], { detached: true });
  sleeper.kill('SIGTERM');
  assert.strictEqual((await new Promise((resolve) => sleeper.on('exit', (...status) => resolve(status))))[1], 'SIGTERM');
  const caught = new Promise((resolve) => process.once('SIGUSR2', resolve));
  process.kill(process.pid, 'SIGUSR2');
  assert.strictEqual(await caught, 'SIGUSR2');
  os.setPriority(Math.min(os.getPriority() + 1, 19));
  assert.ok(os.cpus().length > 0 && os.totalmem() > 0 && os.loadavg().length === 3 && os.userInfo().uid > 0);
  assert.ok(process.memoryUsage().rss > 0 && process.resourceUsage().maxRSS > 0 && process.report.getReport().header.arch);
}

async function workers() {
  const answers = await Promise.all([1, 2, 3].map((number) => new Promise((resolve, reject) => {
    const worker = new Worker(__filename);
    worker.on('message', resolve).on('error', reject);
    worker.postMessage(number);
  })));
  assert.deepStrictEqual(answers, [1, 4, 9]);
  const shared = new Int32Array(new SharedArrayBuffer(4));
  assert.strictEqual(Atomics.wait(shared, 0, 0, 5), 'timed-out');
}

if (!isMainThread) {
  parentPort.once('message', (number) => parentPort.postMessage(number * number));
} else if (process.argv[2] === 'child') {
  process.send('hello');
} else {
  const alive = setInterval(() => {}, 1000);  // a wait for a signal alone does not keep Node running
  files().then(processes).then(workers).then(() => { clearInterval(alive); console.log('all well'); });
}
