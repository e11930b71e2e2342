// The suite of the projector, over every API server.
import {
  describeUnlessSkipped,
  installDefinitions,
  type KubernetesServer,
  MANIFESTS,
  type SuiteOptions,
  SuiteWorld,
} from '@holdfast/kube-api/testing';
import {
  describeObjectCases,
  describeObjectCrowd,
  describeObjectEndurance,
  describeObjectExamples,
  describeObjectsUnderKubeOvn,
} from './object-cases';
import { describeParents } from './parent-cases';
import { describePools } from './pool-cases';
import { describeRules } from './rule-cases';

/** A real server starts in 5 s on idle cores. */
const START_TIMEOUT_MS = 90_000;

export function describeObjectProjector(
  name: string,
  start: () => Promise<KubernetesServer>,
  { skipReason }: SuiteOptions = {},
): void {
  describeUnlessSkipped(skipReason, `KubernetesFace on ${name}`, () => {
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

    describe('the examples', () => describeObjectExamples(world));
    describe('a user', () => describeObjectCases(world));
    describe('the parents of a Vip', () => describeParents(world));
    describe('rules', () => describeRules(world));
    describe('pools', () => describePools(world, MANIFESTS.holdfast));
    describe("pools under Kube-OVN's own definition", () => describePools(world, MANIFESTS.kubeOvn));
    describe('a long life', () => describeObjectEndurance(world));
    describe("under Kube-OVN's own definitions", () => describeObjectsUnderKubeOvn(world));
    describe('a crowd', () => describeObjectCrowd(world));
  });
}
