// Commands about who uses what a holder has, and how long that stays, as ipam has them. Evidence is not for callers: it
// is what Holdfast saw itself; who calls gives a reason.
import type {
  AttachUser,
  DetachUser,
  EndOwner,
  MovePrimary,
  OwnerState,
  ReleaseExpired,
  SetRetention,
  User,
  UserRequest,
} from '@holdfast/ipam';
import { type Check, type Checked, all, bad, optional, quoted, required, valid } from '../checked';
import type {
  AttachUserRequest,
  DetachUserRequest,
  EndOwnerRequest,
  MovePrimaryRequest,
  NewUser,
  ReleaseExpiredRequest,
  SetRetentionRequest,
} from '../contract';
import * as fields from './fields';
import { type Asked, asked } from './options';

export function parseAttachUser(request: AttachUserRequest): Checked<Asked<AttachUser>> {
  if (request.portSecurity && !request.port) return bad('port_security', 'needs a port: name it');
  const user = all<User>({
    object: required(fields.objectField)('object', request.object),
    uid: required(fields.uid)('uid', request.uid),
    node: optional(fields.name)('node', request.node),
    resourceVersion: optional(fields.uid)('resource_version', request.resourceVersion),
    port: optional(fields.portNameField)('port', request.port),
    // What is absent is what is usual, and is recorded as it ever was.
    portSecurity: valid(request.portSecurity || undefined),
    owner: optional(fields.holderField)('owner', request.owner),
  });
  const command = all<AttachUser>({
    type: valid('AttachUser'),
    ...place(request),
    user,
    migrates: valid(request.migrates || undefined),
  });
  return asked(command, request.options);
}

/** Of a command that reserves or moves as well. */
export function userRequest(request: { readonly user?: NewUser }): Checked<UserRequest> {
  const { user } = request;
  if (!user) return valid({});
  const who = all<User>({
    object: required(fields.objectField)('user.object', user.object),
    uid: required(fields.uid)('user.uid', user.uid),
    node: optional(fields.name)('user.node', user.node),
    resourceVersion: optional(fields.uid)('user.resource_version', user.resourceVersion),
    port: valid(undefined),
    portSecurity: valid(undefined),
    owner: valid(undefined),
  });
  return all<UserRequest>({ user: who, migrates: valid(user.migrates || undefined) });
}

export function parseDetachUser(request: DetachUserRequest): Checked<Asked<DetachUser>> {
  const command = all<DetachUser>({
    type: valid('DetachUser'),
    ...place(request),
    uid: required(fields.uid)('uid', request.uid),
    owner: ownerState('owner_state', request.ownerState || 'exists'),
    reason: fields.freeText('reason', request.reason),
    evidence: valid(undefined),
  });
  return asked(command, request.options);
}

export function parseMovePrimary(request: MovePrimaryRequest): Checked<Asked<MovePrimary>> {
  const command = all<MovePrimary>({
    type: valid('MovePrimary'),
    ...place(request),
    uid: required(fields.uid)('uid', request.uid),
    reason: valid(undefined),
    evidence: valid(undefined),
  });
  return asked(command, request.options);
}

export function parseEndOwner(request: EndOwnerRequest): Checked<Asked<EndOwner>> {
  const command = all<EndOwner>({
    type: valid('EndOwner'),
    ...place(request),
    reason: fields.freeText('reason', request.reason),
    evidence: valid(undefined),
  });
  return asked(command, request.options);
}

export function parseReleaseExpired(request: ReleaseExpiredRequest): Checked<Asked<ReleaseExpired>> {
  return asked(all<ReleaseExpired>({ type: valid('ReleaseExpired'), ...place(request) }), request.options);
}

export function parseSetRetention(request: SetRetentionRequest): Checked<Asked<SetRetention>> {
  if (request.noRetention && request.retention !== '') {
    return bad('no_retention', 'is at odds with retention: give one of them');
  }
  const command = all<SetRetention>({
    type: valid('SetRetention'),
    ...place(request),
    retention: request.noRetention ? valid(null) : required(fields.retention)('retention', request.retention),
  });
  return asked(command, request.options);
}

/** Vips' users too: a Vip's holder is `vip/<name>`. */
const place = (request: { readonly subnet: string; readonly holder: string }) => ({
  subnet: required(fields.name)('subnet', request.subnet),
  holder: required(fields.holderField)('holder', request.holder),
});

const OWNER_STATES: readonly OwnerState[] = ['exists', 'gone', 'none'];

const ownerState: Check<OwnerState> = (field, text) => {
  const state = OWNER_STATES.find((each) => each === text);
  return state ? valid(state) : bad(field, `expected "exists", "gone" or "none", got ${quoted(text)}`);
};
