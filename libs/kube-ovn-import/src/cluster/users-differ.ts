// Pods that carry the addresses of one holder at once: the two of a live migration do; others cannot.
import type { Holder } from '@holdfast/ipam';
import { objectOf } from '@holdfast/kube-api';
import { type ImportConflict, partyOf } from './conflict';
import type { Nic } from './pod-nics';

/** @param nics of one holder @returns nothing where each has its role */
export function usersDiffer(holder: Holder, nics: readonly Nic[]): ImportConflict | undefined {
  const using = nics.filter(({ role }) => role === 'uses');
  const joining = nics.filter(({ role }) => role === 'joins');
  if (using.length <= 1 && joining.length <= 1) return undefined;
  const names = [...using, ...joining].map(({ pod }) => objectOf(pod)).join(', ');
  return {
    code: 'UsersDiffer',
    subnet: nics[0]?.claim.subnet ?? '',
    about: holder,
    parties: nics.map(({ pod, claim }) => partyOf(objectOf(pod), [claim])),
    message: `What ${holder} has is carried by ${names}, and no live migration says why. It is recorded without a user; run import again when only one of them is left.`,
    heldBack: [],
  };
}
