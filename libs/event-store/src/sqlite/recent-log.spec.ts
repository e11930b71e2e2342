import { RecentLog } from './recent-log';

const event = (name: string) => ({ id: name, type: 'T', data: '{}', metadata: '{}' });
const names = (pages: { id: string }[][] | undefined) => pages?.map((page) => page.map(({ id }) => id));

describe('RecentLog', () => {
  it('has what was added, from any position on, with its place', () => {
    const log = new RecentLog();
    log.add('a', -1, 7, [event('a0'), event('a1')]);
    log.add('b', 4, 9, [event('b5')]);
    expect(names(log.pages(8, 9, ''))).toEqual([['a1', 'b5']]);
    expect(log.pages(9, 9, '')?.[0]?.[0]).toMatchObject({ stream: 'b', version: 5, position: '9' });
    expect(names(log.pages(7, 9, 'b'))).toEqual([['b5']]);
    expect(names(log.pages(10, 9, ''))).toEqual([]);
  });

  it('says that it does not know what is further back', () => {
    const log = new RecentLog();
    expect(log.pages(1, 0, '')).toBeUndefined();
    log.add('a', -1, 7, [event('a0')]);
    expect(log.pages(6, 7, '')).toBeUndefined();
  });

  it('knows nothing after it was cleared, until something is added', () => {
    const log = new RecentLog();
    log.add('a', -1, 1, [event('a0')]);
    log.clear();
    expect(log.pages(1, 1, '')).toBeUndefined();
    log.add('a', 0, 2, [event('a1')]);
    expect(names(log.pages(2, 2, ''))).toEqual([['a1']]);
  });

  it('starts over after a gap, and forgets the oldest when it is full', () => {
    const log = new RecentLog();
    log.add('a', -1, 1, [event('a0')]);
    log.add('a', 5, 100, [event('a6')]);
    expect(log.pages(1, 100, '')).toBeUndefined();
    for (let position = 101; position < 20_101; position += 1)
      log.add('a', position, position, [event(`${position}`)]);
    expect(log.pages(18_000, 20_100, '')).toBeUndefined();
    const pages = log.pages(19_000, 20_100, '') ?? [];
    expect(pages.flat().map(({ position }) => Number(position))).toEqual(
      Array.from({ length: 1_101 }, (_, at) => 19_000 + at),
    );
  });
});
