// What is written on a Pod: what differs, on the Pod that is meant, and not again before it is seen.
import { VirtualClock } from '@holdfast/clock/testing';
import type { KubernetesObject, ObjectChange, ObjectPrecondition, WriteResult } from '@holdfast/kube-api';
import { PodWriter } from './pod-writer';

function pod(resourceVersion: string, annotations = {}): KubernetesObject {
  const metadata = { name: 'web', namespace: 'default', uid: 'u', resourceVersion, annotations };
  return { apiVersion: 'v1', kind: 'Pod', metadata };
}

function writing(result: WriteResult, meanwhile: () => void = () => undefined) {
  const clock = new VirtualClock();
  const written: [ObjectChange, ObjectPrecondition | undefined][] = [];
  const patch = (
    _: unknown,
    __: unknown,
    change: ObjectChange,
    expected?: ObjectPrecondition,
  ): Promise<WriteResult> => {
    written.push([change, expected]);
    meanwhile();
    return Promise.resolve(result);
  };
  return { clock, written, writer: new PodWriter({ patch }, clock) };
}

const done: WriteResult = { outcome: 'written', object: pod('2') };

describe('PodWriter', () => {
  it('writes what differs, on the Pod of that UID', async () => {
    const { writer, written } = writing(done);
    expect(await writer.annotate(pod('1', { a: '1', b: '2' }), { a: '1', b: '3', c: '4' })).toBe(true);
    expect(written).toEqual([[{ metadata: { annotations: { b: '3', c: '4' } } }, { uid: 'u' }]]);
  });

  it('writes nothing where nothing differs', async () => {
    const { writer, written } = writing(done);
    expect(await writer.annotate(pod('1', { a: '1' }), { a: '1' })).toBe(true);
    expect(written).toEqual([]);
  });

  it('waits until what it wrote is seen, and not for ever', async () => {
    const { writer, clock } = writing(done);
    await writer.annotate(pod('1'), { a: '1' });
    writer.seen('default/web', pod('1'));
    expect(writer.echoInMs(pod('1'))).toBe(5_000);
    writer.seen('default/web', pod('2'));
    expect(writer.echoInMs(pod('2'))).toBe(0);
    await writer.annotate(pod('1'), { a: '1' });
    await clock.advance(5_000);
    expect(writer.echoInMs(pod('1'))).toBe(0);
  });

  it('does not wait for what was seen before the answer came', async () => {
    const { writer } = writing(done, () => writer.seen('default/web', pod('2')));
    await writer.annotate(pod('1'), { a: '1' });
    expect(writer.echoInMs(pod('2'))).toBe(0);
  });

  it.each(['gone', 'conflict'] as const)('tells when the Pod that was meant is %s', async (outcome) => {
    const { writer } = writing({ outcome, message: '' } as WriteResult);
    expect(await writer.annotate(pod('1'), { a: '1' })).toBe(false);
    expect(writer.echoInMs(pod('1'))).toBe(0);
  });
});
