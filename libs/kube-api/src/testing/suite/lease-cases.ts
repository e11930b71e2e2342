// Leases: what the server takes for one, the port on it, and an election of two that run on it.
import { systemChance, systemClock } from '@holdfast/clock';
import { LeaseElection } from '../../election/lease-election';
import type { LeaseRecord, Leases, SeenLease } from '../../port/leases';
import { collectionPathOf, LEASES, objectPathOf } from '../../port/resource';
import { untilItPasses, type SuiteWorld } from './suite-world';

const NAMESPACE = 'kube-system';
const RECORD: LeaseRecord = {
  ...{ holder: 'a', durationMs: 10_000, transitions: 0 },
  acquiredAtMs: Date.UTC(2026, 0, 1, 0, 0, 0, 7),
  renewedAtMs: Date.UTC(2026, 0, 1, 0, 0, 2, 7),
};

export function describeLeases(world: () => SuiteWorld): void {
  describe('the server', () => describeServerSide(world));
  describe('the port', () => describePort(world));
  describe('an election', () => describeElection(world));
}

function describeServerSide(world: () => SuiteWorld): void {
  const create = async (spec: object): Promise<{ status: number; spec: unknown; message: string }> => {
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: world().name('l') },
    };
    const path = collectionPathOf(LEASES, NAMESPACE);
    const answer = await world().server.request('POST', path, { ...body, spec });
    const { spec: stored, message } = answer.body as { spec: unknown; message: string };
    return { status: answer.status, spec: stored, message };
  };

  it('keeps times to the microsecond, in UTC', async () => {
    const times = {
      acquireTime: '2026-01-01T02:00:00.123456+02:00',
      renewTime: '2026-01-01T00:00:00.000000Z',
    };
    const { spec } = await create({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      leaseTransitions: 0,
      ...times,
    });
    expect(spec).toMatchObject({
      acquireTime: '2026-01-01T00:00:00.123456Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      ...{ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 },
    });
  });

  it.each([
    [{ renewTime: '2026-01-01T00:00:00Z' }, 400, 'cannot parse'],
    [{ renewTime: '2026-01-01T00:00:00.123Z' }, 400, 'cannot parse'],
    [{ leaseDurationSeconds: '10' }, 400, 'int32'],
    [{ leaseDurationSeconds: 0 }, 422, 'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
    // Words differ between versions.
    [{ leaseTransitions: -1 }, 422, 'spec.leaseTransitions: Invalid value: -1: must'],
  ])('refuses %j', async (spec, status, message) => {
    const answer = await create(spec);
    expect([answer.status, answer.message]).toEqual([status, expect.stringContaining(message)]);
  });
}

function describePort(world: () => SuiteWorld): void {
  let leases: Leases;
  beforeAll(() => {
    leases = world().connectLeases();
  });
  const lease = () => ({ namespace: NAMESPACE, name: world().name('lease') });

  it('creates one where there was none, and reads what it wrote', async () => {
    const ref = lease();
    expect(await leases.read(ref)).toBeUndefined();
    const written = await leases.write(ref, RECORD, undefined);
    expect(written).toMatchObject({ outcome: 'written', lease: { record: RECORD } });
    expect({ outcome: 'written', lease: await leases.read(ref) }).toEqual(written);
    expect((await leases.write(ref, RECORD, undefined)).outcome).toBe('conflict');
  });

  it('writes over what was seen, and over nothing else', async () => {
    const ref = lease();
    await leases.write(ref, RECORD, undefined);
    const seen = (await leases.read(ref)) as SeenLease;
    const other = { ...RECORD, holder: 'b', transitions: 1 };
    const written = await leases.write(ref, other, seen);
    expect(written).toMatchObject({ outcome: 'written', lease: { record: other } });
    expect((await leases.write(ref, { ...RECORD, holder: 'c' }, seen)).outcome).toBe('conflict');
    expect(await leases.read(ref)).toMatchObject({ record: other });
    await world().server.request('DELETE', objectPathOf(LEASES, ref));
    expect((await leases.write(ref, RECORD, seen)).outcome).toBe('conflict');
  });

  it('leaves alone what others keep on the object, and tells a record from another by what it says', async () => {
    const ref = lease();
    await leases.write(ref, RECORD, undefined);
    const before = (await leases.read(ref)) as SeenLease;
    const patch = { metadata: { annotations: { note: 'ours' } } };
    const merge = 'application/merge-patch+json';
    await world().server.request('PATCH', objectPathOf(LEASES, ref), patch, merge);
    const after = (await leases.read(ref)) as SeenLease;
    expect([after.text, after.resourceVersion === before.resourceVersion]).toEqual([before.text, false]);
    await leases.write(ref, { ...RECORD, holder: '', durationMs: 1_000 }, after);
    const { body } = await world().server.request('GET', objectPathOf(LEASES, ref));
    expect(body).toMatchObject({
      metadata: patch.metadata,
      spec: { holderIdentity: '', leaseDurationSeconds: 1 },
    });
    expect((await leases.read(ref))?.text).not.toBe(before.text);
  });

  it('tells a namespace that is not there as a fault that names it', async () => {
    const nowhere = { namespace: 'nowhere', name: 'lease' };
    expect(await leases.read(nowhere)).toBeUndefined();
    await expect(leases.write(nowhere, RECORD, undefined)).rejects.toThrow(
      'create the Lease nowhere/lease: namespaces "nowhere" not found',
    );
  });

  it('tells of each change to who watches, and of no other Lease', async () => {
    const ref = lease();
    const holders: (string | undefined)[] = [];
    const stop = leases.watch(ref, (seen) => holders.push(seen && seen.record.holder));
    await leases.write(lease(), RECORD, undefined);
    await leases.write(ref, RECORD, undefined);
    await untilItPasses(() => expect(holders).toEqual(['a']));
    await leases.write(ref, { ...RECORD, holder: 'b' }, await leases.read(ref));
    await world().server.request('DELETE', objectPathOf(LEASES, ref));
    await untilItPasses(() => expect(holders).toEqual(['a', 'b', undefined]));
    stop();
  });
}

function describeElection(world: () => SuiteWorld): void {
  it('has one at work, and the other at once when that one stops', async () => {
    const lease = { namespace: NAMESPACE, name: world().name('election') };
    const elect = (identity: string) =>
      new LeaseElection({
        ...{ leases: world().connectLeases(), lease, identity, clock: systemClock, chance: systemChance },
      });
    const [first, second] = [elect('first'), elect('second')];
    first.start();
    await untilItPasses(() => expect(first.isActive).toBe(true));
    second.start();
    await untilItPasses(() => expect(second.status.holder).toBe('first'));
    expect(second.isActive).toBe(false);
    const beganMs = systemClock.monotonic();
    await first.stop();
    await untilItPasses(() => expect(second.isActive).toBe(true));
    // Less than a poll: it was told.
    expect(systemClock.monotonic() - beganMs).toBeLessThan(1_500);
    expect(second.status).toMatchObject({ holder: 'second', lease: `kube-system/${lease.name}` });
    await second.stop();
    expect(await world().connectLeases().read(lease)).toMatchObject({
      record: { holder: '', durationMs: 1_000, transitions: 1 },
    });
  });
}
