import { systemChance } from '@holdfast/clock';
import { VirtualClock } from '@holdfast/clock/testing';
import { MemoryEventStore } from '@holdfast/event-store';
import { type SubnetCommand, parseAddress } from '@holdfast/ipam';
import { commandsTo, holder } from '@holdfast/ipam/testing';
import { SubnetLoop } from '../command/aggregate-loops';
import { toRejection } from '../command/loop-rejections';
import { LedgerReader } from '../follow/ledger-reader';
import { whoHeld } from './who-held';

const subnet = 'blue';
const { define, reserve, release } = commandsTo(subnet);
const address = parseAddress('10.16.0.2') as number;
const user = { object: 'pod/default/db', uid: 'u1' };
const db = 'pod/default/db';
const place = { subnet, holder: holder(db) };

/** Each command a minute after the one before; answers who held the address then. */
async function afterwards(...commands: readonly SubnetCommand[]) {
  const [store, clock] = [new MemoryEventStore(), new VirtualClock()];
  const options = { store, clock, chance: systemChance };
  const loop = new SubnetLoop({ ...options, refuse: toRejection });
  const atMs: number[] = [];
  for (const command of [define('10.16.0.0/24', { retention: 'owner' }), ...commands]) {
    await loop.execute(subnet, { actor: { name: 'ann', through: 'http' }, command });
    atMs.push(clock.now());
    await clock.advance(60_000);
  }
  const reader = new LedgerReader(options);
  await reader.start();
  const held = await Promise.all(
    atMs.slice(1).map((at) => whoHeld({ type: 'WhoHeld', address, atMs: at, subnet }, reader, store)),
  );
  await reader.stop();
  return held.map(([holding]) => holding);
}

describe('whoHeld', () => {
  it('tells the holder, who used it then, and since when it is the same', async () => {
    const [reserved, attached, detached, released, again] = await afterwards(
      reserve(db, '10.16.0.2'),
      { type: 'AttachUser', ...place, user },
      { type: 'DetachUser', ...place, uid: user.uid, owner: 'exists', reason: 'evicted' },
      release(db),
      reserve('node/n1', '10.16.0.2'),
    );
    expect(reserved).toMatchObject({ began: { version: 1 }, latest: { holder: db } });
    expect(reserved?.use).toBeUndefined();
    expect(attached).toMatchObject({ began: { version: 1 }, use: { users: [user] } });
    expect(detached).toMatchObject({ use: { users: [], retained: {} }, keptBecause: 'evicted' });
    expect(released).toBeUndefined();
    expect(again).toMatchObject({ latest: { holder: 'node/n1' } });
    expect(again?.use).toBeUndefined();
  });
});
