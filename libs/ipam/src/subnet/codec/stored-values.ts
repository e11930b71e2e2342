// Values as stored events have them: addresses, MACs and retentions as text. What cannot be read stops the reader.
import { type Address, type Mac, decodeMac, formatAddress, formatMac, parseAddress } from '../../address';
import { type HeldAddress, type Retention, parseRetention } from '../events';

export interface StoredHeld {
  readonly v4?: string;
  readonly v6?: string;
  readonly mac: string;
}

const MAC_LENGTH = 'xx:xx:xx:xx:xx:xx'.length;

export function writeHeld({ v4, v6, mac }: HeldAddress): StoredHeld {
  return {
    v4: v4 === undefined ? undefined : formatAddress(v4),
    v6: v6 === undefined ? undefined : formatAddress(v6),
    mac: formatMac(mac),
  };
}

export function readV4({ v4 }: StoredHeld): number | undefined {
  if (v4 === undefined) return undefined;
  const address = parseAddress(v4);
  return typeof address === 'number' ? address : unreadableStored(v4);
}

export function readV6({ v6 }: StoredHeld): bigint | undefined {
  if (v6 === undefined) return undefined;
  const address = parseAddress(v6);
  return typeof address === 'bigint' ? address : unreadableStored(v6);
}

export function readMac({ mac }: StoredHeld): Mac {
  return mac?.length === MAC_LENGTH ? decodeMac(mac) : unreadableStored(mac);
}

export const readHeld = (held: StoredHeld): HeldAddress => ({
  v4: readV4(held),
  v6: readV6(held),
  mac: readMac(held),
});

/** To go on would lose an address; the store has checked that these are the bytes that were written. */
export function unreadableStored(text: unknown): never {
  throw new RangeError(
    `stored event has ${JSON.stringify(text)}, which this version of Holdfast cannot read`,
  );
}

export const readAddress = (text: string): Address => parseAddress(text) ?? unreadableStored(text);

/** Milliseconds, because a unit could lose some. */
export const writeRetention = ({ keep, forMs }: Retention): string => (keep === 'time' ? `${forMs}ms` : keep);

export function readRetention(text: string): Retention {
  const [, forMs] = /^(\d+)ms$/.exec(text) ?? [];
  return forMs === undefined
    ? (parseRetention(text) ?? unreadableStored(text))
    : { keep: 'time', forMs: Number(forMs) };
}
