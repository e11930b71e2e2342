import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  START,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { EventStoreDbContractServer } from './eventstoredb-contract-server';

describe('the contract server, asked by the client as it comes', () => {
  let server: EventStoreDbContractServer;
  let client: EventStoreDBClient;

  beforeEach(async () => {
    server = await EventStoreDbContractServer.start();
    client = EventStoreDBClient.connectionString(server.connectionString);
  });
  afterEach(async () => {
    await client.dispose();
    server.goAway();
  });

  const noted = (n: number) => jsonEvent({ type: 'Noted', data: { n } });

  async function numbersOf(
    events: AsyncIterable<{ event?: { data: unknown } | undefined }>,
  ): Promise<number[]> {
    const numbers = [];
    for await (const { event } of events) numbers.push((event?.data as { n: number }).n);
    return numbers;
  }

  it('takes batch appends, also of several messages, and counts revisions from 0', async () => {
    const first = await client.appendToStream('a', [noted(0), noted(1)], { expectedRevision: NO_STREAM });
    expect(first).toMatchObject({ success: true, nextExpectedRevision: 1n });
    const many = Array.from({ length: 50 }, (_, index) => noted(2 + index));
    const batchAppendSize = 500;
    const second = await client.appendToStream('a', many, { expectedRevision: 1n, batchAppendSize });
    expect(second.nextExpectedRevision).toBe(51n);
    expect(await numbersOf(client.readStream('a'))).toEqual(Array.from({ length: 52 }, (_, index) => index));
  });

  it('refuses a wrong expected revision, and takes the same ids again', async () => {
    const event = noted(0);
    const first = await client.appendToStream('a', event, { expectedRevision: NO_STREAM });
    const again = await client.appendToStream('a', event, { expectedRevision: NO_STREAM });
    expect(again.nextExpectedRevision).toBe(first.nextExpectedRevision);
    const other = client.appendToStream('a', noted(1), { expectedRevision: NO_STREAM });
    await expect(other).rejects.toBeInstanceOf(WrongExpectedVersionError);
    await expect(other).rejects.toMatchObject({ actualVersion: 0n });
  });

  it('reads forwards and backwards, streams and everything', async () => {
    for (let n = 0; n < 5; n += 1) await client.appendToStream(n % 2 ? 'odd' : 'even', noted(n));
    expect(await numbersOf(client.readStream('even', { direction: BACKWARDS, fromRevision: END }))).toEqual([
      4, 2, 0,
    ]);
    expect(await numbersOf(client.readStream('even', { fromRevision: 1n, maxCount: 1 }))).toEqual([2]);
    await expect(numbersOf(client.readStream('none'))).rejects.toMatchObject({ type: 'stream-not-found' });
    const all = [];
    for await (const { event } of client.readAll({ direction: BACKWARDS, fromPosition: END }))
      all.push(event?.type);
    expect(all).toEqual(Array(5).fill('Noted'));
  });

  it('sends a subscriber what is there and what comes, by its filter', async () => {
    await client.appendToStream('subnet-a', noted(1));
    await client.appendToStream('vip-a', noted(2));
    const filter = streamNameFilter({ prefixes: ['subnet-'] });
    const subscription = client.subscribeToAll({ fromPosition: START, filter });
    const seen: unknown[] = [];
    for await (const { event } of subscription) {
      seen.push(event?.data);
      if (seen.length === 1) await client.appendToStream('vip-a', noted(3));
      if (seen.length === 1) await client.appendToStream('subnet-b', noted(4));
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([{ n: 1 }, { n: 4 }]);
  });
});
