// Virtual machines through all that KubeVirt does to them: they keep their addresses, OVN has their port where they are, and
// the history says why. Over the sandbox in peace, and over the real API server with the control plane killed (-9) in the
// middle of each. Users ask Kube-OVN for it (#1297, #1376).
import {
  findKubectl,
  kubeApiserverSkipReason,
  type KubernetesServer,
  startKubeApiserver,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { MachineWorld, type HistoryEvent } from './machine-world';
import { launcherOf } from './played-machines';

const DB = 'vm/default/db';
const PORT = 'db.default';
const BOTH_ON = (nodes: string) => ['activation-strategy=rarp', `requested-chassis=${nodes}`];

const noKubectl = findKubectl() ? undefined : 'kubectl is not installed';
describeOver('the sandbox', () => startSandboxApiServer(), false, noKubectl);
describeOver('a real kube-apiserver, killed', () => startKubeApiserver(), true, kubeApiserverSkipReason());

function describeOver(
  name: string,
  startServer: () => Promise<KubernetesServer>,
  kills: boolean,
  skipReason?: string,
): void {
  const title = skipReason ? `machines over ${name} [skipped: ${skipReason}]` : `machines over ${name}`;
  (skipReason ? describe.skip : describe)(title, () => {
    let world: MachineWorld;
    beforeAll(async () => {
      world = await MachineWorld.start(startServer, kills);
    }, 120_000);
    afterAll(() => world?.stop(), 60_000);

    // One machine has one life: each story goes on where the one before ended.
    describeLife(() => world, kills);
    describeMigrations(() => world);
    describeEnds(() => world, kills);
    describeOrdinary(() => world);
  });
}

function describeOrdinary(world: () => MachineWorld): void {
  it('is nothing but its Pods with --keep-vm-ip=false', async () => {
    const { machines } = world();
    await world().replace({ 'keep-vm-ip': 'false' });
    await machines.create('plain');
    await machines.startInstance('plain');
    await machines.launch('plain', 'a', 'n1');
    const first = await world().addressOf('plain', 'a');
    const pod = launcherOf('plain', 'a');
    await world().heldBy(`pod/default/${pod}`);
    await world().hasPort(`${pod}.default`, first);
    await world().killed(() => machines.launch('plain', 'b', 'n2'));
    expect(await world().addressOf('plain', 'b')).not.toBe(first);
    for (const suffix of ['a', 'b']) await machines.endLauncher('plain', suffix);
    await world().heldBy();
    await world().hasPort(`${pod}.default`, undefined);
  }, 60_000);
}

let address = '';

function describeLife(world: () => MachineWorld, kills: boolean): void {
  it('keeps its address when it is stopped, started, restarted, and when its launcher is made anew', async () => {
    const { machines } = world();
    await machines.create('db');
    await machines.startInstance('db');
    await world().killed(() => machines.launch('db', 'a', 'n1'));
    address = await world().addressOf('db', 'a');
    expect(address).toMatch(/^[0-9a-f:]{17} 10\.16\.0\.2$/);
    await world().hasPort(PORT, address, 'requested-chassis=n1');

    // Stopped: half of it is seen. Started on another node: it does not wait for what nobody saw going.
    await machines.endInstance('db');
    await world().killed(() => machines.endLauncher('db', 'a'));
    await machines.startInstance('db');
    await world().killed(() => machines.launch('db', 'b', 'n2'));
    expect(await world().addressOf('db', 'b')).toBe(address);
    await world().usedBy('db', 'b on n2');
    await world().hasPort(PORT, address, 'requested-chassis=n2');

    // Restarted: it is nowhere in between, and keeps its port.
    await machines.endInstance('db');
    await machines.endLauncher('db', 'b');
    await world().usedBy('db');
    await world().hasPort(PORT, address);
    await machines.startInstance('db');
    await world().killed(() => machines.launch('db', 'c', 'n3'));
    expect(await world().addressOf('db', 'c')).toBe(address);

    await world().killed(() => machines.endLauncher('db', 'c'));
    await machines.launch('db', 'd', 'n1');
    expect(await world().addressOf('db', 'd')).toBe(address);
    await world().usedBy('db', 'd on n1');
    await world().hasPort(PORT, address, 'requested-chassis=n1');
  }, 60_000);

  it('says of each of its Pods when it came and why it went', async () => {
    const events = await world().history(DB);
    const of = (type: string): readonly HistoryEvent[] => events.filter((event) => event.type === type);
    expect(of('AddressReserved')).toHaveLength(1);
    expect([...new Set(of('UserAttached').map(({ user }) => user?.object))]).toEqual(
      ['a', 'b', 'c', 'd'].map((suffix) => `pod/default/${launcherOf('db', suffix)}`),
    );
    const ends = of('UserDetached');
    const unseen = kills ? 'Pod is gone' : 'Pod deleted';
    expect(ends.map(({ reason }) => reason)).toEqual([unseen, 'Pod deleted', unseen]);
    for (const { user, evidence } of ends)
      expect(evidence).toMatchObject({ object: user?.object, uid: user?.uid });
  });
}

function describeMigrations(world: () => MachineWorld): void {
  it('is on both nodes while it migrates, and then on the target alone', async () => {
    const { machines } = world();
    const state = await machines.migrate('db', 'e', 'n1', 'n2');
    await world().killed();
    expect(await world().addressOf('db', 'e')).toBe(address);
    await world().usedBy('db', 'd on n1', 'e on n2');
    await world().hasPort(PORT, address, ...BOTH_ON('n1,n2'));
    await machines.say('db', state);
    await world().killed(() => machines.end('db', { failed: false }));
    await world().usedBy('db', 'e on n2');
    await world().hasPort(PORT, address, 'requested-chassis=n2');
    await machines.endLauncher('db', 'd');
    const [end] = (await world().history(DB)).filter(({ type }) => type === 'UserDetached').slice(-1);
    expect(end?.reason).toBe('Pod left by its machine in a live migration');
    expect(end?.evidence?.object).toBe(`pod/default/${launcherOf('db', 'd')}`);
  }, 60_000);

  it('is on its source alone again when a migration fails', async () => {
    const { machines } = world();
    const state = await machines.migrate('db', 'f', 'n2', 'n3');
    expect(await world().addressOf('db', 'f')).toBe(address);
    await machines.say('db', state);
    await world().usedBy('db', 'e on n2', 'f on n3');
    await world().hasPort(PORT, address, ...BOTH_ON('n2,n3'));
    await world().killed(() => machines.end('db', { failed: true }));
    await world().usedBy('db', 'e on n2');
    await world().hasPort(PORT, address, 'requested-chassis=n2');
    await machines.endLauncher('db', 'f');
    await world().usedBy('db', 'e on n2');
  }, 60_000);
}

function describeEnds(world: () => MachineWorld, kills: boolean): void {
  it('without a VirtualMachine gives its address up with its instance', async () => {
    const { machines } = world();
    const holder = 'vm/default/lone';
    await machines.startInstance('lone');
    await machines.launch('lone', 'a', 'n1');
    await world().addressOf('lone', 'a');
    await world().killed();
    await machines.endLauncher('lone', 'a');
    await world().usedBy('lone');
    await world().heldBy(DB, holder);
    await machines.endInstance('lone');
    await world().heldBy(DB);
    await expectReleased(holder, 'vm/default/lone was deleted', 'virtualmachineinstance/default/lone');
  }, 60_000);

  it('gives its address up when it is deleted', async () => {
    const { machines } = world();
    await machines.delete('db');
    await world().killed();
    // Its Pod ends before its instance, which is collected last.
    await machines.endLauncher('db', 'e');
    await world().usedBy('db');
    await world().heldBy(DB);
    await machines.endInstance('db');
    await world().heldBy();
    await world().hasPort(PORT, undefined);
    // The end of the machine itself is evidence only to who saw it.
    const seen = kills ? 'virtualmachineinstance' : 'virtualmachine';
    await expectReleased(DB, 'vm/default/db was deleted', `${seen}/default/db`);
  }, 60_000);

  async function expectReleased(holder: string, reason: string, object: string): Promise<void> {
    const [last] = (await world().history(holder)).slice(-1);
    expect(last).toMatchObject({ type: 'AddressReleased', reason, evidence: { object } });
    expect(last?.evidence?.uid).toMatch(/^[0-9a-f-]{36}$/);
  }
}
