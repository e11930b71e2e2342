// Whose something is, of events that were stored before they said so: read from who asked and which way it came, which stood
// in their metadata. The one place that reads meaning out of those words; whatever is stored today says it itself.
import type { ObjectOwner } from '../subnet/events';

/** An event's metadata, as far as it is known: whoever follows the log need not say. */
export interface Asker {
  readonly through: string | undefined;
  readonly actor: string | undefined;
}

const THROUGH_KUBERNETES = 'kubernetes';
const VIPS = 'vips.kubeovn.io';
/** `import:kube-ovn by alice (uid 8a0c…, resourceVersion 4711)`: the object was named last, where no name could forge it. */
const IMPORT_ACTOR = /^import:kube-ovn by .* \(uid ([^,()\s]+), resourceVersion [^,()\s]+\)$/;

export function formerVipOwner({ through, actor = '' }: Asker): ObjectOwner | undefined {
  if (through === THROUGH_KUBERNETES) return formerOwner(through, VIPS);
  const uid = IMPORT_ACTOR.exec(actor)?.[1];
  return uid === undefined ? undefined : { kind: 'ImportedObject', resource: VIPS, uid };
}

export function formerOwner(through: string | undefined, resource: string): ObjectOwner | undefined {
  return through === THROUGH_KUBERNETES ? { kind: 'KubernetesObject', resource } : undefined;
}
