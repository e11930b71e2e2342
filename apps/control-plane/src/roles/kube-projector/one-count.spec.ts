// The same figures everywhere: what the API answers of a Subnet and its pools is what their objects' statuses say, at the same
// position, whatever was commanded over whichever transport.
import {
  installDefinitions,
  MANIFESTS,
  type SandboxApiServer,
  startSandboxApiServer,
} from '@holdfast/kube-api/testing';
import fc from 'fast-check';
import { untilFound, type RunningProcess, startProcess } from '../../testing/running-process';

type Fields = Readonly<Record<string, unknown>>;
interface Counted {
  readonly counts: readonly { readonly family: string; readonly using: string; readonly available: string }[];
}

const KUBE_OVN = '/apis/kubeovn.io/v1';
const ROUNDS = 3;

let server: SandboxApiServer;
let control: RunningProcess;

beforeAll(async () => {
  server = await startSandboxApiServer();
  await installDefinitions(server, MANIFESTS.holdfast);
  const object = (kind: string, name: string, spec: object) => ({
    ...{ apiVersion: 'kubeovn.io/v1', kind, metadata: { name } },
    spec,
  });
  const cidrBlock = '10.16.0.0/27,fd00:16::/120';
  await server.request(
    'POST',
    `${KUBE_OVN}/subnets`,
    object('Subnet', 'small', { cidrBlock, excludeIps: ['10.16.0.9'] }),
  );
  for (const [name, ips] of [
    ['gold', ['10.16.0.4..10.16.0.12', 'fd00:16::4..fd00:16::c']],
    ['silver', ['10.16.0.20..10.16.0.22']],
  ] as const)
    await server.request('POST', `${KUBE_OVN}/ippools`, object('IPPool', name, { subnet: 'small', ips }));
  control = await startProcess('--store=memory:', `--kubeconfig=${server.kubeconfigFile}`);
  await untilFound(async () => {
    const { body } = await control.ask('GET', '/v1/subnets/small');
    return ((body['subnet'] as { pools?: unknown[] } | undefined)?.pools ?? []).length === 2 || undefined;
  });
});
afterAll(async () => {
  await control?.stop();
  await server?.stop();
});

const name = fc.constantFrom(...'abcdefghij');
const step = fc.oneof(
  name.map((who) => ['POST', '/v1/subnets/small/reservations', { holder: `pod/default/${who}` }] as const),
  fc
    .tuple(name, fc.constantFrom('gold', 'silver'))
    .map(
      ([who, pool]) =>
        [
          'POST',
          '/v1/subnets/small/reservations',
          { holder: `pod/default/${who}`, pool, families: ['IPV4'] },
        ] as const,
    ),
  name.map(
    (who) => ['DELETE', `/v1/subnets/small/reservations/pod/default/${who}?reason=over`, undefined] as const,
  ),
  name.map((vip) => ['POST', '/v1/vips', { subnet: 'small', name: vip }] as const),
  name.map((vip) => ['DELETE', `/v1/vips/${vip}?reason=over`, undefined] as const),
);

async function statusOf(plural: string, of: string): Promise<Fields> {
  const { body } = await server.request('GET', `${KUBE_OVN}/${plural}/${of}`);
  return (body as { status?: Fields }).status ?? {};
}

/** As the API's, from the fields of a Subnet (`using`) or an IPPool (`Using`). */
function countsIn(status: Fields, [using, available]: readonly [string, string]): Counted['counts'] {
  return ([4, 6] as const).map((family) => ({
    family: `IPV${family}`,
    using: String(status[`v${family}${using}`]),
    available: String(status[`v${family}${available}`]),
  }));
}

const ofFamily = ({ counts }: Counted) =>
  counts.map((it) => ({ ...it, family: it.family.replace(/^.*V/, 'IPV') }));

it('a Subnet and its pools count the same through the API and in their statuses, at one position', async () => {
  const seen = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [method, path, body] of fc.sample(step, { numRuns: 25, seed: 100 + round }))
      await control.ask(method, path, body);
    // Some of these end with an event of a Vip's name, and the Subnet's status tells of the Subnet's last event.
    const last = { holder: `pod/default/last-${round}`, families: ['IPV4'] };
    expect(await control.ask('POST', '/v1/subnets/small/reservations', last)).toMatchObject({ status: 200 });
    const shown = await untilFound(async () => {
      const [{ body }, status] = [
        await control.ask('GET', '/v1/subnets/small'),
        await statusOf('subnets', 'small'),
      ];
      return status['observedPosition'] === body['position'] ? { body, status } : undefined;
    });
    const subnet = shown.body['subnet'] as Counted & {
      readonly pools: readonly (Counted & { readonly name: string })[];
    };
    expect(countsIn(shown.status, ['usingIPs', 'availableIPs'])).toEqual(ofFamily(subnet));
    seen.add(JSON.stringify(subnet.counts));
    for (const pool of subnet.pools) {
      const same = await untilFound(async () => {
        const counts = countsIn(await statusOf('ippools', pool.name), ['UsingIPs', 'AvailableIPs']);
        return JSON.stringify(counts) === JSON.stringify(ofFamily(pool)) ? counts : undefined;
      });
      expect(same).toEqual(ofFamily(pool));
      expect((await control.ask('GET', `/v1/subnets/small/pools/${pool.name}`)).body['pool']).toMatchObject({
        counts: pool.counts,
      });
    }
  }
  expect(seen.size).toBe(ROUNDS);
});
