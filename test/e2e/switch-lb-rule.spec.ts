// SwitchLBRules as users apply them: kubectl, a kube-apiserver, an ovsdb-server, and the control plane as a process.
// Over the sandbox and over the real API server; with our definitions and with Kube-OVN's.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { until } from '@holdfast/infra/demo/until';
import {
  findKubectl,
  installDefinitions,
  kubeApiserverSkipReason,
  type KubernetesServer,
  MANIFESTS,
  startKubeApiserver,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

const MERGE = 'application/merge-patch+json';
const SUBNET = { cidrBlock: '10.16.0.0/24', gateway: '10.16.0.1', vpc: 'ovn-cluster' };
const WEB = [{ name: 'web', port: 8888, targetPort: 80, protocol: 'TCP' }];
const DNS = [{ name: 'dns', port: 53, targetPort: 5353, protocol: 'UDP' }];

const noKubectl = findKubectl() ? undefined : 'kubectl is not installed';
const noServer = kubeApiserverSkipReason();

describeRules('the sandbox, with our definitions', startSandboxApiServer, MANIFESTS.holdfast, noKubectl);
describeRules("the sandbox, with Kube-OVN's", startSandboxApiServer, MANIFESTS.kubeOvn, noKubectl);
describeRules('a real kube-apiserver, with our definitions', startReal, MANIFESTS.holdfast, noServer);
describeRules("a real kube-apiserver, with Kube-OVN's", startReal, MANIFESTS.kubeOvn, noServer);

function startReal(): Promise<KubernetesServer> {
  return startKubeApiserver();
}

/** A cluster, a Northbound and the control plane between them, with what the cases ask of them. */
class World {
  private constructor(
    private readonly server: KubernetesServer,
    private readonly northbound: OvsdbServer,
    private readonly controlPlane: ControlPlaneProcess,
    private readonly folder: string,
  ) {}

  static async start(starting: Promise<KubernetesServer>, definitions: string): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-rules-'));
    const [server, northbound] = await Promise.all([
      starting,
      startOvsdbServer({ schema: NORTHBOUND_SCHEMA }),
    ]);
    await installDefinitions(server, definitions);
    const store = `sqlite:${join(folder, 'ledger.db')}`;
    const others = { kubeconfig: server.kubeconfigFile, northbound: northbound.unix };
    const world = new World(server, northbound, await startControlPlane({ store, ...others }), folder);
    world.nbctl('ls-add', 'ovn-default', '--', 'lr-add', 'ovn-cluster');
    return world;
  }

  async stop(): Promise<void> {
    await this.controlPlane.stop();
    await this.northbound.stop();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  nbctl(...args: string[]): string {
    const to = [`--db=${this.northbound.unix}`, '--timeout=10'];
    return execFileSync('ovn-nbctl', [...to, ...args], { encoding: 'utf8' });
  }

  async kubectl(args: readonly string[], stdin?: string): Promise<string> {
    const { code, stdout, stderr } = await this.server.kubectl([...args], stdin);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  async apply(kind: string, name: string, spec: object): Promise<void> {
    const object = { apiVersion: 'kubeovn.io/v1', kind, metadata: { name }, spec };
    await this.kubectl(['apply', '-f', '-'], JSON.stringify(object));
  }

  /** A Pod of label `app: web` with this address; no kubelet is here to say that it serves. */
  async pod(name: string, ip: string): Promise<void> {
    const metadata = { name, namespace: 'default', labels: { app: 'web' } };
    const spec = { containers: [{ name: 'web', image: 'web' }] };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
    await this.kubectl(['apply', '-f', '-'], JSON.stringify(pod));
    await this.podIsReady(name, ip, 'True');
  }

  async podIsReady(name: string, ip: string, status: 'True' | 'False'): Promise<void> {
    const said = {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: 'Ready', status }],
    };
    const path = `/api/v1/namespaces/default/pods/${name}/status`;
    const answer = await this.server.request('PATCH', path, { status: said }, MERGE);
    expect(answer.status).toBe(200);
  }

  /** Waits until the object has such a condition. */
  says(kind: string, name: string, expected: Partial<Condition>): Promise<Condition> {
    return until(`${kind} ${name} says ${JSON.stringify(expected)}`, async () => {
      const object = JSON.parse(await this.kubectl(['get', kind, name, '-o', 'json'])) as {
        readonly status?: { readonly conditions?: readonly Condition[] };
      };
      const conditions = object.status?.conditions ?? [];
      return conditions.find((it) =>
        Object.entries(expected).every(([field, value]) => it[field as keyof Condition] === value),
      );
    });
  }

  isGone(kind: string, name: string): Promise<unknown> {
    const all = async (): Promise<string[]> =>
      (await this.kubectl(['get', kind, '-o', 'name'])).split('\n').map((line) => line.split('/')[1] ?? '');
    return until(`${kind} ${name} is gone`, async () => !(await all()).includes(name) || undefined);
  }

  /** Front and protocol to backends, as `ovn-nbctl lb-list` prints them. */
  fronts(): Record<string, string> {
    const [, ...rows] = this.nbctl('lb-list').trim().split('\n');
    return Object.fromEntries(
      rows.map((row) => {
        const words = row.trim().split(/\s+/);
        const at = words.findIndex((word) => /^(tcp|udp|sctp)$/.test(word));
        return [`${words[at + 1]}/${words[at]}`, words[at + 2] ?? ''];
      }),
    );
  }

  hasFront(front: string, backends: string): Promise<unknown> {
    return until(`${front} is spread over ${backends}`, () => this.fronts()[front] === backends || undefined);
  }
}

