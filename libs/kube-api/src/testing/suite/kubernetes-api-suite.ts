// The suite that every API server passes, and the adapter on it: the stand-in is held to what the real one does.
import { findKubectl } from '../servers/kubectl';
import type { KubernetesServer } from '../servers/kubernetes-server';
import { installDefinitions, MANIFESTS } from '../servers/manifests';
import { describeEvents } from './event-cases';
import { describeFailures } from './failure-cases';
import { describeFollowing } from './follow-cases';
import { describeKubeOvnDefinitions } from './kube-ovn-cases';
import { describeKubectl, describeKubectlEdits } from './kubectl-cases';
import { describeLeases } from './lease-cases';
import { describePatch } from './patch-cases';
import { describeRefusals } from './refusal-cases';
import { describeStatus } from './status-cases';
import { describeServer } from './server-cases';
import { SuiteWorld } from './suite-world';

/** A real server starts in 5 s on idle cores. */
const START_TIMEOUT_MS = 90_000;

export interface SuiteOptions {
  /** Why the whole suite cannot run here. */
  readonly skipReason?: string;
}

export function describeKubernetesApi(
  name: string,
  start: () => Promise<KubernetesServer>,
  { skipReason }: SuiteOptions = {},
): void {
  describeUnlessSkipped(skipReason, `KubernetesApi on ${name}`, () => {
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

    describe('the server', () => describeServer(world));
    describe('patch', () => describePatch(world));
    describe('patchStatus', () => describeStatus(world));
    describe('refusals', () => describeRefusals(world));
    describe('follow', () => describeFollowing(world));
    describe('follow through failures', () => describeFailures(world));
    describe('Leases', () => describeLeases(world));
    describe('recordEvent', () => describeEvents(world));
    describeUnlessSkipped(findKubectl() ? undefined : 'no kubectl on the PATH', 'kubectl', () => {
      describe('applies and shows', () => describeKubectl(world));
      describe('edits', () => describeKubectlEdits(world));
    });
    describe("Kube-OVN's definitions", () => describeKubeOvnDefinitions(world));
  });
}

/** A skip is data with a reason, which is in the report. */
export function describeUnlessSkipped(reason: string | undefined, name: string, cases: () => void): void {
  (reason ? describe.skip : describe)(reason ? `${name} [skipped: ${reason}]` : name, cases);
}
