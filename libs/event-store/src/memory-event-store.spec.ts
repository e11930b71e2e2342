import { describeEventStore } from './testing/event-store-suite';
import { memoryHarness } from './testing/memory-harness';

describeEventStore('memory', memoryHarness);
