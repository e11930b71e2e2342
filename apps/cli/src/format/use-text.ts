// Who uses what is held, and how long it stays, as people read it: the same for reservations and for Vips.
import type { v1 } from '@holdfast/api';
import { tellTimestamp } from './moment';
import { type TableColumn, plain, table } from './table';

/** What the contract knows of one that was asked for by name. */
interface Use {
  readonly users: readonly v1.User[];
  readonly retention?: string;
  readonly retentionBy?: string;
  readonly retained?: v1.Retained;
}

interface HeldAddresses {
  readonly v4?: string;
  readonly v6?: string;
}

/** "10.16.0.10,fd00::2" */
export const heldText = (held: HeldAddresses | undefined): string =>
  [held?.v4, held?.v6].filter((address) => address !== undefined).join(',');

export const releasedText = (held: HeldAddresses | undefined, holder: string, subnet = ''): string =>
  `Released ${heldText(held)} of ${holder} in subnet ${subnet}.\n`;

/** How policies are written, for help. */
export const POLICY = 'release, owner, forever, or a time such as 24h';

/** "24h (subnet)": and who said so. Replies to changes don't say. */
export const retentionText = ({ retention, retentionBy }: Use): string | undefined =>
  retention === undefined || retention === '' ? undefined : `${retention} (${retentionBy})`;

export const usedText = ({ users }: Use): string => users.map(({ object }) => object).join(',');

/** "since T until T for statefulset/default/db/0: why" */
export function keptText({ retained }: Use): string | undefined {
  if (!retained) return undefined;
  const { since, until, owner, reason } = retained;
  return [
    since && `since ${tellTimestamp(since)}`,
    until && `until ${tellTimestamp(until)}`,
    owner !== undefined && `for ${owner}`,
    reason !== undefined && reason !== '' && `(${plain(reason)})`,
  ]
    .filter(Boolean)
    .join(' ');
}

export const USER_COLUMNS: readonly TableColumn<v1.User>[] = [
  { head: 'USER', text: ({ object }) => object },
  { head: 'UID', text: ({ uid }) => uid },
  { head: 'NODE', text: ({ node }) => node },
  { head: 'PRIMARY', text: ({ primary }) => (primary ? 'yes' : 'no') },
  {
    head: 'PORT',
    text: ({ port }) => port,
    isShown: (_isWide, rows) => rows.some(({ port }) => port !== undefined),
  },
  {
    head: 'OWNER',
    text: ({ owner }) => owner,
    isShown: (_isWide, rows) => rows.some(({ owner }) => owner !== undefined),
  },
];

/** Below the reservation itself; nothing where nobody uses it and it is not kept for that. */
export function useText(use: Use): string {
  const kept = keptText(use);
  return [
    ...(use.users.length > 0 ? ['', table(USER_COLUMNS, use.users).trimEnd()] : []),
    ...(kept === undefined ? [] : ['', `Kept without a user ${kept}.`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
