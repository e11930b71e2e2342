// The rules of a Subnet once more, in the plainest way: lists, and scans over them. Obviously right and slow, it is
// what the real one is compared with after every random command. It shares with it the commands and the arithmetic
// of one address, and no way of keeping or finding anything. Blocks of more than 2^20 addresses must be nearly empty.
import {
  type Address,
  type Cidr,
  type Family,
  type Mac,
  DERIVED_MAC_ATTEMPTS,
  deriveMac,
  familyOf,
  subnetOctet,
} from '../address';
import { type Holder, holderParts, vipHolder } from '../holder';
import type { RejectionCode } from '../rejection';
import type {
  AddressPool,
  HeldAddress,
  LabelSubject,
  Moment,
  SubnetCommand,
  SubnetDefinition,
  UserCommand,
} from '../subnet';
import type { Labels } from '../label';
import {
  type ReferenceHolding,
  type Past,
  type ReferenceDecision,
  type Release,
  type Demand,
  addresses,
  isFulfilled,
  purposeText,
} from './reference-holding';
import { ReferenceLabels, areSoundLabels } from './reference-labels';
import {
  after,
  gatewayMac,
  isSound,
  isWithin,
  nth,
  poolOf,
  rangesOf,
  same,
  size,
  whyNot,
} from './reference-definition';

/** What Vips are used for and by whom is for other tests (random-vip-uses, random-users). */
export type AddressCommand = Exclude<
  SubnetCommand,
  {
    type:
      | UserCommand['type']
      | 'GrantParent'
      | 'WithdrawParent'
      | 'DefineRule'
      | 'ReviseRule'
      | 'RetireRule'
      | 'SetRuleBackends'
      | 'WithholdAddresses'
      | 'SettleAddress';
  }
>;

type Chosen =
  | { readonly rejected: RejectionCode }
  | { readonly held: HeldAddress; readonly rejected?: undefined };
type Change = Extract<SubnetCommand, { type: 'DefineSubnet' | 'ReviseSubnet' }> & {
  readonly labels?: Labels;
};

export class ReferenceSubnet {
  private definition: SubnetDefinition | undefined;
  private definitionAtMs = -Infinity;
  private holdings: ReferenceHolding[] = [];
  /** Addresses given up and not taken since, in the order of giving up. */
  private pasts: Past[] = [];
  private releases: Release[] = [];
  readonly labels = new ReferenceLabels();
  private yields: { readonly name: string; readonly claim: number }[] = [];

  constructor(private readonly name: string) {}

  /** Decides and, if it accepts, does what was asked. */
  execute(command: AddressCommand, moment: Moment): ReferenceDecision {
    if (command.type === 'YieldVipName') return this.yieldName(command.name, command.claim);
    if (!this.definition && command.type !== 'DefineSubnet') return { rejected: 'SubnetNotFound' };
    if ('labels' in command && !areSoundLabels(command.labels)) return { rejected: 'InvalidArgument' };
    if (command.type === 'DefineSubnet') return this.define(command, moment);
    return this.executeIn(this.definition as SubnetDefinition, command, moment);
  }

  private executeIn(
    definition: SubnetDefinition,
    command: Exclude<AddressCommand, { type: 'DefineSubnet' | 'YieldVipName' }>,
    moment: Moment,
  ): ReferenceDecision {
    switch (command.type) {
      case 'ReviseSubnet':
        return this.revise(command, definition, moment);
      case 'RetireSubnet':
        return this.retire(moment);
      case 'DefinePool':
        return this.setPools(definition, command.name, [command], moment, command.labels);
      case 'RetirePool':
        return this.setPools(definition, command.name, [], moment);
      case 'ReserveAddress':
        return isVip(command.holder)
          ? { rejected: 'InvalidArgument' }
          : this.reserve(command.holder, command, moment, 'HolderHasDifferentAddress');
      case 'ReserveVip':
        return this.reserve(
          vipHolder(command.name),
          command,
          moment,
          'VipExists',
          purposeText(command),
          command,
        );
      case 'MoveAddress':
        return isVip(command.holder)
          ? { rejected: 'InvalidArgument' }
          : this.move(command.holder, command, moment, 'ReservationNotFound');
      case 'ReviseVip':
        return this.move(vipHolder(command.name), command, moment, 'VipNotFound', purposeText(command));
      case 'ReleaseAddress':
        return isVip(command.holder)
          ? { rejected: 'InvalidArgument' }
          : this.release(command.holder, moment, 'ReservationNotFound');
      case 'ReleaseVip':
        return this.release(vipHolder(command.name), moment, 'VipNotFound');
      case 'SetLabels':
        return this.labels.execute(command, this.sinceMs(definition, command), moment);
    }
  }

