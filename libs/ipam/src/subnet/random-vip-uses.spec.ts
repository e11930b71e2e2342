// Random grants, rules and releases, compared after each with the plainest model: lists and scans over them.
import fc from 'fast-check';
import type { SubnetCommand } from '.';
import { subnet } from '.';
import { SCENARIO_START_MS, brokenInvariants, commandsTo, scenario, usesOf } from '../testing';

const NAME = 'ovn-default';
const { define, reserveVip, releaseVip } = commandsTo(NAME);
const { grant, withdraw, defineRule, reviseRule, retireRule } = usesOf(NAME);

const vips = ['web', 'db'];
const balancers = ['lb1', 'lb2'];
const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
const grantor = oneOf('selector' as const, 'explicit' as const);
const port = oneOf('a', 'b', 'c');
const fronts = fc
  .uniqueArray(oneOf('80:1/tcp', '80:1/udp', '81:1/tcp'), { minLength: 1 })
  .map((it) => it.join(' '));
const rule = oneOf('r1', 'r2', 'r3');
const checked = fc.boolean().map((healthCheck) => ({ healthCheck }));

type UseCommand = Extract<
  SubnetCommand,
  {
    type:
      | 'GrantParent'
      | 'WithdrawParent'
      | 'ReserveVip'
      | 'ReleaseVip'
      | 'DefineRule'
      | 'ReviseRule'
      | 'RetireRule';
  }
>;

const command: fc.Arbitrary<UseCommand> = fc.oneof(
  fc.tuple(oneOf(...vips, ...balancers), port, grantor).map((args) => grant(...args)),
  fc.tuple(oneOf(...vips), port, grantor).map((args) => withdraw(...args)),
  oneOf(...vips).map((vip) => reserveVip(vip)),
  oneOf(...balancers).map((vip) => reserveVip(vip, '', { vipType: 'switch_lb_vip' })),
  oneOf(...vips, ...balancers).map((vip) => releaseVip(vip)),
  fc.tuple(rule, oneOf(...balancers, 'web'), fronts, checked).map((args) => defineRule(...args)),
  fc.tuple(rule, oneOf(...balancers), fronts, checked).map((args) => reviseRule(...args)),
  rule.map((name) => retireRule(name)),
);

interface Model {
  readonly vips: Set<string>;
  readonly grants: Set<string>;
  readonly rules: Map<
    string,
    { readonly vip: string; readonly fronts: string; readonly healthCheck: boolean }
  >;
}

/** Whether it is accepted; and if so, it is done. */
function follow(model: Model, asked: UseCommand): boolean {
  switch (asked.type) {
    case 'ReserveVip':
      model.vips.add(asked.name);
      return true;
    case 'ReleaseVip': {
      if (!model.vips.has(asked.name) || [...model.rules.values()].some(({ vip }) => vip === asked.name))
        return false;
      model.vips.delete(asked.name);
      for (const it of model.grants) if (it.startsWith(`${asked.name} `)) model.grants.delete(it);
      return true;
    }
    case 'GrantParent':
      if (!model.vips.has(asked.vip) || balancers.includes(asked.vip)) return false;
      model.grants.add(`${asked.vip} ${asked.port} ${asked.grantor}`);
      return true;
    case 'WithdrawParent':
      if (!model.vips.has(asked.vip)) return false;
      model.grants.delete(`${asked.vip} ${asked.port} ${asked.grantor}`);
      return true;
    case 'DefineRule':
    case 'ReviseRule':
      return followRule(model, asked);
    case 'RetireRule':
      return model.rules.delete(asked.rule);
  }
}

function followRule(model: Model, asked: SubnetCommand & { type: 'DefineRule' | 'ReviseRule' }): boolean {
  const { rule: name, vip, ports, healthCheck } = asked;
  const requested = ports.map((it) => `${it.port}/${it.protocol}`).join(' ');
  const held = model.rules.get(name);
  const isSame = held?.vip === vip && held.fronts === requested && held.healthCheck === healthCheck;
  if (asked.type === 'DefineRule' ? held : !held || held.vip !== vip) return isSame;
  if (isSame) return true;
  if (!model.vips.has(vip) || !balancers.includes(vip)) return false;
  const isTaken = [...model.rules].some(
    ([other, it]) =>
      other !== name &&
      it.vip === vip &&
      requested.split(' ').some((front) => it.fronts.split(' ').includes(front)),
  );
  if (isTaken) return false;
  model.rules.set(name, { vip, fronts: requested, healthCheck });
  return true;
}

it('accepts and remembers what the plain model does', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const story = scenario(subnet, NAME).after(define('10.16.0.0/24'));
      const model: Model = { vips: new Set(), grants: new Set(), rules: new Map() };
      for (const asked of commands) {
        const given =
          asked.type === 'ReserveVip' ? { ...asked, claim: story.state.yieldedClaim(asked.name) + 1 } : asked;
        const accepted = story.when(given, SCENARIO_START_MS).decision.rejected === undefined;
        expect([asked, accepted]).toEqual([asked, follow(model, asked)]);
        const { uses } = story.state;
        const grants = vips.flatMap((vip) =>
          uses.parents(vip).flatMap((it) => it.grantors.map((by) => `${vip} ${it.port} ${by}`)),
        );
        expect(grants.sort()).toEqual([...model.grants].sort());
        for (const [name, { vip, fronts: owned }] of model.rules)
          for (const front of owned.split(' ')) {
            const [number, protocol] = front.split('/');
            expect(uses.ruleWithFront(vip, Number(number), protocol as 'tcp')).toBe(name);
          }
        expect([...uses.rules()].length).toBe(model.rules.size);
        expect(brokenInvariants(story.state)).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});
