// A list of addresses in `ip_pool`, as Kube-OVN takes it where a pool's name could stand: `a,b,c`, or pairs of both families,
// `a,a6;b,b6`. A StatefulSet's Pod may have the entry of its ordinal, any other Pod the first that is free. Pure: which are
// free is for the ledger to say.
import { type AddressPair, invalid, parseAddress, type RejectionCode } from '@holdfast/ipam';
import { quotedText, type FieldRead } from '@holdfast/kube-api';
import { readAddresses } from './nic-request';
import type { Owner } from './pod-identity';

/** A longer list is a pool. Each entry costs a Pod that finds none free one question. */
export const ENTRIES_MAX = 256;

/** What an entry may be refused for, so that the next one is asked for. */
export const NEXT_ENTRY_MAY_DO = new Set<string>([
  'AddressTaken',
  'AddressCooling',
  'AddressWithheld',
  'AddressOutOfRange',
  'AddressNotUsable',
  'FamilyUnavailable',
] satisfies RejectionCode[]);

export const isAddressList = (text: string): boolean => /[,;]/.test(text) || parseAddress(text) !== undefined;

export function readAddressList(field: string, text: string): FieldRead<readonly AddressPair[]> {
  const parts = (text.includes(';') ? text.split(';') : entriesOf(text)).map((it) => it.trim());
  const entries = parts.filter((it) => it !== '');
  if (entries.length === 0) return invalid(field, `${quotedText(text)} lists no address`);
  if (entries.length > ENTRIES_MAX) return invalid(field, `at most ${ENTRIES_MAX} entries; make it a pool`);
  const list: AddressPair[] = [];
  for (const entry of entries) {
    const read = readAddresses(field, entry);
    if (read.rejected) return read;
    list.push(read.value);
  }
  return { value: list };
}

/** Two addresses of different families are one pair. */
function entriesOf(text: string): readonly string[] {
  const parts = text.split(',');
  const families = new Set(parts.map((part) => typeof parseAddress(part.trim())));
  return parts.length === 2 && families.has('number') && families.has('bigint') ? [text] : parts;
}

/**
 * Those that are asked for, one after the other.
 * @param has what the holder has, or last had: it comes first, where it is in the list
 */
export function entriesFor(
  field: string,
  list: readonly AddressPair[],
  owner: Owner | undefined,
  has: AddressPair | undefined,
): FieldRead<readonly AddressPair[]> {
  if (owner?.ordinal !== undefined) {
    const own = list[owner.ordinal];
    if (own) return { value: [own] };
    return invalid(field, `it has ${list.length} entries, and none for ordinal ${owner.ordinal}; add more`);
  }
  const isHad = (entry: AddressPair): boolean =>
    (entry.v4 === undefined || entry.v4 === has?.v4) && (entry.v6 === undefined || entry.v6 === has?.v6);
  return { value: [...list.filter(isHad), ...list.filter((entry) => !isHad(entry))] };
}
