// The stored form of a Subnet's events: explicit, versioned, for ever. A form that was ever written stays
// readable: a change adds `.v2` beside `.v1`, and a fixture beside those in test/golden/events.
import type { Holder } from '../../holder';
import type { Labels } from '../../label';
import { formatAddress, formatCidr, formatRange, parseAddress, parseCidr, parseRange } from '../../address';
import {
  type ObjectOwner,
  type SubnetDefinition,
  type SubnetEvent,
  type UserAttached,
  type VipPurpose,
  type VipType,
  isUserEvent,
  isVipUse,
  portOf,
  subjectOf,
} from '../events';
import { type StoredUse, USE_DECODERS, useFields } from './codec-uses';
import { isWithheldEvent, type StoredWithheld, WITHHELD_DECODERS, withheldFields } from './codec-withheld';
import {
  type StoredHeld,
  readHeld,
  readMac,
  readRetention,
  readV4,
  readV6,
  unreadableStored,
  writeHeld,
  writeRetention,
} from './stored-values';

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
  readonly router?: string;
  readonly retention?: string;
  readonly pools?: { readonly name: string; readonly ranges: string[]; readonly namespaces: string[] }[];
}

interface StoredPurpose {
  readonly vipType: VipType;
  readonly namespace?: string;
  readonly selector: string[];
  readonly note?: string;
}

type Fields = StoredDefinition &
  StoredWithheld &
  StoredUse &
  StoredPurpose & {
    from: StoredHeld;
    name: string;
    claim: number;
    /** Of `VipReserved`. */
    owner: ObjectOwner | null;
    pool: string;
    labels: Labels;
  };

