// The API's failures, worded as kube-apiserver words them: Status objects with reason, details and code.
import type { ResourceType } from './resource-type';

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
}

export class StatusFailure extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: Details,
  ) {
    super(message);
  }

  get body(): object {
    const { message, reason, details, code } = this;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      details,
      code,
    };
  }
}

export function success(type: ResourceType, name: string, uid: string): object {
  const details = { name, group: type.group || undefined, kind: type.plural, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

export function notFound(type: ResourceType, name: string): StatusFailure {
  return new StatusFailure(404, 'NotFound', `${named(type)} "${name}" not found`, detailsOf(type, name));
}

export function alreadyExists(type: ResourceType, name: string): StatusFailure {
  return new StatusFailure(
    409,
    'AlreadyExists',
    `${named(type)} "${name}" already exists`,
    detailsOf(type, name),
  );
}

export function conflict(type: ResourceType, name: string, why: string): StatusFailure {
  const message = `Operation cannot be fulfilled on ${named(type)} "${name}": ${why}`;
  return new StatusFailure(409, 'Conflict', message, detailsOf(type, name));
}

export const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';

export function invalidObject(type: ResourceType, name: string, causes: readonly Cause[]): StatusFailure {
  const listed = causes.map(({ field, message }) => `${field}: ${message}`);
  const said = listed.length === 1 ? listed[0] : `[${listed.join(', ')}]`;
  const kind = type.group ? `${type.kind}.${type.group}` : type.kind;
  const details = { name, group: type.group || undefined, kind: type.kind, causes };
  return new StatusFailure(422, 'Invalid', `${kind} "${name}" is invalid: ${said}`, details);
}

export function badRequest(message: string): StatusFailure {
  return new StatusFailure(400, 'BadRequest', message);
}

export function unsupportedMedia(accepted: readonly string[]): StatusFailure {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusFailure(415, 'UnsupportedMediaType', message);
}

export function expiredVersion(version: string, oldest: number): StatusFailure {
  return new StatusFailure(410, 'Expired', `too old resource version: ${version} (${oldest})`);
}

function detailsOf(type: ResourceType, name: string): Details {
  return { name, group: type.group || undefined, kind: type.plural };
}

function named(type: ResourceType): string {
  return type.group ? `${type.plural}.${type.group}` : type.plural;
}
