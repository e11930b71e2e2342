// What each Pod was given by the ledger, by its UID and by the events alone, and what it was told; two live Pods are
// never told the same address.
import type { KubernetesObject } from '@holdfast/kube-api';
import {
  type HeldAddress,
  type Holder,
  type SubnetEvent,
  formatAddress,
  formatMac,
  vipHolder,
} from '@holdfast/ipam';
import { Violation } from '../../engine/violation';
import { type Cluster, PODS } from '../../kubernetes/cluster';
import { isPodFinished, controllerOfPod } from '../../kubernetes/workloads/pods';

interface Grant {
  readonly subnet: string;
  readonly holder: Holder;
  /** All that the holder has had while the Pod had it. */
  readonly texts: Set<string>;
}

interface Annotated {
  readonly uid: string;
  readonly subnet: string;
  readonly addresses: readonly string[];
}

export class Grants {
  /** By the Pod's UID. */
  private readonly grants = new Map<string, Grant[]>();
  /** By UID and provider. */
  private readonly annotated = new Map<string, Annotated>();

  constructor(
    private readonly cluster: Cluster,
    private readonly held: (subnet: string, holder: Holder) => HeldAddress | undefined,
  ) {}

  landed(subnet: string, event: SubnetEvent): void {
    if (event.type === 'UserAttached') {
      const { holder, user } = event;
      const known = this.grantsOf(user.uid).find((one) => one.subnet === subnet && one.holder === holder);
      const grant = known ?? { subnet, holder, texts: new Set<string>() };
      if (!known) this.grantsOf(user.uid).push(grant);
      const held = this.held(subnet, holder);
      if (held) grant.texts.add(grantText(held));
    }
    if (event.type === 'UserDetached') this.ended(event.user.uid, subnet, event.holder);
    if (event.type === 'AddressMoved') this.moved(subnet, event.holder, event);
    if (event.type === 'VipRevised') this.moved(subnet, vipHolder(event.name), event);
  }

  /** A process of ours wrote this into the Pod's annotations; `now`: as it is since. */
  annotationsWritten(now: KubernetesObject, written: Readonly<Record<string, unknown>>): void {
    const providers = new Set(
      Object.keys(written).flatMap((key) => /^(.+)\.kubernetes\.io\//.exec(key)?.[1] ?? []),
    );
    const { uid, name, namespace } = now.metadata;
    for (const provider of providers) {
      const said = (word: string) => written[`${provider}.kubernetes.io/${word}`] as string | undefined;
      // What is not written stood there already, or somebody else has just written it.
      const [subnet, ip, mac] = [said('logical_switch'), said('ip_address'), said('mac_address')];
      const isSame = (text: string): boolean => {
        const [ipText, macText] = text.split(' ');
        return (ip ?? ipText) === ipText && (mac ?? macText) === macText;
      };
      const grants = this.grantsOf(uid).filter((one) => (subnet ?? one.subnet) === one.subnet);
      const grant = grants.find((one) => [...one.texts].some(isSame));
      const live = this.cluster.picture.of(PODS).get(`${namespace}/${name}`);
      if (live?.metadata.uid !== uid || isPodFinished(live)) continue;
      if (!grant)
        throw new Violation(
          'pods-told',
          `${namespace}/${name} is told ${ip} ${mac} in ${subnet}, which it was not given`,
        );
      if (ip === undefined) continue;
      const given = { uid, subnet: grant.subnet, addresses: ip.split(',') };
      this.alone(given, live);
      this.annotated.set(`${uid} ${provider}`, given);
    }
  }

  private alone(given: Annotated, pod: KubernetesObject): void {
    for (const [key, other] of this.annotated) {
      if (other.uid === given.uid || other.subnet !== given.subnet) continue;
      const shared = given.addresses.find((address) => other.addresses.includes(address));
      if (shared === undefined) continue;
      const there = this.cluster.picture.all(PODS).find(({ metadata }) => metadata.uid === other.uid);
      if (!there || isPodFinished(there)) {
        this.annotated.delete(key);
        continue;
      }
      // A machine's Pods share what it has while it moves from one to the other.
      const [owner, others] = [controllerOfPod(pod), controllerOfPod(there)];
      if (owner?.kind === 'VirtualMachineInstance' && owner.name === others?.name) continue;
      throw new Violation(
        'pods-told',
        `${pod.metadata.name} and ${there.metadata.name} are both told ${shared} in ${given.subnet}`,
      );
    }
  }

  /** It knows since that this is not its any more, or will be told. */
  private ended(uid: string, subnet: string, holder: Holder): void {
    if (!this.grantsOf(uid).some((one) => one.subnet === subnet && one.holder === holder)) return;
    for (const [key, given] of this.annotated)
      if (given.uid === uid && given.subnet === subnet) this.annotated.delete(key);
  }

  private moved(subnet: string, holder: Holder, to: HeldAddress): void {
    for (const [uid, grants] of this.grants)
      for (const grant of grants) {
        if (grant.subnet !== subnet || grant.holder !== holder) continue;
        grant.texts.add(grantText(to));
        this.ended(uid, subnet, holder);
      }
  }

  private grantsOf(uid: string): Grant[] {
    const known = this.grants.get(uid) ?? [];
    this.grants.set(uid, known);
    return known;
  }
}

export function grantText({ v4, v6, mac }: HeldAddress): string {
  const addresses = [v4, v6].filter((address) => address !== undefined).map(formatAddress);
  return `${addresses.join(',')} ${formatMac(mac)}`;
}