const decoders = new Map<string, (fields: Fields) => SubnetEvent>(
  Object.entries({
    'SubnetDefined.v1': (fields) => ({ type: 'SubnetDefined', ...readDefinition(fields) }),
    'SubnetRevised.v1': (fields) => ({ type: 'SubnetRevised', ...readDefinition(fields) }),
    'SubnetDefined.v2': (fields) => ({
      type: 'SubnetDefined',
      ...readDefinition(fields),
      ...readRouting(fields),
    }),
    'SubnetRevised.v2': (fields) => ({
      type: 'SubnetRevised',
      ...readDefinition(fields),
      ...readRouting(fields),
    }),
    'SubnetRetired.v1': () => ({ type: 'SubnetRetired' }),
    'AddressReserved.v1': (fields) => ({
      type: 'AddressReserved',
      holder: fields.holder,
      v4: readV4(fields),
      v6: readV6(fields),
      mac: readMac(fields),
    }),
    'AddressReserved.v2': (fields) => ({
      type: 'AddressReserved',
      holder: fields.holder,
      ...readHeld(fields),
      port: fields.port,
      portSecurity: fields.portSecurity,
    }),
    'AddressMoved.v1': (fields) => ({
      type: 'AddressMoved',
      holder: fields.holder,
      ...readHeld(fields),
      from: readHeld(fields.from),
    }),
    'AddressMoved.v2': (fields) => ({
      type: 'AddressMoved',
      holder: fields.holder,
      ...readHeld(fields),
      port: fields.port,
      portSecurity: fields.portSecurity,
      from: readHeld(fields.from),
    }),
    'AddressReleased.v1': (fields) => ({
      type: 'AddressReleased',
      holder: fields.holder,
      ...readHeld(fields),
      reason: fields.reason,
    }),
    'AddressReleased.v2': (fields) => ({
      type: 'AddressReleased',
      holder: fields.holder,
      ...readHeld(fields),
      reason: fields.reason,
      evidence: fields.evidence,
    }),
    'VipReserved.v1': (fields) => ({
      type: 'VipReserved',
      name: fields.name,
      claim: fields.claim,
      ...readPurpose(fields),
      ...readHeld(fields),
    }),
    'VipReserved.v2': (fields) => ({
      type: 'VipReserved',
      name: fields.name,
      claim: fields.claim,
      owner: fields.owner && readOwner(fields.owner),
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
    ...USE_DECODERS,
    ...WITHHELD_DECODERS,
    'LabelsSet.v1': ({ holder, pool, labels }) => ({
      type: 'LabelsSet',
      ...subjectOf({ holder: holder as Holder | undefined, pool: pool as string | undefined }),
      labels,
    }),
    'VipNameYielded.v1': ({ name, claim }) => ({ type: 'VipNameYielded', name, claim }),
  } satisfies Record<string, (fields: Fields) => SubnetEvent>),
);

/** Every form that a stored event may have. */
export const STORED_SUBNET_EVENTS: readonly string[] = [...decoders.keys()];

export const subnetCodec = {
  encode: (event: SubnetEvent): StoredEvent => ({
    type: `${event.type}.v${formOf(event)}`,
    data: JSON.stringify(toFields(event)),
  }),

  /** @throws RangeError for a form that this version cannot read: it was written by a newer one. */
  decode: ({ type, data }: StoredEvent): SubnetEvent => {
    const decoder = decoders.get(type);
    if (!decoder) throw new RangeError(`stored event ${type} is not known to this version of Holdfast`);
    return decoder(JSON.parse(data) as Fields);
  },
};

/** The oldest form that says all there is to say, so that an older version reads what it can. */
function formOf(event: SubnetEvent): 1 | 2 {
  const { type } = event;
  const isSecond =
    type === 'SubnetDefined' || type === 'SubnetRevised'
      ? event.router !== undefined || event.retention !== undefined || event.pools !== undefined
      : type === 'AddressReserved' || type === 'AddressMoved'
        ? event.port !== undefined
        : type === 'AddressReleased'
          ? event.evidence !== undefined
          : type === 'VipReserved'
            ? event.owner !== undefined
            : type === 'UserAttached' && isSecondAttached(event);
  return isSecond ? 2 : 1;
}

const isSecondAttached = ({ user, reserved, reason, evidence }: UserAttached): boolean =>
  [user.portSecurity, reserved, reason, evidence].some((it) => it !== undefined);

function toFields(event: SubnetEvent): object {
  if (isVipUse(event) || isUserEvent(event)) return useFields(event);
  if (isWithheldEvent(event)) return withheldFields(event);
  switch (event.type) {
    case 'SubnetDefined':
    case 'SubnetRevised':
      return writeDefinition(event);
    case 'SubnetRetired':
      return {};
    case 'AddressReserved':
      return { holder: event.holder, ...writeHeld(event), ...portOf(event) };
    case 'AddressMoved':
      return { holder: event.holder, ...writeHeld(event), ...portOf(event), from: writeHeld(event.from) };
    case 'AddressReleased':
      return { holder: event.holder, ...writeHeld(event), reason: event.reason, evidence: event.evidence };
    case 'VipReserved': {
      const { name, claim, owner } = event;
      return { name, claim, owner: owner && readOwner(owner), ...writePurpose(event), ...writeHeld(event) };
    }
    case 'VipRevised':
      return { name: event.name, ...writePurpose(event), ...writeHeld(event), from: writeHeld(event.from) };
    case 'VipReleased':
      return { name: event.name, claim: event.claim, ...writeHeld(event), reason: event.reason };
    case 'LabelsSet':
      return { ...subjectOf(event), labels: event.labels };
    case 'VipNameYielded':
      return { name: event.name, claim: event.claim };
  }
}

function writeDefinition({
  cidrs,
  gateways,
  excluded,
  coolingMs,
  router,
  retention,
  pools,
}: SubnetDefinition): StoredDefinition {
  return {
    cidrs: cidrs.map(formatCidr),
    gateways: gateways.map(formatAddress),
    excluded: excluded.map(formatRange),
    coolingMs,
    router,
    retention: retention && writeRetention(retention),
    pools: pools?.map(({ name, ranges, namespaces }) => ({
      name,
      ranges: ranges.map(formatRange),
      namespaces: [...namespaces],
    })),
  };
}

function readDefinition({ cidrs, gateways, excluded, coolingMs }: StoredDefinition): SubnetDefinition {
  return {
    cidrs: cidrs.map((text) => parseCidr(text) ?? unreadableStored(text)),
    gateways: gateways.map((text) => parseAddress(text) ?? unreadableStored(text)),
    excluded: excluded.map(readRange),
    coolingMs,
  };
}

const readRange = (text: string) => parseRange(text) ?? unreadableStored(text);

const readRouting = ({ router, retention, pools }: StoredDefinition) => ({
  pools: pools?.map(({ name, ranges, namespaces }) => ({ name, ranges: ranges.map(readRange), namespaces })),
  router,
  retention: retention === undefined ? undefined : readRetention(retention),
});

function writePurpose({ vipType, namespace, selector, note }: VipPurpose): StoredPurpose {
  return { vipType, namespace, selector: [...selector], note };
}

const readPurpose = writePurpose as (stored: StoredPurpose) => VipPurpose;

const readOwner = ({ kind, resource, uid }: ObjectOwner): ObjectOwner => ({ kind, resource, uid });
