// Every refusal that this library may answer with, provoked once: a new code without a line here does not compile.
import type { Rejection, RejectionCode } from './rejection';
import { REJECTION_CODES, factsOf, invalid, reject } from './rejection';
import { PARENTS_MAX, type SubnetCommand, subnet } from '../subnet';
import { commandsTo, holder, podUser, scenario, usersIn, usesOf, withheldIn } from '../testing';

const NAME = 'ovn-default';
const {
  definePool,
  define,
  revise,
  retire,
  reserve,
  move,
  release,
  reserveVip,
  reviseVip,
  releaseVip,
  yieldVipName,
} = commandsTo(NAME);
const { withhold } = withheldIn(NAME);
const { grant, withdraw, defineRule, reviseRule, retireRule, setBackends } = usesOf(NAME);
const { attach, detach, movePrimary, endOwner, releaseExpired, setRetention } = usersIn(NAME);
const a = 'pod/default/a';
const used = [reserve('pod/default/a'), attach(a, podUser('default/a u1'))];
const lb = reserveVip('lb', '', { vipType: 'switch_lb_vip' });
const web80 = defineRule('web', 'lb', '80:8080/tcp');
const here = define('10.16.0.0/29', { coolingMs: 1000 });
const own = { mac: '00:00:5e:00:01:07' };
const all = [2, 3, 4, 5, 6].map((at) => reserve(`pod/default/p${at}`));

const asked = (command: SubnetCommand): Case => [[here], command];

type Case = readonly [history: readonly SubnetCommand[], refused: SubnetCommand, lateMs?: number];

/** Of those who run the commands: they alone know of ids (libs/event-store) and of sides (libs/ledger). */
const OF_THE_LOOP = null;

