// An object's labels are those of what it stands for in the ledger, and no others: they follow each edit. Never refused, whatever
// they are: what the ledger would not take is left out.
import {
  LABELS_MAX,
  type LabelSubject,
  type Labels,
  NO_LABELS,
  areSameLabels,
  isLabelKey,
  isLabelValue,
} from '@holdfast/ipam';
import type { KubernetesObject, Resource } from '@holdfast/kube-api';
import { actorOf } from '@holdfast/kube-api';
import type { Execution } from '@holdfast/projection';
import type { Context } from './context';

/** Kube-OVN notes by them what stands in spec and status already; nobody labelled anything. */
const BOOKKEEPING = 'ovn.kubernetes.io/';

/** More than the ledger keeps of one are not all kept: the first in the order of their keys are. */
export function labelsOf({ metadata: { labels } }: KubernetesObject): Labels {
  if (!labels) return NO_LABELS;
  const sound = Object.entries(labels).filter(
    ([key, value]) => !key.startsWith(BOOKKEEPING) && isLabelKey(key) && isLabelValue(value),
  );
  const kept = sound.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, LABELS_MAX);
  return kept.length === 0 ? NO_LABELS : Object.fromEntries(kept);
}

/** For a command that brings it into being: nothing where it has none. */
export function labelsIn(object: KubernetesObject): { readonly labels?: Labels } {
  const labels = labelsOf(object);
  return labels === NO_LABELS ? {} : { labels };
}

export const hasOtherLabels = (
  { ledger }: Pick<Context, 'ledger'>,
  object: KubernetesObject,
  subnet: string,
  subject: LabelSubject,
): boolean => {
  const state = ledger.view.subnet(subnet);
  return state !== undefined && !areSameLabels(state.labels.of(subject), labelsOf(object));
};

/** Makes it so in the ledger; what is asked for is there. */
export async function followLabels(
  context: Pick<Context, 'ledger' | 'execute'>,
  resource: Resource,
  object: KubernetesObject,
  subnet: string,
  subject: LabelSubject,
): Promise<Execution> {
  if (!hasOtherLabels(context, object, subnet, subject)) return { is: 'done' };
  const command = { type: 'SetLabels', subnet, ...subject, labels: labelsOf(object) } as const;
  return context.execute(command, actorOf(resource, object));
}
