// Commands and events about labels, written as people write them. For tests, like ./subnet-text.
import type { Labels } from '../label';
import type { LabelSubject, LabelsSet, SetLabels } from '../subnet';
import { holder } from './subnet-text';

/** A holder, the name of a pool, or '' for the subnet itself. */
const labelSubject = (of: string): LabelSubject =>
  of === '' ? {} : of.includes('/') ? { holder: holder(of) } : { pool: of };

export function labelsGivenIn(subnet: string) {
  return {
    setLabels: (of: string, labels: Labels): SetLabels => ({
      type: 'SetLabels',
      subnet,
      ...labelSubject(of),
      labels,
    }),
    labelsSet: (of: string, labels: Labels): LabelsSet => ({
      type: 'LabelsSet',
      ...labelSubject(of),
      labels,
    }),
  };
}
