// SetLabels: the labels of a Subnet, a pool or what somebody holds are these from now on, and no others.
import { type Holder, holderParts, isVipHolder } from '../../holder';
import { type Labels, areSameLabels, labelsFault } from '../../label';
import { type Rejection, invalid } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo } from '../decision/decision';
import { comesBeforeDefinition, comesBeforeReservation, commandExpired } from '../decision/late';
import { notHeld, poolNotFound, vipNotFound } from '../decision/rejections';
import { type LabelSubject, subjectOf } from '../events';
import type { SubnetState } from '../state/state';
import { labelsSet } from './with-labels';

export interface SetLabels extends LabelSubject {
  readonly type: 'SetLabels';
  readonly subnet: string;
  /** All of them; {}: none. */
  readonly labels: Labels;
}

export function setLabels(command: SetLabels, state: SubnetState, moment: Moment): SubnetDecision {
  const { labels } = command;
  const subject = subjectOf(command);
  const fault = labelsFault(labels);
  if (fault) return invalid(fault.field, fault.message);
  if (subject.holder !== undefined && subject.pool !== undefined)
    return invalid('pool', 'is at odds with holder: give one of them');
  const missing = notThere(subject, state);
  if (missing) return missing;
  const before = state.labels.of(subject);
  if (areSameLabels(before, labels)) return alreadySo({ labels: before });
  return late(subject, state, moment) ?? accept(labelsSet(subject, labels));
}

function notThere({ holder, pool }: LabelSubject, state: SubnetState): { rejected: Rejection } | undefined {
  if (holder !== undefined) return state.byHolder.has(holder) ? undefined : nothingHeld(holder, state);
  const isThere = pool === undefined || state.definition?.pools?.some(({ name }) => name === pool);
  return isThere ? undefined : poolNotFound(state, pool);
}

const nothingHeld = (holder: Holder, state: SubnetState): { rejected: Rejection } =>
  isVipHolder(holder) ? vipNotFound(state, holderParts(holder).name) : notHeld(state, holder);

/** Refuses to set what was set since, or of what came since. */
function late(
  subject: LabelSubject,
  state: SubnetState,
  moment: Moment,
): { rejected: Rejection } | undefined {
  const { holder, pool } = subject;
  const atMs = state.labels.changedAtMs(subject);
  if (atMs !== undefined && moment.issuedAtMs < atMs) {
    const what = `the labels of ${holder ?? (pool === undefined ? 'the subnet' : `pool ${pool}`)} in ${state.name} were set`;
    return commandExpired({ subnet: state.name, ...(holder && { holder }) }, moment.issuedAtMs, what, atMs);
  }
  return holder === undefined
    ? comesBeforeDefinition(state, moment)
    : comesBeforeReservation(state, holder, moment);
}
