// How long a holder's reservation is to stay, where the Pod says so, or who owns it. Pure.
import { invalid, parseRetention, type Retention } from '@holdfast/ipam';
import { quotedText, type FieldRead } from '../object/spec-fields';
import type { KubernetesObject } from '../port/kubernetes-object';
import { RETENTION_ANNOTATION } from './followed-pod';

/**
 * null: as the Subnet says ("" was written). Undefined: nothing is said, and what was said before, here or by a command,
 * stays.
 */
export function readRetentionRequest(
  pod: KubernetesObject,
  owners: readonly KubernetesObject[],
): FieldRead<Retention | null | undefined> {
  const said = [pod, ...owners].map(({ metadata }) => metadata.annotations?.[RETENTION_ANNOTATION]);
  const text = said.find((it) => it !== undefined)?.trim();
  if (text === undefined) return { value: undefined };
  if (text === '') return { value: null };
  const retention = parseRetention(text);
  if (retention) return { value: retention };
  return invalid(
    RETENTION_ANNOTATION,
    `${quotedText(text)} is none of release, owner, forever, or a time such as 24h`,
  );
}