  private define(command: Change, { nowMs, issuedAtMs }: Moment): ReferenceDecision {
    const { cidrs = [], excluded = [], coolingMs = 0 } = command;
    const gateways = command.gateways ?? cidrs.filter((cidr) => size(cidr) > 2n).map((cidr) => nth(cidr, 1n));
    const retention = command.retention ?? undefined;
    const definition = { cidrs, gateways, excluded, coolingMs, retention };
    if (!isSound(definition)) return { rejected: 'InvalidArgument' };
    if (this.definition) {
      const isSo = same(this.definition, definition) && !this.labels.isOther({}, command.labels);
      return isSo ? NOTHING : { rejected: 'SubnetExists' };
    }
    if (issuedAtMs < this.definitionAtMs) return { rejected: 'CommandExpired' };
    this.labels.begin({}, command.labels, nowMs);
    return this.set(definition, nowMs);
  }

  private revise(
    command: Change,
    before: SubnetDefinition,
    { nowMs, issuedAtMs }: Moment,
  ): ReferenceDecision {
    const { cidrs = before.cidrs, excluded = before.excluded, coolingMs = before.coolingMs } = command;
    const gateways =
      command.gateways ??
      cidrs.flatMap((cidr) => {
        const kept = before.gateways.filter((gateway) => familyOf(gateway) === cidr.family);
        const isNew = kept.length === 0 && before.gateways.length > 0 && size(cidr) > 2n;
        return isNew ? [nth(cidr, 1n)] : kept;
      });
    const retention = command.retention === undefined ? before.retention : (command.retention ?? undefined);
    return this.reviseTo(
      { ...before, cidrs, gateways, excluded, coolingMs, retention },
      { nowMs, issuedAtMs },
    );
  }

  private setPools(
    before: SubnetDefinition,
    name: string,
    instead: readonly AddressPool[],
    moment: Moment,
    labels?: Labels,
  ): ReferenceDecision {
    const others = (before.pools ?? []).filter((pool) => pool.name !== name);
    const pools = [...others, ...instead.map(({ ranges, namespaces }) => ({ name, ranges, namespaces }))];
    const { nowMs, issuedAtMs } = moment;
    let decision = this.reviseTo({ ...before, pools }, moment);
    if (!decision.rejected && !decision.changed && this.labels.isOther({ pool: name }, labels)) {
      if (issuedAtMs < this.definitionAtMs) return { rejected: 'CommandExpired' };
      decision = this.set(before, nowMs);
    }
    if (decision.rejected || !decision.changed) return decision;
    if (instead.length === 0) this.labels.end({ pool: name });
    else this.labels.begin({ pool: name }, labels, nowMs);
    return decision;
  }

  private reviseTo(definition: SubnetDefinition, { nowMs, issuedAtMs }: Moment): ReferenceDecision {
    if (!isSound(definition)) return { rejected: 'InvalidArgument' };
    if (same(this.definition as SubnetDefinition, definition)) return NOTHING;
    if (issuedAtMs < this.definitionAtMs) return { rejected: 'CommandExpired' };
    const isLost = (address: Address): boolean => whyNot(definition, address) !== undefined;
    if (this.holdings.some((holding) => addresses(holding).some(isLost))) return { rejected: 'SubnetInUse' };
    const gateway = gatewayMac(this.name, definition);
    if (this.holdings.some((holding) => holding.mac === gateway)) return { rejected: 'MacTaken' };
    return this.set(definition, nowMs);
  }

  private retire({ nowMs, issuedAtMs }: Moment): ReferenceDecision {
    if (this.holdings.length > 0) return { rejected: 'SubnetInUse' };
    if (issuedAtMs < this.definitionAtMs) return { rejected: 'CommandExpired' };
    this.labels.endAll();
    return this.set(undefined, nowMs);
  }

  private set(definition: SubnetDefinition | undefined, nowMs: number): ReferenceDecision {
    this.definition = definition;
    this.definitionAtMs = nowMs;
    return { changed: true };
  }