function describeRules(
  name: string,
  startServer: () => Promise<KubernetesServer>,
  definitions: string,
  skipReason: string | undefined,
): void {
  const describeOrSkip = skipReason ? describe.skip : describe;
  describeOrSkip(skipReason ? `over ${name} [skipped: ${skipReason}]` : `over ${name}`, () => {
    let world: World;

    beforeAll(async () => {
      world = await World.start(startServer(), definitions);
      await world.apply('Subnet', 'ovn-default', SUBNET);
      await world.apply('Vip', 'slr-01', {
        subnet: 'ovn-default',
        v4ip: '10.16.0.100',
        type: 'switch_lb_vip',
      });
      await world.says('vip', 'slr-01', { type: 'Ready', status: 'True' });
      await world.pod('web-0', '10.16.0.10');
      await world.pod('web-1', '10.16.0.11');
    }, 90_000);

    afterAll(() => world?.stop(), 30_000);

    it('spreads a front over the Pods of a selector, and one over endpoints', async () => {
      const vip = '10.16.0.100';
      await world.apply('SwitchLBRule', 'web', {
        vip,
        namespace: 'default',
        selector: ['app: web'],
        ports: WEB,
      });
      await world.apply('SwitchLBRule', 'dns', { vip, endpoints: ['10.16.0.20', '10.16.0.21'], ports: DNS });
      await world.says('slr', 'web', { type: 'Ready', status: 'True' });
      await world.says('slr', 'dns', { type: 'Ready', status: 'True' });
      await world.hasFront('10.16.0.100:8888/tcp', '10.16.0.10:80,10.16.0.11:80');
      await world.hasFront('10.16.0.100:53/udp', '10.16.0.20:5353,10.16.0.21:5353');
    }, 60_000);

    it("has its fronts on the switch, and a port of the VPC's router that answers for the Vip", async () => {
      await until('the switch has both', () => {
        const onSwitch = world.nbctl('ls-lb-list', 'ovn-default');
        return (onSwitch.includes('10.16.0.100:8888') && onSwitch.includes('10.16.0.100:53')) || undefined;
      });
      await until('the router has the port', () => {
        return world.nbctl('show', 'ovn-cluster').includes('10.16.0.100/') || undefined;
      });
    }, 60_000);

    it('prints the columns that people know', async () => {
      const [header = '', ...rows] = (await world.kubectl(['get', 'slr'])).trim().split('\n');
      expect(header.split(/ {2,}/).map((column) => column.trim())).toEqual([
        'NAME',
        'VIP',
        'PORT(S)',
        'SERVICE',
        'AGE',
      ]);
      expect(rows.map((row) => row.split(/\s+/).slice(0, 3)).sort()).toEqual([
        ['dns', '10.16.0.100', '53/UDP'],
        ['web', '10.16.0.100', '8888/TCP'],
      ]);
    });

    it('takes a Pod that becomes unready out of the backends, and back', async () => {
      await world.podIsReady('web-1', '10.16.0.11', 'False');
      await world.hasFront('10.16.0.100:8888/tcp', '10.16.0.10:80');
      await world.podIsReady('web-1', '10.16.0.11', 'True');
      await world.hasFront('10.16.0.100:8888/tcp', '10.16.0.10:80,10.16.0.11:80');
    }, 60_000);

    it('refuses a second rule with the same front, and says so', async () => {
      await world.apply('SwitchLBRule', 'late', {
        vip: '10.16.0.100',
        endpoints: ['10.16.0.30'],
        ports: WEB,
      });
      const { message } = await world.says('slr', 'late', { type: 'Ready', reason: 'VipPortTaken' });
      expect(message).toContain('web');
      await until('there is an Event', async () => {
        const events = JSON.parse(await world.kubectl(['get', 'events', '-A', '-o', 'json'])) as {
          readonly items: readonly {
            readonly reason: string;
            readonly involvedObject: { readonly name: string };
          }[];
        };
        const reported = events.items.filter(({ involvedObject }) => involvedObject.name === 'late');
        return reported.some(({ reason }) => reason === 'VipPortTaken') || undefined;
      });
      expect(world.fronts()['10.16.0.100:8888/tcp']).toBe('10.16.0.10:80,10.16.0.11:80');
      await world.kubectl(['delete', 'slr', 'late']);
    }, 60_000);

    it('holds a Vip that is deleted until its last rule is, and names the rule', async () => {
      await world.kubectl(['delete', 'slr', 'dns']);
      await until('its front is gone', () => !('10.16.0.100:53/udp' in world.fronts()) || undefined);
      await world.kubectl(['delete', 'vip', 'slr-01', '--wait=false']);
      const { message } = await world.says('vip', 'slr-01', { type: 'Released', reason: 'VipInUse' });
      expect(message).toMatch(/\bweb\b/);
      expect(world.fronts()['10.16.0.100:8888/tcp']).toBe('10.16.0.10:80,10.16.0.11:80');
      await world.kubectl(['delete', 'slr', 'web']);
      await world.isGone('vip', 'slr-01');
      await until('the Northbound has no rule', () => Object.keys(world.fronts()).length === 0 || undefined);
    }, 60_000);
  });
}
