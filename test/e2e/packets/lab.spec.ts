// The lab itself, with rows written by hand: what packets show there is what OVN does, and what the detectors say is
// true of both good rows and bad ones. Holdfast has no part in it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '@holdfast/infra/demo/until';
import { compiled } from './compiled';
import { PacketLab } from './lab/lab';
import type { Pod } from './lab/pod';
import { hostInterfaces, networksOf, remains } from './lab/remains';
import { packetLabSkipReason } from './lab/skip-reason';
import { virtualParent, whenUnclaimed } from './probes/claim';
import { duplicateMatches } from './probes/duplicate-match';
import { serveTcp } from './probes/tcp';
import {
  expectClaim,
  expectConnectionsFromAll,
  expectConnectionsThroughCrashes,
  expectDenied,
  expectFailover,
  expectKeepalivedFailover,
  expectNoPing,
  expectPing,
  expectRefused,
} from './scenarios';

type Six = [Pod, Pod, Pod, Pod, Pod, Pod];

const skipReason = packetLabSkipReason();
const describeOrSkip = skipReason ? describe.skip : describe;

const ROUTER = `
  ls-add blue -- ls-add green -- lr-add router
  -- lrp-add router router-blue 00:00:00:7a:e1:01 10.16.0.1/16 fd10::1/64
  -- lrp-add router router-green 00:00:00:7a:e1:02 10.17.0.1/16 fd17::1/64
  -- lsp-add blue blue-router -- lsp-set-type blue-router router
  -- lsp-set-addresses blue-router router -- lsp-set-options blue-router router-port=router-blue
  -- lsp-add green green-router -- lsp-set-type green-router router
  -- lsp-set-addresses green-router router -- lsp-set-options green-router router-port=router-green`;

const VIP4 = { port: 'vip4', address: '10.16.0.100/16' };
const VIP6 = { port: 'vip6', address: 'fd10::100/64' };
const SERVICE = '10.16.0.200';

/** Two parents and a stranger in the first subnet, clients on both chassis, and one in the other subnet. */
const PODS = [
  { name: 'alice', chassis: 1, host: 7, security: ' 10.16.0.100 fd10::100' },
  { name: 'bob', chassis: 2, host: 12, security: ' 10.16.0.100 fd10::100' },
  { name: 'mallory', chassis: 2, host: 66, security: '' },
  { name: 'near', chassis: 1, host: 33 },
  { name: 'far', chassis: 2, host: 34 },
  { name: 'routed', chassis: 2, host: 49, subnet: 'green' },
] as const;

