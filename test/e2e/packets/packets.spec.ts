// Every use of a Vip on real packets: a real OVN with two chassis, all of whose rows are written by Holdfast alone.
import type { JsonObject } from '@bufbuild/protobuf';
import { until } from '@holdfast/infra/demo/until';
import { Holdfast } from './holdfast';
import { PacketLab } from './lab/lab';
import type { Pod } from './lab/pod';
import { packetLabSkipReason } from './lab/skip-reason';
import { duplicateMatches } from './probes/duplicate-match';
import { serveTcp } from './probes/tcp';
import {
  expectClaim,
  expectConnections,
  expectConnectionsFromAll,
  expectDenied,
  expectFailover,
  expectKeepalivedFailover,
  expectPing,
  expectRefused,
} from './scenarios';

const skipReason = packetLabSkipReason();
const describeOrSkip = skipReason ? describe.skip : describe;

const SUBNETS = [
  { name: 'blue', cidrs: ['10.16.0.0/16', 'fd10::/64'], router: 'ovn-cluster' },
  { name: 'green', cidrs: ['10.17.0.0/16', 'fd17::/64'], router: 'ovn-cluster' },
];

/** alice, bob and mallory may send only what is theirs; near and far are clients beside them, routed comes through the router. */
const PODS = [
  { name: 'alice', chassis: 1, subnet: 'blue', portSecurity: true },
  { name: 'bob', chassis: 2, subnet: 'blue', portSecurity: true },
  { name: 'mallory', chassis: 2, subnet: 'blue', portSecurity: true },
  { name: 'near', chassis: 1, subnet: 'blue' },
  { name: 'far', chassis: 2, subnet: 'blue' },
  { name: 'routed', chassis: 2, subnet: 'green' },
] as const;

/** The Vip has two virtual ports, because `virtual-ip` is one address (ovn-nb(5)). */
const WEB4 = { port: 'web', address: '10.16.0.100/16' };
const WEB6 = { port: 'web:ipv6', address: 'fd10::100/64' };
const BALANCED = { v4: '10.16.0.200', v6: 'fd10::200' };