const CASES: Record<RejectionCode, readonly Case[] | typeof OF_THE_LOOP> = {
  InvalidArgument: [
    [[], define('10.16.0.0/24 10.17.0.0/24')],
    [[here], revise({ gateways: ['10.17.0.1'] })],
    [[here], reserve('vip/web')],
    [[here], reserve('pod/default/a', '', { families: [] })],
    [[here], move('vip/web', '10.16.0.5')],
    [[here], release('vip/web')],
    [[here], reserveVip('web', '', { families: [] })],
    [[here], reserve('pod/default/a', '', { port: 'a, b' })],
    [[here], definePool('gold', '10.17.0.4..10.17.0.5')],
    [[here], definePool('Not A Name', '10.16.0.4')],
    [[here, definePool('gold', '10.16.0.4..10.16.0.5')], definePool('silver', '10.16.0.5')],
    [[here, definePool('gold', '10.16.0.4..10.16.0.5')], revise({ cidrs: ['10.16.0.0/30'] })],
    [[here, reserve('pod/default/a')], attach(a, podUser('default/a '))],
    [[here, reserve(a)], { ...setRetention(a, ''), retention: { keep: 'time', forMs: 0 } }],
    [[], { ...define('10.16.0.0/24'), retention: { keep: 'time' } }],
    [[], define('10.16.0.0/24', { router: 'Not A Name' })],
    [[], define('10.16.0.0/24', { router: 'ovn-cluster', gateways: [] })],
    [[here, reserveVip('web')], grant('web', 'a,b')],
    [[here, reserveVip('web')], grant('web', '')],
    [[here, lb], defineRule('web', 'lb', '')],
    [[here, lb], defineRule('web', 'lb', '0:80/tcp')],
    [[here, lb], defineRule('web', 'lb', '80:80/tcp 80:81/tcp')],
    [[here, lb], defineRule('Not A Name', 'lb', '80:80/tcp')],
    [[here, lb], defineRule('web', 'lb', '80:80/tcp', { selector: ['app: web'] })],
    [[here, lb], defineRule('web', 'lb', '80:80/tcp', { namespace: 'default', selector: ['a:b:c'] })],
    [
      [here, lb],
      defineRule('web', 'lb', '80:80/tcp', { namespace: 'a', selector: ['app'], endpoints: '10.16.0.5' }),
    ],
    [[here, lb, web80], reviseRule('web', 'other', '80:8080/tcp')],
    [[here, lb, web80], setBackends('web', '10.16.0.5')],
  ],
  SubnetNotFound: [
    ...[revise({}), retire(), reserve('pod/default/a'), move('pod/default/a', ''), release('pod/default/a')],
    ...[reserveVip('web'), reviseVip('web'), releaseVip('web')],
    ...[grant('web', 'a'), web80],
  ].map((command) => [[], command] as const),
  SubnetExists: [[[here], define('10.16.0.0/24')]],
  SubnetInUse: [
    [[here, reserve('pod/default/a')], retire()],
    [[here, reserve('pod/default/a')], revise({ gateways: ['10.16.0.2'] })],
  ],
  SubnetExhausted: [
    [
      [here, definePool('gold', '10.16.0.4'), reserve('pod/default/a', '', { pool: 'gold' })],
      reserve('pod/default/b', '', { pool: 'gold' }),
    ],
    [[here, ...all], reserve('pod/default/a')],
    [[here, ...all], reserveVip('web')],
    [[here, ...all, release('pod/default/p2')], reserve('pod/default/a')],
  ],
  FamilyUnavailable: [
    [[here], reserve('pod/default/a', 'fd00::5')],
    [[here, reserve('pod/default/a')], move('pod/default/a', 'fd00::5')],
    [[here], reserveVip('web', '', { families: [6] })],
    [[here, reserveVip('web')], reviseVip('web', 'fd00::5')],
  ],
  AddressOutOfRange: [
    [[here], reserve('pod/default/a', '10.17.0.5')],
    [[here, reserve('pod/default/a')], move('pod/default/a', '10.17.0.5')],
    [[here], reserveVip('web', '10.17.0.5')],
    [[here, reserveVip('web')], reviseVip('web', '10.17.0.5')],
  ],
  AddressNotUsable: [
    [[here], reserve('pod/default/a', '10.16.0.1')],
    [[here, reserve('pod/default/a')], move('pod/default/a', '10.16.0.0')],
    [[here], reserveVip('web', '10.16.0.7')],
    [[here, reserveVip('web')], reviseVip('web', '10.16.0.1')],
  ],
  AddressTaken: [
    [[here, reserve('pod/default/a')], reserve('pod/default/b', '10.16.0.2')],
    [[here, reserve('pod/default/a'), reserve('pod/default/b')], move('pod/default/b', '10.16.0.2')],
    [[here, reserve('pod/default/a')], reserveVip('web', '10.16.0.2')],
    [[here, reserve('pod/default/a'), reserveVip('web')], reviseVip('web', '10.16.0.2')],
  ],
  AddressCooling: [
    [[here, reserve('pod/default/a'), release('pod/default/a')], reserve('pod/default/b', '10.16.0.2')],
    [[here, reserveVip('web'), releaseVip('web'), reserveVip('db')], reviseVip('db', '10.16.0.2')],
  ],
  AddressWithheld: [
    [[here, withhold('10.16.0.5', 'pod/default/a vip/web')], reserve('pod/default/a', '10.16.0.5')],
    [
      [here, reserveVip('web'), withhold('10.16.0.5', 'pod/default/a vip/web')],
      reviseVip('web', '10.16.0.5'),
    ],
  ],
  MacTaken: [
    [[here, reserve('pod/default/a', '', own)], reserve('pod/default/b', '', own)],
    [[here, reserve('pod/default/a', '', own), reserve('pod/default/b')], move('pod/default/b', '', own)],
    [[here, reserve('pod/default/a', '', own)], reserveVip('web', '', own)],
    [[here, reserve('pod/default/a', '', own), reserveVip('web')], reviseVip('web', '', own)],
  ],
  HolderHasDifferentAddress: [[[here, reserve('pod/default/a')], reserve('pod/default/a', '10.16.0.5')]],
  ReservationNotFound: [
    [[here], release('pod/default/a')],
    ...[attach(a, podUser('default/a u1')), detach(a, 'u1', 'none'), movePrimary(a, 'u1')].map(asked),
    ...[endOwner(a), releaseExpired(a), setRetention(a, 'forever')].map(asked),
    [[here], move('pod/default/a', '10.16.0.5')],
  ],
  VipExists: [[[here, reserveVip('web')], reserveVip('web', '', { note: 'other' })]],
  VipNotFound: [
    [[here], reviseVip('web')],
    [[here], releaseVip('web')],
    [[here], grant('web', 'a.default')],
    [[here], withdraw('web', 'a.default')],
    [[here], web80],
  ],
  VipInUse: [
    [[here, lb, web80], releaseVip('lb')],
    [[here, lb, web80], reviseVip('lb')],
    [[here, reserveVip('web'), grant('web', 'a')], reviseVip('web', '', { vipType: 'switch_lb_vip' })],
    [[here, reserveVip('web'), attach('vip/web', podUser('default/a u1'))], releaseVip('web')],
  ],
  VipTypeMismatch: [
    [[here, lb], grant('lb', 'a.default')],
    [[here, reserveVip('web')], defineRule('web', 'web', '80:80/tcp')],
  ],
  RuleExists: [[[here, lb, web80], defineRule('web', 'lb', '81:8080/tcp')]],
  RuleNotFound: [
    [[here, lb], reviseRule('web', 'lb', '80:80/tcp')],
    [[here, lb], retireRule('web')],
    [[here, lb], setBackends('web', '')],
  ],
  VipPortTaken: [
    [[here, lb, web80], defineRule('other', 'lb', '443:443/tcp 80:9090/tcp')],
    [[here, lb, web80, defineRule('other', 'lb', '80:80/udp')], reviseRule('other', 'lb', '80:80/tcp')],
  ],
  LimitReached: [
    [
      [here, reserveVip('web'), ...Array.from({ length: PARENTS_MAX }, (_, at) => grant('web', `p${at}`))],
      grant('web', 'one-more'),
    ],
  ],
  VipNameTaken: [[[here, yieldVipName('web', 0)], reserveVip('web', '', { claim: 0 })]],
  CommandExpired: [
    [[here, retire()], here, 1],
    [[here], revise({ coolingMs: 5 }), 1],
    [[here], retire(), 1],
    [[here, reserve('pod/default/a'), release('pod/default/a')], reserve('pod/default/a'), 1],
    [[here, reserve('pod/default/a')], move('pod/default/a', '10.16.0.5'), 1],
    [[here, reserve('pod/default/a')], release('pod/default/a'), 1],
    [[here, reserveVip('web'), releaseVip('web')], reserveVip('web', '', { claim: 1 }), 1],
    [[here, reserveVip('web')], reviseVip('web', '10.16.0.5'), 1],
    [[here, reserveVip('web')], releaseVip('web'), 1],
    [[here, reserveVip('web'), grant('web', 'a'), withdraw('web', 'a')], grant('web', 'a'), 1],
    [[here, reserveVip('web'), grant('web', 'a')], withdraw('web', 'a'), 1],
    [[here, ...used], attach(a, podUser('default/a u2')), 1],
    [[here, ...used], detach(a, 'u1', 'none'), 1],
    [[here, ...used, attach(a, podUser('default/b u2'), true)], movePrimary(a, 'u2'), 1],
    [[here, ...used], setRetention(a, 'forever'), 1],
    [[here, ...used], endOwner(a), 1],
    [[here, lb, web80, retireRule('web')], web80, 1],
    [[here, lb, web80], reviseRule('web', 'lb', '81:81/tcp'), 1],
    [[here, lb, web80], retireRule('web'), 1],
    [
      [here, lb, defineRule('web', 'lb', '80:80/tcp', { namespace: 'a', selector: ['app'] })],
      setBackends('web', '10.16.0.5'),
      1,
    ],
  ],
  ReservationInUse: [
    [[here, ...used], attach(a, podUser('default/b u2'))],
    [[here, ...used, attach(a, podUser('default/b u2'), true)], attach(a, podUser('default/c u3'), true)],
    [[here, ...used], endOwner(a)],
    [[here, ...used], release(a)],
    [[here, ...used], releaseExpired(a)],
    [
      [
        here,
        reserveVip('web'),
        attach('vip/web', podUser('default/web-0 u1 statefulset/default/web/0')),
        detach('vip/web', 'u1', 'exists'),
      ],
      attach('vip/web', podUser('default/b u2')),
    ],
  ],
  PortTaken: [
    [
      [here, reserve('pod/default/a', '', { port: 'a.default' })],
      reserve('pod/default/b', '', { port: 'a.default' }),
    ],
  ],
  PoolNotFound: [[[here], reserve('pod/default/a', '', { pool: 'gold' })]],
  UserNotFound: [[[here, ...used], movePrimary(a, 'u2')]],
  CommandIdReused: OF_THE_LOOP,
  Fenced: OF_THE_LOOP,
};

