// The user's side of Kubernetes in the demo: applies manifests and shows Vips, as kubectl would.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  KubeConfig,
  KubernetesObjectApi,
  type KubernetesObject,
  loadAllYaml,
  PatchStrategy,
} from '@kubernetes/client-node';

const ROOT = join(__dirname, '../../..');

export const manifest = (path: string): string => join(ROOT, 'infra', path);

/** Of the kinds that Holdfast reads. */
export const DEFINITIONS = ['subnets', 'vips', 'switch-lb-rules', 'ippools'].map((kind) =>
  manifest(`crds/kubeovn.io_${kind}.yaml`),
);

export interface VipObject extends KubernetesObject {
  readonly spec?: { readonly subnet?: string };
  readonly status?: {
    readonly v4ip?: string;
    readonly v6ip?: string;
    readonly mac?: string;
    readonly ready?: boolean;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

export class KubernetesUser {
  private readonly objects: KubernetesObjectApi;

  constructor(kubeconfigFile: string) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfigFile);
    this.objects = KubernetesObjectApi.makeApiClient(config);
  }

  /** Creates what the files say, and leaves what is there as it is. */
  async apply(...files: readonly string[]): Promise<void> {
    for (const file of files) {
      for (const object of loadAllYaml(readFileSync(file, 'utf8')) as KubernetesObject[]) {
        await this.objects.create(object).catch((error: { code?: number }) => {
          if (error.code !== 409) throw error;
        });
      }
    }
  }

  async vips(): Promise<VipObject[]> {
    const list = await this.objects.list<VipObject>('kubeovn.io/v1', 'Vip');
    return list.items;
  }

  create<Kind extends KubernetesObject>(object: Kind): Promise<Kind> {
    return this.objects.create(object);
  }

  async merge({ apiVersion, kind, metadata }: KubernetesObject, change: object): Promise<void> {
    const { name, namespace } = metadata ?? {};
    const object = { apiVersion, kind, metadata: { name, namespace }, ...change } as KubernetesObject;
    const [pretty, dryRun, manager, force] = [undefined, undefined, undefined, undefined];
    await this.objects.patch(object, pretty, dryRun, manager, force, PatchStrategy.MergePatch);
  }

  read(apiVersion: string, kind: string, name: string, namespace: string): Promise<KubernetesObject> {
    return this.objects.read({ apiVersion, kind, metadata: { name, namespace } });
  }

  async delete(apiVersion: string, kind: string, name: string, namespace?: string): Promise<void> {
    await this.objects.delete({ apiVersion, kind, metadata: { name, ...(namespace && { namespace }) } });
  }
}

/** As `kubectl get vip` prints it. */
export function vipTable(vips: readonly VipObject[]): string {
  const header = ['NAME', 'V4IP', 'PV4IP', 'MAC', 'PMAC', 'V6IP', 'PV6IP', 'SUBNET', 'READY'];
  const rows = vips.map(({ metadata, spec, status }) => [
    metadata?.name ?? '',
    status?.v4ip ?? '',
    '',
    status?.mac ?? '',
    '',
    status?.v6ip ?? '',
    '',
    spec?.subnet ?? '',
    String(status?.ready ?? ''),
  ]);
  const widths = header.map(
    (cell, at) => Math.max(cell.length, ...rows.map((row) => (row[at] ?? '').length)) + 3,
  );
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}
