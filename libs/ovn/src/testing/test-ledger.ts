// The memory ledger with a verb for each thing that a test of rows has happen, addresses as text. It decides nothing
// itself; a refusal is an error, since the test meant what it said.
import {
  type DefineSubnet,
  type Holder,
  type OwnerState,
  type ReserveAddress,
  type ReserveVip,
  type RuleDefinition,
  type User,
  parseAddress,
  parseCidr,
  parseHolder,
} from '@holdfast/ipam';
import type { LedgerCommand } from '@holdfast/ledger';
import { MemoryLedger } from '@holdfast/ledger/testing';

/** What a test says of a Vip; addresses as text. */
export type TestVipSpec = Partial<
  Omit<ReserveVip, 'type' | 'subnet' | 'name' | 'v4' | 'v6'> & { readonly v4: string; readonly v6: string }
>;

/** What a test says of an address that has a port. */
export type TestPortSpec = Partial<
  Omit<ReserveAddress, 'type' | 'subnet' | 'holder' | 'v4' | 'v6'> & {
    readonly v4: string;
    readonly v6: string;
  }
>;

/** What a test says of a rule; `backends` are its endpoints. */
export type TestRuleSpec = Partial<Omit<RuleDefinition, 'vip' | 'endpoints' | 'ports'>> &
  Pick<RuleDefinition, 'ports'> & { readonly backends?: readonly string[] };

export class TestLedger extends MemoryLedger {
  define(name: string, ...cidrs: readonly string[]): void {
    this.run([{ type: 'DefineSubnet', subnet: name, cidrs: cidrs.map(readCidr) }]);
  }

  /** A Subnet that is on a router of ours. */
  defineOn(router: string, name: string, ...cidrs: readonly string[]): void {
    this.run([{ type: 'DefineSubnet', subnet: name, cidrs: cidrs.map(readCidr), router }]);
  }

  /** '': on none any more. */
  reroute(name: string, router: string): void {
    this.run([{ type: 'ReviseSubnet', subnet: name, router }]);
  }

  retire(name: string): void {
    this.run([{ type: 'RetireSubnet', subnet: name }]);
  }

  reserve(subnetName: string, vip: string, spec: TestVipSpec = {}): void {
    this.run([reserveVip(subnetName, vip, spec)]);
  }

  attach(subnetName: string, holder: string, user: User, migrates = false): void {
    this.run([{ type: 'AttachUser', subnet: subnetName, holder: holderOf(holder), user, migrates }]);
  }

  detach(subnetName: string, holder: string, uid: string, owner: OwnerState): void {
    const of = { subnet: subnetName, holder: holderOf(holder) };
    this.run([{ type: 'DetachUser', ...of, uid, owner, reason: 'Pod deleted' }]);
  }

  /** Many at once, as one burst of facts. */
  reserveAll(subnetName: string, vips: readonly string[], spec: TestVipSpec = {}): void {
    this.run(vips.map((vip) => reserveVip(subnetName, vip, spec)));
  }

  revise(vip: string, spec: TestVipSpec): void {
    this.run([{ ...PURPOSE, ...addressed(spec), type: 'ReviseVip', name: vip }]);
  }

  /** Lets ports answer for the Vip. */
  grant(vip: string, ...ports: readonly string[]): void {
    const subnetName = this.subnetOf(vip);
    this.run(
      ports.map((port) => ({ type: 'GrantParent', subnet: subnetName, vip, port, grantor: 'explicit' })),
    );
  }

  withdraw(vip: string, ...ports: readonly string[]): void {
    const [subnetName, grantor, reason] = [this.subnetOf(vip), 'explicit', 'a test'] as const;
    this.run(
      ports.map((port) => ({ type: 'WithdrawParent', subnet: subnetName, vip, port, grantor, reason })),
    );
  }

  /** An address with a port. @param holder `pod/default/web-0` */
  reservePort(subnetName: string, holder: string, spec: TestPortSpec = {}): void {
    const who = holderOf(holder);
    this.run([{ ...addressed(spec), type: 'ReserveAddress', subnet: subnetName, holder: who }]);
  }

  move(subnetName: string, holder: string, spec: TestPortSpec): void {
    const who = holderOf(holder);
    this.run([{ ...addressed(spec), type: 'MoveAddress', subnet: subnetName, holder: who }]);
  }

  releasePort(subnetName: string, holder: string): void {
    const who = holderOf(holder);
    this.run([{ type: 'ReleaseAddress', subnet: subnetName, holder: who, reason: 'a test' }]);
  }

  rule(name: string, vip: string, spec: TestRuleSpec): void {
    const { backends = [], ...rest } = spec;
    const endpoints = backends.map((text) => parseAddress(text)!);
    const subnetName = this.subnetOf(vip);
    const type = this.view.subnet(subnetName)?.uses.rule(name) ? 'ReviseRule' : 'DefineRule';
    this.run([{ ...RULE, ...rest, endpoints, type, subnet: subnetName, rule: name, vip }]);
  }

  retireRule(subnetName: string, rule: string): void {
    this.run([{ type: 'RetireRule', subnet: subnetName, rule, reason: 'a test' }]);
  }

  release(vip: string): void {
    this.releaseAll([vip]);
  }

  releaseAll(vips: readonly string[]): void {
    this.run(vips.map((name) => ({ type: 'ReleaseVip', name, reason: 'a test' })));
  }

  /** Decides commands; their events come as one burst of facts. @throws Error if one is rejected. */
  run(commands: readonly LedgerCommand[]): void {
    for (const { rejected } of this.executeAllNow(commands)) if (rejected) throw new Error(rejected.message);
  }

  /** How many facts there are: the position of the last one. */
  get length(): number {
    return this.facts.length;
  }

  private subnetOf(vip: string): string {
    const entry = this.view.vip(vip);
    if (!entry) throw new Error(`there is no Vip ${vip}`);
    return entry.subnet.name;
  }
}

/** Orders positions of a TestLedger. */
export const compareNumbers = (a: string, b: string): number => Number(a) - Number(b);

const PURPOSE = { vipType: '', namespace: 'default', selector: [] } as const;

const RULE = { selector: [], affinity: 'none', healthCheck: false, rejectWhenEmpty: false } as const;

function reserveVip(subnet: string, name: string, spec: TestVipSpec): LedgerCommand {
  return { ...PURPOSE, ...addressed(spec), type: 'ReserveVip', subnet, name };
}

function holderOf(text: string): Holder {
  const holder = parseHolder(text);
  if (!holder) throw new Error(`not a holder: ${text}`);
  return holder;
}

function addressed<Spec extends { readonly v4?: string; readonly v6?: string }>({
  v4,
  v6,
  ...spec
}: Spec): Omit<Spec, 'v4' | 'v6'> & { readonly v4?: number; readonly v6?: bigint } {
  return {
    ...spec,
    ...(v4 !== undefined && { v4: parseAddress(v4) as number }),
    ...(v6 !== undefined && { v6: parseAddress(v6) as bigint }),
  };
}

function readCidr(text: string): DefineSubnet['cidrs'][number] {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(`not a block of addresses: ${text}`);
  return cidr;
}
