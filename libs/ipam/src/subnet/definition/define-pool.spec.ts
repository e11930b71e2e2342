import fc from 'fast-check';
import { address, brokenInvariants, commandsTo, eventsOf, scenario } from '../../testing';
import { countAddresses } from '../../view';
import { countPool } from '../../view/counts';
import { type SubnetCommand, subnet } from '..';

const NAME = 'ovn-default';
const { define, definePool, retirePool, reserve, release, revise } = commandsTo(NAME);
const { reserved } = eventsOf(NAME);
const given = (block = '10.16.0.0/28') =>
  scenario(subnet, NAME).after(define(block), definePool('gold', '10.16.0.4..10.16.0.6 10.16.0.9', ['web']));
const gold = { pool: 'gold' };

describe('a pool', () => {
  it('is part of what the Subnet is defined with', () => {
    const story = given();
    expect(story.state.definition?.pools).toMatchObject([{ name: 'gold', namespaces: ['web'] }]);
    story.when(definePool('gold', '10.16.0.9 10.16.0.4..10.16.0.6', ['web'])).thenAlready();
    story.when(retirePool('silver')).thenAlready();
    story.after(revise({ coolingMs: 5 }));
    expect(story.state.definition?.pools).toHaveLength(1);
  });

  it('keeps its addresses from who does not name it', () => {
    const story = given();
    for (const [at, expected] of ['10.16.0.2', '10.16.0.3', '10.16.0.7'].entries())
      story.when(reserve(`pod/default/p${at}`)).then(reserved(`pod/default/p${at}`, expected));
  });

  it('hands them out to who does, range after range, and then says that it is exhausted', () => {
    const story = given();
    for (const [at, expected] of ['10.16.0.4', '10.16.0.5', '10.16.0.6', '10.16.0.9'].entries())
      story.when(reserve(`pod/web/p${at}`, '', gold)).then(reserved(`pod/web/p${at}`, expected));
    story
      .when(reserve('pod/web/more', '', gold))
      .thenRefused('SubnetExhausted', { pool: 'gold' }, 'Pool gold', NAME);
    story.after(release('pod/web/p2'), release('pod/web/p0'));
    story.when(reserve('pod/web/more', '', gold)).then(reserved('pod/web/more', '10.16.0.6'));
  });

  it('lets an address of it be had by name without naming the pool', () => {
    given()
      .after(reserve('pod/default/a', '10.16.0.4'))
      .when(reserve('pod/web/b', '', gold))
      .then(reserved('pod/web/b', '10.16.0.5'));
  });

  it('lets who holds an address keep it when the pool comes, changes or goes', () => {
    const story = scenario(subnet, NAME).after(define('10.16.0.0/28'), reserve('pod/default/a', '10.16.0.4'));
    story.after(definePool('gold', '10.16.0.4..10.16.0.5'));
    story.when(reserve('pod/web/b', '', gold)).then(reserved('pod/web/b', '10.16.0.5'));
    story.after(retirePool('gold'));
    story.when(reserve('pod/default/c')).then(reserved('pod/default/c', '10.16.0.2'));
    expect(story.state.byAddress.size).toBe(3);
  });

  it('may begin where the Subnet does, and has its part of the exclusions', () => {
    const story = scenario(subnet, NAME).after(
      define('10.16.0.0/28', { excluded: ['10.16.0.3'] }),
      definePool('gold', '10.16.0.0/29'),
    );
    expect(countPool(story.state, 'gold', 4)).toEqual({ using: 0n, available: 5n });
    for (const [at, expected] of ['10.16.0.2', '10.16.0.4'].entries())
      story.when(reserve(`pod/web/p${at}`, '', gold)).then(reserved(`pod/web/p${at}`, expected));
    story.when(reserve('pod/default/a')).then(reserved('pod/default/a', '10.16.0.8'));
  });

  it('is of both families where its ranges are', () => {
    const story = scenario(subnet, NAME).after(
      define('10.16.0.0/28 fd00::/64'),
      definePool('gold', '10.16.0.4..10.16.0.6 fd00::a0..fd00::af'),
    );
    story.after(reserve('pod/web/a', '', gold));
    expect([...story.state.byAddress.keys()]).toEqual([address('10.16.0.4'), address('fd00::a0')]);
    expect(countPool(story.state, 'gold', 6)).toEqual({ using: 1n, available: 15n });
  });
});

const POOLS = { gold: ['10.16.0.4', '10.16.0.5', '10.16.0.6'], silver: ['10.16.0.9', '10.16.0.10'] } as const;
const REST = [
  '10.16.0.2',
  '10.16.0.3',
  '10.16.0.7',
  '10.16.0.8',
  '10.16.0.11',
  '10.16.0.12',
  '10.16.0.13',
  '10.16.0.14',
];
const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
const who = fc.nat(9).map((at) => `pod/default/p${at}`);
const command: fc.Arbitrary<SubnetCommand> = fc.oneof(
  fc
    .tuple(who, oneOf('gold', 'silver', undefined))
    .map(([it, pool]) => reserve(it, '', pool ? { pool } : {})),
  fc.tuple(who, oneOf(...POOLS.gold, ...REST)).map(([it, at]) => reserve(it, at)),
  who.map((it) => release(it)),
);

it('gives each its own addresses, whatever comes and goes, and counts add up', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const story = scenario(subnet, NAME).after(
        define('10.16.0.0/28'),
        definePool('gold', '10.16.0.4..10.16.0.6'),
        definePool('silver', '10.16.0.9..10.16.0.10'),
      );
      for (const asked of commands) {
        const free = (all: readonly string[]) =>
          all.filter((text) => !story.state.byAddress.has(address(text)));
        const request = asked.type === 'ReserveAddress' && asked.v4 === undefined ? asked : undefined;
        const mine = request?.pool === 'gold' || request?.pool === 'silver' ? POOLS[request.pool] : REST;
        const [before, isNew] = [free(mine), request && !story.state.byHolder.has(request.holder)];
        const { decision } = story.when(asked);
        if (request && isNew && !decision.rejected) {
          const { v4 } = story.state.byHolder.get(request.holder)!;
          expect(before.map(address)).toContain(v4);
        }
        if (isNew) expect(decision.rejected?.code).toBe(before.length === 0 ? 'SubnetExhausted' : undefined);
        expect(brokenInvariants(story.state)).toEqual([]);
        const held = mine.length - free(mine).length;
        if (request?.pool) {
          expect(countPool(story.state, request.pool, 4)).toEqual({
            using: BigInt(held),
            available: BigInt(mine.length - held),
          });
        }
      }
      expect(countAddresses(story.state, 4)?.using).toBe(BigInt(story.state.byAddress.size));
    }),
    { numRuns: 200 },
  );
});
