// What programs may read of each rejection besides its code: names and meaning of its facts. All are text, as they go
// over every wire. Exhaustive: a new code without its facts does not compile.
import type { Holder } from '../holder';

/** RFC 3339. */
type Time = string;

export interface RejectionFacts {
  /** `field`: the one that is bad, by its name in the request. */
  readonly InvalidArgument: {
    readonly field: string;
    readonly subnet?: string;
    readonly rule?: string;
    /** The ledger's own time, where the caller's was ahead of it. */
    readonly now?: Time;
  };
  readonly SubnetNotFound: OfSubnet;
  /** `differs`: fields, parted by commas. */
  readonly SubnetExists: OfSubnet & { readonly differs: string };
  /** One who holds an address there, and which, or how many do. */
  readonly SubnetInUse: OfSubnet & {
    readonly holder?: Holder;
    readonly address?: string;
    readonly reservations?: string;
  };
  /** `until`: when the next address stops cooling, if one does. */
  readonly SubnetExhausted: OfSubnet & {
    readonly family: FamilyName;
    readonly pool?: string;
    readonly until?: Time;
  };
  readonly FamilyUnavailable: OfSubnet & { readonly family: FamilyName };
  readonly AddressOutOfRange: OfAddress & { readonly cidr: string };
  readonly AddressNotUsable: OfAddress & { readonly reason: 'network' | 'gateway' };
  readonly AddressTaken: OfAddress & { readonly holder: Holder };
  readonly AddressCooling: OfAddress & { readonly until: Time; readonly formerHolder: Holder };
  /** `parties`: holders, parted by commas; one alone, where an operator said that it is that one's. */
  readonly AddressWithheld: OfAddress & { readonly parties: string };
  /** `mac`, and who has it, or the `address` from which no free one could be derived. */
  readonly MacTaken: OfSubnet & {
    readonly mac?: string;
    readonly holder?: Holder;
    readonly address?: string;
  };
  readonly HolderHasDifferentAddress: OfHolder & { readonly held: string; readonly asked?: string };
  readonly ReservationNotFound: OfHolder;
  /** `differs`: fields, parted by commas; `through`: which way the one that is there came. */
  readonly VipExists: OfVip & { readonly differs?: string; readonly through?: string };
  /** By its name, or by an address that no Vip holds. */
  readonly VipNotFound: { readonly vip?: string; readonly subnet?: string; readonly address?: string };
  /** `subnet`: where the Vip of that name is; `claim`: the number of that subnet's claim. */
  readonly VipNameTaken: OfVip & { readonly claim?: string };
  /** What uses it: one of its users, or names of all its rules or parents, parted by commas. */
  readonly VipInUse: OfVip & { readonly user?: string; readonly rules?: string; readonly parents?: string };
  readonly VipTypeMismatch: OfVip & { readonly vipType: string };
  /** `differs`: fields, parted by commas. */
  readonly RuleExists: OfRule & { readonly differs?: string };
  readonly RuleNotFound: OfRule;
  /** `front`: port and protocol; `rule`: which one has it. */
  readonly VipPortTaken: OfVip & OfRule & { readonly front: string };
  readonly LimitReached: OfVip & { readonly limit: string };
  /** By whom, or `until` when it is kept. */
  readonly ReservationInUse: OfHolder & { readonly user?: string; readonly until?: Time };
  readonly UserNotFound: OfHolder & { readonly uid: string };
  readonly PoolNotFound: OfSubnet & { readonly pool: string };
  /** `holder`: whose port is called so. */
  readonly PortTaken: OfHolder & { readonly port: string };
  /** Beside what it was about: what overtook it and when, or how long the window is. */
  readonly CommandExpired: CommandSubject & {
    readonly issuedAt: Time;
    readonly overtakenAt?: Time;
    readonly windowHours?: string;
  };
  readonly CommandIdReused: { readonly commandId: string };
  /** `side`: what the ledger is not known to agree with; `why`: a reason for a fence, or `Uncompared`. */
  readonly Fenced: { readonly side: string; readonly why: string };
}

export type FamilyName = 'IPv4' | 'IPv6';

interface OfSubnet {
  readonly subnet: string;
}

interface OfAddress extends OfSubnet {
  readonly address: string;
}

interface OfHolder extends OfSubnet {
  readonly holder: Holder;
}

interface OfVip extends OfSubnet {
  readonly vip: string;
}

interface OfRule extends OfSubnet {
  readonly rule: string;
}

/** What a command that comes too late was about. */
export interface CommandSubject {
  readonly subnet?: string;
  readonly holder?: Holder;
  readonly vip?: string;
  readonly port?: string;
  readonly rule?: string;
}

type KeysOf<Facts> = Facts extends unknown ? keyof Facts : never;

/** Whatever any rejection may have. */
export type FactName = KeysOf<RejectionFacts[keyof RejectionFacts]>;
