// What a Pod asks is one decision: its address, its port, and that it carries them. All of it happens, or nothing.
import { address, commandsTo, eventsOf, podUser, scenario, usersIn } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, reserve, move } = commandsTo(NAME);
const { reserved, held } = eventsOf(NAME);
const { attach, detach, setRetention } = usersIn(NAME);

const set = 'statefulset/default/web/0';
const { holder } = reserve(set);
const first = podUser('default/web-0 u1', 'n1');
const second = podUser('default/web-0 u2', 'n2');
const stranger = podUser('default/other u9');
const onPort = { port: 'web-0.default', portSecurity: false };
const given = () => scenario(subnet, NAME).after(define('10.16.0.0/24'));
type Story = ReturnType<typeof given>;
const users = (story: Story) => story.state.users.usersOf(holder).map(({ uid }) => uid);

describe('ReserveAddress with a user', () => {
  it('reserves and attaches, and tells of both', () => {
    const story = given();
    const outcome = story.when(reserve(set, '', { user: first, ...onPort }));
    const to = held('10.16.0.2');
    outcome.then(
      { ...reserved(set, '10.16.0.2'), ...onPort },
      { type: 'UserAttached', holder, user: first, isPrimary: true, reserved: { ...to, ...onPort } },
    );
    expect(outcome.decision).toMatchObject({
      reply: { reservation: { holder, ...to, ...onPort }, user: { holder, user: first } },
    });
  });

  it('is so already when both are', () => {
    const asks = reserve(set, '', { user: first });
    const reply = { reservation: { holder, ...held('10.16.0.2') }, user: { holder, user: first } };
    given().after(asks).when(asks).thenAlready(reply);
  });

  it('attaches to what was reserved before, and lets a successor take its predecessor’s place', () => {
    const story = given().after(reserve(set, '10.16.0.7'), reserve(set, '', { user: first }));
    expect(users(story)).toEqual(['u1']);
    story.when(reserve(set, '', { user: second })).then(
      {
        ...{ type: 'UserDetached', holder, user: first, reason: 'replaced by pod/default/web-0, UID u2' },
        evidence: { object: 'pod/default/web-0', uid: 'u2' },
      },
      { type: 'UserAttached', holder, user: second, isPrimary: true, reserved: held('10.16.0.7') },
    );
  });

  it('takes up what is kept for its owner', () => {
    const story = given().after(reserve(set, '', { user: first }), detach(set, 'u1', 'exists'));
    story.after(reserve(set, '', { user: second }));
    expect(users(story)).toEqual(['u2']);
    expect(story.state.users.of(holder)?.retained).toBeUndefined();
  });

  it('reserves nothing where the user is refused', () => {
    given()
      .when(reserve(set, '', { user: { ...first, uid: '' } }))
      .thenRefused('InvalidArgument', { field: 'user.uid' });
    given()
      .after(reserve(set, '', { user: first }))
      .when(reserve(set, '', { user: stranger }))
      .thenRefused('ReservationInUse', { user: 'pod/default/other' });
  });

  it('attaches nobody where the address is refused', () => {
    given()
      .after(reserve('pod/default/a', '10.16.0.9'))
      .when(reserve(set, '10.16.0.9', { user: first }))
      .thenRefused('AddressTaken', { holder: 'pod/default/a' });
    const story = given().after(reserve(set, '10.16.0.9'));
    story.when(reserve(set, '10.16.0.8', { user: first })).thenRefused('HolderHasDifferentAddress');
    expect(users(story)).toEqual([]);
  });

  it('shares what a machine has with the target of its migration', () => {
    const story = given().after(reserve(set, '', { user: first }));
    story.after(reserve(set, '', { user: stranger, migrates: true }));
    expect(users(story)).toEqual(['u1', 'u9']);
  });

  it('that comes after its Pod’s time gives that nothing of what was reserved since', () => {
    const story = given().wait(10);
    const issuedAtMs = story.nowMs - 5;
    story.after(reserve(set));
    story.when(reserve(set, '', { user: first }), issuedAtMs).thenRefused('CommandExpired');
    story.when(attach(set, first), issuedAtMs).thenRefused('CommandExpired');
  });
});

describe('MoveAddress with a user', () => {
  it('gives what was reserved beforehand its port, and the Pod both', () => {
    const to = held('10.16.0.7');
    const story = given().after(reserve(set, '10.16.0.7'));
    story
      .when(move(set, '', { ...onPort, user: first }))
      .then(
        { type: 'AddressMoved', holder, ...to, ...onPort, from: to },
        { type: 'UserAttached', holder, user: first, isPrimary: true, reserved: { ...to, ...onPort } },
      );
    expect(story.state.byHolder.get(holder)).toMatchObject({ v4: address('10.16.0.7'), ...onPort });
    expect(story.state.holderOfPort('web-0.default')).toBe(holder);
  });

  it('keeps the port that it does not name', () => {
    const story = given().after(reserve(set, '10.16.0.7', onPort), move(set, '10.16.0.8', { user: first }));
    expect(story.state.byHolder.get(holder)).toMatchObject({ v4: address('10.16.0.8'), ...onPort });
    expect(users(story)).toEqual(['u1']);
  });

  it('moves nothing where another Pod has it', () => {
    const story = given().after(reserve(set, '10.16.0.7', { user: first }));
    story.when(move(set, '10.16.0.8', { user: stranger })).thenRefused('ReservationInUse');
    expect(story.state.byHolder.get(holder)?.v4).toBe(address('10.16.0.7'));
  });
});

describe('a port', () => {
  it('is changed under its user, as when port security is switched on', () => {
    const story = given().after(reserve(set, '10.16.0.7', { ...onPort, user: first }));
    const to = held('10.16.0.7');
    const secured = { ...onPort, portSecurity: true };
    story.when(move(set, '', secured)).then({ type: 'AddressMoved', holder, ...to, ...secured, from: to });
    story.when(move(set, '', secured)).thenAlready();
    expect(users(story)).toEqual(['u1']);
  });

  it('is free for others when its holder has another one', () => {
    const story = given().after(reserve(set, '', onPort), move(set, '', { port: 'web-00.default' }));
    expect(story.state.holderOfPort('web-0.default')).toBeUndefined();
    story.after(reserve('pod/default/a', '', onPort));
    story.when(move(set, '', onPort)).thenRefused('PortTaken', { holder: 'pod/default/a' });
    story.when(move(set, '', { port: 'a b' })).thenRefused('InvalidArgument', { field: 'port' });
  });
});

describe('the user of a Vip', () => {
  const { reserveVip } = commandsTo(NAME);
  const vip = 'vip/web';
  const user = { ...first, port: 'web-0.default' };

  it('may have its port secured, and not any more', () => {
    const story = given().after(reserveVip('web'), attach(vip, user));
    const of = attach(vip, user).holder;
    const secured = { ...user, portSecurity: true };
    story
      .when(attach(vip, secured))
      .then({ type: 'UserAttached', holder: of, user: secured, isPrimary: true });
    story.when(attach(vip, secured)).thenAlready();
    // Who says nothing of the port leaves it as it is.
    story.when(attach(vip, first)).thenAlready();
    story.after(attach(vip, user));
    expect(story.state.users.userOf(of, 'u1')?.portSecurity).toBeUndefined();
  });

  it('is kept for its owner by the Vip’s own retention', () => {
    const story = given().after(reserveVip('web'), setRetention(vip, '1h'), attach(vip, user));
    story.after(detach(vip, 'u1', 'gone'));
    expect(story.state.users.of(attach(vip, user).holder)?.retained?.untilMs).toBe(story.nowMs + 3_600_000);
  });
});
