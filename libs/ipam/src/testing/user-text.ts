// Commands about who uses what a Subnet's holders hold, written as people write them. For tests, like ./subnet-text.
import type { Holder } from '../holder';
import type {
  AttachUser,
  DetachUser,
  EndOwner,
  MovePrimary,
  OwnerState,
  ReleaseExpired,
  SetRetention,
  User,
} from '../subnet';
import { parseRetention } from '../subnet';
import { holder } from './subnet-text';

/** `default/web-0 u1`, with the owner's holder behind it if it has one: a Pod and its UID. */
export function podUser(text: string, node?: string): User {
  const [name = '', uid = '', owner] = text.split(' ');
  return {
    object: `pod/${name}`,
    uid,
    ...(node !== undefined && { node }),
    ...(owner !== undefined && { owner: holder(owner) }),
  };
}

export function usersIn(subnet: string) {
  const at = (who: string): { readonly subnet: string; readonly holder: Holder } => ({
    subnet,
    holder: holder(who),
  });
  return {
    attach: (who: string, user: User, migrates = false): AttachUser => ({
      type: 'AttachUser',
      ...at(who),
      user,
      ...(migrates && { migrates }),
    }),
    detach: (who: string, uid: string, owner: OwnerState, reason = 'Pod deleted'): DetachUser => ({
      type: 'DetachUser',
      ...at(who),
      uid,
      owner,
      reason,
    }),
    movePrimary: (who: string, uid: string): MovePrimary => ({ type: 'MovePrimary', ...at(who), uid }),
    endOwner: (who: string, reason = 'StatefulSet deleted'): EndOwner => ({
      type: 'EndOwner',
      ...at(who),
      reason,
    }),
    releaseExpired: (who: string): ReleaseExpired => ({ type: 'ReleaseExpired', ...at(who) }),
    /** '': as the Subnet says. */
    setRetention: (who: string, retention: string): SetRetention => ({
      type: 'SetRetention',
      ...at(who),
      retention: parseRetention(retention) ?? null,
    }),
  };
}
