// Whatever was ever written stays readable and means the same. test/golden/events has every stored form as it was
// first written, one file a type and version; nothing there is ever changed or deleted, and a new form adds a file.
import fs from 'node:fs';
import path from 'node:path';
import { STORED_SUBNET_EVENTS, type SubnetEvent, subnet } from './subnet';
import { address, cidr, holder, mac, pair, range } from './testing';
import { MEANING_OF_RECOVERY } from './testing/meaning-of-recovery';
import { STORED_LEDGER_RECORD_EVENTS, type LedgerRecordEvent, ledgerRecord } from './ledger-record';
import { STORED_VIP_NAME_EVENTS, type VipNameEvent, vipName } from './vip-name';

const FOLDER = path.join(__dirname, '../../../test/golden/events');

type AnyEvent = SubnetEvent | VipNameEvent | LedgerRecordEvent;

interface Fixture {
  readonly type: string;
  readonly stored: readonly object[];
}

const files = fs.readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
const fixtures = files.map((file) => JSON.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8')) as Fixture);

const addresses = (text: string) => ({ v4: undefined, v6: undefined, ...pair(text) });
const both = { ...addresses('10.16.0.100 fd00:10:16::64'), mac: mac('02:88:0a:10:00:64') };
const from = { ...both, v4: address('10.16.0.2') as number };
const v4Only = { ...addresses('10.16.0.100'), mac: mac('02:88:0a:10:00:64') };
const v6Only = { ...addresses('fd00:10:16::64'), mac: mac('02:88:0a:10:00:64') };
const ownMac = mac('00:00:5e:00:01:07');
const web = { ...addresses('10.16.0.2'), mac: mac('02:88:0a:10:00:02') };
const none = { namespace: undefined, selector: [], note: undefined };

const routed = {
  cidrs: [cidr('10.16.0.0/16')],
  gateways: [address('10.16.0.1')],
  excluded: [],
  coolingMs: 0,
  router: 'ovn-cluster',
};
const uid = '6f0e9b0a-5f0f-4c39-8d7a-1f6c3a2b9e11';
const selectedRule = {
  rule: 'web',
  vip: 'lb',
  ports: [
    { name: 'http', port: 80, targetPort: 8080, protocol: 'tcp' },
    { port: 53, targetPort: 53, protocol: 'udp' },
  ],
  namespace: 'default',
  selector: ['app: web'],
  endpoints: [],
  affinity: 'client-ip',
  healthCheck: true,
  rejectWhenEmpty: true,
  note: 'of the web team',
} as const;
const namedRule = {
  rule: 'web',
  vip: 'lb',
  ports: [{ port: 80, targetPort: 8080, protocol: 'sctp' }],
  selector: [],
  endpoints: [address('10.16.0.5'), address('fd00:10:16::5')],
  affinity: 'none',
  healthCheck: false,
  rejectWhenEmpty: false,
} as const;

const podGone = { object: 'pod/default/web-0', uid, resourceVersion: '4712' };
const podUser = { object: 'pod/default/web-0', uid, resourceVersion: '4711', node: 'n1' };
const ordinal = holder('statefulset/default/web/0');

/** What each stored form means, in the order of its file. */
const MEANING: Readonly<Record<string, readonly AnyEvent[]>> = {
  'SubnetDefined.v1': [
    {
      type: 'SubnetDefined',
      cidrs: [cidr('10.16.0.0/16')],
      gateways: [address('10.16.0.1')],
      excluded: [],
      coolingMs: 0,
    },
    {
      type: 'SubnetDefined',
      cidrs: [cidr('10.16.0.0/16'), cidr('fd00:10:16::/64')],
      gateways: [address('10.16.0.1'), address('fd00:10:16::1')],
      excluded: ['10.16.0.2..10.16.0.9', '10.16.0.20', '10.16.0.32/27', 'fd00:10:16::2'].map(range),
      coolingMs: 60_000,
    },
    { type: 'SubnetDefined', cidrs: [cidr('fd00::/127')], gateways: [], excluded: [], coolingMs: 0 },
  ],
  'SubnetRevised.v1': [
    {
      type: 'SubnetRevised',
      cidrs: [cidr('10.16.0.0/15'), cidr('fd00:10:16::/64')],
      gateways: [address('10.16.0.1')],
      excluded: [range('10.16.0.2..10.16.0.9')],
      coolingMs: 300_000,
    },
  ],
  'SubnetRetired.v1': [{ type: 'SubnetRetired' }],
  'AddressReserved.v1': [
    { type: 'AddressReserved', holder: holder('pod/default/web-0'), ...web },
    {
      type: 'AddressReserved',
      holder: holder('statefulset/default/web/0'),
      ...addresses('fd00:10:16::5'),
      mac: mac('02:88:5e:17:42:05'),
    },
    { type: 'AddressReserved', holder: holder('pod/default/web-0@eth1'), ...both, mac: ownMac },
  ],
  'AddressMoved.v1': [
    { type: 'AddressMoved', holder: holder('vm/default/db'), ...both, from },
    { type: 'AddressMoved', holder: holder('vm/default/db'), ...v4Only, mac: ownMac, from: v4Only },
  ],
  'AddressMoved.v2': [
    {
      ...{ type: 'AddressMoved', holder: holder('pod/default/busybox') },
      ...{ ...web, port: 'busybox.default', portSecurity: true, from: web },
    },
    {
      ...{ type: 'AddressMoved', holder: holder('vm/default/db') },
      ...{ ...both, port: 'db.default', portSecurity: false, from },
    },
  ],
  'AddressReleased.v1': [
    { type: 'AddressReleased', holder: holder('pod/default/web-0'), ...web, reason: 'Pod deleted' },
    { type: 'AddressReleased', holder: holder('node/n1'), ...both, reason: '' },
  ],
  'VipReserved.v1': [
    { type: 'VipReserved', name: 'web', claim: 0, vipType: '', ...none, ...v4Only },
    {
      type: 'VipReserved',
      name: 'web',
      claim: 7,
      vipType: 'switch_lb_vip',
      namespace: 'default',
      selector: ['app: web', 'tier in (front, edge)'],
      note: 'of the web team: "blue"',
      ...both,
    },
  ],
  'VipReserved.v2': [
    { type: 'VipReserved', name: 'web', claim: 0, owner: null, vipType: '', ...none, ...v4Only },
    {
      ...{ type: 'VipReserved', name: 'web', claim: 7, vipType: '', ...none, ...both },
      owner: { kind: 'KubernetesObject', resource: 'vips.kubeovn.io', uid },
    },
    {
      ...{ type: 'VipReserved', name: 'aap', claim: 0, vipType: '', ...none, ...v6Only },
      namespace: 'default',
      selector: ['app: web'],
      owner: { kind: 'ImportedObject', resource: 'vips.kubeovn.io', uid },
    },
  ],
  'VipRevised.v1': [
    {
      type: 'VipRevised',
      name: 'web',
      vipType: '',
      namespace: 'default',
      selector: ['app: web'],
      note: 'of the web team',
      ...both,
      from,
    },
    { type: 'VipRevised', name: 'web', vipType: 'kube_host_vm_vip', ...none, ...v6Only, from: v6Only },
  ],
  'VipReleased.v1': [{ type: 'VipReleased', name: 'web', claim: 7, ...both, reason: 'Vip deleted' }],
  'SubnetDefined.v2': [
    { type: 'SubnetDefined', ...routed, retention: undefined, pools: undefined },
    { type: 'SubnetDefined', ...routed, router: undefined, retention: { keep: 'time', forMs: 3_600_000 } },
  ],
  'SubnetRevised.v2': [
    { type: 'SubnetRevised', ...routed, retention: undefined, pools: undefined },
    {
      type: 'SubnetRevised',
      ...routed,
      cidrs: [cidr('10.16.0.0/16'), cidr('fd00:10:16::/64')],
      router: undefined,
      retention: undefined,
      pools: [
        {
          name: 'gold',
          ranges: ['10.16.1.0..10.16.1.255', 'fd00:10:16::1:0..fd00:10:16::1:ff'].map(range),
          namespaces: ['default', 'web'],
        },
        { name: 'silver', ranges: [range('10.16.2.7')], namespaces: [] },
      ],
    },
  ],
  'AddressReserved.v2': [
    {
      type: 'AddressReserved',
      holder: holder('pod/default/busybox'),
      ...web,
      port: 'busybox.default',
      portSecurity: true,
    },
    {
      type: 'AddressReserved',
      holder: holder('octavia/project/lb-7@eth1'),
      ...both,
      mac: ownMac,
      port: 'lb-7-eth1',
      portSecurity: false,
    },
  ],
  'AddressReleased.v2': [
    {
      type: 'AddressReleased',
      holder: holder('pod/default/web-0'),
      ...web,
      reason: 'Pod deleted',
      evidence: podGone,
    },
  ],
  'UserAttached.v1': [
    { type: 'UserAttached', holder: ordinal, user: podUser, isPrimary: true },
    {
      type: 'UserAttached',
      holder: holder('vip/web'),
      user: { object: 'pod/default/web-0', uid, owner: ordinal },
      isPrimary: false,
    },
  ],
  'UserAttached.v2': [
    {
      ...{ type: 'UserAttached', holder: ordinal, user: podUser, isPrimary: true },
      reserved: { ...both, port: 'web-0.default', portSecurity: true },
    },
    {
      type: 'UserAttached',
      holder: holder('vip/web'),
      user: { object: 'pod/default/web-0', uid, port: 'web-0.default', portSecurity: true },
      isPrimary: true,
    },
    {
      type: 'UserAttached',
      holder: holder('octavia/project/lb-7@eth1'),
      user: { object: 'pod/default/web-0', uid },
      isPrimary: false,
      reserved: web,
    },
    {
      ...{ type: 'UserAttached', holder: holder('vm/default/db'), isPrimary: true },
      user: { object: 'pod/default/virt-launcher-db-b', uid, node: 'n2' },
      reason: 'its live migration was completed',
      evidence: {
        object: 'virtualmachineinstance/default/db',
        uid: '0b1c8e0e-4f0a-4f57-9d58-6a1d0e6f7a21',
        resourceVersion: '4713',
      },
    },
  ],
  'UserDetached.v1': [
    { type: 'UserDetached', holder: ordinal, user: podUser, reason: 'Pod deleted', evidence: podGone },
  ],
  'ReservationRetained.v1': [
    {
      type: 'ReservationRetained',
      holder: ordinal,
      retention: { keep: 'owner' },
      untilMs: undefined,
      owner: undefined,
      reason: 'Pod deleted',
      evidence: podGone,
    },
    {
      type: 'ReservationRetained',
      holder: holder('vip/web'),
      retention: { keep: 'time', forMs: 86_400_000 },
      untilMs: 1_767_225_600_000,
      owner: ordinal,
      reason: '',
      evidence: undefined,
    },
  ],
  'RetentionEnded.v1': [
    {
      type: 'RetentionEnded',
      holder: holder('vip/web'),
      reason: 'StatefulSet deleted',
      evidence: { object: 'statefulset/default/web', uid },
    },
  ],
  'RetentionSet.v1': [
    { type: 'RetentionSet', holder: holder('vm/default/db'), retention: { keep: 'forever' } },
    { type: 'RetentionSet', holder: holder('vm/default/db'), retention: undefined },
  ],
  'LabelsSet.v1': [
    { type: 'LabelsSet', labels: { env: 'prod', team: 'net' } },
    { type: 'LabelsSet', pool: 'mail', labels: { 'example.com/team': '' } },
    { type: 'LabelsSet', holder: holder('vip/web'), labels: {} },
  ],
  'ParentGranted.v1': [
    {
      type: 'ParentGranted',
      vip: 'web',
      port: 'busybox.default',
      grantor: 'selector',
      evidence: { object: 'pod/default/busybox', uid, resourceVersion: '4711' },
    },
    { type: 'ParentGranted', vip: 'web', port: 'amphora-1', grantor: 'explicit', evidence: undefined },
  ],
  'ParentWithdrawn.v1': [
    {
      type: 'ParentWithdrawn',
      vip: 'web',
      port: 'busybox.default',
      grantor: 'selector',
      reason: 'labels no longer match',
      evidence: { object: 'pod/default/busybox', uid, resourceVersion: '4712' },
    },
    {
      type: 'ParentWithdrawn',
      vip: 'web',
      port: 'amphora-1',
      grantor: 'explicit',
      reason: '',
      evidence: undefined,
    },
  ],
  'RuleDefined.v1': [
    { type: 'RuleDefined', ...selectedRule },
    { type: 'RuleDefined', ...namedRule },
  ],
  'RuleRevised.v1': [
    { type: 'RuleRevised', ...selectedRule },
    { type: 'RuleRevised', ...namedRule },
  ],
  'RuleRetired.v1': [{ type: 'RuleRetired', rule: 'web', vip: 'lb', reason: 'SwitchLBRule deleted' }],
  'RuleBackendsChanged.v1': [
    {
      type: 'RuleBackendsChanged',
      rule: 'web',
      vip: 'lb',
      backends: ['10.16.0.5', '10.16.0.7', 'fd00:10:16::5'].map(address),
    },
    { type: 'RuleBackendsChanged', rule: 'web', vip: 'lb', backends: [] },
  ],
  'VipNameYielded.v1': [{ type: 'VipNameYielded', name: 'web', claim: 7 }],
  'VipNameClaimed.v1': [{ type: 'VipNameClaimed', subnet: 'ovn-default', claim: 7 }],
  'VipNameFreed.v1': [{ type: 'VipNameFreed', claim: 7 }],
  'LedgerFounded.v1': [{ type: 'LedgerFounded', ledger: '2f0c4c0e-7a0b-4d0f-9a53-0d5a3c1b7e42' }],
  'IncarnationStarted.v1': [
    { type: 'IncarnationStarted', incarnation: '8d6f7a52-90cf-4c43-a7a1-55c07a9b0f16' },
  ],
  'SideFenced.v1': [
    { type: 'SideFenced', side: 'northbound', why: 'Forked', message: 'Another event is at position 7.' },
  ],
  ...MEANING_OF_RECOVERY,
  'FenceLifted.v1': [{ type: 'FenceLifted', side: 'kubernetes', because: 'its mark is of this ledger' }],
};

/** Each aggregate's codec, and the forms that it reads. */
const CODECS = [
  { forms: STORED_SUBNET_EVENTS, codec: subnet.codec },
  { forms: STORED_VIP_NAME_EVENTS, codec: vipName.codec },
  { forms: STORED_LEDGER_RECORD_EVENTS, codec: ledgerRecord.codec },
];

const decode = (type: string, data: string): AnyEvent =>
  CODECS.find(({ forms }) => forms.includes(type))!.codec.decode({ type, data });

const encode = (event: AnyEvent) => {
  const isOf = (forms: readonly string[]) => forms.some((form) => form.split('.')[0] === event.type);
  const { codec } = CODECS.find(({ forms }) => isOf(forms))!;
  return codec.encode(event as never);
};

describe('the stored events', () => {
  it('have a fixture for each form that is read, named after it, and no other', () => {
    const known = CODECS.flatMap(({ forms }) => forms).sort();
    expect(files.map((file) => path.basename(file, '.json')).sort()).toEqual(known);
    expect(fixtures.map(({ type }) => type).sort()).toEqual(known);
    expect(Object.keys(MEANING).sort()).toEqual(known);
  });

  it.each(fixtures)('of $type mean what they meant', ({ type, stored }) => {
    expect(stored.map((fields) => decode(type, JSON.stringify(fields)))).toEqual(MEANING[type]);
  });

  it.each(fixtures.filter(isWritten))('of $type are still written so, to the byte', ({ type, stored }) => {
    const expected = stored.map((fields) => ({ type, data: JSON.stringify(fields) }));
    expect(MEANING[type]?.map(encode)).toEqual(expected);
  });
});

/** Whether it is the form of today; a form that was replaced is only read. */
function isWritten({ type }: Fixture): boolean {
  const [event] = MEANING[type] ?? [];
  return event !== undefined && encode(event).type === type;
}
