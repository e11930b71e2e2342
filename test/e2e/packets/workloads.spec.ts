// Pods, a StatefulSet and a virtual machine on real packets: Kubernetes objects on one side, a real OVN with two chassis on
// the other, and only Holdfast in between. Addresses, ports and where a machine's port is are all its doing.
import { launcherOf } from '../played-machines';
import { PacketCluster } from './cluster';
import { PacketLab } from './lab/lab';
import type { Pod } from './lab/pod';
import { packetLabSkipReason } from './lab/skip-reason';
import { announceArrival } from './probes/announce';
import { measureGaps } from './probes/ping';
import { connectTcp, serveTcp } from './probes/tcp';
import { expectAnswers, expectConnections, expectNoPing } from './scenarios';

const skipReason = packetLabSkipReason();
const describeOrSkip = skipReason ? describe.skip : describe;

const PORT = 'db.default';
/** A machine that has arrived is silent for 20 ms on an idle machine; a client that has to ask anew is for seconds. */
const GAP_MS_MAX = 2_000;

describeOrSkip(skipReason ? `workloads [skipped: ${skipReason}]` : 'workloads', () => {
  let lab: PacketLab;
  let cluster: PacketCluster;
  let near: Pod, far: Pod;

  beforeAll(async () => {
    lab = await PacketLab.start();
    cluster = await PacketCluster.start(lab, '10.16.0.0/16,fd10::/64');
    [near, far] = [await cluster.runPod('near', 1), await cluster.runPod('far', 2)];
    await lab.whenUp('near.default', 'far.default');
  }, 60_000);
  /** A server that dies under a test explains what the test says. */
  afterEach(async () => expect(await lab.obituaries()).toEqual([]));

  afterAll(async () => {
    await cluster?.stop();
    await lab?.stop();
  });

  it('answer with what they were told, and with nothing else', async () => {
    const [{ v4, v6 }, client] = [await cluster.givenTo('far'), await cluster.givenTo('near')];
    await serveTcp(far, 80);
    for (const address of [v4, v6]) {
      await expectAnswers(near, address);
      await expectConnections(near, address, 80, 50);
    }
    await expectAnswers(far, client.v4);
    // A Pod that takes an address that is not its own is not heard: port_security is its port's, too.
    await far.drop(`${v4}/16`);
    await far.hold('10.16.99.99/16');
    await expectNoPing(far, client.v4);
    await far.drop('10.16.99.99/16');
    await far.hold(`${v4}/16`);
    await expectAnswers(near, v4);
  }, 60_000);

  it('of a StatefulSet have their address on the other node, too, and clients go on', async () => {
    const spec = { replicas: 1, serviceName: 'web', selector: { matchLabels: { app: 'web' } } };
    const owner = await cluster.create('/apis/apps/v1/namespaces/default/statefulsets', {
      ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'web' } },
      spec: { ...spec, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } } },
    });
    await serveTcp(await cluster.runPod('web-0', 1, owner), 80, 'on ch1');
    await lab.whenUp('web-0.default');
    const first = await cluster.givenTo('web-0');
    expect((await expectConnections(far, first.v6, 80, 20)).servers).toEqual({ 'on ch1': 20 });
    // Clients have its MAC: that it is the same is why they do not have to ask anew.
    await measureGaps([near, far], first.v4, async () => {
      await cluster.endPod('web-0');
      await serveTcp(await cluster.runPod('web-0', 2, owner), 80, 'on ch2');
    });
    expect(await cluster.givenTo('web-0')).toEqual(first);
    for (const address of [first.v4, first.v6])
      expect((await expectConnections(near, address, 80, 20)).servers).toEqual({ 'on ch2': 20 });
  }, 60_000);

  it('are on ports of Holdfast’s own, and on no other', async () => {
    const columns = ['--bare', '--columns=name,external_ids', 'list', 'Logical_Switch_Port'];
    const ports = (await lab.nbctl(...columns)).trim().split('\n\n').sort();
    const own = (pod: string, holder: string): string =>
      `${pod}.default\nholdfast:key=port/${holder} ls=ovn-default vendor=holdfast`;
    expect(ports).toEqual([
      own('far', 'ovn-default/pod/default/far'),
      own('near', 'ovn-default/pod/default/near'),
      own('web-0', 'ovn-default/statefulset/default/web/0'),
    ]);
  });

  describe('of a virtual machine', () => {
    const [first, second, third] = ['a', 'b', 'c'].map((suffix) => launcherOf('db', suffix)) as [
      string,
      string,
      string,
    ];
    let v4: string, v6: string, mac: string;

    /** Whoever answers every one of so many connections, of two clients at the same time. */
    const served = async (): Promise<string[]> => {
      const all = await Promise.all([
        ...[near, far].map((client) => expectConnections(client, v4, 80, 80)),
        expectConnections(far, v6, 80, 40),
      ]);
      return [...new Set(all.flatMap(({ servers }) => Object.keys(servers)))];
    };
    /** The target of a migration, plugged in with what the machine has, on its node. */
    async function prepare(suffix: string, from: 1 | 2, to: 1 | 2): Promise<object> {
      const state = await cluster.machines.migrate('db', suffix, `ch${from}`, `ch${to}`);
      await cluster.givenTo(launcherOf('db', suffix));
      await cluster.hasOptions(PORT, 'activation-strategy=rarp', `requested-chassis=ch${from},ch${to}`);
      const target = await cluster.plug(launcherOf('db', suffix), to, PORT);
      await lab.sbctl('wait-until', 'Port_Binding', PORT, 'additional_chassis!=[]');
      await lab.syncHv();
      await serveTcp(target, 80);
      await cluster.machines.say('db', state);
      return state;
    }

    beforeAll(async () => {
      await cluster.installKubevirt();
      await cluster.machines.create('db');
      await cluster.machines.startInstance('db');
      await cluster.machines.launch('db', 'a', 'ch1');
      await serveTcp(await cluster.plug(first, 1, PORT), 80);
      await lab.whenUp(PORT);
      ({ v4, v6, mac } = await cluster.givenTo(first));
      await cluster.hasOptions(PORT, 'requested-chassis=ch1');
    }, 60_000);

    it('go to the source until its target has arrived, and then on to that, alone', async () => {
      await prepare('b', 1, 2);
      const [source, target] = [lab.pod(first), lab.pod(second)];
      expect(await served()).toEqual([first]);
      const client = await cluster.givenTo('far');
      for (const address of [client.v4, client.v6]) await expectNoPing(target, address);
      const gapsMs = await measureGaps([near, far], v4, async () => {
        // The source is paused, and then the target goes on.
        await source.setCarrier('down');
        await announceArrival(target, mac);
      });
      expect(Math.max(...gapsMs)).toBeLessThan(GAP_MS_MAX);
      expect(await served()).toEqual([second]);
      await cluster.machines.end('db', { failed: false });
      await cluster.hasOptions(PORT, 'requested-chassis=ch2');
      // The source's interface may live on for a while: its chassis takes nothing back.
      await source.setCarrier('up');
      expect(await served()).toEqual([second]);
      await cluster.endPod(first);
      expect(await served()).toEqual([second]);
    }, 60_000);

    it('go on to the source while a migration fails, and no connection is lost', async () => {
      await prepare('c', 2, 1);
      const connecting = Promise.all(
        [near, far].map((it) => connectTcp(it, { address: v4, port: 80, count: 300 })),
      );
      await cluster.machines.end('db', { failed: true });
      await cluster.hasOptions(PORT, 'requested-chassis=ch2');
      await cluster.endPod(third);
      for (const { failures, servers } of await connecting)
        expect({ failures, servers }).toEqual({ failures: {}, servers: { [second]: 300 } });
      expect(await served()).toEqual([second]);
    }, 60_000);
  });
});
