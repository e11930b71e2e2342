// How the reconcile of one NIC ended.
import { type Holder, reject, type Rejection, type SubnetState } from '@holdfast/ipam';

export type NicOutcome =
  /** It has what the holder holds there. */
  | { readonly is: 'placed'; readonly subnet: SubnetState; readonly holder: Holder }
  /** Not one of ours. */
  | { readonly is: 'not managed' }
  | { readonly is: 'behind' }
  | { readonly is: 'refused'; readonly reason: string; readonly message: string };

/** Reasons of Events, besides the codes of rejections. */
export type RejectionReason =
  | 'AddressedByOthers'
  | 'VipNotFound'
  | 'VipTypeMismatch'
  | 'VipElsewhere'
  | 'VipOfNamespace';

export const NOT_MANAGED: NicOutcome = { is: 'not managed' };
export const BEHIND: NicOutcome = { is: 'behind' };

export function nicRefused(reason: RejectionReason, message: string): NicOutcome {
  return { is: 'refused', reason, message };
}

export function nicRefusedBy({ code, message }: Rejection): NicOutcome {
  return { is: 'refused', reason: code, message };
}

export function inUse(holder: Holder, subnet: string, by: string): Rejection {
  const message = `What ${holder} holds in subnet ${subnet} is used by ${by}; it can be used when that is gone.`;
  return reject('ReservationInUse', message, { subnet, holder, user: by }).rejected;
}
