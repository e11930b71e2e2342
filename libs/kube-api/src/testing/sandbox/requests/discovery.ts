// What the API says of itself: groups, versions, kinds. It passes for Kubernetes 1.20, the oldest that Holdfast
// supports: no aggregated discovery, no OpenAPI v3, and an OpenAPI v2 document that is well-formed and empty, so that
// kubectl validates nothing on its own side and `kubectl explain` knows nothing.
import { groupVersionOf, type ResourceType } from '../definitions/resource-type';

export const SERVER_VERSION = {
  major: '1',
  minor: '20',
  gitVersion: 'v1.20.0-holdfast-sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'sandbox',
};

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** gnostic's openapi.v2.Document as protobuf: field 1 `swagger` = "2.0", field 2 `info` = { title: "s", version: "1" }. */
export const EMPTY_OPENAPI = Buffer.from([
  0x0a,
  3,
  ...text('2.0'),
  0x12,
  6,
  0x0a,
  1,
  ...text('s'),
  0x12,
  1,
  ...text('1'),
]);

/** The answer to a path that describes the API, or undefined when it is another kind of path. */
export function describeApi(path: string, types: readonly ResourceType[]): object | undefined {
  const [root, group, version, ...more] = path.split('/').slice(1);
  if (more.length > 0) return undefined;
  if (path === '/version') return SERVER_VERSION;
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/api/v1') return resourcesOf('v1', types);
  if (root !== 'apis') return undefined;
  if (group === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(types) };
  if (version === undefined) return groupsOf(types).find(({ name }) => name === group);
  const served = types.filter((type) => groupVersionOf(type) === `${group}/${version}`);
  return served.length > 0 ? resourcesOf(`${group}/${version}`, served) : undefined;
}

function groupsOf(types: readonly ResourceType[]) {
  const versions = new Map<string, string>();
  for (const type of types) if (type.group) versions.set(type.group, type.version);
  return [...versions].map(([name, version]) => {
    const served = { groupVersion: `${name}/${version}`, version };
    return { kind: 'APIGroup', apiVersion: 'v1', name, versions: [served], preferredVersion: served };
  });
}

function resourcesOf(groupVersion: string, types: readonly ResourceType[]): object {
  const served = types.filter((type) => groupVersionOf(type) === groupVersion);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: served.flatMap(entriesOf) };
}

function entriesOf({
  plural,
  singular,
  shortNames,
  namespaced,
  kind,
  statusSubresource,
}: ResourceType): object[] {
  const entry = { name: plural, singularName: singular, namespaced, kind, verbs: VERBS, shortNames };
  const status = {
    name: `${plural}/status`,
    singularName: '',
    namespaced,
    kind,
    verbs: ['get', 'patch', 'update'],
  };
  return statusSubresource ? [entry, status] : [entry];
}

function text(ascii: string): Buffer {
  return Buffer.from(ascii, 'ascii');
}
