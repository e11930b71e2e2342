// What comes into being with labels. Those of what is there already are for SetLabels to change: who defines or reserves it
// again, with other ones, is told so.
import { type Labels, areSameLabels, hasNoLabels, labelsFault, sortedLabels } from '../../label';
import { invalid } from '../../rejection';
import type { SubnetDecision } from '../decision/decision';
import { type LabelSubject, type LabelsSet, subjectOf } from '../events';
import type { SubnetState } from '../state/state';

/** What a command may say of what it brings into being. */
export interface LabelsRequest {
  /** All its labels. Absent or {}: none are asked for. */
  readonly labels?: Labels;
}

export const labelsSet = (subject: LabelSubject, labels: Labels): LabelsSet => ({
  type: 'LabelsSet',
  ...subjectOf(subject),
  labels: sortedLabels(labels),
});

/** What is decided, and the labels with it: both, or neither. */
export function withLabels(
  { labels }: LabelsRequest,
  subject: LabelSubject,
  decide: () => SubnetDecision,
): SubnetDecision {
  if (labels === undefined || hasNoLabels(labels)) return decide();
  const fault = labelsFault(labels);
  if (fault) return invalid(fault.field, fault.message);
  const decision = decide();
  if (decision.rejected || decision.events.length === 0) return decision;
  return { ...decision, events: [labelsSet(subject, labels), ...decision.events] };
}

/** Whether other labels are asked for than what is there has. */
export const asksForOtherLabels = (
  { labels }: LabelsRequest,
  subject: LabelSubject,
  state: SubnetState,
): boolean =>
  labels !== undefined && !hasNoLabels(labels) && !areSameLabels(state.labels.of(subject), labels);
