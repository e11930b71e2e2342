// Whom and what an event concerns, said once for all who follow the log: who is told of it, what is to be compared, what
// belongs to whose history. What they make of it is theirs; a new event is a new line here, and the compiler asks for it.
import { type Holder, vipHolder, vipNameOf } from '../../holder';
import type { SubnetEvent } from './events';
import type { HeldAddress } from './reservation';

export interface Touched {
  /** Whether the Subnet itself came, changed or went: its blocks, gateways, exclusions, pools, router or retention. */
  readonly definition: boolean;
  /** Whose reservation it is about; a Vip's is `vip/<name>`. */
  readonly holder: Holder | undefined;
  /** Name of the Vip that it is about; without `holder`: of one that this Subnet does not hold. */
  readonly vip: string | undefined;
  /** What the holder has from then on, and what it had until then; what it keeps through a move is in both. */
  readonly takes: HeldAddress | undefined;
  readonly gives: HeldAddress | undefined;
  /** Name of the Logical_Switch_Port that the holder has, or its user. */
  readonly port: string | undefined;
  /** Name of the one that is, or was, the Vip's parent. */
  readonly parent: string | undefined;
  /** The Pod that uses the reservation, or did, as events name it: `pod/default/web-0`. */
  readonly user: string | undefined;
  readonly rule: string | undefined;
}

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
      return ofVip(event.name, event, undefined);
    case 'VipRevised':
      return ofVip(event.name, event, event.from);
    case 'VipReleased':
      return ofVip(event.name, undefined, event);
    case 'VipNameYielded':
      return touched(undefined, event.name);
    case 'UserAttached':
    case 'UserDetached':
      return ofHolder(event.holder, undefined, undefined, event.user.port, event.user.object);
    case 'ReservationRetained':
    case 'RetentionEnded':
    case 'RetentionSet':
      return ofHolder(event.holder);
    case 'LabelsSet':
      return event.holder === undefined ? NOTHING : ofHolder(event.holder);
    case 'ParentGranted':
    case 'ParentWithdrawn':
      return ofVip(event.vip, undefined, undefined, event.port);
    case 'RuleDefined':
    case 'RuleRevised':
    case 'RuleRetired':
    case 'RuleBackendsChanged':
      return ofVip(event.vip, undefined, undefined, undefined, event.rule);
    default:
      return unknownEvent(event);
  }
}

function ofHolder(
  holder: Holder,
  takes?: HeldAddress,
  gives?: HeldAddress,
  port?: string,
  user?: string,
): Touched {
  return touched(holder, vipNameOf(holder), takes, gives, port, user);
}

function ofVip(
  vip: string,
  takes?: HeldAddress,
  gives?: HeldAddress,
  parent?: string,
  rule?: string,
): Touched {
  return touched(vipHolder(vip), vip, takes, gives, undefined, undefined, parent, rule);
}

/** All of one shape: every event of the log comes by here. */
function touched(
  holder: Holder | undefined,
  vip: string | undefined,
  takes?: HeldAddress,
  gives?: HeldAddress,
  port?: string,
  user?: string,
  parent?: string,
  rule?: string,
): Touched {
  return { definition: false, holder, vip, takes, gives, port, parent, user, rule };
}

/** Of a newer ledger: what it changed is found by whoever compares the whole. */
const unknownEvent = (_event: never): Touched => NOTHING;

const NOTHING = touched(undefined, undefined);
const DEFINITION: Touched = { ...NOTHING, definition: true };
