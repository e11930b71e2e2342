// Whatever ports there are and whatever the ledger says: those that are taken over are the rows that they were, all others
// are to the letter what they were, and a projector at work makes nothing of it but what it would have made anyway.
import { SeededChance } from '@holdfast/clock/testing';
import type { SwitchPortRow } from '@holdfast/ovn/planning';
import { eventually, inOne, kubeOvnPort, kubeOvnVirtualPort } from '@holdfast/ovn/testing';
import { HandOverLab } from '../testing/hand-over-lab';

const SEEDS = [1, 2, 3, 4, 5, 6];
const HOLDERS = 40;

let world: HandOverLab;

beforeEach(async () => {
  world = await HandOverLab.start();
});
afterEach(() => world.stop());

const hex = (at: number): string => at.toString(16).padStart(2, '0');

/** Commands for what Kube-OVN has for the holder of this number, agreeing or not. */
function rowsFor(at: number, chance: SeededChance): string[][] {
  const name = `p${at}.default`;
  const other = chance.below(HOLDERS);
  const agreeing = `00:00:00:0a:00:${hex(at)} 10.17.0.${at + 10}`;
  const port = (addresses: string, on = 'blue', more: object = {}) => [
    kubeOvnPort(on, name, { addresses, ...more }),
  ];
  const below = chance.below(100);
  if (below < 45) return port(agreeing);
  if (below < 50) return port(agreeing.toUpperCase());
  if (below < 56) return port(`00:00:00:0a:00:${hex(at)} 10.17.0.${other + 10}`);
  if (below < 62) return port(`00:00:00:0a:00:${hex(other)} 10.17.0.${at + 10}`);
  if (below < 67) return port(agreeing, 'green');
  if (below < 72) return port(agreeing, 'blue', { portSecurity: agreeing });
  if (below < 77) return [kubeOvnPort('blue', `stray-${at}`, { addresses: `00:00:00:0a:00:${hex(other)}` })];
  if (below < 82) return [kubeOvnVirtualPort('blue', name, `10.17.0.${at + 10}`, [])];
  if (below < 88)
    return [...port(agreeing), kubeOvnVirtualPort('blue', `v-${at}`, `10.17.0.${other + 10}`, [])];
  if (below < 93)
    return [...port(agreeing), ['set', 'Logical_Switch_Port', name, 'external_ids:vendor=other']];
  return [];
}

const withoutOwner = (row: SwitchPortRow | undefined): unknown => row && { ...row, external_ids: undefined };

it.each(SEEDS)('seed %i', async (seed) => {
  const chance = new SeededChance(seed);
  await world.lab.nbctl('ls-add', 'green');
  const commands = Array.from({ length: HOLDERS }, (_, at) => rowsFor(at, chance)).flat();
  await world.lab.nbctl(...inOne(...commands));
  for (let at = 0; at < HOLDERS; at += 1) world.reserved(`p${at}`, `10.17.0.${at + 10}`, 0x0a0000 + at);
  const projector = await world.project();
  const before = await world.portRows();
  const { ports } = await world.plan();
  const { done, conflicts } = await world.take();
  expect([done.length, conflicts]).toEqual([ports.length, []]);
  await projector.whenSettled();
  const after = await world.portRows();
  const taken = new Map(ports.map((port) => [port.row.name, port.respelled]));
  for (const [name, row] of Object.entries(before)) {
    if (!taken.has(name)) expect(after[name]).toEqual(row);
    else if (taken.get(name)?.length === 0) expect(withoutOwner(after[name])).toEqual(withoutOwner(row));
    else expect(after[name]?._uuid).toBe(row._uuid);
  }
  expect(taken.size).toBeGreaterThan(0);
  expect((await world.plan()).ports).toEqual([]);
  const blocked = new Set(projector.status().obstacles.map(({ key }) => key));
  for (const { key } of ports) expect(blocked).not.toContain(key);
  await projector.shutDown();
  const handOver = await world.readAgain();
  await handOver.giveBack(handOver.planGiveBack());
  await eventually(async () => {
    const back = await world.portRows();
    for (const name of taken.keys())
      expect(back[name]?.external_ids).toEqual({
        ...before[name]?.external_ids,
        pod: `default/${name.split('.')[0]}`,
      });
  });
});
