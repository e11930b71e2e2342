// Sets up what a fresh machine lacks: dependencies, build, with --servers the programs that the tests, the demo and
// `npm start` run for real, and with --packet-lab those that the tests on real packets need besides. It needs Node and npm and nothing else, does nothing twice, and says what it
// cannot do, how to get it, and what runs without it.
import { execFileSync, spawnSync } from 'node:child_process';
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

function build() {
  console.log('setup: building');
  const result = spawnSync('node', ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'build'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${path.join(root, 'node_modules/.bin')}:${process.env.PATH}`,
      NX_TUI: 'false',
    },
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout}${result.stderr}`);
  throw new Error('the build failed');
}

function isOnPath(program) {
  return (process.env.PATH ?? '')
    .split(':')
    .concat('/usr/sbin', '/sbin')
    .some((folder) => fs.existsSync(path.join(folder, program)));
}

function installPrograms(wanted) {
  const missing = wanted.filter(({ program }) => !isOnPath(program));
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

try {
  installDependencies();
  const isAsked = (flag) => process.argv.includes(flag);
  installPrograms([...(isAsked('--servers') ? SERVERS : []), ...(isAsked('--packet-lab') ? PACKET_LAB : [])]);
  build();
} catch (error) {
  console.error(`setup: ${error.message}`);
  process.exit(1);
}
