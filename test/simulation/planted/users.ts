// Bugs in who may use what is reserved, and for how long it stays.
import { type SubnetEvent, type SubnetState, type Holder, subnet } from '@holdfast/ipam';
import { accepted, deciding, despite } from './rules';
import { type PlantedBug, bug } from './planted-bug';

function release(state: SubnetState, holder: Holder): SubnetEvent | undefined {
  const held = state.byHolder.get(holder);
  if (!held || holder.startsWith('vip/')) return undefined;
  return {
    type: 'AddressReleased',
    holder,
    v4: held.v4,
    v6: held.v6,
    mac: state.macOf(held),
    reason: 'gone',
  };
}

export const USER_BUGS: readonly PlantedBug[] = [
  bug(
    'released-under-its-user',
    'D25, whereabouts #207',
    'retention',
    despite('ReservationInUse', (command, state) =>
      command.type === 'ReleaseAddress' ? release(state, command.holder) : undefined,
    ),
  ),
  bug(
    'released-before-its-time',
    'whereabouts #162',
    'retention',
    despite('ReservationInUse', (command, state) =>
      command.type === 'ReleaseExpired' && state.users.usersOf(command.holder).length === 0
        ? release(state, command.holder)
        : undefined,
    ),
  ),
  bug(
    'successor-taken-for-its-predecessor',
    'whereabouts #176, spiderpool #2526',
    'retention',
    deciding((decision, command, state, moment) => {
      if (command.type !== 'DetachUser') return decision;
      const [user] = state.users.usersOf(command.holder);
      return user ? subnet.decide({ ...command, uid: user.uid }, state, moment) : decision;
    }),
  ),
  bug(
    'released-while-its-owner-exists',
    'D9, metallb #2723',
    'retention',
    deciding((decision, command, state, moment) =>
      command.type === 'DetachUser' &&
      command.owner === 'exists' &&
      !decision.rejected &&
      decision.events.length > 1
        ? (releasedAfter(decision.events, release(state, command.holder)) ??
          subnet.decide(command, state, moment))
        : decision,
    ),
  ),
  bug(
    'used-by-two-without-a-migration',
    'kube-ovn #1809, D29',
    'retention',
    despite('ReservationInUse', (command) =>
      command.type === 'AttachUser'
        ? { type: 'UserAttached', holder: command.holder, user: command.user, isPrimary: true }
        : undefined,
    ),
  ),
];

function releasedAfter([detached]: readonly SubnetEvent[], released: SubnetEvent | undefined) {
  if (!detached || !released) return undefined;
  return { ...accepted(released), events: [detached, released] };
}
