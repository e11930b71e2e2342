// What `holdfast upgrade` shows of a ledger before, during and after an upgrade.
import { upgradeText } from './upgrade';

const plane = (incarnation: string, level: number, isSelf = false) => ({
  ...{ incarnation, version: `0.${level}.0`, level, state: 'serving', isSelf },
  announced: { seconds: 1_767_225_600n, nanos: 0 },
});
const shown = (ledger: number, program: number, ...planes: object[]): string =>
  upgradeText({
    formatLevel: { ledger, program, formsWithheld: ledger < program ? ['A.v2'] : [] },
    planes,
  } as never) as string;

it('shows the level, who lives, and what finishing would change', () => {
  expect(shown(1, 2, plane('a', 2, true))).toBe(
    [
      'The ledger is written at level 1; the plane that answers reads and writes up to level 2.',
      '',
      'PLANE          VERSION   LEVEL   STATE     SAID AT',
      'a (this one)   0.2.0     2       serving   2026-01-01T00:00:00.000Z',
      '',
      '--finish raises it to level 2, for good: no plane of less starts on it from then on.',
      'May be written from then on: A.v2.',
      '',
    ].join('\n'),
  );
});

it.each([
  [
    [1, 2],
    [plane('a', 2), plane('b', 1)],
    '--finish is refused while a plane lives that reads less than level 2.',
  ],
  [
    [1, 3],
    [plane('a', 2), plane('b', 1)],
    '--finish is refused while 2 planes live that read less than level 3.',
  ],
  [[2, 2], [plane('a', 2)], 'There is nothing to finish.'],
  [
    [1, 1],
    [plane('a', 1), plane('b', 2)],
    'A newer plane lives: once all are as new, finish the upgrade at one of them.',
  ],
])('of levels %j says what comes next', ([ledger = 0, program = 0], planes, next) => {
  expect(shown(ledger, program, ...planes)).toContain(`\n${next}\n`);
});

it('says so of a server that knows no levels', () => {
  expect(upgradeText({ planes: [] } as never)).toEqual({
    nothing: expect.stringContaining('no levels') as string,
  });
});
