// A command that comes late must not undo what was decided after it was issued.
import { commandsTo, eventsOf, scenario } from '../../testing';
import { type SubnetCommand, subnet } from '..';

const NAME = 'ovn-default';
const { define, revise, retire, reserve, move, release, reserveVip, reviseVip, releaseVip } =
  commandsTo(NAME);
const { reserved } = eventsOf(NAME);
const MINUTE_MS = 60_000;

/** Everything in `history` happens a minute after the command was issued, a minute before it comes. */
function late(before: SubnetCommand[], history: SubnetCommand[], command: SubnetCommand) {
  const story = scenario(subnet, NAME).after(...before);
  const issuedAtMs = story.wait(MINUTE_MS).nowMs;
  return story
    .wait(MINUTE_MS)
    .after(...history)
    .wait(MINUTE_MS)
    .when(command, issuedAtMs);
}
const facts = { issuedAt: '2026-01-01T00:01:00.000Z', overtakenAt: '2026-01-01T00:02:00.000Z' };
const words = [NAME, facts.issuedAt, facts.overtakenAt, 'issue a new command'];
const here = define('10.16.0.0/24');
const a = 'pod/default/a';

describe('a late command', () => {
  it.each([
    [
      'ReserveAddress brings back what was released',
      [here],
      [reserve(a), release(a)],
      reserve(a),
      { holder: a },
    ],
    [
      'ReserveVip brings back what was released',
      [here],
      [reserveVip('web'), releaseVip('web')],
      reserveVip('web', '', { claim: 1 }),
      { holder: 'vip/web' },
    ],
    ['ReleaseAddress takes what was reserved', [here], [reserve(a)], release(a), { holder: a }],
    [
      'ReleaseAddress takes what was moved to',
      [here, reserve(a)],
      [move(a, '10.16.0.9')],
      release(a),
      { holder: a },
    ],
    [
      'ReleaseVip takes what was reserved',
      [here],
      [reserveVip('web')],
      releaseVip('web'),
      { holder: 'vip/web' },
    ],
    [
      'MoveAddress undoes a move',
      [here, reserve(a)],
      [move(a, '10.16.0.9')],
      move(a, '10.16.0.8'),
      { holder: a },
    ],
    ['MoveAddress moves what was reserved', [here], [reserve(a)], move(a, '10.16.0.8'), { holder: a }],
    [
      'ReviseVip undoes a revision',
      [here, reserveVip('web')],
      [reviseVip('web', '', { note: 'new' })],
      reviseVip('web', '', { note: 'old' }),
      { holder: 'vip/web' },
    ],
    ['DefineSubnet brings back a retired subnet', [], [here, retire()], here, {}],
    ['ReviseSubnet undoes a revision', [here], [revise({ coolingMs: 5 })], revise({ coolingMs: 9 }), {}],
    ['ReviseSubnet revises another definition', [], [here, retire(), here], revise({ coolingMs: 9 }), {}],
    ['RetireSubnet ends what was defined', [], [here], retire(), {}],
    ['RetireSubnet ends what was revised', [here], [revise({ coolingMs: 5 })], retire(), {}],
  ] as [string, SubnetCommand[], SubnetCommand[], SubnetCommand, Record<string, string>][])(
    'is refused before %s',
    (_, before, history, command, more) => {
      late(before, history, command).thenRefused(
        'CommandExpired',
        { subnet: NAME, ...facts, ...more },
        ...words,
      );
    },
  );

  it.each([
    ['ReserveAddress', [here], [reserve(a)], reserve(a)],
    ['MoveAddress', [here, reserve(a)], [move(a, '10.16.0.9')], move(a, '10.16.0.9')],
    ['ReserveVip', [here], [reserveVip('web')], reserveVip('web')],
    ['ReviseVip', [here, reserveVip('web')], [reviseVip('web', '10.16.0.9')], reviseVip('web', '10.16.0.9')],
    ['DefineSubnet', [], [here], here],
    ['ReviseSubnet', [here], [revise({ coolingMs: 5 })], revise({ coolingMs: 5 })],
  ] as [string, SubnetCommand[], SubnetCommand[], SubnetCommand][])(
    '%s is answered when what it asks for is so',
    (_, before, history, command) => {
      late(before, history, command).thenAlready();
    },
  );

  it('is as good as any when nothing of its holder was decided since', () => {
    late([here], [reserve('pod/default/b'), release('pod/default/b')], reserve(a)).then(
      reserved(a, '10.16.0.3'),
    );
  });

  it('is not late when it was issued in the same millisecond', () => {
    const story = scenario(subnet, NAME).after(here, reserve(a), release(a));
    story.when(reserve(a)).then(reserved(a, '10.16.0.3'));
  });

  it('is told from a release of the last week, whatever was released since', () => {
    const story = scenario(subnet, NAME).after(define('10.0.0.0/8'), reserve(a));
    const issuedAtMs = story.nowMs;
    story
      .wait(1)
      .after(release(a))
      .wait(7 * 24 * 60 * MINUTE_MS);
    for (let at = 0; at < 4200; at += 1) {
      story.after(reserve(`pod/default/p${at}`), release(`pod/default/p${at}`));
    }
    story.when(reserve(a), issuedAtMs).thenRefused('CommandExpired');
  });
});
