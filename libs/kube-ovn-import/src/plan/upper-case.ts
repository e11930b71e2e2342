// IPv6 addresses that are written with capital letters. One address has one value here, so that nothing is held back.
import type { Claim } from '../cluster/claim';
import { type ImportConflict, partyOf } from '../cluster/conflict';

export function upperCase(claim: Claim): ImportConflict {
  const { holder, subnet, source } = claim;
  return {
    code: 'UpperCaseAddress',
    subnet,
    about: source.object,
    parties: [
      partyOf(holder, [claim]),
      { who: 'RFC 5952 section 4.3', evidence: ['IPv6 addresses are written in lower case'] },
    ],
    message: `${source.object} has an IPv6 address with capital letters, which Kube-OVN takes for another text than the same in lower case. It is recorded as the one address it is; write it in lower case.`,
    heldBack: [],
  };
}
