// Who uses each reservation now: the Pods, by UID, that carry its address. A holder may outlive them all. Part of the
// Subnet's state; like that, `evolve` is total and changes it in place.
import type { Holder } from '../../holder';
import type { Evidence, Retention, User, UserEvent } from '../events';

/** Kept though nobody uses it. */
export interface Retained {
  readonly sinceMs: number;
  /** Absent: until its owner is gone, or somebody releases it. */
  readonly untilMs?: number;
  /** Whose users may have it meanwhile; absent: the holder's own. */
  readonly owner?: Holder;
  /** Of what is kept for a time: what began that. */
  readonly evidence?: Evidence;
}

export interface Use {
  /** The first is the primary one: packets go there. */
  readonly users: readonly User[];
  /** The holder's own; absent: the Subnet's. */
  readonly retention?: Retention;
  readonly retained?: Retained;
  /** When any of this last changed. */
  readonly changedAtMs: number;
}

const NO_USERS: readonly User[] = [];

export class Users {
  private readonly uses = new Map<Holder, Use>();
  private retainedCount = 0;

  of(holder: Holder): Use | undefined {
    return this.uses.get(holder);
  }

  usersOf(holder: Holder): readonly User[] {
    return this.uses.get(holder)?.users ?? NO_USERS;
  }

  userOf(holder: Holder, uid: string): User | undefined {
    return this.usersOf(holder).find((user) => user.uid === uid);
  }

  /** How many holders are kept though nobody uses them. */
  get sizeRetained(): number {
    return this.retainedCount;
  }

  /** Holders that are kept though nobody uses them. */
  *retained(): Iterable<readonly [Holder, Retained]> {
    for (const [holder, { retained }] of this.uses) if (retained) yield [holder, retained];
  }

  [Symbol.iterator](): Iterator<[Holder, Use]> {
    return this.uses.entries();
  }

  evolve(event: UserEvent, atMs: number): void {
    const { users = NO_USERS, retention, retained } = this.uses.get(event.holder) ?? {};
    const put = (use: Omit<Use, 'changedAtMs'>): void => {
      this.retainedCount += Number(use.retained !== undefined) - Number(retained !== undefined);
      this.uses.set(event.holder, { ...use, changedAtMs: atMs });
    };
    switch (event.type) {
      case 'UserAttached': {
        const others = users.filter(({ uid }) => uid !== event.user.uid);
        return put({ users: event.isPrimary ? [event.user, ...others] : [...others, event.user], retention });
      }
      case 'UserDetached':
        return put({ users: users.filter(({ uid }) => uid !== event.user.uid), retention, retained });
      case 'ReservationRetained': {
        const { owner, retention: said } = event;
        // Counted from when it happened, which the event's own `untilMs` knows no better than the clock that it was counted by.
        const untilMs =
          event.untilMs === undefined || said.forMs === undefined ? event.untilMs : atMs + said.forMs;
        const evidence = untilMs === undefined ? undefined : event.evidence;
        const kept = { sinceMs: atMs, untilMs, owner, ...(evidence && { evidence }) };
        return put({ users, retention, retained: kept });
      }
      case 'RetentionEnded':
        return put({ users, retention });
      case 'RetentionSet':
        return put({ users, retention: event.retention, retained });
    }
  }

  /** All of it happened by then; what is kept for a time from then on is kept for as long. */
  happenedBy(latestMs: number): void {
    for (const [holder, use] of this.uses) {
      const { changedAtMs, retained } = use;
      if (changedAtMs <= latestMs) continue;
      this.uses.set(holder, {
        ...{ ...use, changedAtMs: latestMs },
        ...(retained && { retained: keptFrom(retained, latestMs) }),
      });
    }
  }

  /** What one holder had is the other's, with those who use it and how long it stays. */
  goOn(from: Holder, as: Holder, changedAtMs: number): void {
    const use = this.uses.get(from);
    this.uses.delete(from);
    if (use && from !== as && this.uses.get(as)?.retained) this.retainedCount -= 1;
    if (use) this.uses.set(as, { ...use, changedAtMs });
  }

  /** The holder holds nothing any more. */
  end(holder: Holder): void {
    if (this.uses.get(holder)?.retained) this.retainedCount -= 1;
    this.uses.delete(holder);
  }
}

function keptFrom(retained: Retained, latestMs: number): Retained {
  const { sinceMs, untilMs } = retained;
  if (sinceMs <= latestMs) return retained;
  return {
    ...retained,
    sinceMs: latestMs,
    ...(untilMs !== undefined && { untilMs: untilMs - sinceMs + latestMs }),
  };
}

/** What may be asked of it by who must not change it. */
export type UsersReader = Pick<
  Users,
  'of' | 'usersOf' | 'userOf' | 'retained' | 'sizeRetained' | typeof Symbol.iterator
>;
