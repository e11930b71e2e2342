// One true example of each operation, in JSON: the story of a subnet, a Pod's address and a Vip. They stand in the
// OpenAPI document, and the specs hold them to the contract.
import type { JsonObject } from '@bufbuild/protobuf';
import type { OperationName } from '../operations';

export interface Example {
  readonly request: JsonObject;
  readonly reply: JsonObject;
}

const options = {
  commandId: '0b9c1d0e-5f7a-4c1e-9a57-6f2f7f0c2a11',
  issuedAt: '2026-01-31T14:05:00Z',
  actor: 'load-balancer-controller',
};
const commandId = options.commandId;
const definition = {
  name: 'ovn-default',
  cidrs: ['10.16.0.0/16', 'fd00:10:16::/64'],
  gateways: ['10.16.0.1', 'fd00:10:16::1'],
  excluded: ['10.16.0.2..10.16.0.9'],
  cooling: '300s',
};
const poolPlace = { subnet: 'ovn-default', name: 'mail' };
const poolFields = { ranges: ['10.16.200.0..10.16.200.255'], namespaces: ['mail'] };
const countedPool = {
  ...poolPlace,
  ...poolFields,
  counts: [
    { family: 'IPV4', using: '1', available: '255' },
    { family: 'IPV6', using: '0', available: '0' },
  ],
  labels: {},
};
const pool = { ...poolPlace, ...poolFields, counts: [], labels: {} };
const subnet = {
  ...definition,
  counts: [
    { family: 'IPV4', using: '2', available: '65523' },
    { family: 'IPV6', using: '2', available: '18446744073709551611' },
  ],
  pools: [],
  labels: { team: 'net' },
  withheld: [],
};
const replySubnet = { ...definition, counts: [], pools: [], labels: {}, withheld: [] };
const labels = { team: 'net' };
const held = { v4: '10.16.0.10', v6: 'fd00:10:16::2', mac: '02:5a:0a:10:00:0a' };
const place = { subnet: 'ovn-default', holder: 'pod/default/web-0' };
const reservation = { ...place, ...held, users: [], labels: {} };
const since = '2026-01-31T14:05:00.120Z';
const ofVm = { subnet: 'ovn-default', holder: 'vm/shop/db' };
const launcher = {
  object: 'pod/shop/virt-launcher-db-x7x2k',
  uid: '0f4c2f5e-52a8-4a2f-9f5e-1d7a3c1b0c01',
  node: 'n1',
};
const migrated = {
  ...launcher,
  object: 'pod/shop/virt-launcher-db-m9q4t',
  uid: '7a9d3c2b-9b40-4b1f',
  node: 'n2',
};
const shown = {
  ...reservation,
  since,
  users: [{ ...launcher, object: 'pod/default/web-0', primary: true }],
  retention: 'release',
  retentionBy: 'kind',
};
const vipHeld = { v4: '10.16.0.121', v6: 'fd00:10:16::3', mac: '02:5a:0a:10:00:79' };
const purpose = {
  type: '',
  namespace: 'default',
  selector: ['app: aap1'],
  note: 'keepalived of team web',
};
const vip = { name: 'vip-aap', subnet: 'ovn-default', ...vipHeld, ...purpose, labels: {} };
const lbPlace = { subnet: 'ovn-default', name: 'shop' };
const lb = {
  vip: 'vip-shop',
  ports: [{ name: 'https', port: 443, targetPort: 8443, protocol: 'tcp' }],
  selector: [],
  endpoints: ['10.16.0.10', '10.16.0.11'],
  affinity: 'none',
  healthCheck: false,
  rejectWhenEmpty: true,
  note: 'of team shop',
};
const rule = { ...lbPlace, ...lb };
const grant = { subnet: 'ovn-default', vip: 'vip-aap', port: 'amphora-1', grantor: 'explicit' };
const reserved = {
  id: '5c0f6b1e-8f0e-8c41-9d0a-2f5c4be0a001',
  position: '42',
  stream: 'subnet-ovn-default',
  version: '7',
  time: since,
  type: 'AddressReserved',
  ...place,
  ...held,
  actor: options.actor,
  through: 'http',
  commandId,
};

