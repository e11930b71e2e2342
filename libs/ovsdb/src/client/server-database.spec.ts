import { type ServedDatabase, unfitness, Watermark } from './server-database';
import { parseUuid } from '../schema/uuid';

const CLUSTER = parseUuid('a6c1b6a2-5b0f-4d6c-9f5e-0123456789ab');
const RESTORED = parseUuid('b6c1b6a2-5b0f-4d6c-9f5e-0123456789ab');

const leader: ServedDatabase = {
  _uuid: parseUuid('c6c1b6a2-5b0f-4d6c-9f5e-0123456789ab'),
  name: 'OVN_Northbound',
  model: 'clustered',
  connected: true,
  leader: true,
  cid: CLUSTER,
  sid: CLUSTER,
  index: 100,
};

describe('unfitness', () => {
  it.each<[string, ServedDatabase | undefined, boolean, string | undefined]>([
    ['a leader', leader, true, undefined],
    ['a follower, for who needs the leader', { ...leader, leader: false }, true, 'it is not the leader'],
    ['a follower, for who does not', { ...leader, leader: false }, false, undefined],
    ['a server cut off', { ...leader, connected: false }, false, 'it is cut off from its cluster'],
    ['a standalone server', { ...leader, model: 'standalone', leader: false }, true, undefined],
    [
      'a relay, for who needs the leader',
      { ...leader, model: 'relay', leader: false },
      true,
      'it is a relay',
    ],
    ['a relay', { ...leader, model: 'relay', leader: false }, false, undefined],
    [
      'a relay cut off',
      { ...leader, model: 'relay', connected: false },
      false,
      'it is cut off from its source',
    ],
    ['no such database', undefined, false, 'it does not serve the database'],
  ])('judges %s', (_what, row, leaderOnly, expected) => {
    expect(unfitness(row, leaderOnly, new Watermark())).toBe(expected);
  });

  it('keeps a client from going back in time, but for another cluster in the place of the old', () => {
    const watermark = new Watermark();
    watermark.raise(leader);
    expect(unfitness({ ...leader, index: 99 }, true, watermark)).toBe('it is behind what was already seen');
    expect(unfitness({ ...leader, index: 100 }, true, watermark)).toBeUndefined();
    expect(unfitness({ ...leader, cid: RESTORED, index: 5 }, true, watermark)).toBeUndefined();
  });
});
