import { formatAddress, formatCidr, formatRange } from '@holdfast/ipam';
import type { JsonObject, KubernetesObject } from '@holdfast/kube-api';
import { COOLING_ANNOTATION, readSubnet } from './subnet-spec';

function object(spec: JsonObject, cooling?: string): KubernetesObject {
  const annotations = cooling === undefined ? undefined : { [COOLING_ANNOTATION]: cooling };
  const metadata = { name: 's', uid: 'u', resourceVersion: '1', annotations };
  return { apiVersion: 'kubeovn.io/v1', kind: 'Subnet', metadata, spec };
}

function texts(subnet: KubernetesObject): object {
  const { value, rejected } = readSubnet(subnet);
  if (!value) throw new Error(rejected.message);
  const { cidrs, gateways, excluded, coolingMs } = value.definition;
  return {
    cidrs: cidrs.map(formatCidr),
    gateways: gateways.map(formatAddress),
    excluded: excluded.map(formatRange),
    coolingMs,
    cut: value.cut,
  };
}

const PLAIN = { cidrs: ['10.16.0.0/16'], gateways: ['10.16.0.1'], excluded: [], coolingMs: 0, cut: '' };
const BLOCK = { cidrBlock: '10.16.0.0/16' };
const DUAL = { cidrBlock: '10.16.0.0/16, fd00::/112' };
const cutOf = (blocks: string, entries: string): string =>
  `Of excludeIps, what lies outside ${blocks} has no effect: ${entries}.`;

describe("a Subnet's router", () => {
  const read = (spec: JsonObject): unknown => {
    const { definition, cut } = readSubnet(object({ ...BLOCK, ...spec })).value ?? {};
    return [definition?.router, cut];
  };

  it.each<[JsonObject, string | undefined, string]>([
    [{}, undefined, ''],
    [{ vpc: '' }, undefined, ''],
    [{ vpc: 'ovn-cluster' }, 'ovn-cluster', ''],
    [{ vpc: 'blue', provider: 'net1.infra.ovn' }, 'blue', ''],
    [{ vpc: 'blue', vlan: 'v1', logicalGateway: true }, 'blue', ''],
    [{ vpc: 'blue', vlan: 'v1' }, undefined, 'the gateway of an underlay subnet is outside of OVN'],
    [{ vpc: 'blue', provider: 'macvlan.infra' }, undefined, 'provider "macvlan.infra" has no switch in OVN'],
    [{ vpc: 'blue', cidrBlock: '10.16.0.0/31' }, undefined, 'there is no gateway'],
  ])('of %j', (spec, router, reason) => {
    expect(read(spec)).toEqual([router, reason && `spec.vpc has no effect: ${reason}.`]);
  });
});

describe('readSubnet', () => {
  it.each<[string, JsonObject, object]>([
    ['the first usable address as gateway', BLOCK, {}],
    ['a block written as an address of it', { cidrBlock: '10.16.3.4/16' }, {}],
    ['a gateway', { ...BLOCK, gateway: '10.16.255.254' }, { gateways: ['10.16.255.254'] }],
    ['two families', DUAL, { cidrs: ['10.16.0.0/16', 'fd00::/112'], gateways: ['10.16.0.1', 'fd00::1'] }],
    [
      'one gateway of two, in any order',
      { ...DUAL, gateway: 'FD00::9' },
      { cidrs: ['10.16.0.0/16', 'fd00::/112'], gateways: ['10.16.0.1', 'fd00::9'] },
    ],
    ['no gateway in a block of two', { cidrBlock: '10.0.0.0/31' }, { cidrs: ['10.0.0.0/31'], gateways: [] }],
    [
      'exclusions in every form, the gateway among them',
      { ...BLOCK, excludeIps: ['10.16.0.1', ' 10.16.1.0..10.16.1.9 ', '10.16.2.0/24'] },
      { excluded: ['10.16.0.1', '10.16.1.0..10.16.1.9', '10.16.2.0..10.16.2.255'] },
    ],
    [
      'an exclusion that reaches outside, cut',
      { ...BLOCK, excludeIps: ['10.15.0.0..10.16.0.9'] },
      { excluded: ['10.16.0.0..10.16.0.9'], cut: cutOf('10.16.0.0/16', '"10.15.0.0..10.16.0.9"') },
    ],
    [
      'an exclusion that lies outside, or is of a family that is not there, dropped',
      { ...BLOCK, excludeIps: ['10.99.0.1', 'fd00::1'] },
      { cut: cutOf('10.16.0.0/16', '"10.99.0.1", "fd00::1"') },
    ],
    [
      'many of those, told in part',
      { ...BLOCK, excludeIps: Array.from({ length: 9 }, (_, index) => `10.99.0.${index}`) },
      { cut: expect.stringMatching(/"10\.99\.0\.4" and 4 more\.$/) },
    ],
  ])('takes %s', (_, spec, desired) => {
    expect(texts(object(spec))).toEqual({ ...PLAIN, ...desired });
  });

  it.each([
    ['', 0],
    ['0', 0],
    [' 90 ', 90_000],
  ])('takes the cooling time %j', (text, coolingMs) => {
    expect(texts(object(BLOCK, text))).toEqual({ ...PLAIN, coolingMs });
  });

  it.each<[string, KubernetesObject]>([
    ['spec.cidrBlock', object({})],
    ['spec.cidrBlock', object({ cidrBlock: '10.16.0.0' })],
    ['spec.cidrBlock', object({ cidrBlock: '10.16.0.0/16,10.17.0.0/16' })],
    ['spec.cidrBlock', object({ cidrBlock: ['10.16.0.0/16'] })],
    ['spec.gateway', object({ ...BLOCK, gateway: 'first' })],
    ['spec.gateway', object({ ...BLOCK, gateway: '10.17.0.1' })],
    ['spec.gateway', object({ ...BLOCK, gateway: '10.16.0.1,10.16.0.2' })],
    ['spec.excludeIps', object({ ...BLOCK, excludeIps: '10.16.0.1' })],
    ['spec.excludeIps[0]', object({ ...BLOCK, excludeIps: ['10.16.0.9..10.16.0.1'] })],
    ['spec.excludeIps[1]', object({ ...BLOCK, excludeIps: ['10.16.0.9', '10.16.0.1..fd00::1'] })],
    [`metadata.annotations[${COOLING_ANNOTATION}]`, object(BLOCK, '1.5')],
    [`metadata.annotations[${COOLING_ANNOTATION}]`, object(BLOCK, '-1')],
  ])('refuses by the name of %s', (field, subnet) => {
    expect(readSubnet(subnet).rejected).toMatchObject({ code: 'InvalidArgument', facts: { field } });
  });
});
