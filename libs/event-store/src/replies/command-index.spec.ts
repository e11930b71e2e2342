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

  it('says until when what was issued may be forgotten, for a clock that was ahead and is set back', () => {
    const index = new CommandIndex(1000);
    index.add('first', 0, 10, 5);
    index.add('second', 1, 20, 18);
    expect(index.forgottenUntilMs).toBe(-Infinity);
    // Ahead twice, by more than a window each; callers went by the right one.
    index.add('third', 2, 5_000, 30);
    expect([index.candidates('second'), index.forgottenUntilMs]).toEqual([[1], -Infinity]);
    index.add('fourth', 3, 9_000, 40);
    expect([index.candidates('second'), index.forgottenUntilMs]).toEqual([[], 18]);
    index.add('fifth', 4, 20_000, 90_000);
    expect(index.forgottenUntilMs).toBe(30);
  });
});
