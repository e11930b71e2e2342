// Whom and what an event concerns, said once for all who follow the log: who is told of it, what is to be compared, what
// belongs to whose history. What they make of it is theirs; a new event is a new line here, and the compiler asks for it.
import { type Holder, vipHolder, vipNameOf } from '../../holder';
import type { SubnetEvent } from './events';
import type { HeldAddress } from './reservation';
import type { User } from './user';

/** Whose reservation it is about; a Vip's is `vip/<name>`. */
export interface TouchedHolder {
  readonly holder: Holder;
  /** What the holder has from then on, and what it had until then; what it keeps through a move is in both. */
  readonly takes: HeldAddress | undefined;
  readonly gives: HeldAddress | undefined;
  /** Name of the Logical_Switch_Port that the holder has, or its user. */
  readonly port: string | undefined;
}

export interface Touched {
  /** Whether the Subnet itself came, changed or went: its blocks, gateways, exclusions, pools, router or retention. */
  readonly definition: boolean;
  /** Of nearly all events the only one: who asks for all asks `holdersOf`. */
  readonly holder: TouchedHolder['holder'] | undefined;
  readonly takes: TouchedHolder['takes'];
  readonly gives: TouchedHolder['gives'];
  readonly port: TouchedHolder['port'];
  readonly others: readonly TouchedHolder[];
  /** One of the others, whose reservation goes on as the holder's: since when, its users and how long it stays. */
  readonly continues: Holder | undefined;
  /** Name of the Vip that it is about; without `holder`: of one that this Subnet does not hold. */
  readonly vip: string | undefined;
  /** Name of the one that is, or was, the Vip's parent. */
  readonly parent: string | undefined;
  /** The Pod that uses the reservation, or did. */
  readonly user: User | undefined;
  readonly rule: string | undefined;
  readonly use: UseChange | undefined;
}

/**
 * What becomes of the use by the user, the parent or the rule, or, where none of them is named, of the reservation while nobody
 * uses it: `kept` says how long, `ends` that it is kept for nobody any more.
 */
export type UseChange = 'begins' | 'changes' | 'ends' | 'kept';

export function touches(event: SubnetEvent): Touched {
  switch (event.type) {
    case 'SubnetDefined':
    case 'SubnetRevised':
    case 'SubnetRetired':
      return DEFINITION;
    case 'AddressReserved':
      return ofHolder(event.holder, event, undefined, event.port);
    case 'AddressMoved':
      return ofHolder(event.holder, event, event.from, event.port);
    case 'AddressReleased':
      return ofHolder(event.holder, undefined, event);
    case 'VipReserved':
      return ofVip(event.name, event);
    case 'VipRevised':
      return ofVip(event.name, event, event.from);
    case 'VipReleased':
      return ofVip(event.name, undefined, event);
    case 'VipNameYielded':
      return touched(undefined, event.name);
    case 'UserAttached':
      return ofUser(event.holder, 'begins', event.user);
    case 'UserDetached':
      return ofUser(event.holder, 'ends', event.user);
    case 'ReservationRetained':
    case 'RetentionSet':
      return ofUser(event.holder, 'kept');
    case 'RetentionEnded':
      return ofUser(event.holder, 'ends');
    case 'LabelsSet':
      return event.holder === undefined ? NOTHING : ofHolder(event.holder);
    // Nobody holds it: whom it is withheld from asks in vain until it is settled, and then by itself.
    case 'AddressWithheld':
      return NOTHING;
    case 'AddressSettled':
      return event.holder === undefined ? NOTHING : ofHolder(event.holder);
    case 'ParentGranted':
      return ofVipUse(event.vip, 'begins', event.port);
    case 'ParentWithdrawn':
      return ofVipUse(event.vip, 'ends', event.port);
    case 'RuleDefined':
      return ofVipUse(event.vip, 'begins', undefined, event.rule);
    case 'RuleRevised':
      return ofVipUse(event.vip, 'changes', undefined, event.rule);
    case 'RuleRetired':
      return ofVipUse(event.vip, 'ends', undefined, event.rule);
    case 'RuleBackendsChanged':
      return ofVipUse(event.vip, undefined, undefined, event.rule);
    default:
      return unknownEvent(event);
  }
}

/** All whose reservations the event is about. */
export function holdersOf(it: Touched): readonly TouchedHolder[] {
  if (!isOfHolder(it)) return NOBODY;
  return it.others.length === 0 ? [it] : [it, ...it.others];
}

const isOfHolder = (it: Touched): it is Touched & TouchedHolder => it.holder !== undefined;

const NOBODY: readonly TouchedHolder[] = [];

function ofHolder(holder: Holder, takes?: HeldAddress, gives?: HeldAddress, port?: string): Touched {
  return touched(holder, vipNameOf(holder), takes, gives, port);
}

function ofVip(name: string, takes?: HeldAddress, gives?: HeldAddress): Touched {
  return touched(vipHolder(name), name, takes, gives);
}

function ofUser(holder: Holder, use: UseChange, user?: User): Touched {
  return touched(holder, vipNameOf(holder), undefined, undefined, user?.port, use, user);
}

function ofVipUse(vip: string, use: UseChange | undefined, parent?: string, rule?: string): Touched {
  return touched(vipHolder(vip), vip, undefined, undefined, undefined, use, undefined, parent, rule);
}

/** All of one shape, and one object each: every event of the log comes by here. */
function touched(
  holder: Holder | undefined,
  vip: string | undefined,
  takes?: HeldAddress,
  gives?: HeldAddress,
  port?: string,
  use?: UseChange,
  user?: User,
  parent?: string,
  rule?: string,
): Touched {
  // prettier-ignore
  return {
    definition: false, holder, takes, gives, port, others: NOBODY, continues: undefined,
    vip, parent, user, rule, use,
  };
}

/** Of a newer ledger: what it changed is found by whoever compares the whole. */
const unknownEvent = (_event: never): Touched => NOTHING;

const NOTHING = touched(undefined, undefined);
const DEFINITION: Touched = { ...NOTHING, definition: true };
