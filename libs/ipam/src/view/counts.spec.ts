import { commandsTo, scenario } from '../testing';
import { type SubnetCommand, subnet } from '../subnet';
import { countAddresses } from '.';

const NAME = 'ovn-default';
const { define, reserve, release, revise, move, reserveVip } = commandsTo(NAME);

function counts(family: 4 | 6, ...history: SubnetCommand[]) {
  const { using, available } = countAddresses(scenario(subnet, NAME).after(...history).state, family) ?? {};
  return [using, available];
}
const dual = define('10.16.0.0/24 fd00::/64');

describe('countAddresses', () => {
  it.each<[string, SubnetCommand[], (bigint | undefined)[], (bigint | undefined)[]]>([
    ['one family only', [define('10.16.0.0/24')], [0n, 253n], [undefined, undefined]],
    ['nothing used', [dual], [0n, 253n], [0n, 2n ** 64n - 3n]],
    ['a pair', [dual, reserve('pod/default/a')], [1n, 252n], [1n, 2n ** 64n - 4n]],
    [
      'one address of two',
      [dual, reserve('pod/default/a', '', { families: [4] })],
      [1n, 252n],
      [0n, 2n ** 64n - 3n],
    ],
    [
      'a Vip and another',
      [dual, reserveVip('web'), reserve('pod/default/a')],
      [2n, 251n],
      [2n, 2n ** 64n - 5n],
    ],
    [
      'one that moved',
      [dual, reserve('pod/default/a'), move('pod/default/a', '10.16.0.9')],
      [1n, 252n],
      [1n, 2n ** 64n - 4n],
    ],
    [
      'one that was released',
      [dual, reserve('pod/default/a'), release('pod/default/a')],
      [0n, 253n],
      [0n, 2n ** 64n - 3n],
    ],
  ])('counts each family on its own: %s', (_, history, v4, v6) => {
    expect(counts(4, ...history)).toEqual(v4);
    expect(counts(6, ...history)).toEqual(v6);
  });

  it("counts an address that cools as available: it is nobody's", () => {
    const history = [
      define('10.16.0.0/24', { coolingMs: 60_000 }),
      reserve('pod/default/a'),
      release('pod/default/a'),
    ];
    expect(counts(4, ...history)).toEqual([0n, 253n]);
  });

  it('counts an excluded one that is held as in use, and as taken from nobody', () => {
    const excluding = define('10.16.0.0/24', { excluded: ['10.16.0.10..10.16.0.19'] });
    expect(counts(4, excluding)).toEqual([0n, 243n]);
    expect(counts(4, excluding, reserve('pod/default/a', '10.16.0.12'))).toEqual([1n, 243n]);
    expect(counts(4, excluding, reserve('pod/default/a', '10.16.0.12'), release('pod/default/a'))).toEqual([
      0n,
      243n,
    ]);
    expect(counts(4, excluding, reserve('pod/default/a', '10.16.0.12'), revise({ excluded: [] }))).toEqual([
      1n,
      252n,
    ]);
    expect(
      counts(4, dual, reserve('pod/default/a', '10.16.0.12'), revise({ excluded: ['10.16.0.12'] })),
    ).toEqual([1n, 252n]);
  });

  it('counts excluded ones far out in a /64', () => {
    const excluding = define('fd00::/64', { excluded: ['fd00::8000:0:0:0/65'] });
    const far = reserve('pod/default/a', 'fd00::8000:0:0:5');
    expect(counts(6, excluding)).toEqual([0n, 2n ** 63n - 2n]);
    expect(counts(6, excluding, far)).toEqual([1n, 2n ** 63n - 2n]);
    expect(counts(6, excluding, far, release('pod/default/a'))).toEqual([0n, 2n ** 63n - 2n]);
  });

  it.each([
    ['10.16.0.0/31', [0n, 2n]],
    ['10.16.0.7/32', [0n, 1n]],
    ['10.16.0.0/30', [0n, 1n]],
  ])('of an empty %s gives %j', (block, expected) => {
    expect(counts(4, define(block))).toEqual(expected);
  });
});
