// Holdfast beside a lab: a control plane whose Northbound is the lab's, asked over HTTP. Every row of the lab comes from
// here, and every address that a Pod of the lab gets.
import type { JsonObject } from '@bufbuild/protobuf';
import type { OperationName } from '@holdfast/api';
import { until } from '@holdfast/infra/demo/until';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';
import { type TransportClient, httpClient } from '../transport-clients';
import type { PacketLab } from './lab/lab';
import type { Pod } from './lab/pod';

interface Held {
  readonly v4?: string;
  readonly v6?: string;
  readonly mac: string;
}

interface Follower {
  readonly name: string;
  readonly position: string;
  readonly trouble: string;
}

/** Of both subnets of these tests; prefix lengths are not in a reservation. */
const PREFIX = { v4: 16, v6: 64 } as const;

export interface LedgerPod {
  readonly name: string;
  readonly chassis: 1 | 2;
  readonly subnet: string;
  readonly portSecurity?: boolean;
}

export class Holdfast {
  private constructor(
    private readonly lab: PacketLab,
    private readonly controlPlane: ControlPlaneProcess,
    private readonly client: TransportClient,
  ) {}

  static async start(lab: PacketLab): Promise<Holdfast> {
    const controlPlane = await startControlPlane({
      store: 'memory:',
      northbound: lab.northboundRemote,
      southbound: lab.southboundRemote,
    });
    return new Holdfast(lab, controlPlane, httpClient(controlPlane.http));
  }

  /** @throws Error with what was refused, if it was */
  async call(operation: OperationName, request: JsonObject): Promise<JsonObject> {
    const { reply, rejected } = await this.client.call(operation, request);
    if (!reply) throw new Error(`${operation}: ${JSON.stringify(rejected)}`);
    return reply;
  }

  /** Reserves for the Pod, with a port of its name, and plugs it in there with what it got. */
  async addPod({ name, chassis, subnet, portSecurity = false }: LedgerPod): Promise<Pod> {
    const port = `${name}.default`;
    const holder = `pod/default/${name}`;
    const { reservation } = await this.call('ReserveAddress', { subnet, holder, port, portSecurity });
    const { v4, v6, mac } = reservation as unknown as Held;
    const { gateways } = (await this.call('GetSubnet', { name: subnet }))['subnet'] as { gateways: string[] };
    const [gateway4, gateway6] = [':', '.'].map((other) => gateways.find((it) => !it.includes(other)));
    return this.lab.addPod({
      name,
      chassis,
      port,
      mac,
      ...(v4 && { v4: `${v4}/${PREFIX.v4}`, gateway4 }),
      ...(v6 && { v6: `${v6}/${PREFIX.v6}`, gateway6 }),
    });
  }

  /** Resolves once all that was acknowledged is in the Northbound, and both chassis have programmed it. */
  async settled(): Promise<void> {
    const { position } = await this.call('GetStatus', {});
    await until('the Northbound has all that is recorded', async () => {
      const { projectors } = (await this.call('GetStatus', {})) as unknown as {
        projectors: readonly Follower[];
      };
      return projectors.some((it) => it.name === 'ovn-northbound' && it.position === position) || undefined;
    });
    await this.lab.syncHv();
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.controlPlane.stop();
  }
}
