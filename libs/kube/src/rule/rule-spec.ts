// A SwitchLBRule's spec and annotations, as Kube-OVN's users write them, read into what the ledger is asked for. Pure; it
// does not know which Vip holds an address.
import {
  type Address,
  familyOf,
  invalid,
  isVipName,
  parseAddress,
  parseLabelSelector,
  PROTOCOLS,
  type RuleDefinition,
  type RulePort,
} from '@holdfast/ipam';
import {
  type FieldRead,
  type JsonObject,
  type KubernetesObject,
  quotedText,
  readTextList,
  readTexts,
} from '@holdfast/kube-api';

/** `"false"`: backends are not checked. */
export const HEALTH_CHECK_ANNOTATION = 'ovn.kubernetes.io/service_health_check';
/** The Subnet whose address is meant, where several have it. */
export const SUBNET_ANNOTATION = 'ovn.kubernetes.io/logical_switch';

/** Which Vip: by its name, or by addresses that it holds, at most one of each family. */
export type VipRequest =
  | { readonly name: string; readonly addresses?: undefined }
  | { readonly addresses: readonly Address[]; readonly name?: undefined };

export interface RuleSpec {
  readonly vip: VipRequest;
  readonly subnet: string | undefined;
  readonly isChecked: boolean;
  readonly rule: Pick<RuleDefinition, 'ports' | 'namespace' | 'selector' | 'endpoints' | 'affinity'>;
  /** What the spec says and nobody reads; for the condition's message. Empty when there is nothing. */
  readonly unread: string;
}

const UNREAD_SELECTOR = 'spec.selector has no effect beside spec.endpoints; take one of them out.';

export function readRule({ metadata, spec = {} }: KubernetesObject): FieldRead<RuleSpec> {
  const texts = readTexts(spec, ['vip', 'namespace', 'sessionAffinity']);
  if (texts.rejected) return texts;
  const vip = readVip(texts.value.vip);
  if (vip.rejected) return vip;
  const affinity = readAffinity(texts.value.sessionAffinity);
  if (affinity.rejected) return affinity;
  const ports = readPorts(spec);
  if (ports.rejected) return ports;
  const backends = readBackends(spec, texts.value.namespace);
  if (backends.rejected) return backends;
  const { annotations = {} } = metadata;
  const { unread, ...behind } = backends.value;
  return {
    value: {
      vip: vip.value,
      subnet: annotations[SUBNET_ANNOTATION]?.trim() || undefined,
      isChecked: annotations[HEALTH_CHECK_ANNOTATION]?.trim() !== 'false',
      rule: { ports: ports.value, ...behind, affinity: affinity.value },
      unread,
    },
  };
}

/** Names by which the object's Vip may come to be known: its own, or its addresses. For whoever waits for it. */
export function readVip(text: string): FieldRead<VipRequest> {
  const parts = text.split(',').map((part) => part.trim());
  const addresses = parts.map(parseAddress).filter((address) => address !== undefined);
  if (text === '')
    return invalid('spec.vip', 'is required; name a Vip of type switch_lb_vip, or an address that it holds');
  if (addresses.length === 0 && isVipName(text)) return { value: { name: text } };
  if (addresses.length < parts.length)
    return invalid('spec.vip', `${quotedText(text)} is neither "v4", "v6" or "v4,v6" nor a Vip's name`);
  if (new Set(addresses.map(familyOf)).size < addresses.length)
    return invalid('spec.vip', 'has two addresses of one family; make a rule for each');
  return { value: { addresses } };
}

function readAffinity(text: string): FieldRead<RuleDefinition['affinity']> {
  if (text === '' || text === 'None') return { value: 'none' };
  if (text === 'ClientIP') return { value: 'client-ip' };
  return invalid('spec.sessionAffinity', `${quotedText(text)} is neither "None" nor "ClientIP"`);
}

function readPorts(spec: JsonObject): FieldRead<RulePort[]> {
  const list = spec['ports'] ?? [];
  if (!Array.isArray(list)) return invalid('spec.ports', `is no list but ${quotedText(list)}`);
  if (list.length === 0) return invalid('spec.ports', 'is required; a rule without ports has nothing to do');
  const ports: RulePort[] = [];
  for (const [at, entry] of (list as readonly unknown[]).entries()) {
    const port = readPort(`spec.ports[${at}]`, entry);
    if (port.rejected) return port;
    ports.push(port.value);
  }
  return { value: ports };
}

function readPort(path: string, entry: unknown): FieldRead<RulePort> {
  const isObject = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
  if (!isObject) return invalid(path, `is no port but ${quotedText(entry)}`);
  const { name, port, targetPort, protocol } = entry as JsonObject;
  if (!isPort(port)) return invalid(`${path}.port`, `${quotedText(port)} is no port; write 1 to 65535`);
  const target = targetPort || port;
  if (!isPort(target))
    return invalid(`${path}.targetPort`, `${quotedText(targetPort)} is no port; write 1 to 65535`);
  const known = PROTOCOLS.find((it) => it === String(protocol || 'tcp').toLowerCase());
  if (!known)
    return invalid(`${path}.protocol`, `${quotedText(protocol)} is none of ${PROTOCOLS.join(', ')}`);
  const named = typeof name === 'string' && name !== '' ? { name } : {};
  return { value: { ...named, port, targetPort: target, protocol: known } };
}

function readBackends(
  spec: JsonObject,
  namespace: string,
): FieldRead<Pick<RuleDefinition, 'namespace' | 'selector' | 'endpoints'> & { readonly unread: string }> {
  const texts = readTextList(spec, 'endpoints');
  if (texts.rejected) return texts;
  const endpoints = texts.value.map((text) => parseAddress(text.trim()));
  const odd = endpoints.indexOf(undefined);
  if (odd >= 0) return invalid(`spec.endpoints[${odd}]`, `${quotedText(texts.value[odd])} is no address`);
  const selector = readTextList(spec, 'selector');
  if (selector.rejected) return selector;
  const { malformed } = parseLabelSelector(selector.value);
  if (malformed) {
    const at = malformed.at === undefined ? '' : `[${malformed.at}]`;
    return invalid(`spec.selector${at}`, malformed.message);
  }
  // As Kube-OVN has it: who lists the backends does not mean the Pods besides.
  const isListed = endpoints.length > 0;
  const isSelected = selector.value.length > 0 && !isListed;
  if (isSelected && namespace === '')
    return invalid('spec.namespace', 'is required with a selector; name the namespace of its Pods');
  return {
    value: {
      ...(namespace !== '' && { namespace }),
      selector: isSelected ? selector.value : [],
      endpoints: endpoints as Address[],
      unread: isListed && selector.value.length > 0 ? UNREAD_SELECTOR : '',
    },
  };
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
}
