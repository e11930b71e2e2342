// The control plane is killed (-9) under load, again and again; afterwards every acknowledged reservation is there,
// once and only once, and what was not acknowledged can be asked for again under the same command id.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { HttpClient } from '@holdfast/api/http-client';
import { systemChance } from '@holdfast/clock';
import { NO_PREDECESSOR, type RecordedEvent, firstBrokenLink } from '@holdfast/event-store';
import { openSqliteEventStore } from '@holdfast/event-store/sqlite';
import { type ControlPlaneProcess, startControlPlane } from '@holdfast/infra/servers/control-plane';

const KILLS = 8;
const CALLERS = 24;
/** A start takes a second on a quiet machine, and many times that where others are at work too. */
const LOADED_MAX_MS = 600_000;
const SUBNET = 'net';

interface Asked {
  readonly holder: string;
  readonly commandId: string;
  readonly issuedAtMs: number;
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
const store = join(folder, 'ledger.db');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clientOf = ({ http }: ControlPlaneProcess) => new HttpClient({ baseUrl: http });

async function reserve(client: HttpClient, { holder, commandId, issuedAtMs }: Asked): Promise<string> {
  const options = { commandId, issuedAt: timestampFromMs(issuedAtMs) };
  const outcome = await client.call('ReserveAddress', { subnet: SUBNET, holder, options });
  if (outcome.rejected) throw new Error(outcome.rejected.message);
  return outcome.reply.reservation?.v4 as string;
}

/** Many callers until the process dies under them, after a number of answers that chance gives. */
async function loadUntilKilled(
  controlPlane: ControlPlaneProcess,
  round: number,
): Promise<{ acknowledged: Map<string, string>; inDoubt: Asked[] }> {
  const client = clientOf(controlPlane);
  const acknowledged = new Map<string, string>();
  const inDoubt: Asked[] = [];
  const killAfter = 20 + Math.floor(systemChance.random() * 400);
  let next = 0;
  let isDead = false;
  const caller = async (): Promise<void> => {
    while (!isDead) {
      const name = `r${round}-${next++}`;
      const asked = { holder: `pod/default/${name}`, commandId: name, issuedAtMs: Date.now() };
      try {
        acknowledged.set(asked.holder, await reserve(client, asked));
        if (acknowledged.size === killAfter) await controlPlane.kill();
      } catch {
        isDead = true;
        inDoubt.push(asked);
      }
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return { acknowledged, inDoubt };
}

async function everyReservation(controlPlane: ControlPlaneProcess): Promise<Map<string, string>> {
  const client = clientOf(controlPlane);
  const found = new Map<string, string>();
  for (let pageToken = ''; ; ) {
    const { reply } = await client.call('ListReservations', { subnet: SUBNET, pageSize: 1000, pageToken });
    for (const { holder, v4 } of reply?.reservations ?? []) found.set(holder, v4 as string);
    pageToken = reply?.nextPageToken ?? '';
    if (pageToken === '') return found;
  }
}

it(
  `loses and doubles nothing that was acknowledged, killed ${KILLS} times under load`,
  async () => {
    const acknowledged = new Map<string, string>();
    let controlPlane = await startControlPlane({ store: `sqlite:${store}` });
    await clientOf(controlPlane).call('DefineSubnet', { name: SUBNET, cidrs: ['10.0.0.0/16'] });
    for (let round = 0; round < KILLS; round += 1) {
      const load = await loadUntilKilled(controlPlane, round);
      for (const [holder, address] of load.acknowledged) acknowledged.set(holder, address);
      controlPlane = await startControlPlane({ store: `sqlite:${store}` });
      const client = clientOf(controlPlane);
      for (const asked of load.inDoubt) acknowledged.set(asked.holder, await reserve(client, asked));
    }
    const found = await everyReservation(controlPlane);
    expect(await controlPlane.stop()).toBe(0);
    expect(found.size).toBe(acknowledged.size);
    for (const [holder, address] of acknowledged)
      expect([holder, found.get(holder)]).toEqual([holder, address]);
    expect(new Set(found.values()).size).toBe(found.size);

    const log = await openSqliteEventStore({ file: store });
    const events: RecordedEvent[] = [];
    for await (const page of log.readStream(`subnet-${SUBNET}`, 0)) events.push(...page);
    await log.close();
    expect(events).toHaveLength(acknowledged.size + 1);
    expect(firstBrokenLink(events, NO_PREDECESSOR)).toBeUndefined();
  },
  LOADED_MAX_MS,
);

const REFUSING_KILLS = 4;

/** Says what the command is told: the address that the holder got, or why it got none. */
async function askFor(client: HttpClient, { holder, commandId, issuedAtMs }: Asked, v4: string) {
  const options = { commandId, issuedAt: timestampFromMs(issuedAtMs) };
  const { reply, rejected } = await client.call('ReserveAddress', { subnet: SUBNET, holder, v4, options });
  return rejected ? `${rejected.code}: ${rejected.message}` : (reply.reservation?.v4 as string);
}

/** Many callers that want an address which somebody has, until the process dies under them. */
async function refuseUntilKilled(controlPlane: ControlPlaneProcess, round: number, v4: string) {
  const client = clientOf(controlPlane);
  const answered = new Map<Asked, string>();
  const inDoubt: Asked[] = [];
  const killAfter = 20 + Math.floor(systemChance.random() * 200);
  let next = 0;
  let isDead = false;
  const caller = async (): Promise<void> => {
    while (!isDead) {
      const commandId = `refused-${round}-${next++}`;
      const asked = { holder: `pod/default/${commandId}`, commandId, issuedAtMs: Date.now() };
      try {
        answered.set(asked, await askFor(client, asked, v4));
        if (answered.size === killAfter) await controlPlane.kill();
      } catch {
        isDead = true;
        inDoubt.push(asked);
      }
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return { answered, inDoubt };
}

it(
  `tells every refusal again as it did first, killed ${REFUSING_KILLS} times under load`,
  async () => {
    const file = join(folder, 'refusing.db');
    const start = () => startControlPlane({ store: `sqlite:${file}` });
    const answered = new Map<Asked, readonly [v4: string, answer: string]>();
    let controlPlane = await start();
    await clientOf(controlPlane).call('DefineSubnet', { name: SUBNET, cidrs: ['10.0.0.0/16'] });
    for (let round = 0; round < REFUSING_KILLS; round += 1) {
      const v4 = `10.0.7.${round + 1}`;
      const holder = `pod/default/holder-${round}`;
      await clientOf(controlPlane).call('ReserveAddress', { subnet: SUBNET, holder, v4 });
      const load = await refuseUntilKilled(controlPlane, round, v4);
      for (const [asked, answer] of load.answered) answered.set(asked, [v4, answer]);
      controlPlane = await start();
      // What nobody was told may be told anything, but once.
      await clientOf(controlPlane).call('ReleaseAddress', { subnet: SUBNET, holder });
      const client = clientOf(controlPlane);
      for (const asked of load.inDoubt) answered.set(asked, [v4, await askFor(client, asked, v4)]);
    }
    await controlPlane.kill();
    controlPlane = await start();
    const answers = [...answered.values()].map(([, answer]) => answer);
    expect(answers.filter((answer) => answer.startsWith('AddressTaken')).length).toBeGreaterThan(50);
    for (const [asked, [v4, answer]] of answered)
      expect([asked.commandId, await askFor(clientOf(controlPlane), asked, v4)]).toEqual([
        asked.commandId,
        answer,
      ]);
    expect(await controlPlane.stop()).toBe(0);
  },
  LOADED_MAX_MS,
);
