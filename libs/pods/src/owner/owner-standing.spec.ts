// Whether an owner will want its address again, from what is known of it and what the server says.
import type { Evidence } from '@holdfast/ipam';
import type { KubernetesObject } from '@holdfast/kube-api';
import { lookedUpOnce, type OwnersOnce, standingOf } from './owner-standing';
import type { Owner } from '../request/pod-identity';

const WEB: Owner = { kind: 'statefulset', namespace: 'default', name: 'web', ordinal: 1, uid: 'u1' };
const EVIDENCE: Evidence = { object: 'statefulset/default/web', uid: 'u1' };

interface Known {
  readonly isComplete?: boolean;
  readonly found?: readonly KubernetesObject[];
  readonly seenGoing?: Evidence;
  /** What the server says. */
  readonly isGone?: boolean;
  readonly isThere?: boolean;
  /** Undefined: what was seen. */
  readonly latest?: KubernetesObject;
}

function owners(known: Known, lookedUp: string[] = []): OwnersOnce {
  const say = (what: string, answer: boolean): Promise<boolean> => {
    lookedUp.push(what);
    return Promise.resolve(answer);
  };
  return {
    isComplete: () => known.isComplete ?? true,
    find: () => [...(known.found ?? [])],
    evidenceOfEnd: () => known.seenGoing,
    isGone: () => say('gone', known.isGone ?? true),
    isThere: () => say('there', known.isThere ?? false),
    latest: () => {
      lookedUp.push('latest');
      return Promise.resolve(known.latest ?? known.found?.[0]);
    },
  };
}

function object(uid: string, replicas: number, deletionTimestamp?: string): KubernetesObject {
  const metadata = { name: 'web', namespace: 'default', uid, resourceVersion: '7', deletionTimestamp };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { replicas } };
}

describe('an owner', () => {
  it.each<[string, Known, string]>([
    ['not every object is known', { isComplete: false }, 'unknown'],
    ['it is there and wants the ordinal', { found: [object('u1', 2)] }, 'exists'],
    ['it wants fewer', { found: [object('u1', 1)] }, 'gone'],
    [
      'it wanted fewer, and was scaled up again',
      { found: [object('u1', 1)], latest: object('u1', 2) },
      'exists',
    ],
    ['it wanted fewer, and is another one', { found: [object('u1', 1)], latest: object('u2', 2) }, 'unknown'],
    ['it is going', { found: [object('u1', 2, 'now')] }, 'gone'],
    ['it is another one by now', { found: [object('u2', 2)] }, 'gone'],
    ['it is another one than was seen last', { found: [object('u0', 2)], isThere: true }, 'unknown'],
    ['it was seen going', { seenGoing: EVIDENCE }, 'gone'],
    ['it is not there, and nobody saw it going', {}, 'missing'],
    ['the server has what was not seen', { isGone: false }, 'unknown'],
    ['the server has what was seen going before', { isGone: false, seenGoing: EVIDENCE }, 'unknown'],
  ])('when %s: %#', async (_, known, is) => {
    const standing = await standingOf(WEB, owners(known));
    expect(standing.is).toBe(is);
    if (standing.is === 'gone' || standing.is === 'missing')
      expect(standing.evidence.object).toBe('statefulset/default/web');
  });

  it('may be of any UID where the Pod that named it is long gone', async () => {
    const standing = await standingOf({ ...WEB, uid: undefined }, owners({ found: [object('u2', 2)] }));
    expect(standing.is).toBe('exists');
  });

  it('is looked up once in a reconcile', async () => {
    const lookedUp: string[] = [];
    const once = lookedUpOnce(owners({}, lookedUp));
    for (const ordinal of [0, 1, 2]) await standingOf({ ...WEB, ordinal }, once);
    expect(lookedUp).toEqual(['gone']);
  });
});
