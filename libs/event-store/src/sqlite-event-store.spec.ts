import { describeEventStore } from './testing/event-store-suite';
import { sqliteHarness } from './testing/sqlite-harness';

describeEventStore('sqlite', sqliteHarness);
