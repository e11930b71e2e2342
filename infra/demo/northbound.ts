// The operator's side of OVN in the demo: looks at the Northbound, and wipes it.
import { execFileSync } from 'node:child_process';

export function nbctl(db: string, ...args: readonly string[]): string {
  return execFileSync('ovn-nbctl', [`--db=${db}`, '--timeout=10', ...args], { encoding: 'utf8' });
}

/** Every logical switch, and with each its ports. */
export function wipe(db: string): void {
  const names = nbctl(db, '--bare', '--columns=_uuid', 'list', 'Logical_Switch').split('\n').filter(Boolean);
  for (const uuid of names) nbctl(db, 'ls-del', uuid);
}

/** The rows of the ports, without what differs from run to run. */
export function portRows(db: string): string {
  return nbctl(
    db,
    '--columns=name,type,options,addresses,external_ids',
    'list',
    'Logical_Switch_Port',
  ).trim();
}
