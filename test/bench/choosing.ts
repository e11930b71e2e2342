// The cost of the next free address must not depend on how full the subnet is, nor on how large.
import { type Cidr, type Holder, SubnetFold, parseCidr, subnet } from '@holdfast/ipam';
import { type Figure, median } from './figure';

const BATCH = 60;
const ROUNDS = 400;

export function choosing(): Figure[] {
  const cases = {
    'an empty /16': ['10.0.0.0/16', 0],
    'a /16 99.9 % full': ['10.0.0.0/16', 65_468],
    'an empty /8': ['10.0.0.0/8', 0],
    'a /8 with 65,468 held': ['10.0.0.0/8', 65_468],
    'an empty /64': ['fd00::/64', 0],
    'a /64 with 65,468 held': ['fd00::/64', 65_468],
  } as const;
  const prepared = Object.entries(cases).map(([name, [cidr, held]]) => ({
    name,
    state: filled(cidr, held),
    samples: [] as number[],
  }));
  // In turns, so that whatever else the machine does meets all alike.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { state, samples } of prepared) samples.push(reserveAndRelease(state));
  }
  const us = Object.fromEntries(
    prepared.map(({ name, samples }) => [name, (median(samples.slice(50)) * 1000) / BATCH]),
  );
  return COMPARED.map(([name, other, atMost]) => ({
    what: `automatic reservation (decide and evolve) in ${name}`,
    measured: us[name] as number,
    limit: us[other] as number,
    limitName: `in ${other}`,
    unit: 'us',
    ...(atMost !== undefined && { atMost }),
  }));
}

const COMPARED = [
  ['a /16 99.9 % full', 'an empty /16', 1.2],
  ['a /8 with 65,468 held', 'an empty /8', 1.2],
  ['a /64 with 65,468 held', 'an empty /64', 1.2],
  ['an empty /8', 'an empty /16', 1.2],
  ['an empty /64', 'an empty /16', undefined],
] as const;

function filled(cidr: string, held: number): SubnetFold {
  const state = subnet.initial('net');
  subnet.evolve(
    state,
    { type: 'SubnetDefined', cidrs: [parseCidr(cidr) as Cidr], gateways: [], excluded: [], coolingMs: 0 },
    0,
  );
  for (let index = 0; index < held; index += 1) reserveOne(state, `pod/full/p-${index}` as Holder);
  return state;
}

/** The time of the reservations alone, milliseconds; the releases put the subnet back. */
function reserveAndRelease(state: SubnetFold): number {
  const holders = Array.from({ length: BATCH }, (_, index) => `pod/default/p-${index}` as Holder);
  const startMs = performance.now();
  for (const holder of holders) reserveOne(state, holder);
  const ms = performance.now() - startMs;
  for (const holder of holders) act(state, { type: 'ReleaseAddress', subnet: 'net', holder, reason: '' });
  return ms;
}

const reserveOne = (state: SubnetFold, holder: Holder) =>
  act(state, { type: 'ReserveAddress', subnet: 'net', holder });

function act(state: SubnetFold, command: Parameters<typeof subnet.decide>[0]): void {
  const decision = subnet.decide(command, state, { nowMs: 1, issuedAtMs: 1 });
  if (decision.rejected) throw new Error(decision.rejected.message);
  for (const event of decision.events) subnet.evolve(state, event, 1);
}
