// What is in dispute is held back for nobody, so that the next who comes does not get it; and handed on once it is settled.
import { formatAddress, formatCidr, type SubnetState } from '@holdfast/ipam';
import { importActor } from '@holdfast/kube';
import type { LedgerContents } from './ledger-contents';
import { type ImportPlan, planImport } from './plan';
import { cluster, ip, pod, subnetObject, vip } from '../testing/kube-ovn-objects';
import { conflictsOf, isNotHeldBack, planOf, RULES, planSteps, viewOf } from '../testing/plan-text';

const CONTEST = {
  pods: [pod('a', '10.16.0.5')],
  ips: [ip('later.default', '10.16.0.5', {}, { labels: { 'ovn.kubernetes.io/ip_reserved': 'true' } })],
};
const HELD = 'kube-ovn/ovn-default/held-back-10.16.0.5';

/** The ledger as its API tells it once the plan was recorded. */
function recorded(plan: ImportPlan): LedgerContents {
  const view = viewOf(plan);
  const state = view.subnet('ovn-default') as SubnetState;
  const { cidrs, gateways, excluded, coolingMs } = state.definition!;
  return {
    position: '9',
    subnets: [
      {
        ...{
          name: 'ovn-default',
          cidrs: cidrs.map(formatCidr),
          gateways: gateways.map(formatAddress),
          pools: [],
        },
        ...{ excluded: excluded.map(({ first }) => formatAddress(first)), coolingMs, router: 'ovn-cluster' },
      },
    ],
    reservations: [...state.byHolder.values()].map(({ holder, v4, v6, port, portSecurity }) => ({
      ...{ subnet: 'ovn-default', holder, isForEver: false, users: state.users.usersOf(holder) },
      ...(v4 !== undefined && { v4: formatAddress(v4) }),
      ...(v6 !== undefined && { v6: formatAddress(v6) }),
      mac: `02:00:00:00:00:${((v4 ?? 0) % 90) + 10}`,
      ...(port !== undefined && { port, portSecurity: portSecurity ?? false }),
    })),
    vips: [],
  };
}

describe('an address in dispute', () => {
  it('is reserved for nobody, with every object that names it as the reason', () => {
    const plan = planOf(cluster(CONTEST));
    expect(planSteps(plan).slice(1)).toEqual([`reserve ${HELD} 10.16.0.5`]);
    expect(plan.steps[1]?.sources.map(({ object }) => object)).toEqual([
      'pods/default/a',
      'ips.kubeovn.io/later.default',
    ]);
    expect(importActor(plan.steps[1]!.sources[0]!, 'alice')).toContain('uid-of-pod-default-a');
  });

  it('is so already when nothing was settled, and recorded once', () => {
    const again = planOf(cluster(CONTEST), recorded(planOf(cluster(CONTEST))));
    expect(planSteps(again).slice(1)).toEqual([`reserve ${HELD} 10.16.0.5 (so already)`]);
    expect(conflictsOf(again)[0]).toMatch(/^AddressTwice 10\.16\.0\.5/);
  });

  it('is handed on when one holder is left', () => {
    const settled = planOf(cluster({ pods: CONTEST.pods }), recorded(planOf(cluster(CONTEST))));
    expect(planSteps(settled).slice(1, 3)).toEqual([
      `release ${HELD}: settled: 10.16.0.5 is that of pod/default/a`,
      expect.stringContaining('reserve pod/default/a 10.16.0.5'),
    ]);
    expect(settled.conflicts).toEqual([]);
  });

  it('is released when no object names it any more', () => {
    const after = planOf(cluster({}), recorded(planOf(cluster(CONTEST))));
    expect(planSteps(after).slice(1)).toEqual([
      `release ${HELD}: settled: no object names 10.16.0.5 any more`,
    ]);
    expect(after.conflicts).toEqual([]);
  });

  it('is left to who holds it in the ledger', () => {
    const { steps, conflicts } = planOf(cluster(CONTEST), recorded(planOf(cluster({ pods: CONTEST.pods }))));
    expect([steps.filter(({ isSo }) => !isSo), conflicts.map(({ code }) => code)]).toEqual([
      [],
      ['AddressTwice', 'MacTwice'],
    ]);
  });

  it('is of IPv6, too, whatever it ends with', () => {
    const subnets = [subnetObject('ovn-default', 'fd00::/64')];
    const v6 = (name: string, address: string) =>
      ip(`${name}.default`, '', {
        v4IpAddress: '',
        v6IpAddress: address,
        ipAddress: address,
        macAddress: '00:00:00:0a:00:09',
      });
    expect(
      planSteps(planOf(cluster({ subnets, ips: [v6('gone', 'fd00::A'), v6('odd', 'fd00::1:0:0')] }))).slice(
        1,
      ),
    ).toEqual([
      'reserve kube-ovn/ovn-default/held-back-fd00::a fd00::a',
      'reserve kube-ovn/ovn-default/held-back-fd00::1:0:0 fd00::1:0:0',
    ]);
  });
});

