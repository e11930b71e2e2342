// What a test of machines looks at: an API server with KubeVirt's kinds, an ovsdb-server, and between them the control plane
// as a process that can be killed. What is asked is asked as users ask: of Pods, of the Northbound, by `holdfast`.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { until } from '@holdfast/infra/demo/until';
import { installDefinitions, type KubernetesServer, MANIFESTS } from '@holdfast/kube-api/testing';
import { NORTHBOUND_SCHEMA, type OvsdbServer, startOvsdbServer } from '@holdfast/ovsdb/testing';
import { launcherOf, PlayedMachines } from './played-machines';
import { untilEqual } from './until-equal';

const ROOT = join(__dirname, '../..');
const CLI = join(ROOT, 'apps/cli/bin/holdfast.cjs');
const KUBEVIRT_KINDS = join(ROOT, 'infra/demo/kubevirt-kinds.yaml');
const SUBNET = 'ovn-default';
const SUBNET_OBJECT = {
  ...{ apiVersion: 'kubeovn.io/v1', kind: 'Subnet', metadata: { name: SUBNET } },
  spec: { cidrBlock: '10.16.0.0/24', default: true },
};

/** As `holdfast history -o json` tells it. */
export interface HistoryEvent {
  readonly type: string;
  readonly reason?: string;
  readonly evidence?: { readonly object: string; readonly uid?: string; readonly resourceVersion?: string };
  readonly user?: { readonly object: string; readonly uid: string; readonly node?: string };
}

interface Status {
  readonly projectors: readonly { readonly name: string; readonly trouble: string }[];
}

export class MachineWorld {
  readonly machines: PlayedMachines;
  private controlPlane: ControlPlaneProcess | undefined;
  private flags: Readonly<Record<string, string>> = {};

  private constructor(
    readonly server: KubernetesServer,
    private readonly northbound: OvsdbServer,
    private readonly folder: string,
    private readonly kills: boolean,
  ) {
    this.machines = new PlayedMachines(server);
  }

  /** @param kills whether `killed` does kill */
  static async start(startServer: () => Promise<KubernetesServer>, kills: boolean): Promise<MachineWorld> {
    const starting = [startServer(), startOvsdbServer({ schema: NORTHBOUND_SCHEMA })] as const;
    const [server, northbound] = await Promise.all(starting);
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-machines-'));
    const world = new MachineWorld(server, northbound, folder, kills);
    try {
      await world.furnish();
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** kill -9 now, if this world kills; `meanwhile` happens while nobody looks; then it is started again. */
  async killed(meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> {
    if (this.kills) await this.controlPlane?.kill();
    await meanwhile();
    if (this.kills) await this.begin(this.flags);
  }

  /** Another one, with these flags. */
  async replace(flags: Readonly<Record<string, string>>): Promise<void> {
    await this.controlPlane?.stop();
    await this.begin(flags);
  }

  async stop(): Promise<void> {
    await this.controlPlane?.stop();
    await this.northbound.stop();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** "02:00:… 10.16.0.2", as the launcher's Pod says it, once it does. */
  addressOf(machine: string, suffix: string): Promise<string> {
    return until(`the address of ${launcherOf(machine, suffix)}`, async () => {
      const pod = await this.machines.launcher(machine, suffix);
      const said = (word: string): string | undefined =>
        pod?.metadata.annotations?.[`ovn.kubernetes.io/${word}`];
      return said('allocated') === 'true' ? `${said('mac_address')} ${said('ip_address')}` : undefined;
    });
  }

  /** Until the users are these, `SUFFIX on NODE`, the primary one first, and nobody else. */
  async usedBy(machine: string, ...expected: readonly string[]): Promise<void> {
    await untilEqual(`users of vm/default/${machine}`, expected, async () => {
      const [reservation] = (await this.reservations()).filter(
        ({ holder }) => holder === `vm/default/${machine}`,
      );
      const users = reservation?.users ?? [];
      const prefix = `pod/default/${launcherOf(machine, '')}`;
      return users.map(({ object, node }) => `${object.slice(prefix.length)} on ${node}`);
    });
  }

  async heldBy(...expected: readonly string[]): Promise<void> {
    await untilEqual('holders', expected, async () =>
      (await this.reservations()).map(({ holder }) => holder).sort(),
    );
  }

  /** Until there is such a port with these addresses and options, `key=value` by key; undefined: no such port. */
  async hasPort(port: string, addresses: string | undefined, ...options: readonly string[]): Promise<void> {
    const expected = addresses === undefined ? undefined : { addresses, options };
    await untilEqual(`port ${port}`, expected, () => {
      if (!this.nbctl('lsp-list', SUBNET).includes(`(${port})`)) return undefined;
      const lines = (command: string): string[] => this.nbctl(command, port).split('\n').filter(Boolean);
      return { addresses: lines('lsp-get-addresses').join(), options: lines('lsp-get-options').sort() };
    });
  }

  /** What the ledger remembers of the holder, oldest first. */
  async history(holder: string): Promise<readonly HistoryEvent[]> {
    const { events } = (await this.holdfast('history', holder)) as {
      readonly events: readonly HistoryEvent[];
    };
    return events;
  }

  /** Resolves once it looks at Pods: what ends from now on is seen ending. */
  private async begin(flags: Readonly<Record<string, string>> = {}): Promise<void> {
    this.flags = flags;
    const controlPlane = await startControlPlane({
      store: `sqlite:${join(this.folder, 'ledger.db')}`,
      kubeconfig: this.server.kubeconfigFile,
      northbound: this.northbound.unix,
      'pod-addresses': 'on',
      ...flags,
    });
    this.controlPlane = controlPlane;
    await untilEqual('trouble with Pods', '', async () => {
      const status = (await (await fetch(`${controlPlane.http}/v1/status`)).json()) as Status;
      return status.projectors.find(({ name }) => name === 'pods')?.trouble;
    });
  }

  private async furnish(): Promise<void> {
    await installDefinitions(this.server, MANIFESTS.holdfast);
    await this.kubectl(['apply', '-f', KUBEVIRT_KINDS]);
    const last = '/apis/kubevirt.io/v1/virtualmachineinstancemigrations';
    await untilEqual('KubeVirt’s kinds', 200, async () => (await this.server.request('GET', last)).status);
    await this.begin();
    await this.kubectl(['apply', '-f', '-'], JSON.stringify(SUBNET_OBJECT));
  }

  private async reservations(): Promise<
    readonly { readonly holder: string; readonly users?: readonly { object: string; node?: string }[] }[]
  > {
    const response = await fetch(`${this.controlPlane?.http}/v1/reservations?subnet=${SUBNET}`);
    return ((await response.json()) as { reservations: [] }).reservations;
  }

  private async holdfast(...args: readonly string[]): Promise<unknown> {
    const env = { ...process.env, HOLDFAST_SERVER: this.controlPlane?.http };
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args, '-o', 'json'], { env });
    return JSON.parse(stdout);
  }

  private nbctl(...args: readonly string[]): string {
    const all = [`--db=${this.northbound.unix}`, '--timeout=10', ...args];
    return execFileSync('ovn-nbctl', all, { encoding: 'utf8' });
  }

  private async kubectl(args: readonly string[], stdin?: string): Promise<void> {
    const { code, stderr } = await this.server.kubectl(args, stdin);
    if (code !== 0) throw new Error(stderr);
  }
}
