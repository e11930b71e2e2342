// The stored form of a Subnet's events: explicit, versioned, for ever. A form that was ever written stays
// readable: a change adds `.v2` beside `.v1`, and a fixture beside those in test/golden/events.
import {
  type Address,
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
import type { Evidence, Grantor, RuleDefinition, RulePort, VipPurpose, VipType } from './commands';
import { portOf } from './decision';
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
  readonly router?: string;
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

interface StoredRule {
  readonly rule: string;
  readonly vip: string;
  readonly ports: RulePort[];
  readonly namespace?: string;
  readonly selector: string[];
  readonly endpoints: string[];
  readonly affinity: RuleDefinition['affinity'];
  readonly healthCheck: boolean;
  readonly rejectWhenEmpty: boolean;
  readonly note?: string;
}

interface StoredGrant {
  readonly vip: string;
  readonly port: string;
  readonly grantor: Grantor;
  readonly reason: string;
  readonly evidence?: Evidence;
}

type Fields = StoredDefinition &
  StoredGrant &
  StoredRule &
  StoredHeld &
  StoredPurpose & {
    from: StoredHeld;
    holder: Holder;
    name: string;
    claim: number;
    portSecurity: boolean;
    backends: string[];
  };

const decoders = new Map<string, (fields: Fields) => SubnetEvent>(
  Object.entries({
    'SubnetDefined.v1': (fields) => ({ type: 'SubnetDefined', ...readDefinition(fields) }),
    'SubnetRevised.v1': (fields) => ({ type: 'SubnetRevised', ...readDefinition(fields) }),
    'SubnetDefined.v2': (fields) => ({
      type: 'SubnetDefined',
      ...readDefinition(fields),
      router: fields.router,
    }),
    'SubnetRevised.v2': (fields) => ({
      type: 'SubnetRevised',
      ...readDefinition(fields),
      router: fields.router,
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
    'ParentGranted.v1': ({ vip, port, grantor, evidence }) => ({
      type: 'ParentGranted',
      vip,
      port,
      grantor,
      evidence,
    }),
    'ParentWithdrawn.v1': ({ vip, port, grantor, reason, evidence }) => ({
      type: 'ParentWithdrawn',
      vip,
      port,
      grantor,
      reason,
      evidence,
    }),
    'RuleDefined.v1': (fields) => ({ type: 'RuleDefined', rule: fields.rule, ...readRule(fields) }),
    'RuleRevised.v1': (fields) => ({ type: 'RuleRevised', rule: fields.rule, ...readRule(fields) }),
    'RuleRetired.v1': ({ rule, vip, reason }) => ({ type: 'RuleRetired', rule, vip, reason }),
    'RuleBackendsChanged.v1': ({ rule, vip, backends }) => ({
      type: 'RuleBackendsChanged',
      rule,
      vip,
      backends: backends.map(readAddress),
    }),
    'VipNameYielded.v1': ({ name, claim }) => ({ type: 'VipNameYielded', name, claim }),
  } satisfies Record<string, (fields: Fields) => SubnetEvent>),
);

const MAC_LENGTH = 'xx:xx:xx:xx:xx:xx'.length;

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
  const hasRouter = 'router' in event && event.router !== undefined;
  const hasPort = event.type === 'AddressReserved' && event.port !== undefined;
  return hasRouter || hasPort ? 2 : 1;
}

function toFields(event: SubnetEvent): object {
  switch (event.type) {
    case 'SubnetDefined':
    case 'SubnetRevised':
      return writeDefinition(event);
    case 'SubnetRetired':
      return {};
    case 'AddressReserved':
      return { holder: event.holder, ...writeHeld(event), ...portOf(event) };
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
    case 'ParentGranted':
      return { vip: event.vip, port: event.port, grantor: event.grantor, evidence: event.evidence };
    case 'ParentWithdrawn': {
      const { vip, port, grantor, reason, evidence } = event;
      return { vip, port, grantor, reason, evidence };
    }
    case 'RuleDefined':
    case 'RuleRevised':
      return { rule: event.rule, ...writeRule(event) };
    case 'RuleRetired':
      return { rule: event.rule, vip: event.vip, reason: event.reason };
    case 'RuleBackendsChanged':
      return { rule: event.rule, vip: event.vip, backends: event.backends.map(formatAddress) };
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
}: SubnetDefinition): StoredDefinition {
  return {
    cidrs: cidrs.map(formatCidr),
    gateways: gateways.map(formatAddress),
    excluded: excluded.map(formatRange),
    coolingMs,
    router,
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

function writeRule(definition: RuleDefinition): Omit<StoredRule, 'rule'> {
  const { vip, ports, namespace, selector, endpoints, affinity, healthCheck, rejectWhenEmpty, note } =
    definition;
  return {
    vip,
    ports: ports.map(({ name, port, targetPort, protocol }) => ({ name, port, targetPort, protocol })),
    namespace,
    selector: [...selector],
    endpoints: endpoints.map(formatAddress),
    affinity,
    healthCheck,
    rejectWhenEmpty,
    note,
  };
}

function readRule(stored: StoredRule): RuleDefinition {
  const { vip, ports, namespace, selector, endpoints, affinity, healthCheck, rejectWhenEmpty, note } = stored;
  return {
    vip,
    ports,
    namespace,
    selector,
    endpoints: endpoints.map(readAddress),
    affinity,
    healthCheck,
    rejectWhenEmpty,
    note,
  };
}

const readAddress = (text: string): Address => parseAddress(text) ?? unreadable(text);
