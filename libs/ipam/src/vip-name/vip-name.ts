// The VipName aggregate: stream `vip-<name>`. Vip names are unique across the cluster, because OVN port names
// are, while each Vip lives in its subnet's stream. A subnet may reserve a Vip only under a claim to its name;
// the store's expected version lets one claim win. infra/docs/adr/0004 tells the protocol.
import { type RejectionOf, reject } from '../rejection';
import { flatCodec } from '../subnet/codec/flat-codec';

export interface ClaimVipName {
  readonly type: 'ClaimVipName';
  readonly name: string;
  readonly subnet: string;
}

/** Ends the claim that was made at version `claim`, and no other. */
export interface FreeVipName {
  readonly type: 'FreeVipName';
  readonly name: string;
  readonly claim: number;
}

export type VipNameCommand = ClaimVipName | FreeVipName;

/** A subnet has the right to reserve the Vip of this name. */
export interface VipNameClaimed {
  readonly type: 'VipNameClaimed';
  readonly subnet: string;
  /** Number of this claim in the life of the name, ascending from 0. */
  readonly claim: number;
}

/** That right ended; any subnet may claim the name. */
export interface VipNameFreed {
  readonly type: 'VipNameFreed';
  readonly claim: number;
}

export type VipNameEvent = VipNameClaimed | VipNameFreed;

export interface VipNameState {
  readonly name: string;
  /** The subnet that claimed it last. */
  readonly subnet?: string;
  /** Whether that claim still holds. */
  readonly isClaimed: boolean;
  /** The newest claim ever made, or -1. */
  readonly claim: number;
  /** Subnets that claimed it before, the latest first; without `subnet`. */
  readonly formerSubnets: readonly string[];
}

/** A name that wanders further within a day is nobody's to follow. */
const FORMER_SUBNETS_MAX = 16;

export interface VipNameReply {
  readonly claim: number;
}

type Decision =
  | { readonly events: readonly VipNameEvent[]; readonly reply: VipNameReply; readonly rejected?: undefined }
  | { readonly rejected: RejectionOf<'VipNameTaken'> };

function decide(command: VipNameCommand, state: VipNameState): Decision {
  if (command.type === 'FreeVipName') {
    const isCurrent = state.isClaimed && state.claim === command.claim;
    return {
      events: isCurrent ? [{ type: 'VipNameFreed', claim: command.claim }] : [],
      reply: { claim: command.claim },
    };
  }
  if (state.isClaimed && state.subnet === command.subnet) {
    return { events: [], reply: { claim: state.claim } };
  }
  if (state.isClaimed && state.subnet !== undefined) {
    return reject(
      'VipNameTaken',
      `The Vip name ${state.name} is taken in subnet ${state.subnet}; choose another name, or release that Vip first.`,
      { vip: state.name, subnet: state.subnet, claim: String(state.claim) },
    );
  }
  const claim = state.claim + 1;
  return { events: [{ type: 'VipNameClaimed', subnet: command.subnet, claim }], reply: { claim } };
}

function evolve(state: VipNameState, event: VipNameEvent): VipNameState {
  if (event.type === 'VipNameFreed') return { ...state, isClaimed: false };
  const { subnet, claim } = event;
  const before = state.subnet === undefined ? [] : [state.subnet];
  const formerSubnets = [...before, ...state.formerSubnets].filter((name) => name !== subnet);
  return {
    ...state,
    subnet,
    isClaimed: true,
    claim,
    formerSubnets: formerSubnets.slice(0, FORMER_SUBNETS_MAX),
  };
}

export const STORED_VIP_NAME_EVENTS = ['VipNameClaimed.v1', 'VipNameFreed.v1'] as const;

export const vipName = {
  category: 'vip',
  initial: (name: string): VipNameState => ({ name, isClaimed: false, claim: -1, formerSubnets: [] }),
  evolve,
  decide,
  replyTo: ({ claim }: VipNameEvent): VipNameReply => ({ claim }),
  codec: flatCodec<VipNameEvent>(STORED_VIP_NAME_EVENTS),
};
