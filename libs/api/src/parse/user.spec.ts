import type { OperationName } from '../operations';
import { readJson, refusedField } from '../testing';

const place = { subnet: 'ovn-default', holder: 'statefulset/shop/db/0' };
const user = { object: 'pod/shop/db-0', uid: '0f4c-2f5e' };

describe('AttachUser', () => {
  it('takes a user, with all that is known of it', () => {
    expect(readJson('AttachUser', { ...place, ...user }).meaning?.command).toEqual({
      type: 'AttachUser',
      ...place,
      user,
    });
    const port = { port: 'db-0.shop', portSecurity: true };
    const known = { node: 'n1.rack-2', resourceVersion: '4711', ...port, owner: place.holder };
    const ofVip = { ...place, holder: 'vip/db', ...user, ...known, migrates: true };
    expect(readJson('AttachUser', ofVip).meaning?.command).toEqual({
      type: 'AttachUser',
      ...place,
      holder: 'vip/db',
      user: { ...user, ...known },
      migrates: true,
    });
  });

  it.each([
    [{ object: '' }, 'object'],
    [{ object: 'db-0' }, 'object'],
    [{ uid: '' }, 'uid'],
    [{ uid: 'a b' }, 'uid'],
    [{ uid: 'x'.repeat(129) }, 'uid'],
    [{ node: 'a/b' }, 'node'],
    [{ resourceVersion: 'ü' }, 'resource_version'],
    [{ port: 'a,b' }, 'port'],
    [{ owner: 'db' }, 'owner'],
    [{ portSecurity: true }, 'port_security'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('AttachUser', { ...place, ...user, ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('DetachUser', () => {
  it('ends nothing that is kept for an owner, unless it is said that there is none', () => {
    const detach = { ...place, uid: user.uid, reason: 'gone' };
    expect(readJson('DetachUser', detach).meaning?.command).toEqual({
      type: 'DetachUser',
      ...detach,
      owner: 'exists',
    });
    for (const ownerState of ['exists', 'gone', 'none']) {
      const owner = readJson('DetachUser', { ...detach, ownerState }).meaning?.command.owner;
      expect(owner).toBe(ownerState);
    }
  });

  it.each([
    [{ uid: '' }, 'uid'],
    [{ ownerState: 'away' }, 'owner_state'],
    [{ reason: 'x'.repeat(1025) }, 'reason'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField('DetachUser', { ...place, uid: 'u', ...patch })).toBe(`InvalidArgument ${field}`);
  });
});

describe('SetRetention', () => {
  it.each([
    [{ retention: 'release' }, { keep: 'release' }],
    [{ retention: 'forever' }, { keep: 'forever' }],
    [{ retention: '30m' }, { keep: 'time', forMs: 1_800_000 }],
    [{ noRetention: true }, null],
  ])('takes %j', (given, retention) => {
    expect(readJson('SetRetention', { ...place, ...given }).meaning?.command).toEqual({
      type: 'SetRetention',
      ...place,
      retention,
    });
  });

  it.each([
    [{}, 'retention'],
    [{ retention: 'long' }, 'retention'],
    [{ retention: '3654d' }, 'retention'],
    [{ retention: 'owner', noRetention: true }, 'no_retention'],
  ])('refuses %j', (given, field) => {
    expect(refusedField('SetRetention', { ...place, ...given })).toBe(`InvalidArgument ${field}`);
  });
});

const commands: readonly [OperationName, object][] = [
  ['AttachUser', user],
  ['DetachUser', { uid: 'u' }],
  ['MovePrimary', { uid: 'u' }],
  ['EndOwner', { reason: 'gone' }],
  ['ReleaseExpired', {}],
  ['SetRetention', { retention: '24h' }],
];

describe.each(commands)('%s', (name, more) => {
  it.each([
    [{ subnet: '' }, 'subnet'],
    [{ subnet: 'A' }, 'subnet'],
    [{ holder: '' }, 'holder'],
    [{ holder: 'web' }, 'holder'],
    [{ evidence: {} }, 'evidence'],
  ])('refuses %j', (patch, field) => {
    expect(refusedField(name, { ...place, ...more, ...patch })).toBe(`InvalidArgument ${field}`);
  });

  it('is for Vips as well', () => {
    expect(readJson(name, { ...place, ...more, holder: 'vip/db' }).meaning).toMatchObject({
      command: { type: name, subnet: place.subnet, holder: 'vip/db' },
    });
  });
});
