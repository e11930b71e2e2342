// A Vip that is kept for an owner who has no Pod just now, an ordinal between two of its Pods: the IP resource is what has
// it meanwhile. Of a Vip's owner the ledger knows by its users, so that the resource is recorded as one that used it and
// stopped to, and the Vip as retained for who is behind it.
import { type Holder, holderParts, type User } from '@holdfast/ipam';
import type { IpClaim } from '../cluster/ip-claims';
import type { ImportCommand } from './import-step';

const OBJECT = 'ip/';

export const isKeeper = ({ object }: Pick<User, 'object'>): boolean => object.startsWith(OBJECT);

/** Owners whose successors want what their predecessor had. */
const LASTING = /^(statefulset|vm)\//;

export function keepFor(vip: Holder, { name, claim }: IpClaim): ImportCommand[] {
  const { holder: owner, subnet, source } = claim;
  if (!LASTING.test(owner)) return [];
  const { uid, resourceVersion } = source;
  // Objects are written as holders are; the resource is of no namespace, and its owner is.
  const { namespace = '' } = holderParts(owner);
  const object = `${OBJECT}${namespace}/${name}`;
  const of = { subnet, holder: vip } as const;
  const reason = `no Pod of ${owner} is there; ${source.object} keeps the Vip for it`;
  return [
    { type: 'AttachUser', ...of, user: { object, uid, resourceVersion, port: name, owner } },
    { type: 'DetachUser', ...of, uid, owner: 'exists', reason, evidence: { object, uid, resourceVersion } },
  ];
}
