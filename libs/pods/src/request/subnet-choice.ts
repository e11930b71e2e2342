// Which Subnets a NIC may be in, the first choice first: the one its annotation names, those of its Namespace's
// annotation, those that name the Namespace or have it selected, the default one. Subnets that the ledger does not have are
// somebody else's.
import type { LabelSelector, LedgerView, SubnetState } from '@holdfast/ipam';
import {
  annotationOf,
  type Following,
  type KubernetesObject,
  NAMESPACES,
  nicAnnotation,
} from '@holdfast/kube-api';
import { isSelected, readNamespaceSelectors } from './namespace-selector';
import { DEFAULT_PROVIDER, POOL_WORD, switchOf } from './nic-request';

export interface SubnetChoiceOptions {
  readonly view: () => LedgerView;
  readonly namespaces: Pick<Following, 'get'>;
  readonly subnets: Pick<Following, 'objects'>;
}

const NAMESPACE_POOL = nicAnnotation(DEFAULT_PROVIDER, POOL_WORD);
const NAMESPACE_SWITCHES = nicAnnotation(DEFAULT_PROVIDER, 'logical_switch');

interface Selecting {
  readonly name: string;
  readonly selectors: readonly LabelSelector[];
}

interface Known {
  /** By Namespace. */
  readonly named: ReadonlyMap<unknown, readonly string[]>;
  /** Few Subnets, if any, have selectors; each is asked. */
  readonly selecting: readonly Selecting[];
  readonly byDefault: readonly string[];
}

export class SubnetChoice {
  private known: Known | undefined;

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
    const { named: byName, selecting, byDefault } = (this.known ??= this.look());
    const mine = byName.get(name) ?? [];
    const selected = namespace ? selecting.filter(({ selectors }) => isSelected(selectors, namespace)) : [];
    if (selected.length === 0) return mine.length > 0 ? mine : byDefault;
    return [...new Set([...mine, ...selected.map((it) => it.name)])].sort();
  }

  /** In the order of their names. */
  private look(): Known {
    const named = new Map<unknown, string[]>();
    const selecting: Selecting[] = [];
    const byDefault: string[] = [];
    const all = [...this.options.subnets.objects()];
    const first = all.filter(({ spec }) => (spec?.['provider'] || DEFAULT_PROVIDER) === DEFAULT_PROVIDER);
    for (const { metadata, spec } of first.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
      const { name } = metadata;
      if (spec?.['default'] === true) byDefault.push(name);
      const namespaces = spec?.['namespaces'];
      for (const namespace of Array.isArray(namespaces) ? (namespaces as unknown[]) : [])
        named.set(namespace, [...(named.get(namespace) ?? []), name]);
      const selectors = readNamespaceSelectors(spec);
      if (selectors.length > 0) selecting.push({ name, selectors });
    }
    return { named, selecting, byDefault };
  }
}

/** What of a Namespace or a Subnet is read here, and no more. */
export function trimChoosing({ apiVersion, kind, metadata, spec }: KubernetesObject): KubernetesObject {
  const { name, uid, resourceVersion, annotations, finalizers, labels } = metadata;
  const switches = annotations?.[NAMESPACE_SWITCHES];
  const pool = annotations?.[NAMESPACE_POOL];
  return {
    apiVersion,
    kind,
    metadata: {
      ...{ name, uid, resourceVersion },
      ...(finalizers && { finalizers }),
      ...(kind === NAMESPACES.kind && labels && { labels }),
      annotations: {
        ...(switches !== undefined && { [NAMESPACE_SWITCHES]: switches }),
        ...(pool !== undefined && { [NAMESPACE_POOL]: pool }),
      },
    },
    spec: {
      ...{ default: spec?.['default'], provider: spec?.['provider'] },
      ...{ namespaces: spec?.['namespaces'], namespaceSelectors: spec?.['namespaceSelectors'] },
    },
  };
}
