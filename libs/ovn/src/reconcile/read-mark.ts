// The mark that a Northbound has now, read once: for whoever has to know before there is a ledger to project.
import { sleep } from '@holdfast/clock';
import type { LedgerMark } from '@holdfast/ipam';
import { OvsdbClient, operationsOf } from '@holdfast/ovsdb';
import type { NorthboundOptions } from '../actual/ovsdb-northbound';
import { OVN_Northbound } from '../generated/northbound';
import type { GlobalRow } from '../model/tables';
import { recordedIn } from './mark';

const { select } = operationsOf(OVN_Northbound);

/** @returns `undefined` when no server answered in time @throws OvsdbFault `invalid-remote` */
export async function readNorthboundMark(
  options: NorthboundOptions,
  timeoutMs: number,
): Promise<LedgerMark | undefined> {
  const client = OvsdbClient.open({ ...options, database: OVN_Northbound });
  const ended = new AbortController();
  try {
    const read = async (): Promise<LedgerMark | undefined> => {
      await client.whenConnected(ended.signal);
      const result = await client.transact([select('NB_Global', [])]);
      if (result.outcome !== 'committed') return undefined;
      const { rows } = result.results[0] as unknown as { readonly rows: readonly GlobalRow[] };
      return recordedIn(rows[0]);
    };
    const inTime = sleep(options.clock, timeoutMs, ended.signal).then(() => undefined);
    return await Promise.race([read().catch(() => undefined), inTime]);
  } finally {
    ended.abort();
    await client.close();
  }
}
