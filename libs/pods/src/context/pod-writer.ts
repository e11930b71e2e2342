// Writes a Pod's annotations, only where they differ, and only on the Pod that is meant; and it knows what the replica
// has not been told yet, so that nothing is written twice.
import type { Clock } from '@holdfast/clock';
import { keyOf, type KubernetesApi, type KubernetesObject, objectRefOf, PODS } from '@holdfast/kube-api';

/** A watch that takes longer is broken, and its repair may skip the version that is waited for. */
const ECHO_MAX_MS = 5_000;

export type Annotations = Readonly<Record<string, string>>;

interface Echo {
  readonly resourceVersion: string;
  readonly untilMs: number;
}

export class PodWriter {
  private readonly echoes = new Map<string, Echo>();
  /** Versions that the watch brought while a write was under way. */
  private readonly overtaking = new Map<string, Set<string>>();

  constructor(
    private readonly api: Pick<KubernetesApi, 'patch'>,
    private readonly clock: Clock,
  ) {}

  /** How long to wait at most until the replica shows what was written last; 0 when it does. */
  echoInMs({ metadata }: KubernetesObject): number {
    const echo = this.echoes.get(keyOf(metadata));
    return echo ? Math.max(0, echo.untilMs - this.clock.monotonic()) : 0;
  }

  /** To be told of every change in the replica. */
  seen(key: string, pod: KubernetesObject | undefined): void {
    const resourceVersion = pod?.metadata.resourceVersion;
    if (resourceVersion !== undefined) this.overtaking.get(key)?.add(resourceVersion);
    if (!pod || this.echoes.get(key)?.resourceVersion === resourceVersion) this.echoes.delete(key);
  }

  /** False when the Pod is gone, or is another one by now. @throws KubernetesFault */
  async annotate(pod: KubernetesObject, desired: Annotations): Promise<boolean> {
    const { uid, resourceVersion } = pod.metadata;
    const different = differing(pod, desired);
    if (different.length === 0) return true;
    const key = keyOf(pod.metadata);
    const overtaking = new Set<string>();
    this.overtaking.set(key, overtaking);
    try {
      const change = { metadata: { annotations: Object.fromEntries(different) } };
      const result = await this.api.patch(PODS, objectRefOf(pod), change, { uid });
      if (result.outcome !== 'written') return false;
      const written = result.object.metadata.resourceVersion;
      if (written !== resourceVersion && !overtaking.has(written))
        this.echoes.set(key, {
          resourceVersion: written,
          untilMs: this.clock.monotonic() + ECHO_MAX_MS,
        });
      return true;
    } finally {
      this.overtaking.delete(key);
    }
  }
}

/** What the Pod does not say, or says differently. */
export function differing({ metadata }: KubernetesObject, desired: Annotations): [string, string][] {
  return Object.entries(desired).filter(([key, value]) => metadata.annotations?.[key] !== value);
}
