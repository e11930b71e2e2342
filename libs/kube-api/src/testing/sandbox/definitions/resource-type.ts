// A kind of object that the sandbox serves, built in or defined by a CustomResourceDefinition.
import type { Schema } from './schema';

/** A column of `kubectl get`, besides the name. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority?: number;
  readonly format?: string;
  readonly description?: string;
}

export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly statusSubresource: boolean;
  /** Whether metadata.generation is kept. */
  readonly generations: boolean;
  readonly columns: readonly PrinterColumn[];
  /** Of a custom kind: what it prunes, defaults and validates. Built-in kinds are stored as they come. */
  readonly schema?: Schema;
  /** What the server itself puts into the status of a new object. */
  readonly initialStatus?: Readonly<Record<string, unknown>>;
}

export function typeId(type: { readonly group: string; readonly plural: string }): string {
  return `${type.plural}.${type.group}`;
}

export function groupVersionOf(type: ResourceType): string {
  return type.group ? `${type.group}/${type.version}` : type.version;
}

const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

const column = (name: string, jsonPath: string): PrinterColumn => ({ name, type: 'string', jsonPath });

interface BuiltIn {
  readonly group?: string;
  readonly plural: string;
  readonly kind: string;
  readonly shortNames?: readonly string[];
  readonly cluster?: true;
  readonly status?: true;
  readonly generations?: true;
  readonly columns?: readonly PrinterColumn[];
  readonly initialStatus?: Readonly<Record<string, unknown>>;
}

const PHASE = column('Status', '.status.phase');
const PENDING = { phase: 'Pending', qosClass: 'BestEffort' };

/** Enough of them for Holdfast and for the people who try it with kubectl; nothing acts on any of them. */
const BUILT_IN: readonly BuiltIn[] = [
  {
    plural: 'namespaces',
    kind: 'Namespace',
    shortNames: ['ns'],
    cluster: true,
    status: true,
    columns: [PHASE, AGE],
    initialStatus: { phase: 'Active' },
  },
  { plural: 'nodes', kind: 'Node', shortNames: ['no'], cluster: true, status: true },
  {
    plural: 'pods',
    kind: 'Pod',
    shortNames: ['po'],
    status: true,
    columns: [PHASE, column('IP', '.status.podIP'), AGE],
    initialStatus: PENDING,
  },
  { plural: 'services', kind: 'Service', shortNames: ['svc'], status: true },
  { plural: 'endpoints', kind: 'Endpoints', shortNames: ['ep'] },
  { plural: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] },
  {
    plural: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    columns: [
      { name: 'Last Seen', type: 'date', jsonPath: '.lastTimestamp' },
      column('Type', '.type'),
      column('Reason', '.reason'),
      column('Object', '.involvedObject.name'),
      column('Message', '.message'),
    ],
  },
  {
    group: 'apps',
    plural: 'statefulsets',
    kind: 'StatefulSet',
    shortNames: ['sts'],
    status: true,
    generations: true,
  },
  {
    group: 'apps',
    plural: 'deployments',
    kind: 'Deployment',
    shortNames: ['deploy'],
    status: true,
    generations: true,
  },
  { group: 'coordination.k8s.io', plural: 'leases', kind: 'Lease' },
  { group: 'discovery.k8s.io', plural: 'endpointslices', kind: 'EndpointSlice' },
];

export const CUSTOM_RESOURCE_DEFINITIONS: ResourceType = typeOf({
  group: 'apiextensions.k8s.io',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  shortNames: ['crd', 'crds'],
  cluster: true,
  status: true,
  generations: true,
  columns: [{ name: 'Created At', type: 'string', format: 'date', jsonPath: '.metadata.creationTimestamp' }],
});

export const BUILT_IN_TYPES: readonly ResourceType[] = [...BUILT_IN.map(typeOf), CUSTOM_RESOURCE_DEFINITIONS];

function typeOf(builtIn: BuiltIn): ResourceType {
  const { plural, kind, columns = [AGE], shortNames = [], initialStatus } = builtIn;
  return {
    group: builtIn.group ?? '',
    version: 'v1',
    plural,
    singular: kind.toLowerCase(),
    shortNames,
    kind,
    listKind: `${kind}List`,
    namespaced: !builtIn.cluster,
    statusSubresource: builtIn.status ?? false,
    generations: builtIn.generations ?? false,
    columns,
    initialStatus,
  };
}
