import { ReplyBounds } from './reply-bounds';
import { ReplyIndex } from './reply-index';

const OPTIONS = { callerUnitsMax: 4_000, unitsMax: 10_000, chunkUnits: 1_000 };
const of = (caller: string, atMs: number, issuedAtMs = atMs) => ({
  ...{ caller, issuedAtMs, atMs },
  outcome: 'x'.repeat(244),
});

describe('how much is remembered', () => {
  it('is bounded for each caller: it forgets its own oldest, and that is known', () => {
    const bounds = new ReplyBounds(OPTIONS);
    const forgotten = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) =>
      bounds.add(number, of('ann', number * 10), 0),
    );
    expect(forgotten.flat()).toEqual([{ caller: 'ann', from: 1, to: 2 }]);
    expect(bounds.forgottenUntilMs('ann')).toBe(20);
    expect(bounds.forgottenUntilMs('ben')).toBe(-Infinity);
  });

  it('is bounded for all: what is oldest goes, whoever asked for it', () => {
    const bounds = new ReplyBounds(OPTIONS);
    const forgotten = Array.from({ length: 21 }, (_, at) =>
      bounds.add(at + 1, of(`caller-${at}`, at), 0),
    ).flat();
    expect(forgotten).toEqual([{ from: 1, to: 2 }]);
    for (const caller of ['caller-0', 'caller-20', 'new']) expect(bounds.forgottenUntilMs(caller)).toBe(1);
  });

  it('is what was told since a time; what is older goes by and by, and is known to be forgotten if the clock is set back', () => {
    const bounds = new ReplyBounds(OPTIONS);
    for (let number = 1; number <= 6; number += 1)
      expect(bounds.add(number, of('ann', number), 0)).toEqual([]);
    expect(bounds.add(7, of('ann', 100), 50)).toEqual([{ from: 1, to: 2 }]);
    expect(bounds.add(8, of('ann', 101), 50)).toEqual([{ from: 3, to: 4 }]);
    expect(bounds.forgottenUntilMs('ann')).toBe(4);
  });

  it('loses no more than a chunk to a clock that is years ahead for a moment', () => {
    const bounds = new ReplyBounds(OPTIONS);
    for (let number = 1; number <= 6; number += 1) bounds.add(number, of('ann', number), 0);
    expect(bounds.add(7, of('ann', 9e12), 8e12)).toHaveLength(1);
  });

  it('takes nobody’s commands for forgotten because some were issued in the future', () => {
    const bounds = new ReplyBounds(OPTIONS);
    for (let number = 1; number <= 9; number += 1) bounds.add(number, of('ann', number, 5_000), 0);
    expect(bounds.forgottenUntilMs('ann')).toBe(2);
  });

  it('is known after a restart, from what is stored with each reply', () => {
    const index = new ReplyIndex(OPTIONS);
    const reply = (at: number) => ({
      ...of('ann', at),
      stream: 's',
      commandId: `c${at}`,
      commandDigest: 'd',
    });
    for (let at = 1; at <= 9; at += 1) index.add(reply(at), 0);
    const stored = index.forgottenUntil('ann');
    const again = new ReplyIndex(OPTIONS);
    again.put(9, reply(9));
    again.raise('ann', JSON.parse(JSON.stringify(stored)) as typeof stored);
    expect(again.forgottenUntilMs('ann')).toBe(2);
    expect(again.forgottenUntilMs('ben')).toBe(-Infinity);
    expect(again.candidates('c9')).toEqual([9]);
    expect(again.add(reply(10), 0).number).toBe(10);
  });
});
