// Whether who is behind an address will want it again: the StatefulSet that has the ordinal, the machine that is there.
// It never takes "not on my list" for "gone": what it did not see going, the server is asked for.
import type { Evidence } from '@holdfast/ipam';
import type { KubernetesObject } from '@holdfast/kube-api';
import { ownerEvidence, type OwnerObjects } from './owner-objects';
import { type Owner, ownerNameOf } from '../request/pod-identity';

export type Standing =
  /** Not every object that it may be is known yet, or the server has one that was not seen yet. */
  | { readonly is: 'unknown' }
  | { readonly is: 'exists' }
  | { readonly is: 'gone'; readonly reason: string; readonly evidence: Evidence }
  /** Nothing of it is there, and nobody has seen it going. */
  | { readonly is: 'missing'; readonly reason: string; readonly evidence: Evidence };

/** What is asked about owners. */
export type OwnersOnce = Pick<
  OwnerObjects,
  'isComplete' | 'find' | 'evidenceOfEnd' | 'isGone' | 'isThere' | 'latest'
>;

/** The same, for one owner in one reconcile: the server is asked once, however many ordinals there are. */
export function lookedUpOnce(owners: OwnersOnce): OwnersOnce {
  let gone: Promise<boolean> | undefined;
  let latest: Promise<KubernetesObject | undefined> | undefined;
  return {
    isComplete: (kind) => owners.isComplete(kind),
    find: (owner) => owners.find(owner),
    evidenceOfEnd: (owner) => owners.evidenceOfEnd(owner),
    isGone: (owner) => (gone ??= owners.isGone(owner)),
    isThere: (owner) => owners.isThere(owner),
    latest: (owner) => (latest ??= owners.latest(owner)),
  };
}

/** @param owner with `uid`: of the object that its Pod named @throws KubernetesFault */
export async function standingOf(owner: Owner, owners: OwnersOnce): Promise<Standing> {
  if (!owners.isComplete(owner.kind)) return { is: 'unknown' };
  const found = owners.find(owner);
  const staying = found.find(({ metadata }) => !metadata.deletionTimestamp);
  if (staying) return owner.kind === 'statefulset' ? setStanding(owner, staying, owners) : { is: 'exists' };
  if (!(await owners.isGone(owner))) return { is: 'unknown' };
  const [going] = found;
  const evidence = going ? ownerEvidence(going) : owners.evidenceOfEnd(owner);
  const name = ownerNameOf(owner);
  if (evidence && isOf(evidence, owner)) return { is: 'gone', reason: `${name} was deleted`, evidence };
  return { is: 'missing', reason: `${name} is gone`, evidence: { object: name } };
}

/** A set's end says nothing of another one under its name; a machine may be two objects, and the Pod names one of them. */
const isOf = ({ uid }: Evidence, owner: Owner): boolean =>
  owner.kind === 'vm' || owner.uid === undefined || owner.uid === uid;

async function setStanding(owner: Owner, set: KubernetesObject, owners: OwnersOnce): Promise<Standing> {
  const evidence = ownerEvidence(set);
  const name = ownerNameOf(owner);
  const { uid } = set.metadata;
  if (owner.uid !== undefined && owner.uid !== uid) {
    // The Pod may have been the newer one's, and the older one is what was seen last.
    if (await owners.isThere(owner)) return { is: 'unknown' };
    return { is: 'gone', reason: `${name} is another one now, UID ${uid}`, evidence };
  }
  if (owner.ordinal === undefined || wantsOrdinal(set, owner.ordinal)) return { is: 'exists' };
  // The watch may be behind, and the set may have been scaled up again.
  const latest = await owners.latest(owner);
  if (latest?.metadata.uid !== uid) return { is: 'unknown' };
  if (wantsOrdinal(latest, owner.ordinal)) return { is: 'exists' };
  const reason = `${name} wants no ordinal ${owner.ordinal}: ${scaleOf(latest)}`;
  return { is: 'gone', reason, evidence: ownerEvidence(latest) };
}

/**
 * Whether the set has a Pod of that ordinal, or will have (apps/v1 StatefulSetSpec: `replicas`, 1 when absent, from
 * `ordinals.start`; OpenKruise leaves out `reserveOrdinals` and goes on behind them).
 */
export function wantsOrdinal(set: KubernetesObject, ordinal: number): boolean {
  const { start, replicas, reserved } = readScale(set);
  if (ordinal < start || reserved.has(ordinal)) return false;
  const skipped = [...reserved].filter((it) => it >= start && it < ordinal).length;
  return ordinal - start - skipped < replicas;
}

function scaleOf(set: KubernetesObject): string {
  const { start, replicas } = readScale(set);
  return `it has ${replicas} replicas${start > 0 ? ` from ordinal ${start}` : ''}`;
}

function readScale({ spec = {} }: KubernetesObject) {
  const { start } = (spec['ordinals'] ?? {}) as { readonly start?: unknown };
  const reserved = Array.isArray(spec['reserveOrdinals']) ? (spec['reserveOrdinals'] as unknown[]) : [];
  return {
    start: typeof start === 'number' ? start : 0,
    replicas: typeof spec['replicas'] === 'number' ? spec['replicas'] : 1,
    reserved: new Set(reserved.map(Number).filter(Number.isSafeInteger)),
  };
}
