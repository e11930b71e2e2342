// A recording of a real EventStoreDB 23.10.8, played against the contract server call by call: what differs is a fault of the
// contract server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SeededChance, VirtualClock } from '@holdfast/clock/testing';
import { EventStoreDbContractServer } from './eventstoredb-contract-server';
import { asPlayed, ExpectedAnswers, isExcused } from './eventstoredb/recorded-answers';
import { type RecordedCall, RecordingPlayer } from './eventstoredb/recording-player';

const FILE = join(__dirname, '../../../../test/golden/eventstoredb/recording-23.10.8.jsonl.gz');

/** What a restart of the real server took, at least: longer than anything may be old in the recording. */
const RESTART_MS = 5_000;

interface RecordedLine {
  readonly n: number;
  readonly call: RecordedCall;
  readonly answer: unknown;
}

const lines = gunzipSync(readFileSync(FILE))
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedLine);

/** Of long answers the first message that differs, and how many there are. */
function firstDifference(played: unknown, due: unknown): object | undefined {
  const [one, other] = [played, due].map((answer) => (Array.isArray(answer) ? answer : [answer])) as [
    unknown[],
    unknown[],
  ];
  const at = one.findIndex((message, index) => JSON.stringify(message) !== JSON.stringify(other[index]));
  if (at < 0 && one.length === other.length) return undefined;
  const place = at < 0 ? one.length : at;
  return { at: place, of: [one.length, other.length], played: one[place], due: other[place] };
}

it('answers each call of the recording as the real server did', async () => {
  const clock = new VirtualClock();
  const server = await EventStoreDbContractServer.start({ clock, chance: new SeededChance(1) });
  const player = new RecordingPlayer({
    address: server.address,
    restart: async (how) => {
      server.goAway();
      const size = /max append size (\d+)/.exec(how)?.[1];
      if (size !== undefined) server.faults.maxAppendBytes = Number(size);
      await server.comeBack();
      await clock.advance(RESTART_MS);
    },
    scavenge: async () => server.scavenge(),
    wait: (ms) => clock.advance(ms),
  });
  const expected = new ExpectedAnswers();
  const differences: unknown[] = [];
  for (const { n, call, answer } of lines) {
    if (isExcused(call)) continue;
    const played = asPlayed(await player.play(call).catch((error: Error) => ({ threw: error.message })));
    const due = expected.of(answer);
    const difference = firstDifference(played, due);
    if (difference) differences.push({ n, call, ...difference });
  }
  player.close();
  server.goAway();
  expect(differences.slice(0, 5)).toEqual([]);
  expect(lines.length).toBe(2_383);
}, 120_000);
