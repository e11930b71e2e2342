// The suite of the face, over every API server.
import type { KubernetesServer } from '@holdfast/kube-api/testing';
import { installDefinitions, MANIFESTS } from '@holdfast/kube-api/testing';
import {
  describeFaceCases,
  describeFaceCrowd,
  describeFaceEndurance,
  describeFaceExamples,
  describeFaceUnderKubeOvn,
} from './face-cases';
import { describeUnless, type SuiteOptions } from '@holdfast/kube-api/testing';
import { describeFaceParents } from './parent-cases';
import { describeFacePools } from './pool-cases';
import { describeFaceRules } from './rule-cases';
import { SuiteWorld } from '@holdfast/kube-api/testing';

/** A real server starts in 5 s on idle cores. */
const START_TIMEOUT_MS = 90_000;

export function describeKubernetesFace(
  name: string,
  start: () => Promise<KubernetesServer>,
  { skipReason }: SuiteOptions = {},
): void {
  describeUnless(skipReason, `KubernetesFace on ${name}`, () => {
    let current: SuiteWorld | undefined;
    const world = (): SuiteWorld => {
      if (!current) throw new Error('the server has not been started');
      return current;
    };
    beforeAll(async () => {
      current = new SuiteWorld(await start());
      await installDefinitions(current.server, MANIFESTS.holdfast);
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await current?.close();
      await current?.server.stop();
    });

    describe('the examples', () => describeFaceExamples(world));
    describe('a user', () => describeFaceCases(world));
    describe('the parents of a Vip', () => describeFaceParents(world));
    describe('rules', () => describeFaceRules(world));
    describe('pools', () => describeFacePools(world, MANIFESTS.holdfast));
    describe("pools under Kube-OVN's own definition", () => describeFacePools(world, MANIFESTS.kubeOvn));
    describe('a long life', () => describeFaceEndurance(world));
    describe("under Kube-OVN's own definitions", () => describeFaceUnderKubeOvn(world));
    describe('a crowd', () => describeFaceCrowd(world));
  });
}
