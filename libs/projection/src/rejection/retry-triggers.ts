// Which facts may make a rejection a success. Pure. Too few would leave somebody waiting for the slow clock, too many
// would retry in vain; neither does harm.
import {
  type AnyFacts,
  factsOf,
  formatAddress,
  formatMac,
  type HeldAddress,
  type Rejection,
  type RejectionCode,
  type SubnetEvent,
  touches,
} from '@holdfast/ipam';

/** What a fact changed that somebody may have waited for. */
export type RetryTrigger =
  | { readonly is: 'definition' }
  /** What somebody held until now; some of it may be kept. Addresses and MAC as a rejection's facts have them. */
  | { readonly is: 'freed'; readonly addresses: readonly string[]; readonly mac: string }
  /** A withheld address is somebody's, or anybody's. */
  | { readonly is: 'settled'; readonly address: string }
  /** A Vip lost one of its uses, or one of its rules gave up ports. */
  | { readonly is: 'unused'; readonly vip: string; readonly rule?: string | undefined }
  /** Another Pod may have what this holder, who is no Vip, holds. */
  | { readonly is: 'left'; readonly holder: string };

/** `one of many`: it may, but only one of those who wait for the same. */
export type Unblocks = 'no' | 'yes' | 'one of many';

/** Undefined when it unblocks nobody. */
export function triggerOf(event: SubnetEvent): RetryTrigger | undefined {
  if (event.type === 'AddressSettled') return { is: 'settled', address: formatAddress(event.address) };
  const { definition, holder, gives, continues, vip, rule, use } = touches(event);
  if (definition) return { is: 'definition' };
  // What goes on as somebody else's is not free.
  if (continues !== undefined) return { is: 'left', holder: continues };
  if (gives) return freed(gives);
  if (holder === undefined || (use !== 'ends' && use !== 'changes')) return undefined;
  return vip === undefined ? { is: 'left', holder } : { is: 'unused', vip, rule };
}

/** @param trigger in the subnet that rejected */
export function unblockedBy(trigger: RetryTrigger, rejection: Rejection): Unblocks {
  const { code } = rejection;
  const facts = factsOf(rejection);
  if (trigger.is === 'definition') return 'yes';
  if (trigger.is === 'unused') return unblocksUser(trigger, code, facts);
  if (trigger.is === 'left')
    return code === 'ReservationInUse' && facts.holder === trigger.holder ? 'yes' : 'no';
  if (trigger.is === 'settled')
    return code === 'AddressWithheld' && facts.address === trigger.address ? 'yes' : 'no';
  if (OF_ADDRESSES.has(code))
    return facts.address === undefined || trigger.addresses.includes(facts.address) ? 'yes' : 'no';
  if (code === 'MacTaken') return facts.mac === trigger.mac ? 'yes' : 'no';
  // Others are unblocked by a definition only, or by the holder itself, or by time.
  return code === 'SubnetExhausted' ? 'one of many' : 'no';
}

const OF_ADDRESSES = new Set<RejectionCode>(['AddressTaken', 'AddressCooling', 'SubnetInUse']);
const OF_USES = new Set<RejectionCode>(['VipInUse', 'VipPortTaken', 'LimitReached']);

/** A use that ended unblocks who was rejected because of uses of the same Vip. */
function unblocksUser(
  { vip, rule }: RetryTrigger & { readonly is: 'unused' },
  code: RejectionCode,
  facts: AnyFacts,
): Unblocks {
  if (OF_USES.has(code)) return facts.vip === vip ? 'yes' : 'no';
  return code === 'RuleExists' && facts.rule === rule ? 'yes' : 'no';
}

function freed({ v4, v6, mac }: HeldAddress): RetryTrigger {
  const addresses = [v4, v6].filter((address) => address !== undefined).map(formatAddress);
  return { is: 'freed', addresses, mac: formatMac(mac) };
}
