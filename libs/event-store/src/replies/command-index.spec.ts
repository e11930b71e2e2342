import { CommandIndex } from './command-index';

describe('CommandIndex', () => {
  it('finds each of many commands, and few others', () => {
    const index = new CommandIndex(1000);
    for (let version = 0; version < 50_000; version += 1) index.add(`command-${version}`, version, 0);
    for (let version = 0; version < 50_000; version += 1) {
      expect(index.candidates(`command-${version}`)).toContain(version);
    }
    const strays = Array.from({ length: 50_000 }, (_, at) => index.candidates(`stray-${at}`).length);
    expect(strays.filter((count) => count > 0).length).toBeLessThan(50);
  });

  it('finds a command for a window after it was added, and not for ever', () => {
    const index = new CommandIndex(1000);
    index.add('first', 0, 0);
    index.add('second', 1, 900);
    index.add('third', 2, 1800);
    expect(index.candidates('second')).toEqual([1]);
    index.add('fourth', 3, 3000);
    index.add('fifth', 4, 5000);
    expect(index.candidates('first')).toEqual([]);
    expect(index.candidates('fourth')).toEqual([3]);
  });
});