describe("an address that only Kube-OVN's memory has in use", () => {
  it('is held back, one by one', () => {
    const status = { v4usingIPrange: '10.16.0.5,10.16.0.8-10.16.0.10' };
    const plan = planOf(
      cluster({
        subnets: [subnetObject('ovn-default', '10.16.0.0/16', {}, status)],
        pods: [pod('a', '10.16.0.5')],
      }),
    );
    expect(planSteps(plan).filter((step) => !isNotHeldBack(step))).toEqual(
      ['8', '9', '10'].map((end) => `reserve kube-ovn/ovn-default/unexplained-10.16.0.${end} 10.16.0.${end}`),
    );
  });

  it('stays held back until somebody says that nobody uses it', () => {
    const status = { v4usingIPrange: '10.16.0.8' };
    const spec = { gateway: '10.16.0.1', excludeIps: ['10.16.0.1'] };
    const subnets = [subnetObject('ovn-default', '10.16.0.0/16', spec, status)];
    const held = recorded(planOf(cluster({ subnets })));
    const after = planOf(cluster({}), held);
    expect(after.steps.filter(({ isSo }) => !isSo)).toEqual([]);
    expect(after.conflicts).toMatchObject([
      {
        ...{ code: 'HeldBack', heldBack: [] },
        message: expect.stringContaining(
          'holdfast release ovn-default kube-ovn/ovn-default/unexplained-10.16.0.8',
        ),
      },
    ]);
  });

  it('ends with as many as a block has, whatever range is told', () => {
    const status = { v6usingIPrange: 'fd00::2-fd00::ffff:ffff:ffff' };
    const plan = planOf(cluster({ subnets: [subnetObject('ovn-default', 'fd00::/64', {}, status)] }));
    expect(plan.steps.length).toBeLessThanOrEqual(65_537);
  }, 30_000);
});

describe('a port in the Northbound', () => {
  const answered = (end: number, port: string) => ({
    subnet: 'ovn-default',
    address: 0x0a100000 + end,
    port,
    uuid: `row-${end}`,
  });
  const ports = [
    answered(5, 'a.default'),
    answered(7, 'aap.'),
    answered(77, 'gone.default'),
    answered(1, 'gateway'),
  ];
  const objects = cluster({ pods: [pod('a', '10.16.0.5')], vips: [vip('aap', '10.16.0.7')] });

  it('that has an address which no object names is shown, and the address held back', () => {
    const plan = planImport(objects, { subnets: [], reservations: [], vips: [] }, RULES, ports);
    expect(conflictsOf(plan)).toEqual(['PortUnexplained 10.16.0.77: port/gone.default | nobody']);
    expect(plan.conflicts[0]?.message).toContain('ovn-nbctl lsp-del gone.default');
    expect(planSteps(plan).filter((step) => !isNotHeldBack(step))).toEqual([
      'reserve kube-ovn/ovn-default/unexplained-10.16.0.77 10.16.0.77',
    ]);
  });

  it('of a Subnet that is not recorded is none of ours', () => {
    const elsewhere = [{ ...answered(9, 'x'), subnet: 'other' }];
    expect(
      planImport(objects, { subnets: [], reservations: [], vips: [] }, RULES, elsewhere).conflicts,
    ).toEqual([]);
  });
});
