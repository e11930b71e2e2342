// Pods as parents on a server with a wire: the documents' Pod, its labels, its end, and who is told that it is none.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectionPathOf, type KubernetesObject, objectPathOf, PODS, VIPS } from '@holdfast/kube-api';
import {
  describeUnlessSkipped,
  findKubectl,
  MANIFESTS,
  parseYaml,
  type SuiteWorld,
  untilItPasses,
} from '@holdfast/kube-api/testing';
import { parentCommands, parentsOf } from '../uses-of-vip';
import { ProjectorAtWork } from './projector-at-work';

const NAMESPACE = 'default';
const MERGE = 'application/merge-patch+json';

export function describeParents(world: () => SuiteWorld): void {
  let work: ProjectorAtWork;
  beforeEach(async () => {
    work = new ProjectorAtWork(world());
    await work.start();
    await work.subnet();
    await world().server.request('POST', collectionPathOf(VIPS), example('vip-aap.yaml'));
    await work.shows('vip-aap', { ready: true });
  });
  afterEach(async () => {
    await world().server.request('DELETE', collectionPathOf(PODS, NAMESPACE));
    await work.finish();
  });

  const { create, merge, have, saysInUse } = stepsOf(world, () => work);

  it("are the documents' Pod while its labels match, and nobody else", async () => {
    await create(example('pod-busybox-aap.yaml'));
    await create(example('pod-static-ip.yaml'));
    await have('busybox.default');
    await saysInUse('True', 'It may be answered for by port busybox.default.');
    await merge('busybox', { metadata: { labels: { app: 'other' } } });
    await have();
    await merge('busybox', { metadata: { labels: { app: 'aap1' } } });
    await have('busybox.default');
    await world().server.request('DELETE', objectPathOf(PODS, { namespace: NAMESPACE, name: 'busybox' }));
    await have();
    await saysInUse('False', "It has neither parents nor rules, and is no Pod's address.");
    expect(parentCommands(work.ledger)).toEqual([
      '+ busybox.default',
      '- busybox.default: labels no longer match selector',
      '+ busybox.default',
      '- busybox.default: Pod deleted',
    ]);
  });

  it('are found again after a restart of the projector', async () => {
    await create(example('pod-busybox-aap.yaml'));
    await have('busybox.default');
    await work.kill();
    await merge('busybox', { metadata: { annotations: { 'ovn.kubernetes.io/aaps': 'another' } } });
    await work.start();
    await have();
    expect(parentCommands(work.ledger)).toEqual([
      '+ busybox.default',
      '- busybox.default: annotation removed',
    ]);
  });

  it('are told by one Event why they are none', async () => {
    const pod = example('pod-busybox-aap.yaml');
    const created = await create({ ...pod, metadata: { ...pod.metadata, labels: { app: 'other' } } });
    await untilItPasses(async () =>
      expect(await work.eventsOf(created)).toMatchObject([
        { type: 'Warning', reason: 'LabelsDiffer', count: 1 },
      ]),
    );
    expect(parentCommands(work.ledger)).toEqual([]);
  });

  describeUnlessSkipped(findKubectl() ? undefined : 'no kubectl on the PATH', 'with kubectl', () => {
    it('stand in what it says of the Vip, with the reason', async () => {
      await create(example('pod-busybox-aap.yaml'));
      await saysInUse('True', 'It may be answered for by port busybox.default.');
      const said = await world().kubectl(['describe', 'vip', 'vip-aap']);
      for (const [type, reason] of [
        ['Ready', 'Reserved'],
        ['Reserved', 'Reserved'],
        ['InUse', 'Parents'],
      ])
        expect(said).toMatch(new RegExp(`Reason: +${reason}\\s+Status: +True\\s+Type: +${type}\\n`));
      expect(said).toContain('It may be answered for by port busybox.default.');
    });
  });
}

/** What the cases do and look for. */
function stepsOf(world: () => SuiteWorld, work: () => ProjectorAtWork) {
  return {
    create: async (pod: KubernetesObject): Promise<KubernetesObject> => {
      const { status, body } = await world().server.request('POST', collectionPathOf(PODS, NAMESPACE), pod);
      expect(status).toBe(201);
      return body as KubernetesObject;
    },
    merge: (name: string, patch: object): Promise<unknown> =>
      world().server.request('PATCH', objectPathOf(PODS, { namespace: NAMESPACE, name }), patch, MERGE),
    have: (...ports: string[]): Promise<void> =>
      untilItPasses(() => expect(parentsOf(work().ledger, 'vip-aap')).toEqual(ports)),
    saysInUse: (status: string, message: string): Promise<unknown> => {
      const condition = expect.objectContaining({ type: 'InUse', status, message });
      return work().shows('vip-aap', { conditions: expect.arrayContaining([condition]) });
    },
  };
}

function example(file: string): KubernetesObject {
  return parseYaml(readFileSync(join(MANIFESTS.examples, file), 'utf8')) as KubernetesObject;
}
