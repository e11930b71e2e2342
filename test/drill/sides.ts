// What the Northbound and the cluster show of a drill: read from them, and not from a plane.
import type { SidesShow } from './verdict';
import { type DrillWorld, SUBNET } from './world';

const VIPS = '/apis/kubeovn.io/v1/vips';

interface Vip {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly v4ip?: string };
}

export async function applyVip({ cluster }: DrillWorld, name: string): Promise<void> {
  await cluster.request('POST', VIPS, {
    ...{ apiVersion: 'kubeovn.io/v1', kind: 'Vip', metadata: { name }, spec: { subnet: SUBNET } },
  });
}

export async function vipAddress({ cluster }: DrillWorld, name: string): Promise<string | undefined> {
  const { body } = await cluster.request('GET', `${VIPS}/${name}`);
  return (body as Vip).status?.v4ip || undefined;
}

export async function portAddress({ northbound }: DrillWorld, name: string): Promise<string | undefined> {
  const ports = await northbound.rowsOf('Logical_Switch_Port');
  return addressOf(ports.find((port) => port.name === name)?.addresses);
}

export async function sidesShow({ northbound, cluster }: DrillWorld): Promise<SidesShow> {
  const ports = await northbound.rowsOf('Logical_Switch_Port');
  const { body } = await cluster.request('GET', VIPS);
  return {
    northbound: new Map(
      ports.flatMap(({ name, addresses }) => {
        const v4 = addressOf(addresses);
        return v4 === undefined ? [] : [[`octavia/drill/${name}`, v4] as const];
      }),
    ),
    cluster: new Map(
      (body as { readonly items: readonly Vip[] }).items.flatMap(({ metadata, status }) =>
        status?.v4ip ? [[`vip/${metadata.name}`, status.v4ip] as const] : [],
      ),
    ),
  };
}

/** `MAC IPv4 ...` */
const addressOf = (addresses: readonly string[] | undefined): string | undefined =>
  addresses?.[0]?.split(' ')[1];
