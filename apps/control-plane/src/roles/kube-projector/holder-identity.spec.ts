// Which earlier holders of a Lease a process knows to be dead: those that had the very lock that it has now, and no others.
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteEventStore } from '@holdfast/event-store/sqlite';
import { holderIdentity } from './holder-identity';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-identity-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(file: string): Promise<string> {
  const store = await openSqliteEventStore({ file });
  await store.close();
  return `sqlite:${file}`;
}

it('is another for each process', async () => {
  const store = await opened(join(folder, 'ledger.db'));
  const [first, second] = [holderIdentity(store, 'first'), holderIdentity(store, 'second')];
  expect(first.name).toMatch(/_first_[0-9a-f]{16}$/);
  expect(second.name).toBe(first.name.replace('_first_', '_second_'));
});

it('knows who had its lock before, and nobody who had another: neither a copy’s nor that of a lock made anew', async () => {
  const file = join(folder, 'a', 'ledger.db');
  mkdirSync(join(folder, 'a'));
  const { name, isOver } = holderIdentity(await opened(file), 'first');
  expect(isOver(name)).toBe(true);
  expect(isOver(holderIdentity(await opened(file), 'second').name)).toBe(true);
  const clone = join(folder, 'clone');
  cpSync(join(folder, 'a'), clone, { recursive: true });
  const cloned = holderIdentity(await opened(join(clone, 'ledger.db')), 'third');
  expect([isOver(cloned.name), cloned.isOver(name)]).toEqual([false, false]);
  // As long as somebody has the old one open, whoever that is may live.
  const open = openSync(`${file}-lock`, 'r');
  rmSync(`${file}-lock`);
  expect(holderIdentity(await opened(file), 'fourth').isOver(name)).toBe(false);
  closeSync(open);
});

it.each(['memory:', 'eventstoredb:esdb://127.0.0.1:1', 'sqlite:/nowhere/ledger.db'])(
  'knows of nobody that it is dead on %s',
  (store) => {
    const { name, isOver } = holderIdentity(store, 'first');
    expect([name.endsWith('_first'), isOver(name), isOver('')]).toEqual([true, false, false]);
  },
);
