// Labels as messages have them.
import { type Labels, NO_LABELS } from '@holdfast/ipam';

interface LabelsInit {
  readonly labels?: Record<string, string>;
}

const NONE: LabelsInit = {};

/** Most have none, and say nothing of them. */
export const presentLabels = (labels: Labels = NO_LABELS): LabelsInit =>
  labels === NO_LABELS ? NONE : { labels: { ...labels } };
