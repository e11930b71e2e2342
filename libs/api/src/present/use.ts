// Who uses what a holder has, and how long it stays when nobody does, as messages. What a command's reply tells of it is
// less than a view knows, and stands in ./command-reply.
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type Holder,
  type SubnetState,
  type Use,
  type User,
  formatRetention,
  retentionOf,
} from '@holdfast/ipam';
import type { RetainedSchema, UserSchema } from '../contract';
import type { FieldsOf } from './encode';

type UserInit = FieldsOf<typeof UserSchema>;

export interface UseInit {
  readonly users: UserInit[];
  readonly retention: string;
  readonly retentionBy: 'holder' | 'subnet' | 'kind';
  readonly retained?: FieldsOf<typeof RetainedSchema>;
}

/** Of a view's state, which does not know why something is kept: the log does. */
export function presentUse(state: SubnetState, holder: Holder): UseInit {
  const use = state.users.of(holder);
  const owner = use?.users[0]?.owner ?? use?.retained?.owner;
  return {
    ...presentUsers(use),
    retention: formatRetention(retentionOf(state, holder, owner)),
    retentionBy: use?.retention ? 'holder' : state.definition?.retention ? 'subnet' : 'kind',
  };
}

/** Who uses it, or that it is kept though nobody does; `undefined`: nobody ever has. */
export function presentUsers(use: Use | undefined): Pick<UseInit, 'users' | 'retained'> {
  const { users = [], retained } = use ?? {};
  return {
    users: users.map((user, at) => presentUser(user, at === 0)),
    ...(retained && {
      retained: {
        since: timestampFromMs(retained.sinceMs),
        ...(retained.untilMs !== undefined && { until: timestampFromMs(retained.untilMs) }),
        ...(retained.owner !== undefined && { owner: retained.owner }),
      },
    }),
  };
}

/** @param primary `undefined`: whoever tells it cannot know */
export function presentUser(
  { object, uid, node, resourceVersion, port, portSecurity, owner }: User,
  primary?: boolean,
): UserInit {
  return {
    object,
    uid,
    ...(node !== undefined && { node }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(port !== undefined && { port }),
    ...(portSecurity !== undefined && { portSecurity }),
    ...(owner !== undefined && { owner }),
    ...(primary !== undefined && { primary }),
  };
}
