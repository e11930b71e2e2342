// What the server keeps of a status that is written. A definition of somebody else's may drop fields in silence
// (Kube-OVN's drops those that are ours alone), and without a status subresource each write of the status raises the
// generation that the status is to tell. Without knowing this, a reconcile would write the same for ever.
import { isDeepStrictEqual } from 'node:util';
import { type JsonObject, KubernetesFault, type KubernetesObject } from '@holdfast/kube-api';
import { type Condition, mergeConditions, saysAll } from './conditions';
import type { DesiredStatus } from './desired-status';

/** Of one kind of object. */
export class KeptStatus {
  /** Fields that the definition drops. */
  private readonly dropped = new Set<string>();
  /** Whether the generation counts changes of the status, too. */
  private generationCountsStatus = false;

  /** What to write so that the object says what is wanted; undefined when it says so already. */
  patchOf(object: KubernetesObject, desired: DesiredStatus, now: string): JsonObject | undefined {
    const fields = this.tellable(desired.fields);
    const kept = object.status ?? {};
    const isSame =
      Object.entries(fields).every(
        ([field, value]) => this.dropped.has(field) || isKept(kept, field, value),
      ) &&
      (this.dropped.has('conditions') || saysAll(kept['conditions'], desired.conditions));
    if (isSame) return undefined;
    return { ...fields, conditions: mergeConditions(kept['conditions'], desired.conditions, now) };
  }

  /**
   * Learns from a write that was made upon exactly `before`. Returns whether something is kept now that used to be
   * dropped: the definition was replaced, and every object may have something to be told.
   * @throws KubernetesFault when a field kept another value, or none was kept: then the write was ignored as a whole
   */
  learn(
    before: KubernetesObject,
    desired: DesiredStatus,
    sent: JsonObject,
    written: KubernetesObject,
  ): boolean {
    const sentFields = Object.keys(sent).filter((field) => sent[field] !== null);
    const stuck = sentFields.filter((field) => this.isStuck(field, written, sent, desired.conditions));
    const lost = sentFields.filter((field) => !stuck.includes(field));
    const ignored = lost.find(
      (field) => stuck.length === 0 || isThere(written, field) || isThere(before, field),
    );
    if (ignored !== undefined) throw notKept(written, ignored);
    const regained = stuck.filter((field) => this.dropped.delete(field));
    for (const field of lost) this.dropped.add(field);
    if (written.metadata.resourceVersion !== before.metadata.resourceVersion)
      this.generationCountsStatus = written.metadata.generation !== before.metadata.generation;
    return regained.length > 0;
  }

  private isStuck(
    field: string,
    { status = {} }: KubernetesObject,
    sent: JsonObject,
    conditions: readonly Condition[],
  ): boolean {
    return field === 'conditions' ? saysAll(status[field], conditions) : isKept(status, field, sent[field]);
  }

  /** A generation that the write itself raises cannot be told. */
  private tellable(fields: JsonObject): JsonObject {
    return this.generationCountsStatus ? { ...fields, observedGeneration: null } : fields;
  }
}

function isKept(kept: JsonObject, field: string, value: unknown): boolean {
  return isDeepStrictEqual(kept[field] ?? null, value ?? null);
}

function isThere({ status }: KubernetesObject, field: string): boolean {
  return status?.[field] !== undefined;
}

function notKept({ kind, metadata }: KubernetesObject, field: string): KubernetesFault {
  const what = `the status of ${kind} ${metadata.name} was written, but its ${field} is not what was written`;
  return new KubernetesFault('kubernetes-refused', what, false);
}
