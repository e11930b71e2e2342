// A cluster as Kube-OVN leaves it, on an API server and in a Northbound: of everything that import reads there is one, and
// of what goes wrong in the field some.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createObjects, kubeOvn } from '@holdfast/kube-ovn-import/testing';
import { installDefinitions, type KubernetesServer, MANIFESTS } from '@holdfast/kube-api/testing';
import { kubeOvnPort, kubeOvnSwitch, kubeOvnVirtualPort } from '@holdfast/ovn/testing';
import { NORTHBOUND_SCHEMA, type OvsdbServer } from '@holdfast/ovsdb/testing';

const { ip, MAC, node, customObject, ofSet, pod, pool, statefulSet, subnetObject, vipUsedBy, vip } = kubeOvn;

export const KUBE_OVN_SUBNET = 'ovn-default';
export const POD_PATH = '/api/v1/namespaces/default/pods';
export const ofKubeOvn = (plural: string): string => `/apis/kubeovn.io/v1/${plural}`;

const RESERVED = { labels: { 'ovn.kubernetes.io/ip_reserved': 'true' } };

/** Why there can be no such cluster here; undefined when there can. */
export const kubeOvnClusterSkipReason = (): string | undefined =>
  existsSync(NORTHBOUND_SCHEMA) ? undefined : `${NORTHBOUND_SCHEMA} is not there (ovn-common)`;

/** Those of a running cluster, one of which shall have an address that a Pod has already (D17). */
export async function createKubeOvnObjects(server: KubernetesServer): Promise<void> {
  await installDefinitions(server, MANIFESTS.kubeOvn);
  await server.request('POST', '/api/v1/namespaces', { ...NAMESPACE, metadata: { name: 'kube-system' } });
  const spec = { gateway: '10.16.0.1', excludeIps: ['10.16.0.1'], default: true };
  await createObjects(server, [
    subnetObject(KUBE_OVN_SUBNET, '10.16.0.0/16', spec),
    pool('db', { ips: ['10.16.1.0/24'], namespaces: ['default'] }),
    statefulSet('db', 2),
    node('n1'),
    pod('web', '10.16.0.5', { 'ovn.kubernetes.io/aaps': 'aap' }, { labels: { app: 'web' } }),
    pod('db-0', '10.16.1.10', {}, ofSet('db')),
    pod('front', '10.16.0.100', { 'ovn.kubernetes.io/vip': 'site' }),
    ip('web.default', '10.16.0.5'),
    ip('db-0.default', '10.16.1.10', { podType: 'StatefulSet' }),
    ip('db-1.default', '10.16.1.11', { podType: 'StatefulSet' }),
    ip('front.default', '10.16.0.100'),
    ip('node-n1', '10.16.0.40', { podName: '', namespace: '' }),
    // Reserved without looking (D17), with the address of a Pod.
    ip('later.default', '10.16.0.5', { macAddress: MAC(0x99) }, RESERVED),
    vip('site', '10.16.0.100', {}, {}, vipUsedBy('front.default')),
    vip('aap', '10.16.0.101', { namespace: 'default', selector: ['app: web'] }),
    customObject(
      'v1',
      'Pod',
      { name: 'kube-ovn-controller-0', namespace: 'kube-system', labels: { app: 'kube-ovn-controller' } },
      {
        spec: { hostNetwork: true, containers: [{ name: 'main', image: 'example.com/none' }] },
        status: { phase: 'Running' },
      },
    ),
  ]);
}

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };

export function createKubeOvnRows(northbound: OvsdbServer): void {
  const made = (name: string, at: number, address: string, podOf?: string): string[] =>
    kubeOvnPort(KUBE_OVN_SUBNET, name, {
      addresses: `${MAC(at)} ${address}`,
      ...(podOf !== undefined && { pod: podOf }),
    });
  const nbctl = (args: readonly string[]): void => void runNbctl(northbound, ...args);
  nbctl(['init', '--', 'lr-add', 'ovn-cluster']);
  nbctl(kubeOvnSwitch(KUBE_OVN_SUBNET, 'ovn-cluster', '10.16.0.1/16'));
  nbctl(made('web.default', 5, '10.16.0.5', 'default/web'));
  nbctl(made('db-0.default', 10, '10.16.1.10', 'default/db-0'));
  // Kube-OVN keeps an ordinal's port while its Pod is gone.
  nbctl(made('db-1.default', 11, '10.16.1.11', 'default/db-1'));
  nbctl(made('front.default', 100, '10.16.0.100', 'default/front'));
  nbctl(made('node-n1', 40, '10.16.0.40'));
  nbctl(kubeOvnVirtualPort(KUBE_OVN_SUBNET, 'aap', '10.16.0.101', ['web.default']));
  // Of a Pod that went while the controller was down.
  nbctl(made('old.default', 0x77, '10.16.0.77', 'default/old'));
}

export const runNbctl = ({ unix }: OvsdbServer, ...args: readonly string[]): string =>
  execFileSync('ovn-nbctl', [`--db=${unix}`, '--timeout=10', ...args], { encoding: 'utf8' });

/** A row of a table, as ovn-nbctl(8) tells it in JSON. */
export type NorthboundRecord = Readonly<Record<string, unknown>> & { readonly name: string };

/** All rows of a table, but for what ovn-northd and references to new rows change. */
export function rowsIn(
  northbound: OvsdbServer,
  table: string,
  ...columns: readonly string[]
): NorthboundRecord[] {
  const shown = `--columns=${['_uuid', 'name', 'external_ids', ...columns].join(',')}`;
  const output = runNbctl(northbound, '--format=json', shown, 'list', table);
  const { headings, data } = JSON.parse(output) as {
    headings: readonly string[];
    data: readonly unknown[][];
  };
  return data
    .map((row) => Object.fromEntries(row.map((value, at) => [headings[at] ?? '', value])) as NorthboundRecord)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const PORT_COLUMNS = ['type', 'addresses', 'options', 'port_security', 'enabled'];

/** What packets depend on: every port by name, with its UUID and all that it is, but not whose it is. */
export function portsIn(northbound: OvsdbServer): Readonly<Record<string, unknown>> {
  const rows = rowsIn(northbound, 'Logical_Switch_Port', ...PORT_COLUMNS);
  return Object.fromEntries(rows.map(({ name, external_ids: _, ...row }) => [name, row]));
}

/** Names of ports by vendor. */
export function vendorsIn(northbound: OvsdbServer): Readonly<Record<string, readonly string[]>> {
  const rows = rowsIn(northbound, 'Logical_Switch_Port');
  const vendorOf = ({ external_ids: ids }: NorthboundRecord): string => {
    const [, pairs] = ids as readonly [string, readonly (readonly [string, string])[]];
    return pairs.find(([key]) => key === 'vendor')?.[1] ?? 'none';
  };
  return Object.fromEntries(
    [...Map.groupBy(rows, vendorOf)].map(([vendor, of]) => [vendor, of.map(({ name }) => name)]),
  );
}

/** Whatever else there is in the Northbound. */
export const surroundingsIn = (northbound: OvsdbServer): unknown => [
  rowsIn(northbound, 'Logical_Switch', 'load_balancer', 'other_config'),
  rowsIn(northbound, 'Logical_Router', 'ports', 'static_routes'),
  rowsIn(northbound, 'Logical_Router_Port', 'mac', 'networks'),
  rowsIn(northbound, 'Load_Balancer', 'vips'),
];
