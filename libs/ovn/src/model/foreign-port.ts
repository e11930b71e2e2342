// What of a port that others made is from us, and no more: the Vips that it may answer for, in the entries of its
// `port_security` that name addresses at all, and those that it answers for as a router's port. The row itself
// remembers what we added, so that exactly that can be taken out again, whatever the owner did meanwhile. Pure.
import { formatAddress, parseAddress } from '@holdfast/ipam';
import { sorted } from './sorted';

export interface EditedList<Value> {
  readonly value: Value;
  /** What of it is from us, to be remembered in the row. */
  readonly ours: readonly string[];
}

/** @param ours what of it was from us; @param desired the addresses that the port may answer for */
export function withAllowed(
  security: readonly string[],
  ours: readonly string[],
  desired: readonly string[],
): EditedList<readonly string[]> {
  const kept = security.map((entry) =>
    without(entry, (address) => ours.includes(address) && !desired.includes(address)),
  );
  // What its owner listed is not from us, even if we would have.
  const listed = kept.flatMap((entry) => addressesIn(entry));
  const missing = desired.filter((address) => !listed.includes(address));
  // An entry that names no address lets every one through, so nothing is added to it.
  const at = kept.findIndex((entry) => addressesIn(entry).length > 0);
  if (at >= 0 && missing.length > 0) kept[at] = [kept[at]!.trim(), ...missing].join(' ');
  const added =
    at < 0 ? [] : desired.filter((address) => missing.includes(address) || ours.includes(address));
  return { value: sorted(kept), ours: sorted(added) };
}

/**
 * `arp_proxy` as it should be; '' for none.
 * @param found as it is; @param ours what of it was from us; @param desired what the port is to answer for
 */
export function withProxied(
  found: string,
  ours: readonly string[],
  desired: readonly string[],
): EditedList<string> {
  const theirs = listOf(found).filter((text) => !ours.includes(canonical(text)));
  const added = desired.filter((address) => !theirs.some((text) => canonical(text) === address));
  return { value: [...theirs, ...added].join(' '), ours: sorted(added) };
}

export const listOf = (text: string | undefined): string[] =>
  text?.split(/\s+/).filter((part) => part !== '') ?? [];

/** The entry as it is where nothing but the MAC would be left: that would let every address through. */
function without(entry: string, isGone: (address: string) => boolean): string {
  const [mac = '', ...rest] = entry.trim().split(/\s+/);
  const left = rest.filter((text) => !isGone(canonical(text)));
  return left.length === rest.length || left.length === 0 ? entry : [mac, ...left].join(' ');
}

/** As we write addresses, so that another spelling is the same one. */
function canonical(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text : formatAddress(address);
}

/** "MAC IP IP/LENGTH ..." (ovn-nb(5), port_security): the addresses named. */
function addressesIn(entry: string): string[] {
  const [, ...rest] = entry.trim().split(/\s+/);
  return rest.map(canonical);
}
