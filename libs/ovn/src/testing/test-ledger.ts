// A ledger in memory, for tests and benchmarks: commands are decided by the real aggregate, facts go to a view
// and to whoever listens. Positions are decimal integers. It keeps nothing and serves nobody else.
import {
  type DefineSubnet,
  LedgerView,
  type ReserveVip,
  type ReviseVip,
  type SubnetCommand,
  type SubnetFact,
  type SubnetState,
  parseAddress,
  parseCidr,
  subnet,
} from '@holdfast/ipam';

/** What a test says of a Vip; addresses as text. */
export type VipWish = Partial<
  Omit<ReserveVip, 'type' | 'subnet' | 'name' | 'v4' | 'v6'> & { readonly v4: string; readonly v6: string }
>;

/** 2026-01-01T00:00:00Z; every fact is a millisecond later. */
const START_MS = Date.UTC(2026, 0, 1);

export class TestLedger {
  view = new LedgerView();
  private readonly states = new Map<string, SubnetState>();
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

  retire(name: string): void {
    this.run([{ type: 'RetireSubnet', subnet: name }]);
  }

  reserve(subnetName: string, vip: string, wish: VipWish = {}): void {
    this.run([this.reserveVip(subnetName, vip, wish)]);
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

function addressed({ v4, v6, ...wish }: VipWish): Partial<ReserveVip> {
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
