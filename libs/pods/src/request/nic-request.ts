// Which NICs a Pod has, and what it asks for each of them in its annotations. Pure; whether it gets that is for the
// ledger to say.
import {
  type AddressRequest,
  type Family,
  familyOf,
  formatAddress,
  formatMac,
  type HeldAddress,
  invalid,
  isSubnetName,
  parseAddress,
  parseMac,
} from '@holdfast/ipam';
import {
  annotationOf,
  type FieldRead,
  type KubernetesObject,
  NETWORKS_ANNOTATION,
  nicAnnotation,
  quotedText,
} from '@holdfast/kube-api';

/** The provider of a Pod's first NIC. */
export const DEFAULT_PROVIDER = 'ovn';
/** Names a pool, or lists addresses. */
export const POOL_WORD = 'ip_pool';

export interface NicRequest {
  readonly request: AddressRequest;
  readonly portSecurity: boolean;
}

/** One attachment of a NetworkAttachmentDefinition. */
interface Attachment {
  readonly namespace: string;
  readonly name: string;
  readonly interface?: string;
}

/** `[namespace/]name[@interface]` (multi-net-spec, section 4.1.2.1). */
const SHORT = /^(?:([a-z0-9][a-z0-9-]*)\/)?([a-z0-9][a-z0-9.-]*)(?:@([^\s/@]+))?$/;

/**
 * The providers of its NICs, the first one's first: `ovn`, and `nad.namespace.ovn` for each attachment whose definition
 * Kube-OVN is to connect; with the interface's name where one definition is attached more than once.
 */
export function providersOf(pod: KubernetesObject): FieldRead<readonly string[]> {
  const read = attachmentsOf(pod);
  if (read.rejected) return read;
  const named = read.value.map(({ provider }) => provider);
  const desired = named.filter((provider) => switchOf(pod, provider) !== '');
  return { value: [...new Set([DEFAULT_PROVIDER, ...desired])] };
}

function attachmentsOf(
  pod: KubernetesObject,
): FieldRead<readonly (Attachment & { readonly provider: string })[]> {
  const read = readNetworks(annotationOf(pod, NETWORKS_ANNOTATION), pod.metadata.namespace ?? '');
  if (read.rejected) return read;
  const value = read.value.map((attachment) => {
    const provider = `${attachment.name}.${attachment.namespace}.ovn`;
    const isOften = read.value.filter((it) => isSameDefinition(it, attachment)).length > 1;
    const isNamed = isOften && attachment.interface;
    return { ...attachment, provider: isNamed ? `${provider}.${attachment.interface}` : provider };
  });
  return { value };
}

/** The Subnet that a NIC's own annotation names; '' when none does. */
export function switchOf(pod: KubernetesObject, provider: string): string {
  const name = annotationOf(pod, nicAnnotation(provider, 'logical_switch'));
  return isSubnetName(name) ? name : '';
}

export function readNicRequest(pod: KubernetesObject, provider: string): FieldRead<NicRequest> {
  return readNic(pod, provider, ofInterface(pod, provider));
}

/** @param names of the annotations, for the words that may be said of an interface by its name */
function readNic(
  pod: KubernetesObject,
  provider: string,
  names: (word: string) => string,
): FieldRead<NicRequest> {
  const addresses = readAddresses(names('ip_address'), annotationOf(pod, names('ip_address')));
  if (addresses.rejected) return addresses;
  const macText = annotationOf(pod, names('mac_address'));
  const mac = parseMac(macText);
  if (macText !== '' && mac === undefined)
    return invalid(names('mac_address'), `${quotedText(macText)} is no unicast MAC`);
  const family = nicAnnotation(provider, 'ip_family');
  const families = readFamilies(family, annotationOf(pod, family));
  if (families.rejected) return families;
  const request = { ...addresses.value, ...families.value, ...(mac !== undefined && { mac }) };
  return { value: { request, portSecurity: wantsPortSecurity(pod, provider) } };
}

/**
 * Where an attachment names its interface, `name.namespace.kubernetes.io/ip_address.interface` (and `mac_address`) goes
 * before what is said of its provider, as Kube-OVN has it.
 */
function ofInterface(pod: KubernetesObject, provider: string): (word: string) => string {
  const usual = (word: string): string => nicAnnotation(provider, word);
  const attachment = attachmentsOf(pod).value?.find((it) => it.provider === provider && it.interface);
  if (!attachment) return usual;
  return (word) => {
    const { name, namespace, interface: interfaceName } = attachment;
    const own = `${nicAnnotation(`${name}.${namespace}`, word)}.${interfaceName}`;
    return annotationOf(pod, own) === '' ? usual(word) : own;
  };
}

