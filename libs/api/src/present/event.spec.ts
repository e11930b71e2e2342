import { create, toJson } from '@bufbuild/protobuf';
import {
  type Holder,
  type RuleDefinition,
  type SubnetEvent,
  type VipNameEvent,
  STORED_SUBNET_EVENTS,
  STORED_VIP_NAME_EVENTS,
  parseAddress,
  parseCidr,
  parseMac,
  parseRange,
} from '@holdfast/ipam';
import { LedgerEventSchema } from '../contract';
import { COMMENTS } from '../generated/comments';
import { eventSubject } from '../subjects';
import { type LedgerFact, placeOf, presentEvent } from './event';

const held = { v4: parseAddress('10.16.0.5') as number, mac: parseMac('02:5a:0a:10:00:05') as number };
const before = { v6: parseAddress('fd00::9') as bigint, mac: parseMac('02:5a:0a:10:00:09') as number };
const holder = 'pod/default/web-0' as Holder;
const purpose = { vipType: '' as const, namespace: 'default', selector: ['app: a'], note: 'n' };
const definition = {
  cidrs: [parseCidr('10.16.0.0/16') as never],
  gateways: [],
  excluded: [parseRange('10.16.0.2') as never],
  coolingMs: 500,
  router: 'ovn-cluster',
  retention: { keep: 'time' as const, forMs: 7 * 24 * 3_600_000 },
  pools: [{ name: 'mail', ranges: [parseRange('10.16.9.0..10.16.9.9') as never], namespaces: ['mail'] }],
};
const evidence = { object: 'pod/default/a', uid: '8a0c', resourceVersion: '4711' };
const ruleDefinition: RuleDefinition = {
  vip: 'web',
  ports: [
    { name: 'http', port: 80, targetPort: 8080, protocol: 'tcp' },
    { port: 53, targetPort: 53, protocol: 'udp' },
  ],
  namespace: 'default',
  selector: ['app: a'],
  endpoints: [],
  affinity: 'client-ip',
  healthCheck: true,
  rejectWhenEmpty: false,
};

const heldJson = { v4: '10.16.0.5', mac: '02:5a:0a:10:00:05' };
const beforeJson = { v6: 'fd00::9', mac: '02:5a:0a:10:00:09' };
const definitionJson = {
  name: 's',
  cidrs: ['10.16.0.0/16'],
  excluded: ['10.16.0.2'],
  cooling: '0.500s',
  router: 'ovn-cluster',
  retention: '7d',
  pools: [{ name: 'mail', subnet: 's', ranges: ['10.16.9.0..10.16.9.9'], namespaces: ['mail'] }],
};
const ruleJson = {
  name: 'http',
  subnet: 's',
  vip: 'web',
  ports: [
    { name: 'http', port: 80, targetPort: 8080, protocol: 'tcp' },
    { port: 53, targetPort: 53, protocol: 'udp' },
  ],
  namespace: 'default',
  selector: ['app: a'],
  affinity: 'client-ip',
  healthCheck: true,
};
const vipJson = {
  name: 'web',
  subnet: 's',
  ...heldJson,
  namespace: 'default',
  selector: ['app: a'],
  note: 'n',
};
const ofVip = { subnet: 's', holder: 'vip/web' };

