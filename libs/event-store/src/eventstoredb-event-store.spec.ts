import { contractServerHarness, realServerHarness } from './testing/eventstoredb-harness';
import { describeEventStore } from './testing/event-store-suite';

describeEventStore('eventstoredb (contract server)', contractServerHarness);
describeEventStore('eventstoredb (real server)', realServerHarness(process.env['EVENTSTOREDB_URL']));
