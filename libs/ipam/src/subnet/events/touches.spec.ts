import { address, eventsOf, holder } from '../../testing';
import { type SubnetEvent, type Touched, type User, holdersOf, touches } from '.';

const { held, defined, revised, reserved, moved, released, vipReserved, vipRevised, vipReleased } =
  eventsOf('ovn-default');
const [one, two] = [held('10.16.0.2'), held('10.16.0.3 fd00::3')];
const pod = holder('pod/default/web-0');
const web = holder('vip/web');
const user: User = { object: 'pod/default/web-0', uid: 'u1', port: 'web-0.default' };
const rule = { rule: 'http', vip: 'web' };
const definition = {
  ports: [],
  selector: [],
  endpoints: [],
  affinity: 'none',
  healthCheck: false,
  rejectWhenEmpty: true,
} as const;
const reason = 'done with';

/** For every event that there is: one of its type, and all that it concerns. */
const CONCERNED: {
  [Type in SubnetEvent['type']]: readonly [SubnetEvent & { type: Type }, Partial<Touched>];
} = {
  SubnetDefined: [defined({}), { definition: true }],
  SubnetRevised: [revised({}), { definition: true }],
  SubnetRetired: [{ type: 'SubnetRetired' }, { definition: true }],
  AddressReserved: [
    { ...reserved('pod/default/web-0', '10.16.0.2'), port: 'web-0' },
    { holder: pod, takes: one, port: 'web-0' },
  ],
  AddressMoved: [moved('pod/default/web-0', two, one), { holder: pod, takes: two, gives: one }],
  AddressReleased: [released('pod/default/web-0', one), { holder: pod, gives: one }],
  VipReserved: [vipReserved('web', two), { holder: web, vip: 'web', takes: two }],
  VipRevised: [vipRevised('web', two, one), { holder: web, vip: 'web', takes: two, gives: one }],
  VipReleased: [vipReleased('web', two), { holder: web, vip: 'web', gives: two }],
  VipNameYielded: [{ type: 'VipNameYielded', name: 'web', claim: 7 }, { vip: 'web' }],
  UserAttached: [
    { type: 'UserAttached', holder: web, user, isPrimary: true },
    { holder: web, vip: 'web', user, use: 'begins', port: user.port },
  ],
  UserDetached: [
    { type: 'UserDetached', holder: pod, user: { object: user.object, uid: 'u1' }, reason },
    { holder: pod, user: { object: user.object, uid: 'u1' }, use: 'ends' },
  ],
  ReservationRetained: [
    { type: 'ReservationRetained', holder: pod, retention: { keep: 'owner' }, reason },
    { holder: pod, use: 'kept' },
  ],
  RetentionEnded: [
    { type: 'RetentionEnded', holder: web, reason },
    { holder: web, vip: 'web', use: 'ends' },
  ],
  RetentionSet: [
    { type: 'RetentionSet', holder: pod },
    { holder: pod, use: 'kept' },
  ],
  AddressWithheld: [
    { type: 'AddressWithheld', address: address('10.16.0.2'), parties: [], because: reason },
    {},
  ],
  AddressSettled: [
    { type: 'AddressSettled', address: address('10.16.0.2'), holder: web, because: reason },
    { holder: web, vip: 'web' },
  ],
  LabelsSet: [
    { type: 'LabelsSet', holder: web, labels: { team: 'net' } },
    { holder: web, vip: 'web' },
  ],
  ParentGranted: [
    { type: 'ParentGranted', vip: 'web', port: 'web-0.default', grantor: 'selector' },
    { holder: web, vip: 'web', parent: 'web-0.default', use: 'begins' },
  ],
  ParentWithdrawn: [
    { type: 'ParentWithdrawn', vip: 'web', port: 'web-0.default', grantor: 'selector', reason },
    { holder: web, vip: 'web', parent: 'web-0.default', use: 'ends' },
  ],
  RuleDefined: [
    { type: 'RuleDefined', ...definition, ...rule },
    { holder: web, vip: 'web', rule: 'http', use: 'begins' },
  ],
  RuleRevised: [
    { type: 'RuleRevised', ...definition, ...rule },
    { holder: web, vip: 'web', rule: 'http', use: 'changes' },
  ],
  RuleRetired: [
    { type: 'RuleRetired', ...rule, reason },
    { holder: web, vip: 'web', rule: 'http', use: 'ends' },
  ],
  RuleBackendsChanged: [
    { type: 'RuleBackendsChanged', ...rule, backends: [] },
    { holder: web, vip: 'web', rule: 'http' },
  ],
};

const NOTHING: Touched = {
  definition: false,
  holder: undefined,
  others: [],
  continues: undefined,
  vip: undefined,
  takes: undefined,
  gives: undefined,
  port: undefined,
  parent: undefined,
  user: undefined,
  rule: undefined,
  use: undefined,
};

const addressesIn = ({ takes, gives, ...rest }: Touched) => ({
  ...rest,
  takes: takes && { v4: takes.v4, v6: takes.v6, mac: takes.mac },
  gives: gives && { v4: gives.v4, v6: gives.v6, mac: gives.mac },
});

describe('what an event concerns', () => {
  it.each(Object.values(CONCERNED))('is said of $type', (event, concerned) => {
    expect(addressesIn(touches(event))).toEqual(addressesIn({ ...NOTHING, ...concerned }));
  });

  it('has all whose reservations it is about, the one that goes on with it first', () => {
    const [before, after] = [
      { holder: pod, gives: one },
      { holder: holder('vm/default/web'), takes: one },
    ];
    const none = { takes: undefined, gives: undefined, port: undefined };
    const both = holdersOf({ ...NOTHING, ...after, others: [{ ...none, ...before }] });
    expect(both).toEqual([expect.objectContaining(after), expect.objectContaining(before)]);
    expect(holdersOf(touches({ type: 'RetentionSet', holder: pod }))).toMatchObject([{ holder: pod }]);
    expect(holdersOf(touches({ type: 'SubnetRetired' }))).toEqual([]);
    expect(holdersOf(touches({ type: 'VipNameYielded', name: 'web', claim: 7 }))).toEqual([]);
  });
});
