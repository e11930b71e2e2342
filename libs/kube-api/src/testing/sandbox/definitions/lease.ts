// What kube-apiserver makes of a Lease before it is stored (coordination.k8s.io/v1): its times have six digits and are in UTC,
// its numbers are numbers. Other built-in kinds are stored as they come.
import type { JsonObject } from '../../../port/kubernetes-object';
import type { ResourceType } from './resource-type';
import { badRequest, type Cause, invalidObject } from './status-failure';
import { isRecord } from '../../../rest/checked-object';
import type { StoredObject } from './stored-object';

/** metav1.MicroTime */
const MICRO_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})(Z|[+-]\d\d:\d\d)$/;
const TIMES = ['acquireTime', 'renewTime'];
const NUMBERS = ['leaseDurationSeconds', 'leaseTransitions'];

/** @throws StatusFailure */
export function leaseAsStored(type: ResourceType, lease: StoredObject): StoredObject {
  const { spec } = lease;
  if (!isRecord(spec)) return lease;
  const stored: Record<string, unknown> = { ...spec };
  for (const field of TIMES) if (stored[field] != null) stored[field] = inUtc(stored[field]);
  for (const field of NUMBERS)
    if (stored[field] != null && !Number.isInteger(stored[field]))
      throw unreadable(`cannot unmarshal ${field} into Go value of type int32`);
  const causes = [...violationsOf(stored)];
  if (causes.length > 0) throw invalidObject(type, lease.metadata.name, causes);
  return { ...lease, spec: stored as JsonObject };
}

function inUtc(time: unknown): string {
  const [, seconds = '', micros = '', zone = ''] = MICRO_TIME.exec(String(time)) ?? [];
  const epochMs = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(epochMs))
    throw unreadable(
      `parsing time ${JSON.stringify(time)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse`,
    );
  return `${new Date(epochMs).toISOString().slice(0, 19)}.${micros}Z`;
}

function* violationsOf({
  leaseDurationSeconds: seconds,
  leaseTransitions: transitions,
}: Record<string, unknown>): Generator<Cause> {
  const reason = 'FieldValueInvalid';
  if (seconds != null && Number(seconds) <= 0)
    yield {
      ...{ reason, field: 'spec.leaseDurationSeconds' },
      message: `Invalid value: ${String(seconds)}: must be greater than 0`,
    };
  if (transitions != null && Number(transitions) < 0)
    yield {
      ...{ reason, field: 'spec.leaseTransitions' },
      message: `Invalid value: ${String(transitions)}: must be greater than or equal to 0`,
    };
}

const unreadable = (why: string) => badRequest(`Lease in version "v1" cannot be handled as a Lease: ${why}`);
