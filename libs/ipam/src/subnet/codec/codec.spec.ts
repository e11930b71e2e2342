import fc from 'fast-check';
import type { Holder } from '../../holder';
import { cidr, range } from '../../testing';
import type { HeldAddress, SubnetEvent } from '..';
import { subnetCodec } from '..';

const v4 = fc.nat(0xffffffff);
const v6 = fc.bigInt(0n, 2n ** 128n - 1n);
const mac = fc
  .tuple(fc.nat(0x7f), fc.nat(0xff), fc.nat(0xffffffff))
  .map(([a, b, c]) => a * 2 ** 41 + b * 2 ** 32 + c);
const held: fc.Arbitrary<HeldAddress> = fc.oneof(
  fc.record({ v4, v6: fc.constant(undefined), mac }),
  fc.record({ v4: fc.constant(undefined), v6, mac }),
  fc.record({ v4, v6, mac }),
);
const words = fc.string({ unit: 'binary', maxLength: 12 });
const holder = fc.constantFrom(
  'pod/default/a',
  'vm/default/a@eth1',
  'statefulset/default/s/3',
) as fc.Arbitrary<Holder>;
const name = fc.constantFrom('web', 'db.example');
const claim = fc.maxSafeNat();
const purpose = fc.record({
  vipType: fc.constantFrom('' as const, 'switch_lb_vip' as const, 'kube_host_vm_vip' as const),
  namespace: fc.option(words, { nil: undefined }),
  selector: fc.array(words, { maxLength: 3 }),
  note: fc.option(words, { nil: undefined }),
});
const definition = fc.record({
  cidrs: fc.subarray(
    ['10.16.0.0/16', 'fd00::/64', '0.0.0.0/0', '10.0.0.7/32', '::/0', 'fd00::/127'].map(cidr),
  ),
  gateways: fc.array(fc.oneof(v4, v6), { maxLength: 2 }),
  excluded: fc.subarray(['10.16.0.2..10.16.0.9', '10.16.0.20', 'fd00::/66', '10.16.0.32/27'].map(range)),
  coolingMs: fc.nat(366 * 24 * 3_600_000),
});
const event: fc.Arbitrary<SubnetEvent> = fc.oneof(
  definition.map((fields) => ({ type: 'SubnetDefined' as const, ...fields })),
  definition.map((fields) => ({ type: 'SubnetRevised' as const, ...fields })),
  fc.constant({ type: 'SubnetRetired' as const }),
  fc.tuple(holder, held).map(([who, has]) => ({ type: 'AddressReserved' as const, holder: who, ...has })),
  fc
    .tuple(holder, held, held)
    .map(([who, has, from]) => ({ type: 'AddressMoved' as const, holder: who, ...has, from })),
  fc
    .tuple(holder, held, words)
    .map(([who, has, reason]) => ({ type: 'AddressReleased' as const, holder: who, ...has, reason })),
  fc.tuple(name, claim, purpose, held).map(([vip, number, what, has]) => ({
    type: 'VipReserved' as const,
    name: vip,
    claim: number,
    ...what,
    ...has,
  })),
  fc
    .tuple(name, purpose, held, held)
    .map(([vip, what, has, from]) => ({ type: 'VipRevised' as const, name: vip, ...what, ...has, from })),
  fc.tuple(name, claim, held, words).map(([vip, number, has, reason]) => ({
    type: 'VipReleased' as const,
    name: vip,
    claim: number,
    ...has,
    reason,
  })),
  fc
    .tuple(name, claim)
    .map(([vip, number]) => ({ type: 'VipNameYielded' as const, name: vip, claim: number })),
  fc
    .tuple(
      fc.oneof(
        holder.map((who) => ({ holder: who })),
        name.map((pool) => ({ pool })),
        fc.constant({}),
      ),
      fc.dictionary(name, words),
    )
    .map(([subject, labels]) => ({ type: 'LabelsSet' as const, ...subject, labels: { ...labels } })),
);

describe('the codec of a Subnet', () => {
  it('reads back every event that it writes', () => {
    fc.assert(
      fc.property(event, (one) => {
        const stored = subnetCodec.encode(one);
        expect(subnetCodec.decode(stored)).toEqual(one);
        expect(subnetCodec.encode(subnetCodec.decode(stored))).toEqual(stored);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it.each([
    ['a form of a newer version', 'AddressReserved.v2', {}],
    ['a form without a version', 'AddressReserved', {}],
    ['a name that every object has', 'constructor', {}],
    ['an IPv4 address that is none', 'AddressReserved.v1', { v4: '10.16.0.256', mac: '02:00:00:00:00:01' }],
    ['an IPv6 address for IPv4', 'AddressReserved.v1', { v4: 'fd00::5', mac: '02:00:00:00:00:01' }],
    ['an IPv4 address for IPv6', 'VipReleased.v1', { v6: '10.16.0.5', mac: '02:00:00:00:00:01' }],
    ['no MAC', 'AddressReleased.v1', { v4: '10.16.0.5' }],
    ['half a MAC', 'AddressReserved.v1', { v4: '10.16.0.5', mac: '02:00:00' }],
    ['a block that is none', 'SubnetDefined.v1', { cidrs: ['10.16.0.0'], gateways: [], excluded: [] }],
    ['a gateway that is none', 'SubnetDefined.v1', { cidrs: [], gateways: ['none'], excluded: [] }],
    ['an exclusion that is none', 'SubnetRevised.v1', { cidrs: [], gateways: [], excluded: ['9..1'] }],
  ])('refuses %s, so that nothing is lost in silence', (_, type, fields) => {
    expect(() => subnetCodec.decode({ type, data: JSON.stringify(fields) })).toThrow(RangeError);
  });

  it('throws at what is no JSON', () => {
    expect(() => subnetCodec.decode({ type: 'SubnetRetired.v1', data: '{' })).toThrow(SyntaxError);
  });
});
