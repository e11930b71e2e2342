// Whether a mark comes from a log, by the log itself and not by what a fence makes of it: each event is noted as it lands.
import type { RecordedEvent } from '@holdfast/event-store';
import {
  eventText,
  LEDGER_RECORD_ID,
  type LedgerMark,
  ledgerRecord,
  MARK_FIELDS,
  markFrom,
  type Side,
} from '@holdfast/ipam';
import { LEDGER_KEY } from '@holdfast/ovn';
import { CONFIG_MAPS, objectPathOf } from '@holdfast/kube-api';
import { Violation } from '../engine/violation';
import type { Cluster } from '../kubernetes/cluster';
import type { Tables } from '../northbound/database';

const RECORD_STREAM = `${ledgerRecord.category}-${LEDGER_RECORD_ID}`;

export class MarkBook {
  /** By position, from 1. */
  readonly events: RecordedEvent[] = [];
  private readonly texts = new Set<string>();
  private readonly incarnations = new Set<string>();
  private ledger: string | undefined;

  take(recorded: RecordedEvent): void {
    this.events.push(recorded);
    this.texts.add(eventText(recorded));
    if (recorded.stream !== RECORD_STREAM) return;
    const event = ledgerRecord.codec.decode(recorded);
    if (event.type === 'LedgerFounded') this.ledger ??= event.ledger;
    if (event.type === 'IncarnationStarted') this.incarnations.add(event.incarnation);
  }

  /** What of the mark this log does not know; `undefined`: nothing, it was written from this log. */
  whyForeign({ ledger, position, event, incarnation }: LedgerMark): string | undefined {
    const is = position === undefined ? undefined : this.events[Number(position) - 1];
    if (ledger !== undefined && ledger !== this.ledger) return `it is of the ledger ${ledger}`;
    if (position !== undefined && !is) return `position ${position} is beyond the end`;
    if (event !== undefined && !this.texts.has(event)) return `there is no event ${event}`;
    if (event !== undefined && is && eventText(is) !== event) return `${event} is not at ${position}`;
    if (incarnation !== undefined && !this.incarnations.has(incarnation))
      return `nobody knows the incarnation ${incarnation}`;
    return undefined;
  }
}

const KEYS = MARK_FIELDS.map((field) => LEDGER_KEY.replace('ledger', field));

export function northboundMark(tables: Tables): LedgerMark {
  const [global] = tables.get('NB_Global')?.values() ?? [];
  const ids: Readonly<Record<string, string>> = global?.external_ids ?? {};
  return markFrom((field) => ids[LEDGER_KEY.replace('ledger', field)]);
}

/** The keys by which an operator takes the mark away. */
export const northboundMarkKeys: readonly string[] = KEYS;

export const MARK = { namespace: 'kube-system', name: 'holdfast-ledger' };
const MARK_PATH = objectPathOf(CONFIG_MAPS, MARK);

export function clusterMark({ sandbox }: Cluster): LedgerMark {
  try {
    const { data } = sandbox.request('GET', MARK_PATH) as { readonly data?: Record<string, string> };
    return markFrom((field) => data?.[field]);
  } catch {
    return {};
  }
}

/** @param mark as the side had it right before the write */
export function checkOwnSide(book: MarkBook, process: string, side: Side, mark: LedgerMark): void {
  const why = book.whyForeign(mark);
  if (why === undefined) return;
  throw new Violation(
    'which-ledger',
    `${process} writes to the ${side}, whose mark is not its ledger's: ${why}`,
  );
}
