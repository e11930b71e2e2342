// What the ledger knows, by Pod and by owner: who uses what, and what is kept for whom. A fold of facts, made anew from
// the view when a projector starts; it adds nothing to what the ledger says, and every reader looks there again.
import {
  type Holder,
  isVipHolder,
  type LedgerView,
  type SubnetEvent,
  type SubnetFact,
  vipHolder,
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
        for (const { object, uid, owner } of use.users) {
          this.use(object, { subnet, holder, uid });
          if (owner !== undefined) this.keep(ownerBehind(owner), { subnet, holder });
        }
        const keptFor = use.retained?.owner;
        if (keptFor !== undefined) this.keep(ownerBehind(keptFor), { subnet, holder });
      }
    }
  }

  apply({ subnet, event }: Pick<SubnetFact, 'subnet' | 'event'>): void {
    if (event.type === 'AddressReserved')
      this.keep(ownerBehind(event.holder), { subnet, holder: event.holder });
    else if (event.type === 'AddressReleased') this.forget({ subnet, holder: event.holder });
    else if (event.type === 'UserAttached') {
      const { holder, user } = event;
      this.use(user.object, { subnet, holder, uid: user.uid });
      if (user.owner !== undefined) this.keep(ownerBehind(user.owner), { subnet, holder });
    } else if (event.type === 'UserDetached') {
      const { holder, user } = event;
      remove(this.byObject, user.object, useKey({ subnet, holder, uid: user.uid }));
    }
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

/** The Vip that an event concerns, whose users' Pods may have to be told something else, or may be let in now. */
export function vipConcerned(event: SubnetEvent): string | undefined {
  if (event.type === 'VipReserved' || event.type === 'VipRevised' || event.type === 'VipReleased')
    return event.name;
  const isOfUse = event.type === 'UserDetached' || event.type === 'RetentionEnded';
  if (!isOfUse || !isVipHolder(event.holder)) return undefined;
  return event.holder.slice(vipHolder('').length);
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
