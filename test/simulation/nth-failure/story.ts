// One story, always the same: subnets and Vips come through Kubernetes and over the bus, are changed, and some go; Pods
// and a StatefulSet get their addresses, lose their Pods, grow and shrink. It
// goes on when what it did has had its effect, or not at all.
import type { Holder } from '@holdfast/ipam';
import { address, cidr } from '@holdfast/ipam/testing';
import type { LedgerCommand } from '@holdfast/ledger';
import { PODS, STATEFUL_SETS, SUBNETS, VIPS } from '../kubernetes/cluster';
import type { World } from '../world/world';

type Step = (world: World) => void;

const holder = (name: string): Holder => `pod/default/${name}` as Holder;
const v4 = (last: number): number => address(`10.0.0.${last}`) as number;

const order =
  (command: LedgerCommand): Step =>
  ({ clients }) =>
    clients.ask(command, 0);

const scale =
  (replicas: number): Step =>
  ({ cluster }) =>
    cluster.edit(STATEFUL_SETS, { namespace: 'apps', name: 'red' }, { spec: { replicas } });

const purpose = { vipType: '', namespace: 'default', selector: ['app: web'] } as const;

export const STORY: readonly Step[] = [
  ({ cluster }) => cluster.create(SUBNETS, 'net-0', { cidrBlock: '10.0.0.0/28,fd00:1::/124', default: true }),
  order({ type: 'DefineSubnet', subnet: 'net-1', cidrs: [cidr('10.1.0.0/29')], coolingMs: 5_000 }),
  order({ type: 'ReserveAddress', subnet: 'net-0', holder: holder('a') }),
  ({ cluster }) =>
    cluster.create(VIPS, 'kube-1', { subnet: 'net-0', namespace: 'default', v4ip: '10.0.0.9' }),
  order({ type: 'ReserveAddress', subnet: 'net-0', holder: holder('b'), v4: v4(7) }),
  order({ type: 'MoveAddress', subnet: 'net-0', holder: holder('b'), v4: v4(8) }),
  order({ type: 'ReserveVip', subnet: 'net-1', name: 'web', ...purpose }),
  order({ type: 'ReviseVip', name: 'web', ...purpose, note: 'of the web team' }),
  ({ cluster }) => cluster.edit(VIPS, 'kube-1', { spec: { v4ip: '10.0.0.10' } }),
  order({ type: 'ReleaseAddress', subnet: 'net-0', holder: holder('a'), reason: 'done' }),
  order({ type: 'ReleaseVip', name: 'web', reason: 'done' }),
  order({ type: 'ReserveVip', subnet: 'net-0', name: 'web', ...purpose, v4: v4(12) }),
  ({ cluster }) =>
    cluster.create(VIPS, 'kube-2', { subnet: 'net-1', namespace: 'default', v4ip: '10.1.0.5' }),
  ({ cluster }) => cluster.delete(VIPS, 'kube-1'),
  ({ cluster }) => cluster.create(PODS, 'web', {}, { namespace: 'apps' }),
  ({ cluster }) => cluster.create(STATEFUL_SETS, 'red', { replicas: 1 }, { namespace: 'apps' }),
  scale(2),
  ({ cluster }) => cluster.vanish(PODS, { namespace: 'apps', name: 'red-0' }),
  ({ cluster }) => cluster.delete(PODS, { namespace: 'apps', name: 'web' }),
  scale(1),
  ({ cluster }) => cluster.create(PODS, 'other', {}, { namespace: 'apps' }),
  scale(2),
  ({ cluster }) => cluster.editStatus(PODS, { namespace: 'apps', name: 'other' }, { phase: 'Succeeded' }),
  ({ cluster }) => cluster.create(STATEFUL_SETS, 'blue', { replicas: 1 }, { namespace: 'apps' }),
  ({ cluster }) => cluster.delete(STATEFUL_SETS, { namespace: 'apps', name: 'blue' }),
];