const subnetCases: [SubnetEvent, object][] = [
  [
    { type: 'SubnetDefined', ...definition },
    { subnet: 's', definition: definitionJson },
  ],
  [
    { type: 'SubnetRevised', ...definition },
    { subnet: 's', definition: definitionJson },
  ],
  [{ type: 'SubnetRetired' }, { subnet: 's' }],
  [
    { type: 'AddressReserved', holder, ...held },
    { subnet: 's', holder, ...heldJson },
  ],
  [
    { type: 'AddressMoved', holder, ...held, from: before },
    { subnet: 's', holder, ...heldJson, before: beforeJson },
  ],
  [
    { type: 'AddressReleased', holder, ...held, reason: '' },
    { subnet: 's', holder, ...heldJson, reason: '' },
  ],
  [
    { type: 'VipReserved', name: 'web', claim: 0, ...purpose, ...held },
    { ...ofVip, ...heldJson, vip: vipJson, claim: '0' },
  ],
  [
    { type: 'VipRevised', name: 'web', ...purpose, ...held, from: before },
    { ...ofVip, ...heldJson, vip: vipJson, before: beforeJson },
  ],
  [
    { type: 'VipReleased', name: 'web', claim: 0, ...held, reason: 'r' },
    { ...ofVip, ...heldJson, reason: 'r', claim: '0' },
  ],
  [
    { type: 'AddressReserved', holder, ...held, port: 'lb-1', portSecurity: true },
    { subnet: 's', holder, ...heldJson, port: 'lb-1', portSecurity: true },
  ],
  [
    { type: 'ParentGranted', vip: 'web', port: 'a.default', grantor: 'selector', evidence },
    { ...ofVip, port: 'a.default', grantor: 'selector', evidence },
  ],
  [
    { type: 'ParentGranted', vip: 'web', port: 'amphora-1', grantor: 'explicit' },
    { ...ofVip, port: 'amphora-1', grantor: 'explicit' },
  ],
  [
    { type: 'ParentWithdrawn', vip: 'web', port: 'amphora-1', grantor: 'explicit', reason: '' },
    { ...ofVip, port: 'amphora-1', grantor: 'explicit', reason: '' },
  ],
  [
    { type: 'RuleDefined', rule: 'http', ...ruleDefinition },
    { ...ofVip, ruleName: 'http', rule: ruleJson },
  ],
  [
    { type: 'RuleRevised', rule: 'http', ...ruleDefinition },
    { ...ofVip, ruleName: 'http', rule: ruleJson },
  ],
  [
    { type: 'RuleRetired', rule: 'http', vip: 'web', reason: 'r' },
    { ...ofVip, ruleName: 'http', reason: 'r' },
  ],
  [
    { type: 'RuleBackendsChanged', rule: 'http', vip: 'web', backends: [held.v4, before.v6] },
    { ...ofVip, ruleName: 'http', backends: { addresses: ['10.16.0.5', 'fd00::9'] } },
  ],
  [
    { type: 'RuleBackendsChanged', rule: 'http', vip: 'web', backends: [] },
    { ...ofVip, ruleName: 'http', backends: {} },
  ],
  [
    { type: 'AddressReleased', holder, ...held, reason: 'gone', evidence },
    { subnet: 's', holder, ...heldJson, reason: 'gone', evidence },
  ],
  [
    { type: 'UserAttached', holder, user: { ...evidence, node: 'n1' }, isPrimary: true },
    { subnet: 's', holder, evidence, user: { ...evidence, node: 'n1', primary: true } },
  ],
  [
    {
      type: 'UserAttached',
      holder: 'vip/web' as Holder,
      user: { object: 'pod/default/a', uid: '8a0c', port: 'a.default', owner: holder },
      isPrimary: false,
    },
    {
      ...ofVip,
      evidence: { object: 'pod/default/a', uid: '8a0c' },
      user: { object: 'pod/default/a', uid: '8a0c', port: 'a.default', owner: holder, primary: false },
    },
  ],
  [
    { type: 'UserDetached', holder, user: { ...evidence, node: 'n1' }, reason: 'gone' },
    { subnet: 's', holder, evidence, reason: 'gone', user: { ...evidence, node: 'n1' } },
  ],
  [
    { type: 'ReservationRetained', holder, retention: { keep: 'forever' }, reason: 'kept', evidence },
    { subnet: 's', holder, evidence, reason: 'kept', retention: 'forever' },
  ],
  [
    {
      type: 'ReservationRetained',
      holder: 'vip/web' as Holder,
      retention: { keep: 'time', forMs: 3_600_000 },
      untilMs: 1500,
      owner: holder,
      reason: 'kept',
    },
    { ...ofVip, reason: 'kept', retention: '1h', until: '1970-01-01T00:00:01.500Z', owner: holder },
  ],
  [
    { type: 'RetentionEnded', holder, reason: 'over' },
    { subnet: 's', holder, reason: 'over' },
  ],
  [
    { type: 'RetentionSet', holder, retention: { keep: 'owner' } },
    { subnet: 's', holder, retention: 'owner' },
  ],
  [
    { type: 'RetentionSet', holder },
    { subnet: 's', holder },
  ],
  [
    { type: 'LabelsSet', labels: { team: 'net' } },
    { subnet: 's', labels: { labels: { team: 'net' } } },
  ],
  [
    { type: 'LabelsSet', pool: 'mail', labels: { team: 'net' } },
    { subnet: 's', pool: 'mail', labels: { labels: { team: 'net' } } },
  ],
  [
    { type: 'LabelsSet', holder, labels: {} },
    { subnet: 's', holder, labels: {} },
  ],
  [
    { type: 'AddressWithheld', address: 1, parties: [{ holder, saidBy: ['ledger'] }], because: 'two' },
    { subnet: 's', v4: '0.0.0.1', parties: { holders: [holder] }, reason: 'two' },
  ],
  [
    { type: 'AddressSettled', address: 1n, holder, because: 'seen' },
    { subnet: 's', holder, v6: '::1', reason: 'seen' },
  ],
  [
    { type: 'VipNameYielded', name: 'web', claim: 3 },
    { ...ofVip, claim: '3' },
  ],
];
const vipNameCases: [VipNameEvent, object][] = [
  [
    { type: 'VipNameClaimed', subnet: 's', claim: 4 },
    { ...ofVip, claim: '4' },
  ],
  [
    { type: 'VipNameFreed', claim: 4 },
    { holder: 'vip/web', claim: '4' },
  ],
];

