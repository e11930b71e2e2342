import { address, commandsTo, eventsOf, podUser, scenario, usersIn } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const HOUR_MS = 3_600_000;
const { define, revise, reserve, release, reserveVip, releaseVip } = commandsTo(NAME);
const { released, held } = eventsOf(NAME);
const { attach, detach, movePrimary, endOwner, releaseExpired, setRetention } = usersIn(NAME);

const set = 'statefulset/default/web/0';
const holder = reserve(set).holder;
const first = podUser('default/web-0 u1', 'n1');
const second = podUser('default/web-0 u2', 'n2');
const given = (retention?: string) =>
  scenario(subnet, NAME).after(define('10.16.0.0/24', { ...(retention && { retention }) }), reserve(set));
type Story = ReturnType<typeof given>;
const users = (story: Story, of = holder) => story.state.users.usersOf(of).map(({ uid }) => uid);

describe('AttachUser', () => {
  it('says which Pod carries the address, by UID and node', () => {
    given()
      .when(attach(set, first))
      .then({ type: 'UserAttached', holder, user: first, isPrimary: true })
      .when(attach(set, first))
      .thenAlready({ user: { holder, user: first } });
  });

  it('lets a Pod that was made anew under the same name take its predecessor’s place, in one decision', () => {
    const story = given().after(attach(set, first));
    story.when(attach(set, second)).then(
      {
        type: 'UserDetached',
        holder,
        user: first,
        reason: 'replaced by pod/default/web-0, UID u2',
        evidence: { object: 'pod/default/web-0', uid: 'u2' },
      },
      { type: 'UserAttached', holder, user: second, isPrimary: true },
    );
    expect(users(story)).toEqual(['u2']);
  });

  it('lets no other Pod use what is used', () => {
    given()
      .after(attach(set, first))
      .when(attach(set, podUser('default/other u9')))
      .thenRefused('ReservationInUse', { subnet: NAME, user: 'pod/default/other' }, 'pod/default/web-0');
  });

  it('that was issued before its successor came is late', () => {
    const story = given().after(attach(set, first)).wait(5);
    const issuedAtMs = story.nowMs - 2;
    story
      .after(attach(set, second))
      .when(attach(set, first), issuedAtMs)
      .thenRefused('CommandExpired', { subnet: NAME });
  });
});

describe('DetachUser', () => {
  it('of a Pod keeps what its StatefulSet will want again, on record', () => {
    const story = given().after(attach(set, first));
    story
      .when(detach(set, 'u1', 'exists'))
      .then(
        { type: 'UserDetached', holder, user: first, reason: 'Pod deleted' },
        { type: 'ReservationRetained', holder, retention: { keep: 'owner' }, reason: 'Pod deleted' },
      );
    story.after(attach(set, second));
    expect(story.state.users.of(holder)?.retained).toBeUndefined();
  });

  it('never means the successor of the same name: its UID is another', () => {
    const story = given().after(attach(set, first), attach(set, second));
    story.when(detach(set, 'u1', 'gone')).thenAlready();
    expect(users(story)).toEqual(['u2']);
  });

  it('releases what nobody will want again', () => {
    given()
      .after(attach(set, first))
      .when(detach(set, 'u1', 'gone', 'scaled down'))
      .then(
        { type: 'UserDetached', holder, user: first, reason: 'scaled down' },
        released(set, held('10.16.0.2'), 'scaled down'),
      );
  });

  it('releases an ordinary Pod’s address at once', () => {
    const pod = 'pod/default/a';
    const user = podUser('default/a u1');
    scenario(subnet, NAME)
      .after(define('10.16.0.0/24'), reserve(pod), attach(pod, user))
      .when(detach(pod, 'u1', 'none'))
      .then(
        { type: 'UserDetached', holder: reserve(pod).holder, user, reason: 'Pod deleted' },
        released(pod, held('10.16.0.2'), 'Pod deleted'),
      );
  });
});

describe('a retention', () => {
  it.each([
    ['release', 'exists', 'released'],
    ['owner', 'exists', 'kept'],
    ['owner', 'gone', 'released'],
    ['1h', 'exists', 'kept'],
    ['1h', 'gone', 'kept for a time'],
    ['forever', 'gone', 'kept'],
  ] as const)(
    'of %s: when the last Pod goes and its owner %s, the address is %s',
    (retention, owner, what) => {
      const story = given(retention).after(attach(set, first), detach(set, 'u1', owner));
      expect(story.state.byHolder.has(holder)).toBe(what !== 'released');
      const { retained } = story.state.users.of(holder) ?? {};
      expect(retained?.untilMs).toBe(what === 'kept for a time' ? story.nowMs + HOUR_MS : undefined);
    },
  );

  it('of the holder goes before its Subnet’s', () => {
    const story = given('release').after(setRetention(set, 'forever'), attach(set, first));
    story.after(detach(set, 'u1', 'gone'));
    expect(story.state.byHolder.has(holder)).toBe(true);
    story.when(setRetention(set, 'forever')).thenAlready();
    story.when(setRetention(set, '')).then({ type: 'RetentionSet', holder });
  });

  it('that runs out releases, and not before', () => {
    const story = given('1h').after(attach(set, first), detach(set, 'u1', 'gone'));
    story
      .wait(HOUR_MS - 1)
      .when(releaseExpired(set))
      .thenRefused('ReservationInUse', { subnet: NAME });
    story
      .wait(1)
      .when(releaseExpired(set))
      .then(released(set, held('10.16.0.2'), `kept until ${new Date(story.nowMs).toISOString()}`));
  });

  it('that runs out names what began it', () => {
    const evidence = { object: 'statefulset/default/web', uid: 's1', resourceVersion: '9' };
    const story = given('1h').after(attach(set, first), { ...detach(set, 'u1', 'gone'), evidence });
    const until = story.nowMs + HOUR_MS;
    const reason = `kept until ${new Date(until).toISOString()}`;
    story
      .wait(HOUR_MS)
      .when(releaseExpired(set))
      .then({ ...released(set, held('10.16.0.2'), reason), evidence });
  });

  it('that runs is not prolonged by hearing again that the owner is gone', () => {
    const story = given('1h')
      .after(attach(set, first), detach(set, 'u1', 'gone'))
      .wait(1000);
    story.when(endOwner(set)).thenAlready();
  });

  it('of a Subnet is part of what it is defined with', () => {
    given('1h')
      .when(define('10.16.0.0/24', { retention: '60m' }))
      .thenAlready();
    given('1h').when(define('10.16.0.0/24')).thenRefused('SubnetExists', { differs: 'retention' });
    const story = given('1h').after({ ...revise({}), retention: null });
    expect(story.state.definition?.retention).toBeUndefined();
  });
});

