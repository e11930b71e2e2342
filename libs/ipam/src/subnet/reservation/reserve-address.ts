// ReserveAddress: one address, or one of each family, for a holder; and who carries them, if that is known already.
import { type Family, formatMac, formatPair } from '../../address';
import { type Holder, isVipHolder } from '../../holder';
import { formatLabels } from '../../label';
import { type Rejection, invalid, reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo, describe, heldBy } from '../decision/decision';
import { comesBeforeRelease } from '../decision/late';
import { type PortRequest, portOf } from '../events';
import { type LabelsRequest, asksForOtherLabels, withLabels } from '../label/with-labels';
import type { Reservation } from '../state/reservation';
import type { SubnetState } from '../state/state';
import { type UserRequest, withUser } from '../user/attach-user';
import { type AddressRequest, satisfies } from './address-request';
import { chooseAddresses } from './choose-addresses';
import { unfitPort } from './port-fault';

export interface ReserveAddress extends AddressRequest, PortRequest, UserRequest, LabelsRequest {
  readonly type: 'ReserveAddress';
  readonly subnet: string;
  readonly holder: Holder;
  /** Whether the addresses that the holder last had are taken, where none is named and they are free. */
  readonly prefersFormer?: boolean;
}

export const reserveAddress = (command: ReserveAddress, state: SubnetState, moment: Moment): SubnetDecision =>
  withLabels(command, { holder: command.holder }, () => reserve(command, state, moment));

function reserve(command: ReserveAddress, state: SubnetState, moment: Moment): SubnetDecision {
  const { holder } = command;
  if (isVipHolder(holder)) return invalid('holder', 'a Vip is reserved with ReserveVip');
  const held = state.byHolder.get(holder);
  if (held) {
    const isAsked = satisfies(state, held, command) && !asksForOtherLabels(command, { holder }, state);
    if (!isAsked) return hasDifferentAddress(state, held, command);
    const isSo = alreadySo({ reservation: describe(state, held) });
    return withUser(isSo, command, state, moment, { ...heldBy(state, held), ...portOf(held) });
  }
  const late = comesBeforeRelease(state, holder, moment);
  if (late) return late;
  const unfit = unfitPort(command, holder, state);
  if (unfit) return unfit;
  const again = command.prefersFormer ? chooseLastHeld(command, state, moment) : undefined;
  const choice = again ?? chooseAddresses(state, holder, command, moment);
  if (choice.rejected) return choice;
  const reserved = { ...choice.chosen, ...portOf(command) };
  const decision = accept({ type: 'AddressReserved', holder, ...reserved });
  return withUser(decision, command, state, moment, reserved);
}

/** What the holder had when it left, whole, if it may have it again; an address that it names goes before. */
function chooseLastHeld(command: ReserveAddress, state: SubnetState, moment: Moment) {
  const last = state.lastHeld(command.holder);
  if (!last || command.v4 !== undefined || command.v6 !== undefined) return undefined;
  const isRequested = (family: Family): boolean => command.families?.includes(family) ?? true;
  const v4 = isRequested(4) ? last.v4 : undefined;
  const v6 = isRequested(6) ? last.v6 : undefined;
  if (v4 === undefined && v6 === undefined) return undefined;
  const choice = chooseAddresses(state, command.holder, { ...command, v4, v6 }, moment);
  return choice.rejected ? undefined : choice;
}

function hasDifferentAddress(
  state: SubnetState,
  held: Reservation,
  request: AddressRequest & PortRequest & LabelsRequest,
): { rejected: Rejection } {
  const { holder } = held;
  const port = held.port === undefined ? '' : ` on port ${held.port}`;
  const labels = asksForOtherLabels(request, { holder }, state) ? formatLabels(request.labels ?? {}) : '';
  const has = `${formatPair(held)} MAC ${formatMac(state.macOf(held))}${port}`;
  const asked = [
    formatPair(request),
    request.mac === undefined ? '' : `MAC ${formatMac(request.mac)}`,
    (request.families ?? []).map((family) => `IPv${family}`).join(' and '),
    request.port === undefined
      ? ''
      : `port ${request.port}${request.portSecurity ? ' with port security' : ''}`,
    labels === '' ? '' : `labels ${labels}`,
  ];
  const asking = asked.filter(Boolean).join(', ');
  const remedy = satisfies(state, held, request)
    ? 'set its labels, or ask without any'
    : 'move or release what it holds';
  return reject(
    'HolderHasDifferentAddress',
    `${holder} holds ${has} in subnet ${state.name}, but asks for ${asking}; ${remedy}.`,
    { subnet: state.name, holder, held: formatPair(held), asked: asking },
  );
}