export const examples: Readonly<Record<OperationName, Example>> = {
  DefineSubnet: {
    request: { ...definition, gateways: [], labels, options },
    reply: { subnet: { ...replySubnet, labels }, commandId, position: '40' },
  },
  ReviseSubnet: {
    request: { name: 'ovn-default', cooling: '60s', options },
    reply: { subnet: { ...replySubnet, cooling: '60s' }, commandId, position: '41' },
  },
  RetireSubnet: {
    request: { name: 'old-net', options },
    reply: { commandId, position: '47' },
  },
  GetSubnet: {
    request: { name: 'ovn-default', atLeastPosition: '42' },
    reply: { subnet: { ...subnet, pools: [countedPool] }, position: '42' },
  },
  ListSubnets: {
    request: { labelSelector: 'team in (net, web)', pageSize: 100 },
    reply: { subnets: [subnet], nextPageToken: '', position: '42' },
  },
  ListFreeAddresses: {
    request: { subnet: 'ovn-default', family: 'IPV4', limit: 2 },
    reply: { family: 'IPV4', addresses: ['10.16.0.11', '10.16.0.12'], available: '65523', position: '42' },
  },
  DefinePool: {
    request: { ...poolPlace, ...poolFields, options },
    reply: { pool, commandId, position: '41' },
  },
  RetirePool: {
    request: { ...poolPlace, options },
    reply: { commandId, position: '47' },
  },
  GetPool: {
    request: poolPlace,
    reply: { pool: countedPool, position: '42' },
  },
  ListPools: {
    request: { subnet: 'ovn-default' },
    reply: { pools: [countedPool], nextPageToken: '', position: '42' },
  },
  ReserveAddress: {
    request: { ...place, families: ['IPV4', 'IPV6'], options },
    reply: { reservation, commandId, position: '42' },
  },
  MoveAddress: {
    request: { ...place, v4: '10.16.0.77', options },
    reply: { reservation: { ...reservation, v4: '10.16.0.77' }, commandId, position: '43' },
  },
  ReleaseAddress: {
    request: { ...place, reason: 'the Pod is gone', options },
    reply: { reservation, commandId, position: '44' },
  },
  AttachUser: {
    request: { ...ofVm, ...launcher, options },
    reply: { user: launcher, commandId, position: '45' },
  },
  DetachUser: {
    request: { ...ofVm, uid: launcher.uid, ownerState: 'exists', reason: 'the VM was stopped', options },
    reply: { commandId, position: '46' },
  },
  MovePrimary: {
    request: { ...ofVm, uid: migrated.uid, options },
    reply: { user: migrated, commandId, position: '47' },
  },
  EndOwner: {
    request: { ...ofVm, reason: 'the VM was deleted', options },
    reply: { released: { ...reservation, ...ofVm }, commandId, position: '48' },
  },
  ReleaseExpired: {
    request: { ...ofVm, options },
    reply: { released: { ...reservation, ...ofVm }, commandId, position: '49' },
  },
  SetRetention: {
    request: { ...ofVm, retention: '24h', options },
    reply: { commandId, position: '45' },
  },
  GetReservation: {
    request: place,
    reply: { reservation: shown, position: '42' },
  },
  ListReservations: {
    request: { subnet: 'ovn-default', kind: 'pod', namespace: 'default', pageSize: 100 },
    reply: { reservations: [shown], nextPageToken: '', position: '42' },
  },
  ReserveVip: {
    request: { name: 'vip-aap', subnet: 'ovn-default', v4: '10.16.0.121', ...purpose, options },
    reply: { vip, commandId, position: '45' },
  },
  ReviseVip: {
    request: { name: 'vip-aap', ...purpose, selector: ['app in (aap1, aap2)'], options },
    reply: { vip: { ...vip, selector: ['app in (aap1, aap2)'] }, commandId, position: '46' },
  },
  ReleaseVip: {
    request: { name: 'vip-aap', reason: 'no longer needed', options },
    reply: {
      vip: {
        name: 'vip-aap',
        subnet: 'ovn-default',
        ...vipHeld,
        type: '',
        selector: [],
        note: '',
        labels: {},
      },
      commandId,
      position: '47',
    },
  },
  GrantVipParent: {
    request: { name: 'vip-aap', port: 'amphora-1', options },
    reply: { grant, commandId, position: '46' },
  },
  WithdrawVipParent: {
    request: { name: 'vip-aap', port: 'amphora-1', reason: 'the amphora is gone', options },
    reply: { grant, commandId, position: '47' },
  },
  GetVip: {
    request: { name: 'vip-aap' },
    reply: {
      vip: { ...vip, since },
      position: '45',
      parents: [
        { port: 'amphora-1', grantors: ['explicit'] },
        { port: 'web-0.default', grantors: ['selector'] },
      ],
      rules: [],
      users: [],
      retention: 'release',
      retentionBy: 'kind',
      rows: [
        {
          table: 'Logical_Switch_Port',
          name: 'vip-aap',
          columns: {
            type: 'virtual',
            options: '{virtual-ip="10.16.0.121", virtual-parents="amphora-1,web-0.default"}',
          },
        },
      ],
      conditions: [
        {
          type: 'Reserved',
          status: 'True',
          reason: 'Reserved',
          message: '10.16.0.121, fd00:10:16::3 is reserved in subnet ovn-default.',
        },
        {
          type: 'Projected',
          status: 'True',
          reason: 'Projected',
          message: 'Its rows in the Northbound are as they should be.',
        },
        {
          type: 'InUse',
          status: 'True',
          reason: 'Parents',
          message: 'It may be answered for by ports amphora-1, web-0.default.',
        },
        {
          type: 'Bound',
          status: 'True',
          reason: 'Bound',
          message: 'Port amphora-1 on chassis n1 answers for it.',
        },
      ],
    },
  },
  ListVips: {
    request: { subnet: 'ovn-default' },
    reply: { vips: [{ ...vip, since }], nextPageToken: '', position: '45' },
  },
  SetLabels: {
    request: { subject: 'subnets/ovn-default/reservations/pod/default/web-0', labels, options },
    reply: { labels, commandId, position: '46' },
  },
  DefineRule: {
    request: { name: 'shop', ...lb, options },
    reply: { rule, commandId, position: '48' },
  },
  ReviseRule: {
    request: { ...lbPlace, ...lb, affinity: 'client-ip', options },
    reply: { rule: { ...rule, affinity: 'client-ip' }, commandId, position: '49' },
  },
  RetireRule: {
    request: { ...lbPlace, reason: 'moved', options },
    reply: { commandId, position: '50' },
  },
  SetRuleBackends: {
    request: { subnet: 'ovn-default', name: 'web', backends: ['10.16.0.12', '10.16.0.10'], options },
    reply: { backends: ['10.16.0.10', '10.16.0.12'], commandId, position: '51' },
  },
  GetRule: {
    request: lbPlace,
    reply: { rule, position: '49', backends: lb.endpoints },
  },
  ListRules: {
    request: { vip: 'vip-shop' },
    reply: { rules: [rule], nextPageToken: '', position: '49' },
  },
  GetHistory: {
    request: { address: '10.16.0.10', fromTime: '2026-01-01T00:00:00Z' },
    reply: { events: [reserved], nextPageToken: '', position: '42' },
  },
  WhoHeld: {
    request: { address: '10.16.0.10', at: '2026-01-31T14:06:00Z' },
    reply: { holdings: [{ reservation: { ...reservation, since }, began: reserved }], position: '42' },
  },
  GetStatus: {
    request: {},
    reply: {
      version: '0.1.0',
      roles: ['gateway', 'kube-projector', 'ovn-projector', 'reservation'],
      position: '42',
      views: [{ name: 'ledger', position: '42', lag: '0s', trouble: '', notes: [], waiting: 0 }],
      projectors: [
        { name: 'ovn-northbound', position: '41', lag: '0.004s', trouble: '', notes: [], waiting: 1 },
      ],
      troubles: [
        {
          part: 'kubernetes',
          code: 'kubernetes-unreachable',
          message: 'the API server does not answer',
          since: '2026-01-31T14:06:00Z',
          server: 'https://10.96.0.1:443',
          stops: true,
        },
      ],
      store: 'sqlite:/var/lib/holdfast/holdfast.db',
      clock: { time: '2026-01-31T14:06:01Z', trouble: '', notes: [] },
      ledger: '7b0c5a52-3a86-4b8f-9c55-2f6a3f0e8d11',
      differences: [
        {
          at: '2026-01-31T14:06:00Z',
          projector: 'kubernetes',
          about: 'vips.kubeovn.io/web',
          what: 'it asks for something else than the ledger has',
          why: 'its spec changed while nobody looked; it was ordered',
        },
      ],
    },
  },
};
