// Which Subnets a NIC may be in, the first choice first: the one its annotation names, those of its Namespace's
// annotation, those that name the Namespace, the default one. Subnets that the ledger does not have are somebody else's.
import type { LedgerView, SubnetState } from '@holdfast/ipam';
import type { Following } from '../kubernetes-api';
import type { KubernetesObject } from '../kubernetes-object';
import { annotationOf, nicAnnotation } from './followed-pod';
import { DEFAULT_PROVIDER, switchOf } from './nic-wish';
import { POOL_WORD } from './pool-choice';

export interface SubnetChoiceOptions {
  readonly view: () => LedgerView;
  readonly namespaces: Pick<Following, 'get'>;
  readonly subnets: Pick<Following, 'objects'>;
}

const NAMESPACE_POOL = nicAnnotation(DEFAULT_PROVIDER, POOL_WORD);
const NAMESPACE_SWITCHES = nicAnnotation(DEFAULT_PROVIDER, 'logical_switch');

interface ByNamespace {
  readonly named: ReadonlyMap<string, readonly string[]>;
  readonly byDefault: readonly string[];
}

export class SubnetChoice {
  private known: ByNamespace | undefined;

  constructor(private readonly options: SubnetChoiceOptions) {}

  /** A Subnet's object says something else. */
  forget(): void {
    this.known = undefined;
  }

  candidates(pod: KubernetesObject, provider: string): SubnetState[] {
    const view = this.options.view();
    const states = this.namesFor(pod, provider).map((name) => view.subnet(name));
    return states.filter((state) => state !== undefined);
  }

  private namesFor(pod: KubernetesObject, provider: string): readonly string[] {
    const named = switchOf(pod, provider);
    if (named !== '') return [named];
    const name = pod.metadata.namespace ?? '';
    const namespace = this.options.namespaces.get({ name });
    const listed = (namespace ? annotationOf(namespace, NAMESPACE_SWITCHES) : '').split(',');
    const switches = listed.map((it) => it.trim()).filter((it) => it !== '');
    if (switches.length > 0) return switches;
    const { named: byName, byDefault } = (this.known ??= this.look());
    return byName.get(name) ?? byDefault;
  }

  /** In the order of their names. */
  private look(): ByNamespace {
    const named = new Map<string, string[]>();
    const byDefault: string[] = [];
    const all = [...this.options.subnets.objects()];
    const first = all.filter(({ spec }) => (spec?.['provider'] || DEFAULT_PROVIDER) === DEFAULT_PROVIDER);
    for (const { metadata, spec } of first.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
      if (spec?.['default'] === true) byDefault.push(metadata.name);
      const namespaces = spec?.['namespaces'];
      for (const namespace of Array.isArray(namespaces) ? (namespaces as unknown[]) : [])
        if (typeof namespace === 'string')
          named.set(namespace, [...(named.get(namespace) ?? []), metadata.name]);
    }
    return { named, byDefault };
  }
}

/** What of a Namespace or a Subnet is read here, and no more. */
export function trimChoosing({ apiVersion, kind, metadata, spec }: KubernetesObject): KubernetesObject {
  const { name, uid, resourceVersion, annotations, finalizers } = metadata;
  const switches = annotations?.[NAMESPACE_SWITCHES];
  const pool = annotations?.[NAMESPACE_POOL];
  return {
    apiVersion,
    kind,
    metadata: {
      ...{ name, uid, resourceVersion },
      ...(finalizers && { finalizers }),
      annotations: {
        ...(switches !== undefined && { [NAMESPACE_SWITCHES]: switches }),
        ...(pool !== undefined && { [NAMESPACE_POOL]: pool }),
      },
    },
    spec: { default: spec?.['default'], namespaces: spec?.['namespaces'], provider: spec?.['provider'] },
  };
}
