import { statusText } from './status';

const follower = { lag: undefined, trouble: '', notes: [], position: '7', waiting: 0 };
const status = {
  ...{
    version: '1',
    roles: ['gateway'],
    position: '7',
    ledger: 'x',
    store: 'sqlite:/var/lib/holdfast/holdfast.db',
    troubles: [] as object[],
    planes: [] as object[],
  },
  views: [{ ...follower, name: 'ledger' }],
  projectors: [{ ...follower, name: 'kubernetes', notes: ['the cluster does not serve ippools.kubeovn.io'] }],
};
const difference = (about: string) => ({
  ...{ projector: 'kubernetes', about, what: 'it asks for\nsomething else', why: 'its spec changed' },
  at: { seconds: 1_767_225_600n, nanos: 0 },
});

it('shows what projectors note, and what they found different', () => {
  const text = statusText({ ...status, differences: [difference('vips.kubeovn.io/web')] } as never);
  expect(text).toContain(
    [
      'Found different, the newest first:',
      'AT                         PROJECTOR    ABOUT                 WHAT                         WHY',
      '2026-01-01T00:00:00.000Z   kubernetes   vips.kubeovn.io/web   it asks for something else   its spec changed',
      '',
    ].join('\n'),
  );
  expect(text).toContain('Store:     sqlite:/var/lib/holdfast/holdfast.db\n');
  expect(text).toContain('kubernetes: the cluster does not serve ippools.kubeovn.io\n');
});

it('shows the last ten, and says how many there are more', () => {
  const differences = Array.from({ length: 13 }, (_, n) => difference(`vip/${n}`));
  const text = statusText({ ...status, differences } as never);
  expect(text).toContain('vip/9');
  expect(text).not.toContain('vip/10');
  expect(text).toMatch(/\nand 3 more before: --output json\n$/);
});

it('shows what is wrong with the clock, and what is so', () => {
  const clock = { trouble: 'clock-stepped: it was set', notes: ['the log has events of a time to come'] };
  const text = statusText({ ...status, clock, differences: [] } as never);
  expect(text).toContain('clock: clock-stepped: it was set\nclock: the log has events of a time to come\n');
  const good = statusText({ ...status, clock: { trouble: '', notes: [] }, differences: [] } as never);
  expect(good).not.toContain('clock');
});

it('says nothing of differences where there are none', () => {
  expect(statusText({ ...status, differences: [] } as never)).not.toContain('different');
});

it('shows what is in trouble, and since when', () => {
  const trouble = {
    ...{
      part: 'ovn-northbound',
      code: 'ovn-northbound-unreachable',
      server: 'tcp:127.0.0.1:6641',
      stops: true,
    },
    ...{ message: 'it is\naway', since: { seconds: 1_767_225_600n, nanos: 0 } },
  };
  const text = statusText({ ...status, troubles: [trouble], differences: [] } as never);
  expect(text).toContain(
    [
      'In trouble:',
      'SINCE                      PART             STOPS   CODE                         WHAT',
      '2026-01-01T00:00:00.000Z   ovn-northbound   yes     ovn-northbound-unreachable   it is away',
      '',
    ].join('\n'),
  );
  expect(statusText({ ...status, differences: [] } as never)).not.toContain('In trouble');
});

it('shows the ledger’s level, how to raise it, and the planes where there are several', () => {
  const plane = (incarnation: string, level: number, isSelf = false) => ({
    ...{ incarnation, version: `0.${level}.0`, level, state: 'serving', isSelf },
  });
  const at = (ledger: number, ...planes: object[]): string =>
    statusText({ ...status, differences: [], formatLevel: { ledger, program: 2 }, planes } as never);
  const text = at(1, plane('a', 2, true), plane('b', 1));
  expect(text).toContain('Level:     1 (holdfast upgrade --finish raises it to 2)\n');
  expect(text).toMatch(/^a \(this one\) +0\.2\.0 +2 +serving/m);
  expect(text).toMatch(/^b +0\.1\.0 +1 +serving/m);
  expect(at(2, plane('a', 2, true))).toContain('Level:     2\n');
  expect(at(2, plane('a', 2, true))).not.toContain('this one');
});