describeOrSkip(skipReason ? `packets [skipped: ${skipReason}]` : 'packets', () => {
  let lab: PacketLab;
  let holdfast: Holdfast;
  let alice: Pod, bob: Pod, mallory: Pod, near: Pod, far: Pod, routed: Pod;

  beforeAll(async () => {
    lab = await PacketLab.start();
    holdfast = await Holdfast.start(lab);
    for (const subnet of SUBNETS) await holdfast.call('DefineSubnet', subnet);
    await holdfast.call('ReserveVip', { name: 'web', subnet: 'blue', v4: '10.16.0.100', v6: 'fd10::100' });
    for (const name of ['alice', 'bob']) await grant(name);
    await holdfast.call('ReserveVip', { name: 'lb', subnet: 'blue', type: 'switch_lb_vip', ...BALANCED });
    [alice, bob, mallory, near, far, routed] = (await Promise.all(
      PODS.map((pod) => holdfast.addPod(pod)),
    )) as [Pod, Pod, Pod, Pod, Pod, Pod];
    await lab.whenUp(...PODS.map(({ name }) => `${name}.default`));
    await holdfast.settled();
  });

  /** A server that dies under a test explains what the test says. */
  afterEach(async () => expect(await lab.obituaries()).toEqual([]));

  afterAll(async () => {
    await holdfast?.stop();
    await lab?.stop();
  });

  const grant = (pod: string) => holdfast.call('GrantVipParent', { name: 'web', port: `${pod}.default` });

  async function addressOf(pod: Pod, family: 'v4' | 'v6'): Promise<string> {
    const [subnet, holder] = [
      PODS.find(({ name }) => name === pod.name)?.subnet ?? '',
      `pod/default/${pod.name}`,
    ];
    const { reservation } = await holdfast.call('GetReservation', { subnet, holder });
    return (reservation as Record<string, string>)[family] as string;
  }

  /** As whoever asks for the Vip is told. */
  const untilBound = (port: string) =>
    until(`${port} is told to answer for the Vip`, async () => {
      const { conditions } = await holdfast.call('GetVip', { name: 'web' });
      const bound = (conditions as { type: string; message: string }[]).find(({ type }) => type === 'Bound');
      return bound?.message.includes(port) || undefined;
    });

  it('pass between Pods of a chassis, of two, and of two subnets, in both families, and TCP does', async () => {
    for (const pod of [alice, bob, routed])
      for (const family of ['v4', 'v6'] as const) await expectPing(near, await addressOf(pod, family), 2);
    await serveTcp(far, 9090);
    for (const client of [near, routed])
      for (const family of ['v4', 'v6'] as const)
        await expectConnections(client, await addressOf(far, family), 9090, 20);
  });

  describe.each([WEB4, WEB6])('for a Vip at $address', (vip) => {
    const ip = vip.address.split('/')[0] as string;

    it('go to the parent alone that says it has it, and follow it (kube-vip #996 and #1418)', async () => {
      await expectDenied(lab, vip, mallory, near);
      await expectClaim(lab, vip, alice);
      // Told is who answers for the first family; of the second the claim is seen above.
      if (vip === WEB4) await untilBound('alice.default');
      await expectDenied(lab, vip, mallory, near);
      const clients = [near, far, routed];
      await expectFailover(lab, vip, { from: alice, to: bob, clients });
      await expectFailover(lab, vip, { from: bob, to: alice, clients, announcement: 'reply' });
      for (const client of clients) await expectPing(client, ip, 1);
      await alice.drop(vip.address);
    });

    it('follow keepalived when its master ends, and is cut off (kube-ovn #3304, #3956, #5785, #7489)', async () => {
      const roles = { master: alice, backup: bob, clients: [near, routed], routerId: vip === WEB4 ? 51 : 52 };
      await expectKeepalivedFailover(lab, vip, { ...roles, end: 'SIGTERM' });
      await expectKeepalivedFailover(lab, vip, { ...roles, end: 'link down' });
    });
  });

  it('for a Vip go to who was made a parent since, and to nobody who was one', async () => {
    await expectClaim(lab, WEB4, alice);
    await expectDenied(lab, WEB4, mallory, near);
    await alice.drop(WEB4.address);
    await grant('mallory');
    await holdfast.settled();
    await expectClaim(lab, WEB4, mallory);
    await expectPing(near, '10.16.0.100');
    await mallory.drop(WEB4.address);
    await holdfast.call('WithdrawVipParent', { name: 'web', port: 'mallory.default' });
    await holdfast.settled();
    await expectClaim(lab, WEB4, alice);
    await expectDenied(lab, WEB4, mallory, near);
    await alice.drop(WEB4.address);
  });

  describe('for a rule', () => {
    const clients = () => [near, far, routed, alice, bob];
    const RULE = { name: 'web', vip: 'lb', rejectWhenEmpty: true };
    const revise = (change: JsonObject) =>
      holdfast.call('ReviseRule', { subnet: 'blue', ...RULE, ports: PORTS, ...change });
    const PORTS = [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'alt', port: 8000, targetPort: 8080 },
    ];

    it('are refused at once while nobody is behind it', async () => {
      await holdfast.call('DefineRule', { ...RULE, ports: PORTS });
      await holdfast.settled();
      for (const client of [near, routed]) await expectRefused(client, BALANCED.v4, 80);
    });

    it('reach its backends from every client, those themselves among them: 500 of 500 each', async () => {
      const endpoints = await Promise.all(
        [alice, bob].flatMap((pod) => [addressOf(pod, 'v4'), addressOf(pod, 'v6')]),
      );
      await revise({ endpoints });
      await holdfast.settled();
      await Promise.all([alice, bob].map((pod) => serveTcp(pod, 8080)));
      const answered = await expectConnectionsFromAll(clients(), BALANCED.v4, 80, 500);
      expect(Object.keys(answered).sort()).toEqual(['alice', 'bob']);
      await expectConnectionsFromAll(clients(), BALANCED.v6, 80, 100);
      await expectConnections(near, BALANCED.v4, 8000, 50);
      expect(await duplicateMatches(lab)).toEqual([]);
    });

    it('do so again when each ovn-controller was killed, and the Southbound (kube-ovn #5377)', async () => {
      await lab.restartControllers();
      await expectConnectionsFromAll(clients(), BALANCED.v4, 80, 500);
      await lab.restartSouthbound();
      await expectConnectionsFromAll(clients(), BALANCED.v4, 80, 500);
      await expectConnections(routed, BALANCED.v6, 80, 100);
    });

    it('of another on the same Vip come and go without it', async () => {
      const ports = [{ port: 81, targetPort: 8080 }];
      const endpoints = [await addressOf(bob, 'v4')];
      await holdfast.call('DefineRule', { name: 'other', vip: 'lb', ports, endpoints });
      await holdfast.settled();
      expect((await expectConnections(near, BALANCED.v4, 81, 20)).servers).toEqual({ bob: 20 });
      await holdfast.call('RetireRule', { subnet: 'blue', name: 'other' });
      await holdfast.settled();
      await expectConnections(near, BALANCED.v4, 80, 100);
    });

    it('of one client stay with one backend when it asks for that, the first included', async () => {
      const endpoints = await Promise.all([alice, bob].map((pod) => addressOf(pod, 'v4')));
      await revise({ endpoints, affinity: 'client-ip' });
      await holdfast.settled();
      const all = await Promise.all(
        [near, far, routed].map((it) => expectConnections(it, BALANCED.v4, 80, 60)),
      );
      for (const { servers } of all) expect(Object.values(servers)).toEqual([60]);
    });

    it('leave out a backend that does not answer, where health is checked', async () => {
      const endpoints = await Promise.all([alice, far].map((pod) => addressOf(pod, 'v4')));
      // Nothing listens on far's 8080.
      await revise({ endpoints, healthCheck: true });
      await holdfast.settled();
      await until('the backend that does not answer is known', async () => {
        const states = await lab.sbctl('--bare', '--columns=status', 'find', 'Service_Monitor', 'port=8080');
        return states.split(/\s+/).includes('offline') || undefined;
      });
      await lab.syncHv();
      const { servers } = await expectConnections(near, BALANCED.v4, 80, 40);
      expect(servers).toEqual({ alice: 40 });
    });
  });
});
