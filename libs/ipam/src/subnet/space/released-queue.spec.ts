import fc from 'fast-check';
import { ReleasedQueue } from './released-queue';

describe('ReleasedQueue', () => {
  it('is a list in the order of release from which any may be taken', () => {
    const act = fc.record({ offset: fc.nat(9), takes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const queue = new ReleasedQueue();
        let list: { offset: number; atMs: number }[] = [];
        acts.forEach(({ offset, takes }, atMs) => {
          const isThere = list.some((one) => one.offset === offset);
          if (takes || isThere) {
            expect(queue.remove(offset)).toBe(isThere);
            list = list.filter((one) => one.offset !== offset);
          } else {
            queue.push(offset, atMs);
            list.push({ offset, atMs });
          }
          const plain = ({ offset: which, atMs: when }: { offset: number; atMs: number }) => ({
            offset: which,
            atMs: when,
          });
          expect([...queue].map(plain)).toEqual(list);
          expect(queue.size).toBe(list.length);
          const oldest = queue.oldest();
          expect(oldest && plain(oldest)).toEqual(list[0]);
        });
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
