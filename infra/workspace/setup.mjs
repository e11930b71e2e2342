// Sets up what a fresh machine lacks: dependencies, build, with --servers the programs that the tests, the demo and
// `npm start` run for real, and with --packet-lab those that only tests need: of real packets, of disks that fail. It needs Node and
// npm and nothing else, does nothing twice, and says what it cannot do, how to get it, and what runs without it.
//
//   node infra/workspace/setup.mjs [--servers] [--packet-lab] [-- PROGRAM ARGUMENT ...]
//
// It starts PROGRAM itself, with the Node that the dependencies bring: a shell remembers which `node` it found first, and
// would start it with the machine's own.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Programs by the Debian package that brings them, and what runs without them. */
const SERVERS = [
  { program: 'ovsdb-server', package: 'ovn-central', without: 'everything but the Northbound projection' },
  { program: 'ovn-nbctl', package: 'ovn-central', without: 'everything but the Northbound projection' },
  { program: 'nats-server', package: 'nats-server', without: 'gRPC, HTTP and both projections' },
];

/** For the tests on real packets (test/e2e/packets), which name what is missing when they are skipped. */
const PACKET_LAB = [
  ['ovs-vswitchd', 'openvswitch-switch'],
  ['ovn-controller', 'ovn-host'],
  ['keepalived', 'keepalived'],
  ['ip', 'iproute2'],
  ['ethtool', 'ethtool'],
  ['ping', 'iputils-ping'],
  ['arping', 'iputils-arping'],
  ['ndptool', 'libndp-tools'],
].map(([program, name]) => ({ program, package: name, without: 'all but the tests on real packets' }));

/** For the tests of disks that fail, with --packet-lab too: they name it when they are skipped. */
const FAILING_DISKS = [
  { program: 'strace', package: 'strace', without: 'all but the tests of disks that fail' },
];

/** Where Debian keeps servers; not on the path of users who are not root. */
const SERVER_FOLDERS = ['/usr/sbin', '/sbin'];

/** The first with `node:sqlite` and zstd, which the SQLite store and the HTTP client ask for. */
const OLDEST_NODE = { major: 22, minor: 19 };

/** Tells deb-systemd-invoke and invoke-rc.d that nothing is to be started: we start our own, on our own ports. */
const POLICY = '/usr/sbin/policy-rc.d';

function run(command, args, options = {}) {
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
}

function installDependencies() {
  const lock = createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = path.join(root, 'node_modules/.holdfast-lock');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === lock) return;
  console.log('setup: installing dependencies (npm ci)');
  run('npm', ['ci', '--loglevel=error']);
  fs.writeFileSync(stamp, lock);
}

/** The project's own Node; on a system for which the registry has none, the machine's, if it is new enough. */
function projectNode() {
  const own = path.join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (fs.existsSync(own)) return own;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE.major || (major === OLDEST_NODE.major && minor >= OLDEST_NODE.minor))
    return process.execPath;
  const oldest = `${OLDEST_NODE.major}.${OLDEST_NODE.minor}`;
  throw new Error(
    `no Node of ours is to be had for ${process.platform}-${process.arch}; install Node ${oldest} or later (this is ${process.version})`,
  );
}

/** For whatever we start: our tools before the machine's, and the servers of users who are not root. */
function environment() {
  const ownTools = path.join(root, 'node_modules/.bin');
  return { ...process.env, PATH: [ownTools, process.env.PATH, ...SERVER_FOLDERS].join(':') };
}

function build() {
  console.log('setup: building');
  const nx = path.join(root, 'node_modules/nx/dist/bin/nx.js');
  const result = spawnSync(projectNode(), [nx, 'run-many', '-t', 'build'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...environment(), NX_TUI: 'false' },
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout}${result.stderr}`);
  throw new Error('the build failed');
}

function isOnPath(program) {
  return (process.env.PATH ?? '')
    .split(':')
    .concat(SERVER_FOLDERS)
    .some((folder) => fs.existsSync(path.join(folder, program)));
}

function installPrograms(programs) {
  const missing = programs.filter(({ program }) => !isOnPath(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((server) => server.package))];
  const isDebian = fs.existsSync('/etc/debian_version');
  if (process.getuid() !== 0 || !isDebian) {
    for (const { program, package: name, without } of missing) {
      const how = isDebian ? `as root: apt-get install ${name}` : `your system's package of ${name}`;
      console.error(`setup: ${program} is missing; get it with ${how}. Without it runs: ${without}.`);
    }
    return;
  }
  console.log(`setup: installing ${packages.join(', ')} from Debian, without starting their services`);
  const hadPolicy = fs.existsSync(POLICY);
  if (!hadPolicy) fs.writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
    run('apt-get', ['update', '-q'], quiet);
    run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], quiet);
  } finally {
    if (!hadPolicy) fs.rmSync(POLICY);
  }
}

/** Ends as the program ends: with its exit code, or by the signal that ended it. */
function start(program) {
  const child = spawn(projectNode(), program, { cwd: root, env: environment(), stdio: 'inherit' });
  // Ctrl-C reaches the program too; what reaches only us is passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('error', (error) => fail(error));
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function fail(error) {
  console.error(`setup: ${error.message}`);
  process.exit(1);
}

const USAGE = 'usage: node infra/workspace/setup.mjs [--servers] [--packet-lab] [-- PROGRAM ARGUMENT ...]';

function readArguments([...given]) {
  const at = given.indexOf('--');
  const flags = at < 0 ? given : given.slice(0, at);
  const unknown = flags.find((flag) => !['--servers', '--packet-lab'].includes(flag));
  if (unknown !== undefined) throw new Error(`unknown argument ${unknown}\n${USAGE}`);
  return { flags, program: at < 0 ? [] : given.slice(at + 1) };
}

try {
  const { flags, program } = readArguments(process.argv.slice(2));
  installDependencies();
  installPrograms([
    ...(flags.includes('--servers') ? SERVERS : []),
    ...(flags.includes('--packet-lab') ? [...PACKET_LAB, ...FAILING_DISKS] : []),
  ]);
  build();
  if (program.length > 0) start(program);
} catch (error) {
  fail(error);
}