/** Whether the NIC's port may send and receive only what is its own. */
export function wantsPortSecurity(pod: KubernetesObject, provider: string): boolean {
  return annotationOf(pod, nicAnnotation(provider, 'port_security')) === 'true';
}

/** What the Pod asks for, as text: to tell whether it still asks for the same. */
export function requestText(pod: KubernetesObject, provider: string): string {
  const names = ofInterface(pod, provider);
  const words = ['ip_family', 'port_security', POOL_WORD].map((word) => nicAnnotation(provider, word));
  return [names('ip_address'), names('mac_address'), ...words]
    .map((name) => annotationOf(pod, name))
    .join(' ');
}

/** Whether somebody has said already which addresses the NIC has. */
export function isAddressed(pod: KubernetesObject, provider: string): boolean {
  return annotationOf(pod, nicAnnotation(provider, 'allocated')) === 'true';
}

/** Whether what the NIC was told is what is held. */
export function isShownOn(pod: KubernetesObject, provider: string, held: HeldAddress): boolean {
  const read = readNic(pod, provider, (word) => nicAnnotation(provider, word));
  if (read.rejected) return false;
  const { v4, v6, mac } = read.value.request;
  return v4 === held.v4 && v6 === held.v6 && mac === held.mac;
}

/** "10.16.0.7", "10.16.0.7,fd00::7": as `ip_address` has it. */
export function addressText({ v4, v6 }: Pick<HeldAddress, 'v4' | 'v6'>): string {
  return [v4, v6]
    .filter((address) => address !== undefined)
    .map(formatAddress)
    .join(',');
}

export const macText = ({ mac }: HeldAddress): string => formatMac(mac);

export function readAddresses(field: string, text: string): FieldRead<Pick<AddressRequest, 'v4' | 'v6'>> {
  const request: { v4?: number; v6?: bigint } = {};
  for (const part of text === '' ? [] : text.split(',').map((it) => it.trim())) {
    const address = parseAddress(part);
    if (address === undefined) return invalid(field, `${quotedText(part)} is no address`);
    const key = familyOf(address) === 4 ? 'v4' : 'v6';
    if (request[key] !== undefined)
      return invalid(field, `${quotedText(text)} has two addresses of one family`);
    Object.assign(request, { [key]: address });
  }
  return { value: request };
}

const FAMILIES: Readonly<Record<string, readonly Family[] | undefined>> = {
  ipv4: [4],
  ipv6: [6],
  dual: [4, 6],
};

function readFamilies(field: string, text: string): FieldRead<Pick<AddressRequest, 'families'>> {
  if (text === '') return { value: {} };
  const families = FAMILIES[text.toLowerCase()];
  return families
    ? { value: { families } }
    : invalid(field, `${quotedText(text)} is none of ipv4, ipv6, dual`);
}

function readNetworks(text: string, podNamespace: string): FieldRead<readonly Attachment[]> {
  if (text === '') return { value: [] };
  const read = text.startsWith('[') ? readList(text) : readShort(text);
  if (!read)
    return invalid(
      NETWORKS_ANNOTATION,
      `${quotedText(text)} is neither a list of [namespace/]name[@interface] nor one in JSON`,
    );
  return { value: read.map(({ namespace, ...rest }) => ({ ...rest, namespace: namespace || podNamespace })) };
}

function readShort(text: string): Attachment[] | undefined {
  const parts = text.split(',').map((part) => SHORT.exec(part.trim()));
  if (parts.some((part) => !part)) return undefined;
  return parts.map((part) => {
    const [, namespace = '', name = '', interfaceName] = part as RegExpExecArray;
    return { namespace, name, ...(interfaceName && { interface: interfaceName }) };
  });
}

function readList(text: string): Attachment[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(list)) return undefined;
  const attachments = list.map((entry: unknown) => {
    const { name, namespace = '', interface: interfaceName } = (entry ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || typeof namespace !== 'string') return undefined;
    return { namespace, name, ...(typeof interfaceName === 'string' && { interface: interfaceName }) };
  });
  return attachments.every((it) => it !== undefined) ? attachments : undefined;
}

function isSameDefinition(a: Attachment, b: Attachment): boolean {
  return a.namespace === b.namespace && a.name === b.name;
}
