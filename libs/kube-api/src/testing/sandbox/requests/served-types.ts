// Which kinds are served: those that are built in, and those that are defined at the moment.
import { definedType } from '../definitions/custom-resources';
import type { ObjectStore } from '../objects/object-store';
import {
  BUILT_IN_TYPES,
  CUSTOM_RESOURCE_DEFINITIONS,
  type ResourceType,
  typeId,
} from '../definitions/resource-type';
import { type ApiRoute, routeOf } from './routes';
import type { StoredObject } from '../definitions/stored-object';

const BUILT_IN = new Set(BUILT_IN_TYPES.map(typeId));

export class ServedTypes {
  constructor(private readonly store: ObjectStore) {}

  all(): ResourceType[] {
    const defined = this.store.list(CUSTOM_RESOURCE_DEFINITIONS).map(definedType);
    const custom = defined.filter((type) => type !== undefined && !BUILT_IN.has(typeId(type)));
    return [...BUILT_IN_TYPES, ...(custom as ResourceType[])];
  }

  builtIn(kind: string): ResourceType {
    const type = BUILT_IN_TYPES.find((one) => one.kind === kind);
    if (!type) throw new Error(`no built-in kind ${kind}`);
    return type;
  }

  /** Undefined when nothing is served there. */
  routeOf(path: string): ApiRoute | undefined {
    return routeOf(path, this.all());
  }

  /** What went with a namespace or a definition goes too, whatever its finalizers say. */
  removeContentOf(type: ResourceType, gone: StoredObject): void {
    if (type.kind === 'Namespace') {
      const { name } = gone.metadata;
      for (const inside of this.all()) if (inside.namespaced) this.removeAll(inside, name);
    }
    const defined = type === CUSTOM_RESOURCE_DEFINITIONS ? definedType(gone) : undefined;
    if (defined) this.removeAll(defined);
  }

  private removeAll(type: ResourceType, namespace?: string): void {
    for (const object of this.store.list(type, namespace)) this.store.remove(type, object);
  }
}
