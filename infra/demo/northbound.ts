// The operator's side of OVN in the demo: looks at the Northbound, and wipes it.
import { execFileSync } from 'node:child_process';

export function nbctl(db: string, ...args: readonly string[]): string {
  return execFileSync('ovn-nbctl', [`--db=${db}`, '--timeout=10', ...args], { encoding: 'utf8' });
}

/** `ovn-nbctl show` of one switch, its ports in the order of their names: OVSDB has none. */
export function showSwitch(db: string): string {
  const [head = '', ...ports] = nbctl(db, 'show')
    .trimEnd()
    .split(/\n(?= {4}port )/);
  return [head, ...ports.sort()].join('\n');
}

/** Every logical switch, and with each its ports. */
export function wipe(db: string): void {
  const names = nbctl(db, '--bare', '--columns=_uuid', 'list', 'Logical_Switch').split('\n').filter(Boolean);
  for (const uuid of names) nbctl(db, 'ls-del', uuid);
}

/** The rows of the ports, or of one, without what differs from run to run, in the order of their names. */
export function portRows(db: string, name?: string): string {
  const columns = '--columns=name,type,options,addresses,external_ids';
  const names = name === undefined ? [] : [name];
  const rows = nbctl(db, columns, '--if-exists', 'list', 'Logical_Switch_Port', ...names);
  return rows.trim().split('\n\n').sort().join('\n\n');
}

/** `key=value`, one a line; nothing while there is no such port. */
export function portOptions(db: string, name: string): string {
  return portRows(db, name) === '' ? '' : nbctl(db, 'lsp-get-options', name);
}