describeOrSkip(skipReason ? `a packet lab [skipped: ${skipReason}]` : 'a packet lab', () => {
  const interfacesBefore = hostInterfaces();
  let lab: PacketLab;
  let alice: Pod, bob: Pod, mallory: Pod, near: Pod, far: Pod, routed: Pod;

  /** The one way by which rows come to be here. */
  const byHand = (commands: string): Promise<string> => lab.nbctl(...commands.trim().split(/\s+/));

  async function addPod(spec: (typeof PODS)[number]): Promise<Pod> {
    const { name, chassis, host } = spec;
    const [switchName, v4, v6] =
      'subnet' in spec ? ['green', '10.17.0', 'fd17:'] : ['blue', '10.16.0', 'fd10:'];
    const mac = `00:00:00:e2:ab:${host.toString(16).padStart(2, '0')}`;
    const addresses = `${mac} ${v4}.${host} ${v6}:${host}`;
    const security = 'security' in spec ? [`${addresses}${spec.security}`] : [];
    await lab.nbctl(
      ...['lsp-add', switchName, name, '--', 'lsp-set-addresses', name, addresses],
      ...['--', 'lsp-set-port-security', name, ...security],
    );
    const nic = {
      mac,
      v4: `${v4}.${host}/16`,
      gateway4: `${v4}.1`,
      v6: `${v6}:${host}/64`,
      gateway6: `${v6}:1`,
    };
    return lab.addPod({ name, chassis, port: name, ...nic });
  }

  beforeAll(async () => {
    lab = await PacketLab.start();
    await byHand(ROUTER);
    [alice, bob, mallory, near, far, routed] = (await Promise.all(PODS.map(addPod))) as Six;
    for (const { port, address } of [VIP4, VIP6]) {
      const ip = address.split('/')[0];
      await lab.nbctl(
        ...[
          'lsp-add',
          'blue',
          port,
          '--',
          'lsp-set-type',
          port,
          'virtual',
          '--',
          'set',
          'Logical_Switch_Port',
          port,
        ],
        ...[`options:virtual-ip="${ip}"`, 'options:virtual-parents="alice,bob"'],
      );
    }
    await lab.whenUp(...PODS.map(({ name }) => name));
  });

  /** A server that dies under a test explains what the test says. */
  afterEach(async () => expect(await lab.obituaries()).toEqual([]));

  afterAll(async () => {
    await lab?.stop();
  });

  it('carries packets on one chassis, to the other, and to another subnet', async () => {
    for (const address of ['10.16.0.7', '10.16.0.12', '10.17.0.49', 'fd10::12', 'fd17::49'])
      await expectPing(near, address, 2);
  });

  it('starts beside another, with the same names and addresses', async () => {
    const other = await PacketLab.start();
    try {
      await other.nbctl('ls-add', 'blue', '--', 'lsp-add', 'blue', 'alice');
      await other.nbctl('lsp-set-addresses', 'alice', '00:00:00:e2:ab:07 10.16.0.7');
      const pod = await other.addPod({
        name: 'alice',
        chassis: 1,
        port: 'alice',
        mac: '00:00:00:e2:ab:07',
        v4: '10.16.0.7/16',
      });
      await other.whenUp('alice');
      await expectNoPing(pod, '10.16.0.33', 1);
      await expectPing(near, '10.16.0.7', 1);
    } finally {
      await other.stop();
    }
  });

  describe.each([VIP4, VIP6])('a virtual port of $address', (vip) => {
    const ip = vip.address.split('/')[0]!;

    it('is nobody’s, and no stranger’s who says it is', async () => {
      expect(await virtualParent(lab, vip.port)).toBeUndefined();
      await expectDenied(lab, vip, mallory, near);
    });

    it('is claimed by the parent that says so, and follows it', async () => {
      await expectClaim(lab, vip, alice);
      await expectPing(far, ip);
      await expectDenied(lab, vip, mallory, near);
      const clients = [near, far, routed];
      await expectFailover(lab, vip, { from: alice, to: bob, clients });
      await expectFailover(lab, vip, { from: bob, to: alice, clients, announcement: 'reply' });
      await alice.drop(vip.address);
    });

    it('follows keepalived', async () => {
      const routerId = vip === VIP4 ? 51 : 52;
      const clients = [near, routed];
      const roles = { master: alice, backup: bob, clients, routerId };
      await expectKeepalivedFailover(lab, vip, { ...roles, end: 'SIGTERM' });
      await expectKeepalivedFailover(lab, vip, { ...roles, end: 'link down' });
    });
  });

  it('balances connections, also after crashes of its controllers and its Southbound', async () => {
    await byHand(`
      lb-add service ${SERVICE}:80 10.16.0.7:8080,10.16.0.12:8080 tcp -- ls-lb-add blue service -- ls-lb-add green service
      -- set Logical_Switch_Port blue-router options:arp_proxy="${SERVICE}"`);
    await lab.syncHv();
    await expectRefused(near, SERVICE, 80);
    await Promise.all([alice, bob].map((pod) => serveTcp(pod, 8080)));
    const clients = [near, far, routed, alice, bob];
    const answered = await expectConnectionsFromAll(clients, SERVICE, 80, 100);
    expect(Object.keys(answered).sort()).toEqual(['alice', 'bob']);
    await expectConnectionsThroughCrashes(lab, clients, [{ address: SERVICE, port: 80 }], 40);
  });

  it('tells rows that fight over a flow from rows that do not', async () => {
    expect(await duplicateMatches(lab)).toEqual([]);
    // Kube-OVN's for a switch_lb_vip: the gateway's MAC a second time (its issue #5377).
    await lab.nbctl(
      'lsp-add',
      'blue',
      'slr-01.',
      '--',
      'lsp-set-addresses',
      'slr-01.',
      `00:00:00:7a:e1:01 ${SERVICE}`,
    );
    await lab.syncHv();
    expect(await duplicateMatches(lab)).toEqual([
      'blue ingress ls_in_l2_lkup 50 eth.dst == 00:00:00:7a:e1:01',
    ]);
    await byHand('lsp-del slr-01.');
    await lab.syncHv();
    expect(await duplicateMatches(lab)).toEqual([]);
  });

  it('lets a claim go with the Pod', async () => {
    await expectClaim(lab, VIP4, bob);
    await lab.removePod('bob');
    await whenUnclaimed(lab, VIP4.port);
    await expectNoPing(near, '10.16.0.100', 1);
  });

  it('leaves no process, no namespace, no file, and the host as it was', async () => {
    const networks = networksOf(lab.folder);
    expect(networks.size).toBeGreaterThanOrEqual(3);
    expect(remains(lab.folder, networks).length).toBeGreaterThan(networks.size);
    expect(hostInterfaces()).toBe(interfacesBefore);
    await lab.stop();
    expect(remains(lab.folder, networks)).toEqual([]);
    expect(hostInterfaces()).toBe(interfacesBefore);
  });

  it('ends with the process that started it, however that ends', async () => {
    const lib = JSON.stringify(compiled('lab/lab'));
    const script = `require(${lib}).PacketLab.start().then((lab) => console.log(lab.folder))`;
    const parent = spawn(process.execPath, ['-e', `${script}; setInterval(() => 0, 1e6)`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(parent, 'exit').then(([code, signal]) => {
      throw new Error(`it ended before (${String(signal ?? code)})`);
    });
    const [line] = (await Promise.race([once(parent.stdout, 'data'), ended])) as [Buffer];
    ended.catch(() => undefined);
    const folder = line.toString().trim();
    const networks = networksOf(folder);
    expect(networks.size).toBeGreaterThanOrEqual(3);
    parent.kill('SIGKILL');
    await until('nothing is left', () => (remains(folder, networks).length === 0 ? true : undefined));
  });
});
