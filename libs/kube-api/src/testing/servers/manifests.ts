// The manifests of this repository, and how a test puts the definitions among them on a server.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, systemClock } from '@holdfast/clock';
import type { KubernetesServer } from './kubernetes-server';
import { parseYaml } from './yaml';

const CRDS = join(__dirname, '../../../../../infra/crds');

/** Folders of manifests, by what is in them. */
export const MANIFESTS = {
  /** Holdfast's CustomResourceDefinitions. */
  holdfast: CRDS,
  /** CustomResourceDefinitions of the shape that Kube-OVN installs. */
  kubeOvn: join(CRDS, 'testing-kube-ovn'),
  /** The Vips and Pods that the documents explain the feature with. */
  examples: join(CRDS, 'examples'),
} as const;

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const POLL_MS = 20;
/** The real server takes a second or two. */
const SERVED_TIMEOUT_MS = 20_000;

interface Definition {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly subresources?: { readonly status?: object };
    }[];
  };
}

/** Puts every definition of a folder in place, whatever is there, and waits until the server serves it so. */
export async function installDefinitions(server: KubernetesServer, folder: string): Promise<void> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  for (const file of files)
    await installDefinition(server, parseYaml(readFileSync(join(folder, file), 'utf8')) as Definition);
}

export async function installDefinition(server: KubernetesServer, definition: Definition): Promise<void> {
  const { name } = definition.metadata;
  const there = await server.request('GET', `${DEFINITIONS}/${name}`);
  const { resourceVersion } = (there.body as Definition).metadata;
  const answer =
    there.status === 200
      ? await server.request('PUT', `${DEFINITIONS}/${name}`, {
          ...definition,
          metadata: { ...definition.metadata, resourceVersion },
        })
      : await server.request('POST', DEFINITIONS, definition);
  if (answer.status >= 300) throw new Error(`${name} was refused: ${JSON.stringify(answer.body)}`);
  await served(server, definition);
}

async function served(server: KubernetesServer, { metadata, spec }: Definition): Promise<void> {
  const version = spec.versions[0];
  const { plural } = spec.names;
  const hasStatus = version?.subresources?.status !== undefined;
  const path = `/apis/${spec.group}/${version?.name}`;
  const giveUpMs = systemClock.monotonic() + SERVED_TIMEOUT_MS;
  while (systemClock.monotonic() < giveUpMs) {
    const { status, body } = await server.request('GET', path);
    const names =
      status === 200 ? (body as { resources: { name: string }[] }).resources.map(({ name }) => name) : [];
    const listed = await server.request('GET', `${path}/${plural}`);
    const settled = names.includes(plural) && names.includes(`${plural}/status`) === hasStatus;
    if (settled && listed.status === 200) return;
    await sleep(systemClock, POLL_MS);
  }
  throw new Error(`${metadata.name} was not served in ${SERVED_TIMEOUT_MS} ms`);
}
