// Who uses what is reserved, and how long it stays, by the events alone: nothing is taken from under its user, nothing
// is given up before its retention says so, and no Pod is taken for its successor.
import {
  type Holder,
  type Retention,
  type SubnetCommand,
  type SubnetEvent,
  type UserAttached,
  type UserDetached,
  defaultRetention,
  vipHolder,
} from '@holdfast/ipam';
import { Violation } from '../engine/violation';

/** The source and the target of a live migration. */
const USERS_MAX = 2;

interface Use {
  /** By UID, the primary one first. */
  users: string[];
  retention?: Retention | undefined;
  retained?: { readonly untilMs?: number | undefined; readonly owner?: Holder | undefined } | undefined;
  /** Of the last user that went. */
  owner?: Holder | undefined;
}

export class RetentionBook {
  private readonly uses = new Map<string, Use>();
  private readonly ofSubnets = new Map<string, Retention | undefined>();
  private readonly lasts = new Map<string, Retention['keep']>();

  /**
   * @param command what was asked, so that this happened
   * @param atMs when; absent: a clock was wrong, and only the order of things is to be minded
   */
  apply(subnet: string, event: SubnetEvent, command: SubnetCommand, atMs: number | undefined): void {
    if (event.type === 'SubnetDefined' || event.type === 'SubnetRevised')
      this.ofSubnets.set(subnet, event.retention);
    if (event.type === 'VipReleased') this.released(subnet, vipHolder(event.name), command, atMs);
    if (event.type === 'AddressReleased') this.released(subnet, event.holder, command, atMs);
    if (event.type === 'UserAttached') this.attached(subnet, event, command);
    if (event.type === 'UserDetached') this.detached(subnet, event, command);
    if (event.type === 'RetentionSet') this.use(subnet, event.holder).retention = event.retention;
    if (event.type === 'RetentionEnded') this.use(subnet, event.holder).retained = undefined;
    if (event.type === 'ReservationRetained') {
      const { holder, retention, untilMs } = event;
      const use = this.use(subnet, holder);
      this.must(use.users.length === 0, `${holder} is kept while ${use.users.join()} uses it`);
      const expected = retention.keep === 'time' ? (atMs ?? 0) + (retention.forMs ?? 0) : undefined;
      this.must(
        untilMs === undefined || atMs === undefined || untilMs === expected,
        `${holder} is kept until ${untilMs}, not ${expected}`,
      );
      use.retained = { untilMs, owner: event.owner };
    }
  }

  /** The policy under which it was released last. */
  lastKept(subnet: string, holder: Holder): Retention['keep'] | undefined {
    return this.lasts.get(`${subnet} ${holder}`);
  }

  private attached(subnet: string, { holder, user, isPrimary }: UserAttached, command: SubnetCommand): void {
    const use = this.use(subnet, holder);
    const others = use.users.filter((uid) => uid !== user.uid);
    const isNew = others.length === use.users.length;
    const migrates = 'migrates' in command && command.migrates === true;
    this.must(others.length < USERS_MAX, `${holder} has ${others.join()} and gets ${user.uid} too`);
    this.must(
      !isNew || others.length === 0 || migrates,
      `${user.uid} gets ${holder} beside ${others.join()}`,
    );
    use.users = isPrimary ? [user.uid, ...others] : [...others, user.uid];
    use.retained = undefined;
    use.owner = user.owner;
  }

  private detached(subnet: string, { holder, user }: UserDetached, command: SubnetCommand): void {
    const use = this.use(subnet, holder);
    this.must(use.users.includes(user.uid), `${user.uid} leaves ${holder}, which it does not have`);
    if (command.type === 'DetachUser')
      this.must(command.uid === user.uid, `${command.uid} is to leave ${holder}, and ${user.uid} goes`);
    use.users = use.users.filter((uid) => uid !== user.uid);
    use.owner = user.owner;
  }

  private released(subnet: string, holder: Holder, command: SubnetCommand, atMs?: number): void {
    const use = this.use(subnet, holder);
    this.lasts.set(
      `${subnet} ${holder}`,
      (use.retention ?? this.ofSubnets.get(subnet) ?? defaultRetention(use.owner ?? holder)).keep,
    );
    this.must(use.users.length === 0, `${holder} is released under ${use.users.join()}`);
    const untilMs = use.retained?.untilMs;
    if (command.type === 'ReleaseExpired')
      this.must(
        untilMs !== undefined && (atMs === undefined || untilMs <= atMs),
        `${holder} is released at ${atMs}, kept until ${untilMs}`,
      );
    if (command.type === 'DetachUser' || command.type === 'EndOwner') {
      const { keep } = use.retention ?? this.ofSubnets.get(subnet) ?? defaultRetention(use.owner ?? holder);
      const isThere = command.type === 'DetachUser' && command.owner === 'exists';
      const isOver = keep === 'release' || (keep === 'owner' && !isThere);
      this.must(isOver, `${holder} is released, and to be kept: ${keep}`);
    }
    this.uses.delete(`${subnet} ${holder}`);
  }

  private use(subnet: string, holder: Holder): Use {
    const key = `${subnet} ${holder}`;
    const use = this.uses.get(key) ?? { users: [] };
    this.uses.set(key, use);
    return use;
  }

  private must(holds: boolean, otherwise: string): void {
    if (!holds) throw new Violation('retention', otherwise);
  }
}
