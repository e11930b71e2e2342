// Which objects a path means.
import { groupVersionOf, type ResourceType } from '../definitions/resource-type';

export interface ApiRoute {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  /** Undefined for a collection. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Undefined when nothing is served there. */
export function routeOf(path: string, types: readonly ResourceType[]): ApiRoute | undefined {
  const steps = path.split('/').slice(1).map(decodeURIComponent);
  const groupVersion =
    steps[0] === 'api' ? steps[1] : steps[0] === 'apis' ? `${steps[1]}/${steps[2]}` : undefined;
  const rest = steps.slice(steps[0] === 'api' ? 2 : 3);
  const find = (plural: string | undefined): ResourceType | undefined =>
    types.find((type) => groupVersionOf(type) === groupVersion && type.plural === plural);
  if (rest[0] === 'namespaces' && rest.length > 2) {
    const [, namespace, plural, name, subresource, ...more] = rest;
    const type = find(plural);
    if (type?.namespaced && more.length === 0) return { type, namespace, name, subresource };
  }
  const [plural, name, subresource, ...more] = rest;
  const type = find(plural);
  if (!type || more.length > 0 || (type.namespaced && name !== undefined)) return undefined;
  return { type, namespace: undefined, name, subresource };
}
