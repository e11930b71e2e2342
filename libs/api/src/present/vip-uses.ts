// What a Vip is used for, and how it is, as messages: what GetVip tells beside the Vip itself.
import { type VipEntry, formatPair } from '@holdfast/ipam';
import type { ConditionSchema, GetVipResponseSchema, NorthboundRowSchema } from '../contract';
import type { FieldsOf } from './encode';
import { type UseInit, presentUse } from './use';

type ConditionInit = FieldsOf<typeof ConditionSchema>;
/** A row as text. */
export type NorthboundRowInit = FieldsOf<typeof NorthboundRowSchema>;

/** What others in this server know of a Vip. */
export interface VipFindings {
  /** Of its rows in the Northbound. Absent: nobody here writes them, or has looked at this Vip's yet. */
  readonly projection?: { readonly projected: boolean; readonly reason: string; readonly message: string };
  /** What it has in the Northbound now, in the order of table and name. Absent: nobody here writes there. */
  readonly rows?: readonly NorthboundRowInit[];
  /** `by`: the parent that answers for it now, if any. Absent: nobody here knows. */
  readonly bound?: { readonly by?: { readonly port: string; readonly chassis?: string } };
}

export function presentVipUses(
  entry: VipEntry,
  { projection, rows = [], bound }: VipFindings = {},
): Omit<FieldsOf<typeof GetVipResponseSchema>, 'vip' | 'position' | keyof UseInit> & UseInit {
  const { uses } = entry.subnet;
  const parents = uses.parents(entry.name);
  const rules = [...uses.rulesOf(entry.name)].sort();
  return {
    parents: parents.map(({ port, grantors }) => ({ port, grantors: [...grantors] })),
    rules,
    ...presentUse(entry.subnet, entry.reservation.holder),
    rows: [...rows],
    conditions: [
      reserved(entry),
      projected(projection),
      inUse(
        entry.subnet.users.usersOf(entry.reservation.holder).map(({ object }) => object),
        parents.map(({ port }) => port),
        rules,
      ),
      ...boundBy(entry, bound),
    ],
  };
}

function reserved({ subnet, reservation }: VipEntry): ConditionInit {
  const message = `${formatPair(reservation)} is reserved in subnet ${subnet.name}.`;
  return { type: 'Reserved', status: 'True', reason: 'Reserved', message };
}

function projected(known: VipFindings['projection']): ConditionInit {
  if (!known) {
    const message =
      'This server does not know: it writes no rows, or has not yet compared those of this Vip.';
    return { type: 'Projected', status: 'Unknown', reason: 'NotKnown', message };
  }
  const { reason, message } = known;
  return { type: 'Projected', status: known.projected ? 'True' : 'False', reason, message };
}

const UNUSED = "It has neither parents nor rules, and is no Pod's address.";

/** In the same words as in a Vip's status in Kubernetes (libs/kube). */
function inUse(pods: readonly string[], parents: readonly string[], rules: readonly string[]): ConditionInit {
  const says = (reason: string, message: string): ConditionInit => {
    return { type: 'InUse', status: 'True', reason, message };
  };
  if (rules.length > 0) return says('Rules', `Its fronts belong to ${named('rule', rules)}.`);
  if (parents.length > 0) return says('Parents', `It may be answered for by ${named('port', parents)}.`);
  if (pods.length > 0) return says('Pods', `It is the address of ${named('', pods)}.`);
  return { type: 'InUse', status: 'False', reason: 'Unused', message: UNUSED };
}

/** Of a Vip that is a load balancer's front nobody in particular answers. */
function boundBy({ reservation }: VipEntry, bound: VipFindings['bound']): ConditionInit[] {
  if (!bound || reservation.vip.vipType !== '') return [];
  const { by } = bound;
  if (!by)
    return [{ type: 'Bound', status: 'False', reason: 'Unbound', message: 'No parent answers for it now.' }];
  const message = `Port ${by.port} on chassis ${by.chassis ?? 'unknown'} answers for it.`;
  return [{ type: 'Bound', status: 'True', reason: 'Bound', message }];
}

/** More are told by their number. */
const NAMED_MAX = 3;

function named(what: string, names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).join(', ');
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  return `${what && `${what}${names.length === 1 ? '' : 's'} `}${shown}${more}`;
}
