// Says why packets cannot be tested here, by name, so that a test which is skipped is data and never silence.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PATH } from './enclosure';

/** Debian's package for each program that the lab and its probes run. */
const PACKAGES: Readonly<Record<string, string>> = {
  'ovn-northd': 'ovn-central',
  'ovn-nbctl': 'ovn-common',
  'ovsdb-server': 'openvswitch-common',
  'ovs-vswitchd': 'openvswitch-switch',
  'ovn-controller': 'ovn-host',
  keepalived: 'keepalived',
  ip: 'iproute2',
  ethtool: 'ethtool',
  ping: 'iputils-ping',
  arping: 'iputils-arping',
  ndptool: 'libndp-tools',
  unshare: 'util-linux',
  perl: 'perl-base',
};

/** The userspace datapath's bridges are taps. */
const TUN = '/dev/net/tun';

/** Nothing, where the lab can run. */
export function packetLabSkipReason(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux';
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  const folders = PATH.split(delimiter);
  for (const [program, name] of Object.entries(PACKAGES))
    if (!folders.some((folder) => existsSync(join(folder, program))))
      return `${program} is missing: install Debian's package ${name}`;
  // Another project's program has the name and other options (Debian's package `arping`).
  if (!output('arping', '-V').stdout.includes('iputils')) return 'arping is not that of iputils-arping';
  if (!existsSync('/proc/sys/net/ipv6')) return 'this kernel has no IPv6';
  if (!existsSync(TUN)) return `there is no ${TUN}`;
  const { status, stderr } = output('unshare', '--mount', '--pid', '--net', '--fork', 'true');
  return status === 0 ? undefined : `no namespaces can be made here: ${stderr.trim()}`;
}

function output(program: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, { env: { ...process.env, PATH }, encoding: 'utf8' });
}