  private reserve(
    holder: Holder,
    request: Demand,
    { nowMs, issuedAtMs }: Moment,
    otherwise: RejectionCode,
    purpose?: string,
    claimed?: { readonly name: string; readonly claim: number },
  ): ReferenceDecision {
    const held = this.holdings.find((holding) => holding.holder === holder);
    if (held) {
      const isSo = isFulfilled(request, held) && !this.labels.isOther({ holder }, request.labels);
      return isSo && held.purpose === purpose ? { changed: false, held } : { rejected: otherwise };
    }
    if (this.releases.some((release) => release.holder === holder && release.atMs > issuedAtMs)) {
      return { rejected: 'CommandExpired' };
    }
    if (this.isPortTaken(holder, request)) return { rejected: 'PortTaken' };
    const chosen = this.chooseLastHeld(holder, request, nowMs) ?? this.choose(holder, request, nowMs);
    if (chosen.rejected) return chosen;
    if (claimed && this.isYielded(claimed.name, claimed.claim)) return { rejected: 'VipNameTaken' };
    const { port, portSecurity } = request;
    this.labels.begin({ holder }, request.labels, nowMs);
    const rest = { changedAtMs: nowMs, purpose, claim: claimed?.claim };
    return this.put({ ...chosen.held, holder, port, portSecurity, ...rest });
  }

  private move(
    holder: Holder,
    request: Demand,
    { nowMs, issuedAtMs }: Moment,
    otherwise: RejectionCode,
    purpose?: string,
  ): ReferenceDecision {
    const held = this.holdings.find((holding) => holding.holder === holder);
    if (!held) return { rejected: otherwise };
    if (isFulfilled(request, held) && held.purpose === purpose) return { changed: false, held };
    if (held.changedAtMs > issuedAtMs) return { rejected: 'CommandExpired' };
    if (this.isPortTaken(holder, request)) return { rejected: 'PortTaken' };
    const chosen = this.choose(
      holder,
      { v4: request.v4, v6: request.v6, mac: request.mac, families: [] },
      nowMs,
      held,
    );
    if (chosen.rejected) return chosen;
    this.holdings = this.holdings.filter((holding) => holding !== held);
    for (const address of addresses(held)) {
      if (!addresses(chosen.held).includes(address)) this.pasts.push({ address, holder, atMs: nowMs });
    }
    const { port, portSecurity } = request.port === undefined ? held : request;
    const rest = { changedAtMs: nowMs, purpose, claim: held.claim };
    return this.put({ ...chosen.held, holder, port, portSecurity, ...rest });
  }

  private isPortTaken(holder: Holder, { port }: Demand): boolean {
    return port !== undefined && this.holdings.some((one) => one.port === port && one.holder !== holder);
  }

  private put(holding: ReferenceHolding): ReferenceDecision {
    this.holdings.push(holding);
    this.pasts = this.pasts.filter(({ address }) => !addresses(holding).includes(address));
    return { changed: true, held: holding };
  }

  private release(
    holder: Holder,
    { nowMs, issuedAtMs }: Moment,
    otherwise: RejectionCode,
  ): ReferenceDecision {
    const held = this.holdings.find((holding) => holding.holder === holder);
    if (!held) return { rejected: otherwise };
    if (held.changedAtMs > issuedAtMs) return { rejected: 'CommandExpired' };
    this.holdings = this.holdings.filter((holding) => holding !== held);
    this.labels.end({ holder });
    for (const address of addresses(held)) this.pasts.push({ address, holder, atMs: nowMs });
    this.releases.push({ holder, atMs: nowMs, held });
    if (held.claim !== undefined) this.yields.push({ name: holderParts(holder).name, claim: held.claim });
    return { changed: true, held };
  }

  /** Since when what is to be labelled is what it is; or that it is not there. */
  private sinceMs({ pools = [] }: SubnetDefinition, { holder, pool }: LabelSubject): number | RejectionCode {
    const held = this.holdings.find((holding) => holding.holder === holder);
    if (holder !== undefined)
      return held?.changedAtMs ?? (isVip(holder) ? 'VipNotFound' : 'ReservationNotFound');
    const isThere = pool === undefined || pools.some(({ name }) => name === pool);
    return isThere ? this.definitionAtMs : 'PoolNotFound';
  }

  private yieldName(name: string, claim: number): ReferenceDecision {
    const isHeld = this.holdings.some(({ holder }) => holder === vipHolder(name));
    if (isHeld || this.isYielded(name, claim)) return NOTHING;
    this.yields.push({ name, claim });
    return { changed: true };
  }

  private isYielded(name: string, claim: number): boolean {
    return this.yields.some((one) => one.name === name && one.claim >= claim);
  }

  /** What it had when it left, whole or not at all. */
  private chooseLastHeld(holder: Holder, request: Demand, nowMs: number): Chosen | undefined {
    const left = this.releases.findLast((release) => release.holder === holder)?.held;
    if (!request.prefersFormer || !left || addresses(request).length > 0) return undefined;
    const isRequested = (family: Family): boolean => request.families?.includes(family) ?? true;
    const last = { v4: isRequested(4) ? left.v4 : undefined, v6: isRequested(6) ? left.v6 : undefined };
    const chosen = addresses(last).length > 0 && this.choose(holder, { ...request, ...last }, nowMs);
    return !chosen || chosen.rejected ? undefined : chosen;
  }

