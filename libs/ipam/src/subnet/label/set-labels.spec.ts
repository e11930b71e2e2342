import { commandsTo, eventsOf, labelsGivenIn, scenario } from '../../testing';
import { subnet } from '..';

const NAME = 'ovn-default';
const { define, revise, retire, definePool, retirePool, reserve, move, release, reserveVip, reviseVip } =
  commandsTo(NAME);
const { releaseVip } = commandsTo(NAME);
const { reserved, held } = eventsOf(NAME);
const { setLabels, labelsSet } = labelsGivenIn(NAME);
const net = { team: 'net' };
const web = { team: 'web' };
const POD = 'pod/default/a';
const SUBJECTS = ['', 'mail', POD, 'vip/web'] as const;
const given = () =>
  scenario(subnet, NAME).after(
    define('10.16.0.0/24'),
    definePool('mail', '10.16.0.100..10.16.0.109'),
    reserve(POD),
    reserveVip('web'),
  );
const of = (subject: string) => setLabels(subject, {});
const labelsOf = (story: ReturnType<typeof given>, subject: string) => story.state.labels.of(of(subject));

describe.each(SUBJECTS)('SetLabels of "%s"', (subject) => {
  it('says all of them, in the order of their keys', () => {
    const story = given();
    story
      .when(setLabels(subject, { team: 'net', env: 'prod' }))
      .then(labelsSet(subject, { env: 'prod', team: 'net' }));
    story.when(setLabels(subject, web)).then(labelsSet(subject, web));
    expect(labelsOf(story, subject)).toEqual(web);
    for (const other of SUBJECTS.filter((one) => one !== subject)) expect(labelsOf(story, other)).toEqual({});
    story.when(setLabels(subject, {})).then(labelsSet(subject, {}));
    expect(labelsOf(story, subject)).toEqual({});
  });

  it('changes nothing that is so', () => {
    const story = given();
    story.when(setLabels(subject, {})).thenAlready({ labels: {} });
    story.after(setLabels(subject, net));
    story.when(setLabels(subject, net)).thenAlready({ labels: net });
  });

  it('refuses what Kubernetes would', () => {
    given()
      .when(setLabels(subject, { 'no key': '' }))
      .thenRefused('InvalidArgument', { field: 'labels' }, 'no key');
    given()
      .when(setLabels(subject, { team: '-' }))
      .thenRefused('InvalidArgument', { field: 'labels[team]' });
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`k${at}`, '']));
    given().when(setLabels(subject, many)).thenRefused('InvalidArgument', { field: 'labels' }, '64');
  });

  it('does not undo what was set since it was issued', () => {
    const story = given().wait(1000).after(setLabels(subject, net));
    story.when(setLabels(subject, web), story.nowMs - 1).thenRefused('CommandExpired', { subnet: NAME });
    expect(labelsOf(story, subject)).toEqual(net);
  });

  it('is not of what came since it was issued', () => {
    const story = given();
    story.when(setLabels(subject, web), story.nowMs - 1).thenRefused('CommandExpired', { subnet: NAME });
  });
});

describe('SetLabels', () => {
  it('refuses what is not there', () => {
    const story = given();
    story.when(setLabels('none', net)).thenRefused('PoolNotFound', { pool: 'none' });
    story
      .when(setLabels('pod/default/b', net))
      .thenRefused('ReservationNotFound', { holder: 'pod/default/b' });
    story.when(setLabels('vip/db', net)).thenRefused('VipNotFound', { vip: 'db' });
    story.when({ ...setLabels(POD, net), pool: 'mail' }).thenRefused('InvalidArgument', { field: 'pool' });
    scenario(subnet, NAME).when(setLabels('', net)).thenRefused('SubnetNotFound', { subnet: NAME });
  });
});

