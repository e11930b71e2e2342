// Whether Kube-OVN's controller is at work. While it is, it writes to the ports that are to be taken over, and deletes those
// of Pods that it takes for gone; two who give addresses out of one Subnet are one too many.
import { hasPodFinished, keyOf, type KubernetesObject } from '@holdfast/kube-api';
import type { ImportConflict } from './conflict';

/** What its Deployment labels its Pods with. */
export const CONTROLLER_LABEL = { name: 'app', value: 'kube-ovn-controller' } as const;

export function kubeOvnRuns({
  pods,
}: {
  readonly pods: readonly KubernetesObject[];
}): ImportConflict | undefined {
  const running = pods
    .filter(
      (pod) =>
        pod.metadata.labels?.[CONTROLLER_LABEL.name] === CONTROLLER_LABEL.value && !hasPodFinished(pod),
    )
    .map(({ metadata }) => `pods/${keyOf(metadata)}`);
  const [first] = running;
  if (first === undefined) return undefined;
  return {
    code: 'KubeOvnRuns',
    subnet: '',
    about: 'kube-ovn-controller',
    parties: [
      { who: 'kube-ovn-controller', evidence: running.map((pod) => `${pod}: is running`) },
      { who: 'Holdfast', evidence: ['is to look after the same ports'] },
    ],
    message: `Kube-OVN's controller is running (${first}). No port is taken over while it does: it would write to them, and delete some. Stop it (kubectl -n kube-system scale deployment kube-ovn-controller --replicas=0); its node agents go on.`,
    heldBack: [],
  };
}
