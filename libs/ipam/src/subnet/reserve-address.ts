// ReserveAddress: one address, or one of each family, for a holder.
import { type Family, formatMac, formatPair } from '../address';
import { isVipHolder } from '../holder';
import { type Rejection, invalid, reject } from '../rejection';
import { chooseAddresses } from './choose-addresses';
import type { AddressWish, PortWish, ReserveAddress } from './commands';
import { type Moment, type SubnetDecision, accept, alreadySo, describe, portOf } from './decision';
import { isPortName } from './grant-parent';
import { comesBeforeRelease } from './late';
import type { Reservation, SubnetState } from './state';

export function reserveAddress(command: ReserveAddress, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder } = command;
  if (isVipHolder(holder)) return invalid('holder', 'a Vip is reserved with ReserveVip');
  const held = state.byHolder.get(holder);
  if (held) {
    return satisfies(state, held, command)
      ? alreadySo({ reservation: describe(state, held) })
      : holdsOther(state, held, command);
  }
  const late = comesBeforeRelease(state, holder, moment);
  if (late) return late;
  if (command.port !== undefined && !isPortName(command.port)) {
    return invalid(
      'port',
      `${JSON.stringify(command.port)} is no port's name: 1 to 255 characters, no comma or space`,
    );
  }
  const taken = portTaken(command, state);
  if (taken) return taken;
  const former = command.prefersFormer ? chooseFormer(command, state, moment) : undefined;
  const choice = former ?? chooseAddresses(state, holder, command, moment);
  if (choice.rejected) return choice;
  return accept({ type: 'AddressReserved', holder, ...choice.chosen, ...portOf(command) });
}

function portTaken({ port }: ReserveAddress, state: SubnetState): { rejected: Rejection } | undefined {
  const other = port === undefined ? undefined : state.holderOfPort(port);
  if (port === undefined || other === undefined) return undefined;
  return reject(
    'PortTaken',
    `Port ${port} of subnet ${state.name} is that of ${other}; name another one, or have it released first.`,
    { subnet: state.name, port, holder: other },
  );
}

/** What the holder had when it left, whole, if it may have it again; an address that it names goes before. */
function chooseFormer(command: ReserveAddress, state: SubnetState, moment: Moment) {
  const former = state.formerAddresses(command.holder);
  if (!former || command.v4 !== undefined || command.v6 !== undefined) return undefined;
  const isWanted = (family: Family): boolean => command.families?.includes(family) ?? true;
  const v4 = isWanted(4) ? former.v4 : undefined;
  const v6 = isWanted(6) ? former.v6 : undefined;
  if (v4 === undefined && v6 === undefined) return undefined;
  const choice = chooseAddresses(state, command.holder, { ...command, v4, v6 }, moment);
  return choice.rejected ? undefined : choice;
}

function holdsOther(
  state: SubnetState,
  held: Reservation,
  wish: AddressWish & PortWish,
): { rejected: Rejection } {
  const { holder } = held;
  const port = held.port === undefined ? '' : ` on port ${held.port}`;
  const has = `${formatPair(held)} MAC ${formatMac(state.macOf(held))}${port}`;
  const asked = [
    formatPair(wish),
    wish.mac === undefined ? '' : `MAC ${formatMac(wish.mac)}`,
    (wish.families ?? []).map((family) => `IPv${family}`).join(' and '),
    wish.port === undefined ? '' : `port ${wish.port}${wish.portSecurity ? ' with port security' : ''}`,
  ];
  const asking = asked.filter(Boolean).join(', ');
  return reject(
    'HolderHoldsOther',
    `${holder} holds ${has} in subnet ${state.name}, but asks for ${asking}; move or release what it holds.`,
    { subnet: state.name, holder, held: formatPair(held), asked: asking },
  );
}

/**
 * Whether what is held is what is wished for. A wish for every family is fulfilled by the families that there were
 * at the time: a subnet that grows another one must not make an old command's second delivery a new one.
 */
export function satisfies(state: SubnetState, held: Reservation, wish: AddressWish & PortWish): boolean {
  return (
    (wish.v4 === undefined || wish.v4 === held.v4) &&
    (wish.v6 === undefined || wish.v6 === held.v6) &&
    (wish.port === undefined ||
      (wish.port === held.port && (wish.portSecurity ?? false) === (held.portSecurity ?? false))) &&
    (wish.mac === undefined || wish.mac === state.macOf(held)) &&
    (wish.families ?? []).every((family) => (family === 4 ? held.v4 : held.v6) !== undefined)
  );
}
