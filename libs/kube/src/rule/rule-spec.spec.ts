import { parseAddress, type RejectionCode } from '@holdfast/ipam';
import type { KubernetesObject } from '@holdfast/kube-api';
import { HEALTH_CHECK_ANNOTATION, readRule } from './rule-spec';

const PORTS = [{ port: 80 }];

function object(spec: object | undefined, annotations?: Record<string, string>): KubernetesObject {
  const metadata = { name: 'web', uid: 'u', resourceVersion: '1', ...(annotations && { annotations }) };
  return { apiVersion: 'kubeovn.io/v1', kind: 'SwitchLBRule', metadata, ...(spec && { spec: { ...spec } }) };
}

const read = (spec: object): unknown => readRule(object({ vip: 'slr', ports: PORTS, ...spec })).value;
const rule = (part: object): unknown => expect.objectContaining({ rule: expect.objectContaining(part) });

describe("a SwitchLBRule's spec", () => {
  it.each<[string, object, unknown]>([
    ['a name', { vip: 'slr-01' }, { name: 'slr-01' }],
    ['an IPv4 address', { vip: ' 10.0.0.100 ' }, { addresses: [parseAddress('10.0.0.100')] }],
    ['an IPv6 address', { vip: 'FD00::1' }, { addresses: [parseAddress('fd00::1')] }],
    ['both', { vip: '10.0.0.100,fd00::1' }, { addresses: ['10.0.0.100', 'fd00::1'].map(parseAddress) }],
  ])('names its Vip by %s', (_, spec, vip) => {
    expect(read(spec)).toMatchObject({ vip });
  });

  it.each<[object, object]>([
    [{ ports: [{ port: 80 }] }, { ports: [{ port: 80, targetPort: 80, protocol: 'tcp' }] }],
    [
      { ports: [{ name: 'dns', port: 53, targetPort: 5353, protocol: 'UDP' }] },
      { ports: [{ name: 'dns', port: 53, targetPort: 5353, protocol: 'udp' }] },
    ],
    [
      { ports: [{ port: 80, targetPort: 0, protocol: 'sctp' }] },
      { ports: [{ port: 80, targetPort: 80, protocol: 'sctp' }] },
    ],
    [{ sessionAffinity: '' }, { affinity: 'none' }],
    [{ sessionAffinity: 'None' }, { affinity: 'none' }],
    [{ sessionAffinity: 'ClientIP' }, { affinity: 'client-ip' }],
    [
      { selector: ['app: web'], namespace: 'default' },
      { selector: ['app: web'], namespace: 'default', endpoints: [] },
    ],
    [{ endpoints: ['10.0.0.7'] }, { selector: [], endpoints: [parseAddress('10.0.0.7')] }],
    [
      { selector: null, endpoints: null },
      { selector: [], endpoints: [] },
    ],
  ])('%j', (spec, part) => {
    expect(read(spec)).toEqual(rule(part));
  });

  it("has the endpoints that are listed, not the selector's Pods, where it has both, and says so", () => {
    const both = { selector: ['app: web'], endpoints: ['10.0.0.7'] };
    const unread = expect.stringContaining('spec.selector has no effect beside spec.endpoints');
    expect(read(both)).toMatchObject({
      unread,
      rule: { selector: [], endpoints: [parseAddress('10.0.0.7')] },
    });
  });

  it('has its backends checked, unless the annotation says "false"', () => {
    const checked = (text?: string): boolean | undefined =>
      readRule(
        object(
          { vip: 'slr', ports: PORTS },
          text === undefined ? undefined : { [HEALTH_CHECK_ANNOTATION]: text },
        ),
      ).value?.isChecked;
    expect([undefined, 'true', '', ' false '].map(checked)).toEqual([true, true, true, false]);
  });

  it.each<[string, object, string]>([
    ['spec.vip', { vip: '' }, 'is required'],
    ['spec.vip', { vip: 5 }, 'is no text'],
    ['spec.vip', { vip: '10.0.0.1,10.0.0.2' }, 'two addresses of one family'],
    ['spec.vip', { vip: '10.0.0.1,web' }, `neither "v4", "v6" or "v4,v6" nor a Vip's name`],
    ['spec.vip', { vip: 'No_Name' }, 'neither'],
    ['spec.ports', { ports: [] }, 'is required'],
    ['spec.ports', { ports: 'x' }, 'is no list'],
    ['spec.ports[0]', { ports: [5] }, 'is no port'],
    ['spec.ports[1].port', { ports: [{ port: 1 }, { port: 65_536 }] }, 'write 1 to 65535'],
    ['spec.ports[0].targetPort', { ports: [{ port: 1, targetPort: -1 }] }, 'write 1 to 65535'],
    ['spec.ports[0].protocol', { ports: [{ port: 1, protocol: 'ICMP' }] }, 'none of tcp, udp, sctp'],
    ['spec.sessionAffinity', { sessionAffinity: 'Always' }, 'neither "None" nor "ClientIP"'],
    ['spec.endpoints[1]', { endpoints: ['10.0.0.7', 'web'] }, '"web" is no address'],
    ['spec.selector[1]', { selector: ['app: web', 'a:b:c'], namespace: 'default' }, 'is no label selector'],
    ['spec.namespace', { selector: ['app: web'] }, 'is required with a selector'],
  ])('D19, D26: is refused by the name of its field: %s of %j', (field, spec, message) => {
    const { rejected } = readRule(object({ vip: 'slr', ports: PORTS, ...spec }));
    const code: RejectionCode = 'InvalidArgument';
    expect(rejected).toMatchObject({ code, facts: { field } });
    expect(rejected?.message).toContain(`${field}: `);
    expect(rejected?.message).toContain(message);
  });

  it('may be missing altogether', () => {
    expect(readRule(object(undefined)).rejected?.facts).toEqual({ field: 'spec.vip' });
  });
});
