import { systemChance, systemClock } from '@holdfast/clock';
import { NO_STREAM } from './port/event-store';
import { openEventStoreDbEventStore } from './eventstoredb-event-store';
import { EventStoreDbContractServer } from './testing/eventstoredb-contract-server';
import { contractServerHarness, realServerHarness } from './testing/eventstoredb-harness';
import { describeEventStore } from './testing/event-store-suite';
import { readWholeStream } from './testing/harness/read-whole';
import { sampleEvents } from './testing/harness/sample-events';

describeEventStore('eventstoredb (contract server)', contractServerHarness);
describeEventStore('eventstoredb (real server)', realServerHarness(process.env['EVENTSTOREDB_URL']));

describe('the EventStoreDB store', () => {
  it('refuses a stream from which the server has removed events', async () => {
    const server = await EventStoreDbContractServer.start();
    const { connectionString } = server;
    const store = openEventStoreDbEventStore({ connectionString, clock: systemClock, chance: systemChance });
    await store.append('subnet-a', NO_STREAM, sampleEvents('subnet-a', NO_STREAM, 5));
    server.forget('subnet-a', 2);
    expect(await readWholeStream(store, 'subnet-a', 3)).toHaveLength(2);
    await expect(readWholeStream(store, 'subnet-a')).rejects.toMatchObject({
      code: 'store-corrupt',
      message: expect.stringContaining('version 0 of subnet-a is missing') as string,
    });
    await store.close();
    server.goAway();
  });

  it('takes no connection string that is none', () => {
    const open = () =>
      openEventStoreDbEventStore({ connectionString: 'localhost', clock: systemClock, chance: systemChance });
    expect(open).toThrow();
  });
});
