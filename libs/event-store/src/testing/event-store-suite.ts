// The conformance suite: what every EventStore promises, asked of each adapter in the same words. Cases that need
// something to go wrong run where the adapter can make it go wrong; elsewhere they are skipped by name, with the reason.
import { describeCases, describeUnless } from './harness/cases';
import { APPENDING } from './cases/appending';
import { CLOSING } from './cases/closing';
import { DAMAGE } from './cases/damage';
import { FAILING_DISK, FULL_DISK } from './cases/disk';
import { HINTS } from './cases/hints';
import { KILLING } from './cases/killing';
import { READING } from './cases/reading';
import { SECOND_WRITER } from './cases/second-writer';
import { LOST_MESSAGES, OUTAGE } from './cases/wire';
import { LOST_REPLIES, RECALLING, REPLIES_KEPT, REPLIES_OUTAGE, SHARED_REPLIES } from './cases/replies';
import type { StoreHarness } from './harness/harness';

/** To be called in a spec file, once an adapter. */
export function describeEventStore(name: string, harness: StoreHarness): void {
  describeUnless(harness.skipped, `EventStore ${name}`, () => {
    const { faults } = harness;
    describeCases('appending', harness, APPENDING);
    describeCases('reading', harness, READING);
    describeCases('hints', harness, HINTS);
    describeCases('closing', harness, CLOSING);
    describeCases('kill -9 in the middle of writing', faults.killedWriter, KILLING);
    describeCases('a second writer', faults.secondWriter, SECOND_WRITER);
    describeCases('damage', faults.damage, DAMAGE);
    describeCases('a full disk', faults.fullDisk, FULL_DISK);
    describeCases('a failing disk', faults.failingDisk, FAILING_DISK);
    describeCases('a lost message', faults.lostMessages, LOST_MESSAGES);
    describeCases('an outage', faults.outage, OUTAGE);
    describeCases('replies', harness, RECALLING);
    describeCases('replies that outlive a process', faults.killedWriter, REPLIES_KEPT);
    describeCases('replies of several processes', faults.manyWriters, SHARED_REPLIES);
    describeCases('replies over lost messages', faults.lostMessages, LOST_REPLIES);
    describeCases('replies over an outage', faults.outage, REPLIES_OUTAGE);
  });
}
