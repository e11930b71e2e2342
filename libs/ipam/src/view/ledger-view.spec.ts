import { LedgerView } from '.';
import type { SubnetEvent } from '../subnet';
import { eventsOf, holder, pair, range } from '../testing';

const [a, b] = [eventsOf('a'), eventsOf('b')];

/** A view that was told these events, one after the other; positions count from p1. */
function viewOf(...facts: [subnet: string, event: SubnetEvent][]): LedgerView {
  const view = new LedgerView();
  facts.forEach(([subnet, event], at) =>
    view.apply({ subnet, event, atMs: 1000 * at, position: `p${at + 1}` }),
  );
  return view;
}
const definedA = ['a', a.defined({ cidrs: ['10.0.0.0/24'] })] as [string, SubnetEvent];
const definedB = ['b', b.defined({ cidrs: ['10.1.0.0/24'] })] as [string, SubnetEvent];
const purpose = { namespace: 'default', selector: ['app: web'] };
const webInA = ['a', a.vipReserved('web', a.held('10.0.0.5'), purpose)] as [string, SubnetEvent];

describe('LedgerView', () => {
  it('is empty at first', () => {
    const view = viewOf();
    expect([[...view.subnets()], [...view.vips()], view.position]).toEqual([[], [], undefined]);
    expect([view.subnet('a'), view.vip('web'), view.subnetPosition('a'), view.vipPosition('web')]).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('shows the subnets that are defined, and who holds what in them', () => {
    const view = viewOf(definedA, definedB, ['b', b.reserved('pod/default/x', '10.1.0.2')]);
    expect([...view.subnets()].map(({ name }) => name)).toEqual(['a', 'b']);
    expect(view.subnet('b')?.byHolder.get(holder('pod/default/x'))).toMatchObject(pair('10.1.0.2'));
    expect(view.subnet('a')?.byHolder.size).toBe(0);
    expect(view.position).toBe('p3');
  });

  it('shows a Vip with its subnet, addresses, and purpose', () => {
    const view = viewOf(definedA, definedB, webInA);
    const web = view.vip('web');
    expect([web?.name, web?.subnet.name, web?.reservation.sinceMs]).toEqual(['web', 'a', 2000]);
    expect(web?.reservation).toMatchObject({ ...pair('10.0.0.5'), vip: { vipType: '', ...purpose } });
    expect([...view.vips()]).toEqual([web]);
  });

  it('follows a Vip through its revision and release', () => {
    const to = { ...a.held('10.0.0.9'), mac: a.held('10.0.0.5').mac };
    const revised = ['a', a.vipRevised('web', to, a.held('10.0.0.5'), { note: 'new' })] as [
      string,
      SubnetEvent,
    ];
    expect(viewOf(definedA, webInA, revised).vip('web')?.reservation).toMatchObject({
      ...pair('10.0.0.9'),
      vip: { selector: [], note: 'new' },
    });
    const gone = viewOf(definedA, webInA, revised, ['a', a.vipReleased('web', to)]);
    expect([gone.vip('web'), [...gone.vips()], gone.vipPosition('web')]).toEqual([undefined, [], undefined]);
  });

  it('follows a Vip from one subnet to another', () => {
    const released = ['a', a.vipReleased('web', a.held('10.0.0.5'))] as [string, SubnetEvent];
    const webInB = ['b', b.vipReserved('web', b.held('10.1.0.5'), { claim: 1 })] as [string, SubnetEvent];
    expect(viewOf(definedA, definedB, webInA, released, webInB).vip('web')?.subnet.name).toBe('b');
    expect(viewOf(definedA, definedB, webInA, webInB, released).vip('web')?.subnet.name).toBe('b');
  });

  it('says whose a Vip is and which way it came, until it is released', () => {
    const view = viewOf(definedA);
    const [subnet, event] = webInA;
    const owner = { kind: 'ImportedObject', resource: 'vips.kubeovn.io', uid: 'u1' } as const;
    view.apply({
      subnet,
      event: { ...event, owner } as SubnetEvent,
      atMs: 1,
      position: 'p2',
      through: 'http',
    });
    expect([view.vipReservedThrough('web'), view.ownerOfVip('web')]).toEqual(['http', owner]);
    const released = {
      type: 'VipReleased',
      name: 'web',
      claim: 0,
      reason: '',
      ...a.held('10.0.0.5'),
    } as const;
    view.apply({ subnet, event: released, atMs: 2, position: 'p3', through: 'grpc', actor: 'bob' });
    expect([view.vipReservedThrough('web'), view.ownerOfVip('web')]).toEqual([undefined, undefined]);
  });

  it.each([
    ['kubernetes', 'kubernetes:vips.kubeovn.io/web (uid u1, resourceVersion 1)'],
    ['http', 'import:kube-ovn by alice (uid u1, resourceVersion 1)'],
  ])(
    'does not read whose a Vip is, asked for through %s, from words where the event says it',
    (through, actor) => {
      const [subnet, event] = webInA;
      const owners = [null, undefined].map((owner) => {
        const view = viewOf(definedA);
        view.apply({
          subnet,
          event: { ...event, owner } as SubnetEvent,
          atMs: 1,
          position: 'p2',
          through,
          actor,
        });
        return view.ownerOfVip('web')?.resource;
      });
      expect(owners).toEqual([undefined, 'vips.kubeovn.io']);
    },
  );

  it('says whose a subnet and each of its pools are, by who defined them first, until they are retired', () => {
    const view = new LedgerView();
    let position = 0;
    const originsAfter = (through: string, event: SubnetEvent): (string | undefined)[] => {
      view.apply({ subnet: 'a', event, atMs: 1, position: `p${(position += 1)}`, through });
      const pools = ['gold', 'silver'].map((pool) => view.ownerOfPool('a', pool));
      return [view.ownerOfSubnet('a'), ...pools].map((owner) => owner && `${owner.kind} ${owner.resource}`);
    };
    const whole = { cidrs: ['10.0.0.0/24'] };
    const pool = (name: string) => ({ name, ranges: [range(`10.0.0.${name.length}`)], namespaces: [] });
    const [gold, silver] = [pool('gold'), pool('silver')];
    const [ofSubnet, ofPool] = ['KubernetesObject subnets.kubeovn.io', 'KubernetesObject ippools.kubeovn.io'];
    expect(originsAfter('http', a.defined(whole))).toEqual([undefined, undefined, undefined]);
    expect(originsAfter('kubernetes', { ...a.revised(whole), pools: [gold] })).toEqual([
      undefined,
      ofPool,
      undefined,
    ]);
    expect(originsAfter('nats', { ...a.revised(whole), pools: [gold, silver] })).toEqual([
      undefined,
      ofPool,
      undefined,
    ]);
    expect(originsAfter('kubernetes', { ...a.revised(whole), pools: [gold, silver] })).toEqual([
      ...[undefined, ofPool],
      undefined,
    ]);
    expect(originsAfter('nats', { ...a.revised(whole), pools: [silver] })).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(originsAfter('nats', { type: 'SubnetRetired' })).toEqual([undefined, undefined, undefined]);
    expect(originsAfter('kubernetes', { ...a.defined(whole), pools: [silver] })).toEqual([
      ofSubnet,
      undefined,
      ofPool,
    ]);
    expect(originsAfter('http', { type: 'SubnetRetired' })).toEqual([undefined, undefined, undefined]);
  });

  it('does not take another holder of the same name for the Vip', () => {
    expect(viewOf(definedA, ['a', a.reserved('pod/default/web', '10.0.0.5')]).vip('web')).toBeUndefined();
  });

  it('says by which event a subnet and a Vip last changed, whatever else happened', () => {
    const view = viewOf(
      definedA,
      definedB,
      webInA,
      ['a', a.reserved('pod/default/x', '10.0.0.9')],
      ['b', b.reserved('pod/default/y', '10.1.0.9')],
      ['a', { type: 'VipNameYielded', name: 'db', claim: 0 }],
    );
    expect([view.subnetPosition('a'), view.subnetPosition('b'), view.vipPosition('web')]).toEqual([
      'p6',
      'p5',
      'p3',
    ]);
  });

  it('does not show a retired subnet, and shows it again when it is defined anew', () => {
    const retired = viewOf(definedA, ['a', { type: 'SubnetRetired' }]);
    expect([retired.subnet('a'), [...retired.subnets()], retired.subnetPosition('a')]).toEqual([
      undefined,
      [],
      'p2',
    ]);
    const again = viewOf(definedA, ['a', { type: 'SubnetRetired' }], definedA);
    expect(again.subnet('a')?.definition).toMatchObject({ coolingMs: 0 });
  });
});