  private choose(holder: Holder, request: Demand, nowMs: number, kept: Partial<HeldAddress> = {}): Chosen {
    const definition = this.definition as SubnetDefinition;
    const families = definition.cidrs.map((cidr) => cidr.family);
    const named = addresses(request).map(familyOf);
    if ([...named, ...(request.families ?? [])].some((family) => !families.includes(family))) {
      return { rejected: 'FamilyUnavailable' };
    }
    if (request.pool !== undefined && !definition.pools?.some(({ name }) => name === request.pool))
      return { rejected: 'PoolNotFound' };
    const pair: { v4?: Address; v6?: Address } = {};
    for (const [family, key] of [[4, 'v4'] as const, [6, 'v6'] as const]) {
      const isRequested = families.includes(family) && (request.families ?? families).includes(family);
      const address =
        request[key] ?? kept[key] ?? (isRequested ? this.firstFree(family, nowMs, request.pool) : undefined);
      const refusal = request[key] === undefined ? undefined : this.whyNotNamed(holder, request[key], nowMs);
      if (refusal) return { rejected: refusal };
      if (address === undefined && isRequested) return { rejected: 'SubnetExhausted' };
      pair[key] = address;
    }
    const { v4, v6 } = pair as { v4?: number; v6?: bigint };
    if (v4 === undefined && v6 === undefined) return { rejected: 'InvalidArgument' };
    const mac = this.chooseMac(holder, (v4 ?? v6) as Address, request.mac ?? kept.mac);
    return mac === undefined ? { rejected: 'MacTaken' } : { held: { v4, v6, mac } };
  }

  private whyNotNamed(holder: Holder, address: Address, nowMs: number): RejectionCode | undefined {
    const definition = this.definition as SubnetDefinition;
    const reason = whyNot(definition, address);
    if (reason) return reason;
    const other = this.holdings.find((holding) => addresses(holding).includes(address));
    if (other && other.holder !== holder) return 'AddressTaken';
    const past = this.pasts.find((one) => one.address === address);
    const isCooling = past && past.holder !== holder && past.atMs + definition.coolingMs > nowMs;
    return isCooling ? 'AddressCooling' : undefined;
  }

  private firstFree(family: Family, nowMs: number, pool?: string): Address | undefined {
    const definition = this.definition as SubnetDefinition;
    const isOpen = (address: Address): boolean =>
      familyOf(address) === family &&
      whyNot(definition, address) === undefined &&
      !definition.excluded.some((range) => isWithin(range, address)) &&
      poolOf(definition, address) === pool;
    const block = definition.cidrs.find((cidr) => cidr.family === family) as Cidr;
    const whole = { first: block.base, last: nth(block, size(block) - 1n) };
    const ranges = pool === undefined ? [whole] : rangesOf(definition, pool, family);
    const used = new Set([...this.holdings.flatMap(addresses), ...this.pasts.map(({ address }) => address)]);
    for (const { first, last } of ranges)
      for (let address = first; address <= last; address = after(address))
        if (!used.has(address) && isOpen(address)) return address;
    const open = this.pasts.filter(({ address }) => isOpen(address));
    // Of those that were released at the same time, after a clock was set back, a pool's first range goes first.
    const first = open.filter(({ atMs }) => atMs === open[0]?.atMs);
    const oldest = ranges.flatMap((range) => first.filter(({ address }) => isWithin(range, address)))[0];
    return oldest && oldest.atMs + definition.coolingMs <= nowMs ? oldest.address : undefined;
  }

  private chooseMac(holder: Holder, address: Address, named: Mac | undefined): Mac | undefined {
    const others = this.holdings.filter((holding) => holding.holder !== holder);
    const gateway = this.definition && gatewayMac(this.name, this.definition);
    const isFree = (mac: Mac): boolean => mac !== gateway && others.every((holding) => holding.mac !== mac);
    if (named !== undefined) return isFree(named) ? named : undefined;
    const octet = subnetOctet(this.name);
    const attempts = Array.from({ length: DERIVED_MAC_ATTEMPTS }, (_, attempt) => attempt);
    return attempts.map((attempt) => deriveMac(octet, address, attempt)).find(isFree);
  }
}

const NOTHING: ReferenceDecision = { changed: false };

const isVip = (holder: Holder): boolean => holderParts(holder).kind === 'vip';