function refusalOf([history, refused, lateMs = 0]: Case): Rejection | undefined {
  const story = scenario(subnet, NAME).after(...history);
  return story.when(refused, story.nowMs - lateMs).decision.rejected;
}

describe.each(Object.entries(CASES).filter(([, cases]) => cases))('%s', (code, cases) => {
  it.each((cases ?? []).map((one) => [one[1].type, one] as const))(
    'refuses %s, says on what, and what would fix it',
    (_, one) => {
      const rejection = refusalOf(one);
      expect(rejection).toMatchObject({ code });
      const { message = '' } = rejection ?? {};
      const facts = rejection ? factsOf(rejection) : {};
      expect(Object.keys(facts).some((fact) => ['subnet', 'field'].includes(fact))).toBe(true);
      if (facts.subnet !== undefined) expect(message).toContain(NAME);
      if (facts.holder !== undefined) expect(message).toContain(facts.holder);
      if (facts.address !== undefined) expect(message).toContain(facts.address);
      // What is so, and after it what to do.
      expect(message).toMatch(
        code === 'InvalidArgument' ? /^[\w.]+(\[\d+\])?: ./ : /^[A-Z\d][^;]+; [^;]+\.$|^\S+ .+; [^;]+\.$/,
      );
      expect(message).not.toMatch(/undefined|NaN|\[object|\bnull\b/);
    },
  );
});

it('has no code twice', () => {
  expect(new Set(REJECTION_CODES).size).toBe(REJECTION_CODES.length);
  expect(Object.keys(CASES).sort()).toEqual([...REJECTION_CODES].sort());
});

it('is a value of its own', () => {
  expect(reject('SubnetNotFound', 'none', { subnet: NAME })).toEqual({
    rejected: { code: 'SubnetNotFound', message: 'none', facts: { subnet: NAME } },
  });
  expect(invalid('mac', 'not one').rejected).toEqual({
    code: 'InvalidArgument',
    message: 'mac: not one',
    facts: { field: 'mac' },
  });
});

it('has the facts of its code, to write and to read', () => {
  const taken: Rejection = reject('PortTaken', 'taken', {
    subnet: NAME,
    port: 'p',
    holder: holder('node/n1'),
  }).rejected;
  if (taken.code === 'PortTaken') expect(taken.facts.port).toBe('p');
  expect(factsOf(taken).port).toBe('p');
  // @ts-expect-error a fact is missing
  reject('PortTaken', 'taken', { subnet: NAME, port: 'p' });
  // @ts-expect-error a fact is another code's
  reject('SubnetNotFound', 'none', { subnet: NAME, port: 'p' });
  // @ts-expect-error a bare text is no holder
  reject('ReservationNotFound', 'none', { subnet: NAME, holder: 'node/n1' });
  // @ts-expect-error which facts there are is known by the code only
  expect(taken.facts.until).toBeUndefined();
});