describe('EndOwner', () => {
  it('releases what was kept for it', () => {
    given()
      .after(attach(set, first), detach(set, 'u1', 'exists'))
      .when(endOwner(set))
      .then(released(set, held('10.16.0.2'), 'StatefulSet deleted'));
  });
});

describe('a live migration', () => {
  const vm = 'vm/default/db';
  const source = podUser('default/virt-launcher-a u1', 'n1');
  const target = podUser('default/virt-launcher-b u2', 'n2');
  const migrating = () =>
    scenario(subnet, NAME).after(
      define('10.16.0.0/24'),
      reserve(vm),
      attach(vm, source),
      attach(vm, target, true),
    );
  const of = reserve(vm).holder;

  it('shares the reservation between source and target, and packets go to the source', () => {
    expect(users(migrating(), of)).toEqual(['u1', 'u2']);
  });

  it('ends with the target alone, for a reason and with evidence', () => {
    const because = {
      reason: 'its live migration was completed',
      evidence: { object: 'virtualmachineinstance/default/db', uid: 'i1', resourceVersion: '7' },
    };
    const story = migrating();
    story
      .when({ ...movePrimary(vm, 'u2'), ...because })
      .then({ type: 'UserAttached', holder: of, user: target, isPrimary: true, ...because });
    expect(users(story, of)).toEqual(['u2', 'u1']);
    story.after(detach(vm, 'u1', 'exists'));
    expect(users(story, of)).toEqual(['u2']);
  });

  it('that fails leaves the source alone', () => {
    const story = migrating().after(detach(vm, 'u2', 'exists'));
    expect(users(story, of)).toEqual(['u1']);
  });
});

describe('a Vip', () => {
  const web = reserveVip('web');
  const ofSet = podUser('default/web-0 u1 statefulset/default/web/0');
  const vip = 'vip/web';

  it('is used by one Pod at a time, and stays reserved when that goes', () => {
    const story = scenario(subnet, NAME).after(
      define('10.16.0.0/24'),
      web,
      attach(vip, podUser('default/a u1')),
      detach(vip, 'u1', 'none'),
    );
    expect(story.state.byAddress.has(address('10.16.0.2'))).toBe(true);
    story.after(attach(vip, podUser('default/b u2')));
    story.when(releaseVip('web')).thenRefused('VipInUse', { vip: 'web', user: 'pod/default/b' });
  });

  it('is shared while the machine that has it migrates', () => {
    const [source, target] = ['a u1', 'b u2'].map((text) => podUser(`default/${text} vm/default/db`));
    const story = scenario(subnet, NAME).after(
      define('10.16.0.0/24'),
      web,
      attach(vip, source!),
      attach(vip, target!, true),
    );
    expect(users(story, attach(vip, source!).holder)).toEqual(['u1', 'u2']);
    story.after(movePrimary(vip, 'u2'), detach(vip, 'u1', 'exists'));
    expect(users(story, attach(vip, source!).holder)).toEqual(['u2']);
  });

  it('is kept for the successor of its StatefulSet’s Pod, and then for nobody', () => {
    const story = scenario(subnet, NAME).after(define('10.16.0.0/24'), web, attach(vip, ofSet));
    story.after(detach(vip, 'u1', 'exists'));
    story.when(attach(vip, podUser('default/b u2'))).thenRefused('ReservationInUse', {}, 'is kept for');
    story.when(releaseVip('web')).thenRefused('VipInUse', { user: 'statefulset/default/web/0' });
    const of = attach(vip, ofSet).holder;
    story.when(endOwner(vip)).then({ type: 'RetentionEnded', holder: of, reason: 'StatefulSet deleted' });
    story.after(attach(vip, podUser('default/b u2')));
  });
});

describe('a holder that comes back', () => {
  it('gets what it last had while that is free, if it says so', () => {
    const story = scenario(subnet, NAME).after(
      define('10.16.0.0/24'),
      reserve(set, '10.16.0.77'),
      release(set),
      reserve('pod/default/a'),
    );
    story.after(reserve(set, '', { prefersFormer: true }));
    expect(story.state.byHolder.get(holder)?.v4).toBe(address('10.16.0.77'));
  });

  it('gets another one when that is taken', () => {
    const story = scenario(subnet, NAME).after(
      define('10.16.0.0/24'),
      reserve(set, '10.16.0.77'),
      release(set),
      reserve('pod/default/a', '10.16.0.77'),
      reserve(set, '', { prefersFormer: true }),
    );
    expect(story.state.byHolder.get(holder)?.v4).toBe(address('10.16.0.2'));
  });
});
