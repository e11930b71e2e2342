// A block of addresses and which of them may be handed out at all.
import { type Address, type Family, familyOf, formatAddress, parseAddress } from './address';

export interface Cidr {
  readonly family: Family;
  /** The network address: host bits are zero. */
  readonly base: Address;
  readonly prefixLength: number;
}

const width = (family: Family): number => (family === 4 ? 32 : 128);

/** Reads "10.16.0.0/16"; host bits are dropped ("10.16.0.9/16" is the same block). `undefined` if it is none. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const family = familyOf(address);
  const prefixLength = Number(length);
  if (prefixLength > width(family)) return undefined;
  return { family, prefixLength, base: fromBig(family, (toBig(address) >> hostBits()) << hostBits()) };

  function hostBits(): bigint {
    return BigInt(width(family) - prefixLength);
  }
}

export const formatCidr = (cidr: Cidr): string => `${formatAddress(cidr.base)}/${cidr.prefixLength}`;

/** The last address of the block. */
export function lastOf(cidr: Cidr): Address {
  return fromBig(cidr.family, toBig(cidr.base) + sizeOf(cidr) - 1n);
}

/** How many addresses the block spans, the unusable ones included. */
export const sizeOf = (cidr: Cidr): bigint => 1n << BigInt(width(cidr.family) - cidr.prefixLength);

export function contains(cidr: Cidr, address: Address): boolean {
  return familyOf(address) === cidr.family && address >= cidr.base && address <= lastOf(cidr);
}

/**
 * The first and last address that a holder may have. A /31, /32, /127 or /128 has no network and broadcast
 * address (RFC 3021, RFC 6164); elsewhere the first is the network (IPv4) or Subnet-Router anycast address
 * (RFC 4291 section 2.6.1) and the last the broadcast address, or in IPv6 one that RFC 2526 sets aside.
 */
export function usableRange(cidr: Cidr): { readonly first: Address; readonly last: Address } {
  if (width(cidr.family) - cidr.prefixLength <= 1) return { first: cidr.base, last: lastOf(cidr) };
  return { first: plus(cidr.base, 1), last: plus(lastOf(cidr), -1) };
}

export function plus(address: Address, count: number): Address {
  return typeof address === 'number' ? address + count : address + BigInt(count);
}

export const toBig = (address: Address): bigint => BigInt(address);

export function fromBig(family: Family, value: bigint): Address {
  return family === 4 ? Number(value) : value;
}
