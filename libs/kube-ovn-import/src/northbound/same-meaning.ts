// Whether two values of a column mean the same to OVN though they are written in other words: letters of another case,
// members in another order. It judges columns that both sides write; of others it says no.
import { formatAddress, formatMac, parseAddress, parseMac } from '@holdfast/ipam';
import type { SwitchPortRow } from '@holdfast/ovn/planning';

type Options = SwitchPortRow['options'];

/** @param node where the only user of the port is, if that is known */
export function meansTheSame(
  column: string,
  found: unknown,
  desired: unknown,
  node: string | undefined,
): boolean {
  switch (column) {
    case 'addresses':
    case 'port_security':
      return sameTexts(found as readonly string[], desired as readonly string[]);
    case 'options':
      return sameOptions(found as Options, desired as Options, node);
    default:
      return false;
  }
}

function sameTexts(found: readonly string[], desired: readonly string[]): boolean {
  const [a, b] = [found, desired].map((texts) => texts.map(canonicalEntry).sort().join('\n'));
  return a === b;
}

/** "MAC IP IP/LENGTH" (ovn-nb(5), addresses and port_security), of which the order of the addresses means nothing. */
function canonicalEntry(text: string): string {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  const mac = parseMac(first);
  return [mac === undefined ? first : formatMac(mac), ...rest.map(canonicalAddress).sort()].join(' ');
}

function canonicalAddress(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text : formatAddress(address);
}

/**
 * Kube-OVN writes `requested-chassis` once a machine migrates, Holdfast always. While its only Pod is on that very chassis
 * the key says nothing that the binding does not say.
 */
function sameOptions(found: Options, desired: Options, node: string | undefined): boolean {
  const [a, b] = [found, desired].map((options) =>
    Object.entries(options)
      .filter(([key, value]) => key !== 'requested-chassis' || value !== node)
      .map(([key, value]) => `${key}=${canonicalOption(key, value)}`)
      .sort()
      .join('\n'),
  );
  return a === b;
}

function canonicalOption(key: string, value: string): string {
  if (key === 'virtual-ip') return canonicalAddress(value);
  if (key !== 'virtual-parents') return value;
  // Split at "," and never trimmed by ovn-northd; a parent that is told twice is one.
  return [...new Set(value.split(','))].sort().join(',');
}