describe('labels', () => {
  const labelled = () => SUBJECTS.reduce((story, subject) => story.after(setLabels(subject, net)), given());

  it('are kept through move, revision and the pool defined again', () => {
    const story = labelled().after(
      move(POD, '10.16.0.50'),
      reviseVip('web', '10.16.0.51', { note: 'moved' }),
      revise({ coolingMs: 1000 }),
      definePool('mail', '10.16.0.100..10.16.0.119'),
    );
    for (const subject of SUBJECTS) expect(labelsOf(story, subject)).toEqual(net);
  });

  it('go with what has them: a new one of the same name starts without', () => {
    const story = labelled().after(
      release(POD),
      reserve(POD),
      releaseVip('web'),
      reserveVip('web', '', { claim: 1 }),
      retirePool('mail'),
      definePool('mail', '10.16.0.100..10.16.0.109'),
    );
    for (const subject of [POD, 'vip/web', 'mail']) expect(labelsOf(story, subject)).toEqual({});
    expect(labelsOf(story, '')).toEqual(net);
    story.after(release(POD), releaseVip('web'), retire(), define('10.16.0.0/24'));
    expect([...story.state.labels.subjects()]).toEqual([]);
  });

  it('come with what comes: right before it', () => {
    const story = given();
    story
      .when(reserve('pod/default/b', '10.16.0.9', { labels: net }))
      .then(labelsSet('pod/default/b', net), reserved('pod/default/b', '10.16.0.9'));
    story.after(reserveVip('db', '', { labels: net }), definePool('web', '10.16.0.200', [], net));
    const other = scenario(subnet, NAME).after(define('10.16.0.0/24', { labels: net }));
    expect([labelsOf(story, 'vip/db'), labelsOf(story, 'web'), labelsOf(other, '')]).toEqual([net, net, net]);
  });

  it('are not there where what they come with is refused', () => {
    const story = given();
    story.when(reserve('pod/default/b', '10.16.0.1', { labels: net })).thenRefused('AddressNotUsable');
    story
      .when(reserve('pod/default/b', '', { labels: { '': '' } }))
      .thenRefused('InvalidArgument', { field: 'labels' });
    expect([...story.state.labels.subjects()]).toEqual([]);
  });

  it('are no matter to who asks again without, or for the same', () => {
    const story = labelled();
    for (const labels of [net, {}, undefined]) {
      story.when(reserve(POD, '', { labels })).thenAlready();
      story.when(reserveVip('web', '', { labels })).thenAlready();
      story.when(definePool('mail', '10.16.0.100..10.16.0.109', [], labels)).thenAlready();
    }
  });

  it('are not changed by who reserves or defines again: a pool excepted, which is set', () => {
    const story = labelled();
    const asked = { held: '10.16.0.2', asked: 'labels team=web' };
    story
      .when(reserve(POD, '', { labels: web }))
      .thenRefused('HolderHasDifferentAddress', asked, 'set its labels');
    story.when(reserveVip('web', '', { labels: web })).thenRefused('VipExists', { differs: 'labels' });
    const other = scenario(subnet, NAME).after(define('10.16.0.0/24', { labels: net }));
    other.when(define('10.16.0.0/24', { labels: web })).thenRefused('SubnetExists', { differs: 'labels' });
    story.after(definePool('mail', '10.16.0.100..10.16.0.109', [], web));
    expect(labelsOf(story, 'mail')).toEqual(web);
    expect(labelsOf(story, POD)).toEqual(net);
  });

  it('come with a user, too', () => {
    const user = { object: 'pod/default/b', uid: 'u1' };
    const story = given().after(reserve('pod/default/b', '10.16.0.9', { labels: net, user }));
    expect(story.events.slice(-3).map(({ type }) => type)).toEqual([
      'LabelsSet',
      'AddressReserved',
      'UserAttached',
    ]);
    expect(held('10.16.0.9').v4).toBe(story.state.byHolder.get(reserve('pod/default/b').holder)?.v4);
  });
});
