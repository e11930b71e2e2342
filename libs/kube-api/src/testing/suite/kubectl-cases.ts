// What people see: the documents' manifests, applied, listed and edited with kubectl.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesApi } from '../../port/kubernetes-api';
import { SUBNETS, VIPS } from '../../port/resource';
import { MANIFESTS } from '../servers/manifests';
import { ready, written } from './results';
import type { SuiteWorld } from './suite-world';

const EXAMPLES = ['vip-dynamic-01', 'static-vip01', 'vip-aap', 'slr-01', 'pod-use-vip'];

const SUBNET_COLUMNS = [
  ...['NAME', 'PROVIDER', 'VPC', 'VLAN', 'PROTOCOL', 'CIDR', 'PRIVATE', 'NAT', 'DEFAULT', 'GATEWAYTYPE'],
  ...['V4USED', 'V4AVAILABLE', 'V6USED', 'V6AVAILABLE', 'EXCLUDEIPS', 'U2OINTERCONNECTIONIP'],
];

const DELETE_ALL = ['delete', '-f', MANIFESTS.examples, '--ignore-not-found', '--force', '--grace-period=0'];

/** As the documents show it. */
const TABLE = `\
NAME             V4IP         PV4IP   MAC                 PMAC   V6IP   PV6IP   SUBNET        READY
vip-dynamic-01   10.16.0.12           00:00:00:F0:DB:25                         ovn-default   true
`;

export function describeKubectl(world: () => SuiteWorld): void {
  let api: KubernetesApi;
  beforeAll(() => {
    api = world().connect();
  });
  afterAll(() => world().kubectl(DELETE_ALL));

  it('applies every example unchanged, and finds nothing to change the second time', async () => {
    const first = await world().kubectl(['apply', '-f', MANIFESTS.examples]);
    expect(first.trim().split('\n')).toHaveLength(7);
    expect(first.match(/ created$/gm)).toHaveLength(7);
    const again = await world().kubectl(['apply', '-f', MANIFESTS.examples]);
    expect(again.match(/ unchanged$/gm)).toHaveLength(7);
    const vip = await world().read(VIPS, 'vip-aap');
    expect(vip?.spec).toEqual({ subnet: 'ovn-default', namespace: 'default', selector: ['app: aap1'] });
  });

  it("prints the documents' table", async () => {
    const status = { v4ip: '10.16.0.12', mac: '00:00:00:F0:DB:25', ready: true };
    written(await api.patchStatus(VIPS, { name: 'vip-dynamic-01' }, status));
    expect(await world().kubectl(['get', 'vip', 'vip-dynamic-01'])).toBe(TABLE);
  });

  it('prints a Subnet as people know it', async () => {
    const name = world().name('subnet');
    const spec = {
      cidrBlock: '10.16.0.0/16',
      protocol: 'IPv4',
      excludeIps: ['10.16.0.1'],
      natOutgoing: true,
    };
    const { metadata } = await world().create(SUBNETS, name, { spec });
    written(await api.patchStatus(SUBNETS, metadata, { v4usingIPs: 3, v4availableIPs: 65_530 }));
    const [header = '', row = ''] = (await world().kubectl(['get', 'subnet', name])).split('\n');
    expect(header.split(/ +/)).toEqual(SUBNET_COLUMNS);
    expect(row).toMatch(/^subnet-\d+ +IPv4 +10\.16\.0\.0\/16 +true +3 +65530 +\["10\.16\.0\.1"\] *$/);
  });

  it('lists all of them by every name of the kind', async () => {
    for (const kind of ['vip', 'vips', 'vips.kubeovn.io']) {
      const names = await world().kubectl(['get', kind, '-o', 'name']);
      for (const name of EXAMPLES) expect(names).toContain(`vip.kubeovn.io/${name}\n`);
    }
  });

  it('shows why a Vip is not ready: condition and Event', async () => {
    const ref = { name: 'slr-01' };
    const object = written(await api.patchStatus(VIPS, ref, { ready: false, conditions: [ready('False')] }));
    await api.recordEvent({
      regarding: object,
      type: 'Warning',
      reason: 'AddressOutsideSubnet',
      message: 'not in it',
    });
    const said = await world().kubectl(['describe', 'vip', 'slr-01']);
    expect(said).toMatch(/Ready:\s+false/);
    expect(said).toMatch(/Reason:\s+Tested/);
    expect(said).toMatch(/Warning\s+AddressOutsideSubnet\s+\S+\s+holdfast\s+not in it/);
    expect(await world().kubectl(['get', 'vip', 'slr-01', '-o', 'wide'])).toMatch(/ false .* Tested /);
  });
}

/** What people do with them afterwards. */
export function describeKubectlEdits(world: () => SuiteWorld): void {
  let api: KubernetesApi;
  beforeAll(async () => {
    api = world().connect();
    await world().kubectl(['apply', '-f', MANIFESTS.examples]);
  });
  afterAll(() => world().kubectl(DELETE_ALL));

  it('edits, waits, labels and deletes', async () => {
    const manifest = readFileSync(join(MANIFESTS.examples, 'static-vip01.yaml'), 'utf8');
    const edited = manifest.replace('10.16.0.121', '10.16.0.122');
    expect(await world().kubectl(['apply', '-f', '-'], edited)).toMatch(/ configured$/m);
    await world().kubectl(['label', 'vip', 'static-vip01', 'team=net']);
    await world().kubectl([
      'patch',
      'vip',
      'static-vip01',
      '--type=json',
      '-p',
      '[{"op":"add","path":"/spec/v6ip","value":"fd00::1"}]',
    ]);
    const vip = await world().read(VIPS, 'static-vip01');
    expect(vip).toMatchObject({
      metadata: { labels: { team: 'net' } },
      spec: { v4ip: '10.16.0.122', v6ip: 'fd00::1' },
    });
    expect(await world().kubectl(['get', 'vip', '-l', 'team=net', '-o', 'name'])).toBe(
      'vip.kubeovn.io/static-vip01\n',
    );
    await api.patchStatus(VIPS, { name: 'static-vip01' }, { conditions: [ready('True')] });
    await world().kubectl(['wait', '--for=condition=Ready', 'vip/static-vip01', '--timeout=5s']);
    await world().kubectl(['delete', 'vip', 'static-vip01']);
    expect(await world().read(VIPS, 'static-vip01')).toBeUndefined();
  });

  it('says what is wrong with a value of the wrong type', async () => {
    const run = await world().server.kubectl([
      'patch',
      'vip',
      'vip-aap',
      '--type=merge',
      '-p',
      '{"spec":{"v4ip":5}}',
    ]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('spec.v4ip in body must be of type string: "integer"');
  });
}
