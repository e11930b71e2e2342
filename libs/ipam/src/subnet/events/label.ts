// Labels of a Subnet, and of what is in it.
import type { Holder } from '../../holder';
import type { Labels } from '../../label';

/** Whose labels: what a holder has (`vip/web`: the Vip), or a pool; without either the Subnet itself. Never both. */
export interface LabelSubject {
  readonly holder?: Holder;
  readonly pool?: string;
}

/**
 * Its labels are these from then on, and no others. What comes with labels has this right before the event that it comes
 * with, which says what its caller is told.
 */
export interface LabelsSet extends LabelSubject {
  readonly type: 'LabelsSet';
  /** In the order of their keys. */
  readonly labels: Labels;
}

/** Without what else stands beside it. */
export const subjectOf = ({ holder, pool }: LabelSubject): LabelSubject => ({
  ...(holder !== undefined && { holder }),
  ...(pool !== undefined && { pool }),
});
