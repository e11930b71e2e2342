// The stored form of a Subnet's events: explicit, versioned, for ever. A form that was ever written stays
// readable: a change adds `.v2` beside `.v1`, and a fixture beside those in test/golden/events.
import {
  type Mac,
  decodeMac,
  formatAddress,
  formatCidr,
  formatMac,
  formatRange,
  parseAddress,
  parseCidr,
  parseRange,
} from '../address';
import type { Holder } from '../holder';
import type { VipPurpose, VipType } from './commands';
import type { HeldAddress, SubnetDefinition, SubnetEvent } from './events';

export interface StoredEvent {
  readonly type: string;
  /** JSON text. */
  readonly data: string;
}

interface StoredDefinition {
  readonly cidrs: string[];
  readonly gateways: string[];
  readonly excluded: string[];
  readonly coolingMs: number;
}

interface StoredHeld {
  readonly v4?: string;
  readonly v6?: string;
  readonly mac: string;
}

interface StoredPurpose {
  readonly vipType: VipType;
  readonly namespace?: string;
  readonly selector: string[];
  readonly note?: string;
}

type Fields = StoredDefinition &
  StoredHeld &
  StoredPurpose & { from: StoredHeld; holder: Holder; name: string; claim: number; reason: string };

const decoders = new Map<string, (fields: Fields) => SubnetEvent>(
  Object.entries({
    'SubnetDefined.v1': (fields) => ({ type: 'SubnetDefined', ...readDefinition(fields) }),
    'SubnetRevised.v1': (fields) => ({ type: 'SubnetRevised', ...readDefinition(fields) }),
    'SubnetRetired.v1': () => ({ type: 'SubnetRetired' }),
    'AddressReserved.v1': (fields) => ({
      type: 'AddressReserved',
      holder: fields.holder,
      v4: readV4(fields),
      v6: readV6(fields),
      mac: readMac(fields),
    }),
    'AddressMoved.v1': (fields) => ({
      type: 'AddressMoved',
      holder: fields.holder,
      ...readHeld(fields),
      from: readHeld(fields.from),
    }),
    'AddressReleased.v1': (fields) => ({
      type: 'AddressReleased',
      holder: fields.holder,
      ...readHeld(fields),
      reason: fields.reason,
    }),
    'VipReserved.v1': (fields) => ({
      type: 'VipReserved',
      name: fields.name,
      claim: fields.claim,
      ...readPurpose(fields),
      ...readHeld(fields),
    }),
    'VipRevised.v1': (fields) => ({
      type: 'VipRevised',
      name: fields.name,
      ...readPurpose(fields),
      ...readHeld(fields),
      from: readHeld(fields.from),
    }),
    'VipReleased.v1': (fields) => ({
      type: 'VipReleased',
      name: fields.name,
      claim: fields.claim,
      ...readHeld(fields),
      reason: fields.reason,
    }),
    'VipNameYielded.v1': ({ name, claim }) => ({ type: 'VipNameYielded', name, claim }),
  } satisfies Record<string, (fields: Fields) => SubnetEvent>),
);

const MAC_LENGTH = 'xx:xx:xx:xx:xx:xx'.length;

/** Every form that a stored event may have. */
export const STORED_SUBNET_EVENTS: readonly string[] = [...decoders.keys()];

export const subnetCodec = {
  encode: (event: SubnetEvent): StoredEvent => ({
    type: `${event.type}.v1`,
    data: JSON.stringify(toFields(event)),
  }),

  /** @throws RangeError for a form that this version cannot read: it was written by a newer one. */
  decode: ({ type, data }: StoredEvent): SubnetEvent => {
    const decoder = decoders.get(type);
    if (!decoder) throw new RangeError(`stored event ${type} is not known to this version of Holdfast`);
    return decoder(JSON.parse(data) as Fields);
  },
};

function toFields(event: SubnetEvent): object {
  switch (event.type) {
    case 'SubnetDefined':
    case 'SubnetRevised':
      return writeDefinition(event);
    case 'SubnetRetired':
      return {};
    case 'AddressReserved':
      return { holder: event.holder, ...writeHeld(event) };
    case 'AddressMoved':
      return { holder: event.holder, ...writeHeld(event), from: writeHeld(event.from) };
    case 'AddressReleased':
      return { holder: event.holder, ...writeHeld(event), reason: event.reason };
    case 'VipReserved':
      return { name: event.name, claim: event.claim, ...writePurpose(event), ...writeHeld(event) };
    case 'VipRevised':
      return { name: event.name, ...writePurpose(event), ...writeHeld(event), from: writeHeld(event.from) };
    case 'VipReleased':
      return { name: event.name, claim: event.claim, ...writeHeld(event), reason: event.reason };
    case 'VipNameYielded':
      return { name: event.name, claim: event.claim };
  }
}

function writeDefinition({ cidrs, gateways, excluded, coolingMs }: SubnetDefinition): StoredDefinition {
  return {
    cidrs: cidrs.map(formatCidr),
    gateways: gateways.map(formatAddress),
    excluded: excluded.map(formatRange),
    coolingMs,
  };
}

function readDefinition({ cidrs, gateways, excluded, coolingMs }: StoredDefinition): SubnetDefinition {
  return {
    cidrs: cidrs.map((text) => parseCidr(text) ?? unreadable(text)),
    gateways: gateways.map((text) => parseAddress(text) ?? unreadable(text)),
    excluded: excluded.map((text) => parseRange(text) ?? unreadable(text)),
    coolingMs,
  };
}

function writeHeld({ v4, v6, mac }: HeldAddress): StoredHeld {
  return {
    v4: v4 === undefined ? undefined : formatAddress(v4),
    v6: v6 === undefined ? undefined : formatAddress(v6),
    mac: formatMac(mac),
  };
}

function readV4({ v4 }: StoredHeld): number | undefined {
  if (v4 === undefined) return undefined;
  const address = parseAddress(v4);
  return typeof address === 'number' ? address : unreadable(v4);
}

function readV6({ v6 }: StoredHeld): bigint | undefined {
  if (v6 === undefined) return undefined;
  const address = parseAddress(v6);
  return typeof address === 'bigint' ? address : unreadable(v6);
}

function readMac({ mac }: StoredHeld): Mac {
  return mac?.length === MAC_LENGTH ? decodeMac(mac) : unreadable(mac);
}

const readHeld = (held: StoredHeld): HeldAddress => ({
  v4: readV4(held),
  v6: readV6(held),
  mac: readMac(held),
});

/** To go on would lose an address; the store has checked that these are the bytes that were written. */
function unreadable(text: unknown): never {
  throw new RangeError(
    `stored event has ${JSON.stringify(text)}, which this version of Holdfast cannot read`,
  );
}

function writePurpose({ vipType, namespace, selector, note }: VipPurpose): StoredPurpose {
  return { vipType, namespace, selector: [...selector], note };
}

const readPurpose = writePurpose as (stored: StoredPurpose) => VipPurpose;
