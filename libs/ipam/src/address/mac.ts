// MAC addresses: read, write, derive.
import type { Address } from './address';

/** 48 bits as an unsigned number. */
export type Mac = number;

const OCTETS = /^[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i;

/** Reads "02:0A:1b:..." or with dashes, any case. `undefined` if it is no unicast MAC address. */
export function parseMac(text: string): Mac | undefined {
  if (!OCTETS.test(text)) return undefined;
  const mac = decodeMac(text);
  const isMulticast = (Math.floor(mac / 2 ** 40) & 1) === 1;
  return isMulticast || mac === 0 ? undefined : mac;
}

/** Reads what `formatMac` wrote. */
export function decodeMac(text: string): Mac {
  return (
    hex(text, 0) * 2 ** 40 +
    hex(text, 3) * 2 ** 32 +
    hex(text, 6) * 2 ** 24 +
    ((hex(text, 9) << 16) | (hex(text, 12) << 8) | hex(text, 15))
  );
}

function hex(text: string, at: number): number {
  return (nibble(text.charCodeAt(at)) << 4) | nibble(text.charCodeAt(at + 1));
}

/** '0'..'9' end in their value, 'A'..'F' and 'a'..'f' in 1..6. */
const nibble = (code: number): number => (code & 15) + (code > 0x39 ? 9 : 0);

/** Lower case with colons. */
export function formatMac(mac: Mac): string {
  const high = Math.floor(mac / 2 ** 24);
  const low = mac % 2 ** 24;
  return `${octet(high >> 16)}:${octet(high >> 8)}:${octet(high)}:${octet(low >> 16)}:${octet(low >> 8)}:${octet(low)}`;
}

const octet = (value: number): string => HEX[value & 255] as string;
const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

/** How many MACs an address has to choose from, should static ones be in the way: all that `deriveMac` can make. */
export const DERIVED_MAC_ATTEMPTS = 4 * 256;
const LOCAL_UNICAST = [0x02, 0x06, 0x0a, 0x0e];

/**
 * The MAC that goes with an address: locally administered, unicast (RFC 9542 section 2.1); one octet of the
 * subnet's name, then the IPv4 address or 32 bits folded from the IPv6 address. The same every time, and on the
 * first attempt no two IPv4 addresses of a subnet share one: uniqueness costs neither memory nor a search.
 */
export function deriveMac(subnetOctet: number, address: Address, attempt = 0): Mac {
  const low = typeof address === 'number' ? address : fold(address);
  const second = (subnetOctet + (attempt >> 2)) & 255;
  return (LOCAL_UNICAST[attempt & 3] as number) * 2 ** 40 + second * 2 ** 32 + low;
}

/** A bigint's bits as numbers: taking them out by shifts costs more than all the rest of a reservation. */
const halves = new BigUint64Array(2);
const words = new Uint32Array(halves.buffer);

function fold(address: bigint): number {
  const upper = foldUpper(address);
  return (upper ^ (words[0] as number)) >>> 0;
}

/**
 * The IPv6 address that has the upper 96 bits of `like` and goes with that MAC: of all such addresses no two share one on
 * the first attempt.
 */
export function addressOfMac(mac: Mac, like: bigint): bigint {
  const low = (foldUpper(like) ^ mac % 2 ** 32) >>> 0;
  return like ^ BigInt((low ^ (words[0] as number)) >>> 0);
}

/** Leaves the address in `words`. */
function foldUpper(address: bigint): number {
  halves[0] = address;
  halves[1] = address >> 64n;
  let hash = 0;
  for (let at = words.length - 1; at > 0; at -= 1)
    hash = (Math.imul(hash, 0x9e3779b1) ^ (words[at] as number)) >>> 0;
  return Math.imul(hash, 0x9e3779b1);
}

/** FNV-1a over the UTF-16 units, folded to 8 bits. */
export function subnetOctet(subnet: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < subnet.length; at += 1) hash = Math.imul(hash ^ subnet.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 8) ^ (hash >>> 16) ^ (hash >>> 24)) & 255;
}