const metadata = {
  eventId: 'e-1',
  position: '42',
  version: 7,
  atMs: 1500,
  actor: 'ops',
  through: 'nats',
  commandId: 'c',
};
const common = {
  id: 'e-1',
  position: '42',
  version: '7',
  time: '1970-01-01T00:00:01.500Z',
  actor: 'ops',
  through: 'nats',
  commandId: 'c',
};

function expectPresented(fact: LedgerFact, expected: object): void {
  const message = create(LedgerEventSchema, presentEvent(fact));
  expect(toJson(LedgerEventSchema, message)).toEqual({
    ...common,
    stream: `${fact.category}-${fact.id}`,
    type: fact.event.type,
    ...expected,
  });
}

describe('events as they are told', () => {
  it.each(subnetCases)('of a subnet: %#', (event, expected) => {
    expectPresented({ ...metadata, category: 'subnet', id: 's', event }, expected);
  });

  it.each(vipNameCases)('of a Vip name: %#', (event, expected) => {
    expectPresented({ ...metadata, category: 'vip', id: 'web', event }, expected);
  });

  it('are all of those that are stored, and all in the contract', () => {
    const types = [...new Set([...subnetCases, ...vipNameCases].map(([{ type }]) => type))].sort();
    const stored = [...STORED_SUBNET_EVENTS, ...STORED_VIP_NAME_EVENTS].map((form) =>
      form.replace(/[.]v\d+$/, ''),
    );
    expect(types).toEqual([...new Set(stored)].sort());
    for (const type of types)
      expect(COMMENTS['holdfast.v1.LedgerEvent']).toMatch(new RegExp(`\\b${type}\\b`));
  });

  it('have a place on NATS', () => {
    const fact: LedgerFact = {
      ...metadata,
      category: 'vip',
      id: 'web.a',
      event: { type: 'VipNameFreed', claim: 0 },
    };
    expect(eventSubject(placeOf(fact))).toBe('holdfast.v1.events.vip.web_a.VipNameFreed');
  });
});
