// A ledger in memory, for tests and benchmarks: commands are decided by the real aggregate, facts go to a view
// and to whoever listens. Positions are decimal integers. It keeps nothing and serves nobody else.
import {
  type DefineSubnet,
  type Holder,
  LedgerView,
  type OwnerState,
  type ReserveAddress,
  type ReserveVip,
  type ReviseVip,
  type RuleDefinition,
  type SubnetCommand,
  type SubnetFact,
  type SubnetFold,
  type User,
  parseAddress,
  parseCidr,
  parseHolder,
  subnet,
} from '@holdfast/ipam';

/** What a test says of a Vip; addresses as text. */
export type VipWish = Partial<
  Omit<ReserveVip, 'type' | 'subnet' | 'name' | 'v4' | 'v6'> & { readonly v4: string; readonly v6: string }
>;

/** What a test says of an address that has a port. */
export type PortedWish = Partial<
  Omit<ReserveAddress, 'type' | 'subnet' | 'holder' | 'v4' | 'v6'> & {
    readonly v4: string;
    readonly v6: string;
  }
>;

/** What a test says of a rule; `backends` are its endpoints. */
export type RuleWish = Partial<Omit<RuleDefinition, 'vip' | 'endpoints' | 'ports'>> &
  Pick<RuleDefinition, 'ports'> & { readonly backends?: readonly string[] };

/** 2026-01-01T00:00:00Z; every fact is a millisecond later. */
const START_MS = Date.UTC(2026, 0, 1);

export class TestLedger {
  view = new LedgerView();
  private readonly states = new Map<string, SubnetFold>();
  private readonly listeners = new Set<(facts: readonly SubnetFact[]) => void>();
  private readonly facts: SubnetFact[] = [];
  private claims = 0;

  onFacts(listener: (facts: readonly SubnetFact[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  define(name: string, ...cidrs: readonly string[]): void {
    const wish: DefineSubnet = { type: 'DefineSubnet', subnet: name, cidrs: cidrs.map(readCidr) };
    this.run([wish]);
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

  reserve(subnetName: string, vip: string, wish: VipWish = {}): void {
    this.run([this.reserveVip(subnetName, vip, wish)]);
  }

  attach(subnetName: string, holder: string, user: User, migrates = false): void {
    this.run([{ type: 'AttachUser', subnet: subnetName, holder: holderOf(holder), user, migrates }]);
  }

  detach(subnetName: string, holder: string, uid: string, owner: OwnerState): void {
    const of = { subnet: subnetName, holder: holderOf(holder) };
    this.run([{ type: 'DetachUser', ...of, uid, owner, reason: 'Pod deleted' }]);
  }

  /** Many at once, as one burst of facts. */
  reserveAll(subnetName: string, vips: readonly string[], wish: VipWish = {}): void {
    this.run(vips.map((vip) => this.reserveVip(subnetName, vip, wish)));
  }

  revise(vip: string, wish: VipWish): void {
    this.run([
      {
        ...PURPOSE,
        ...addressed(wish),
        type: 'ReviseVip',
        subnet: this.subnetOf(vip),
        name: vip,
      } as ReviseVip,
    ]);
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
  reservePort(subnetName: string, holder: string, wish: PortedWish = {}): void {
    const who = holderOf(holder);
    this.run([{ ...addressed(wish), type: 'ReserveAddress', subnet: subnetName, holder: who }]);
  }

  move(subnetName: string, holder: string, wish: PortedWish): void {
    const who = holderOf(holder);
    this.run([{ ...addressed(wish), type: 'MoveAddress', subnet: subnetName, holder: who }]);
  }

  releasePort(subnetName: string, holder: string): void {
    const who = holderOf(holder);
    this.run([{ type: 'ReleaseAddress', subnet: subnetName, holder: who, reason: 'a test' }]);
  }

  rule(name: string, vip: string, wish: RuleWish): void {
    const { backends = [], ...rest } = wish;
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
    this.run(
      vips.map((name) => ({ type: 'ReleaseVip', subnet: this.subnetOf(name), name, reason: 'a test' })),
    );
  }

  /** Decides commands and tells of their events at once. @throws Error if one is rejected. */
  run(commands: readonly SubnetCommand[]): void {
    const facts = commands.flatMap((command) => this.decide(command));
    for (const listener of this.listeners) listener(facts);
  }

  /** Another view of the same history, up to a number of facts. */
  replay(count = this.facts.length): LedgerView {
    const view = new LedgerView();
    for (const fact of this.facts.slice(0, count)) view.apply(fact);
    return view;
  }

  get length(): number {
    return this.facts.length;
  }

  private decide(command: SubnetCommand): readonly SubnetFact[] {
    const state = this.states.get(command.subnet) ?? subnet.initial(command.subnet);
    this.states.set(command.subnet, state);
    const atMs = START_MS + this.facts.length;
    const decision = subnet.decide(command, state, { nowMs: atMs, issuedAtMs: atMs });
    if (decision.rejected) throw new Error(decision.rejected.message);
    return decision.events.map((event) => {
      subnet.evolve(state, event, atMs);
      const fact = { subnet: command.subnet, event, atMs, position: String(this.facts.length + 1) };
      this.facts.push(fact);
      this.view.apply(fact);
      return fact;
    });
  }

  private reserveVip(subnetName: string, name: string, wish: VipWish): ReserveVip {
    const claim = this.claims++;
    return { ...PURPOSE, ...addressed(wish), type: 'ReserveVip', subnet: subnetName, name, claim };
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

function holderOf(text: string): Holder {
  const holder = parseHolder(text);
  if (!holder) throw new Error(`not a holder: ${text}`);
  return holder;
}

function addressed<Wish extends { readonly v4?: string; readonly v6?: string }>({
  v4,
  v6,
  ...wish
}: Wish): Omit<Wish, 'v4' | 'v6'> & { readonly v4?: number; readonly v6?: bigint } {
  return {
    ...wish,
    ...(v4 !== undefined && { v4: parseAddress(v4) as number }),
    ...(v6 !== undefined && { v6: parseAddress(v6) as bigint }),
  };
}

function readCidr(text: string): DefineSubnet['cidrs'][number] {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(`not a block of addresses: ${text}`);
  return cidr;
}
