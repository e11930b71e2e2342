// What the ledger knows, by Pod and by owner: who uses what, and what is kept for whom. A fold of facts, made anew from
// the view when a projector starts; it adds nothing to what the ledger says, and every reader looks there again.
import {
  type Holder,
  isVipHolder,
  type LedgerView,
  type Touched,
  type User,
  holdersOf,
} from '@holdfast/ipam';
import { ownerBehind, type OwnerName, ownerNameOf } from '../request/pod-identity';

/** What somebody holds somewhere. */
export interface HeldPlace {
  readonly subnet: string;
  readonly holder: Holder;
}

/** A Pod, by its UID, that uses what is held there. */
export interface PodUse extends HeldPlace {
  readonly uid: string;
}

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

export class LedgerIndex {
  private readonly byObject = new Map<string, Map<string, PodUse>>();
  private readonly byOwner = new Map<OwnerName, Map<string, HeldPlace>>();

  constructor(private readonly view: () => LedgerView) {}

  /** From what the view shows already. */
  fill(): void {
    for (const { name: subnet, byHolder, users } of this.view().subnets()) {
      for (const holder of byHolder.keys()) this.keep(ownerBehind(holder), { subnet, holder });
      for (const [holder, use] of users) {
        for (const user of use.users) this.begin(subnet, holder, user);
        const keptFor = use.retained?.owner;
        if (keptFor !== undefined) this.keep(ownerBehind(keptFor), { subnet, holder });
      }
    }
  }

  /** What an event touched. The view shows it already. */
  apply(subnet: string, touched: Touched): void {
    for (const { holder, takes, gives } of holdersOf(touched)) {
      if (takes && !gives) this.keep(ownerBehind(holder), { subnet, holder });
      if (gives && !takes) this.forget({ subnet, holder });
    }
    const { holder, continues, user, use } = touched;
    if (holder === undefined) return;
    if (continues !== undefined) this.goOn(subnet, continues, holder);
    if (!user) return;
    if (use === 'ends') remove(this.byObject, user.object, useKey({ subnet, holder, uid: user.uid }));
    else this.begin(subnet, holder, user);
  }

  /** The users of the one are the other's. */
  private goOn(subnet: string, former: Holder, holder: Holder): void {
    for (const user of this.view().subnet(subnet)?.users.usersOf(holder) ?? []) {
      remove(this.byObject, user.object, useKey({ subnet, holder: former, uid: user.uid }));
      this.begin(subnet, holder, user);
    }
  }

  private begin(subnet: string, holder: Holder, { object, uid, owner }: User): void {
    this.use(object, { subnet, holder, uid });
    if (owner !== undefined) this.keep(ownerBehind(owner), { subnet, holder });
  }

  /** What the Pod of that name uses, whichever UID it has or had. */
  usesOf(object: string): PodUse[] {
    const uses = [...(this.byObject.get(object) ?? NOTHING).values()];
    return uses.filter(({ subnet, holder, uid }) => this.view().subnet(subnet)?.users.userOf(holder, uid));
  }

  /** Pods that use something, as they are named in evidence. */
  objects(): Iterable<string> {
    return this.byObject.keys();
  }

  /** What is held by the owner, or kept for it. */
  placesOf(owner: OwnerName): HeldPlace[] {
    const places = [...(this.byOwner.get(owner) ?? NOTHING).values()];
    return places.filter((place) => {
      const isCurrent = this.isKeptFor(owner, place);
      if (!isCurrent) remove(this.byOwner, owner, placeKey(place));
      return isCurrent;
    });
  }

  owners(): Iterable<OwnerName> {
    return this.byOwner.keys();
  }

  /** A Vip was its users' owner's, and may be somebody else's by now. */
  private isKeptFor(owner: OwnerName, { subnet, holder }: HeldPlace): boolean {
    const state = this.view().subnet(subnet);
    if (!state?.byHolder.has(holder)) return false;
    if (!isVipHolder(holder)) return true;
    const { users = [], retained } = state.users.of(holder) ?? {};
    const owners = [...users.map((user) => user.owner), retained?.owner];
    return owners.some((it) => it !== undefined && nameBehind(it) === owner);
  }

  private use(object: string, use: PodUse): void {
    put(this.byObject, object, useKey(use), use);
  }

  private keep(owner: ReturnType<typeof ownerBehind>, place: HeldPlace): void {
    if (owner) put(this.byOwner, ownerNameOf(owner), placeKey(place), place);
  }

  private forget(place: HeldPlace): void {
    const owner = nameBehind(place.holder);
    if (owner !== undefined) remove(this.byOwner, owner, placeKey(place));
  }
}

/** The Vip whose users' Pods may have to be told something else, or may be let in now: not what stands before it. */
export function vipConcerned({ holder, vip, takes, gives, use, parent, rule }: Touched): string | undefined {
  if (holder === undefined || parent !== undefined || rule !== undefined) return undefined;
  return takes || gives || use === 'ends' ? vip : undefined;
}

const placeKey = ({ subnet, holder }: HeldPlace): string => `${subnet} ${holder}`;
const useKey = ({ subnet, holder, uid }: PodUse): string => `${subnet} ${holder} ${uid}`;

function nameBehind(holder: Holder): OwnerName | undefined {
  const owner = ownerBehind(holder);
  return owner && ownerNameOf(owner);
}

function put<Value>(map: Map<string, Map<string, Value>>, at: string, key: string, value: Value): void {
  const inner = map.get(at) ?? new Map<string, Value>();
  map.set(at, inner.set(key, value));
}

function remove<Value>(map: Map<string, Map<string, Value>>, at: string, key: string): void {
  const inner = map.get(at);
  inner?.delete(key);
  if (inner?.size === 0) map.delete(at);
}
