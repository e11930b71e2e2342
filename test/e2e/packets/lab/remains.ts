// Looks, from the host's side, for whatever a lab may have left there: what a stopped lab must have none of.
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** The network namespaces, by inode, in which processes of the lab of this folder run now. */
export function networksOf(folder: string): ReadonlySet<string> {
  const own = networkOf('self');
  const networks = processes()
    .filter((pid) => commandLine(pid).includes(folder))
    .map(networkOf);
  return new Set(networks.filter((network) => network !== undefined && network !== own) as string[]);
}

/** One line for each process, file, mount and namespace that is left; `networks` as `networksOf` told before. */
export function remains(folder: string, networks: ReadonlySet<string>): readonly string[] {
  const left = processes().filter(
    (pid) => commandLine(pid).includes(folder) || networks.has(networkOf(pid) ?? ''),
  );
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [
    ...left.map((pid) => `process ${pid} ${commandLine(pid)}`),
    ...mounts.filter((line) => line.includes(folder)),
    ...(existsSync(folder) ? [folder] : []),
  ];
}

/** Of the host's own network: names, and addresses. */
export function hostInterfaces(): string {
  const names = readFileSync('/proc/net/dev', 'utf8').split('\n').slice(2);
  return JSON.stringify([names.map((line) => line.split(':')[0]!.trim()), networkInterfaces()]);
}

function processes(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** Nothing when it is gone meanwhile, or a zombie. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function networkOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
