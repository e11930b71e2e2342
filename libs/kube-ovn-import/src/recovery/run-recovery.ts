// One run of recovery: look at all sides, and (where it is to be applied) do what was chosen, and look again. It prints nothing.
//
//   look -> shown
//      \--> withhold what is disputed -> record what is shown -> what an operator said of addresses -> lift the fences -> look again
//
// What was done before it ended anywhere is found done by the next run, and no fence is lifted before all the rest is done.
import { sleep } from '@holdfast/clock';
import {
  type Address,
  addressesOf,
  formatAddress,
  type Holder,
  type RecoveryChoice,
  type Side,
  type WithheldParty,
} from '@holdfast/ipam';
import type { LedgerCallOutcome, LedgerCallRefusal } from '../run/ledger-client';
import { later } from '../run/position';
import type { PlaneSide } from './recovery-plane';
import { type HeldStep, type RecordStep, recordSteps, type RecoverySteps, stepsOf } from './recovery-steps';
import { type RecoverySources, seeSides, type SeenSides } from './see-sides';

/** An operator's word for a withheld address; without a holder: it is nobody's. */
export interface NamedHolder {
  readonly address: Address;
  readonly holder?: Holder;
}

export interface RecoveryOrder {
  readonly choice?: RecoveryChoice;
  readonly holders: readonly NamedHolder[];
  readonly isApplied: boolean;
  /** Why, for the record. */
  readonly because: string;
}

export interface RefusedStep {
  readonly who: string;
  readonly what: string;
  readonly refusal: LedgerCallRefusal;
}

export interface RecoveryReport {
  readonly seen: SeenSides;
  /** What choosing what is shown comes to, or came to. */
  readonly steps: RecoverySteps;
  readonly refused: readonly RefusedStep[];
  readonly isApplied: boolean;
  /** Sides that are fenced still, or again. */
  readonly fenced: readonly Side[];
}

export type RecoveryResult =
  /** Nothing was done. */
  | { readonly is: 'refused'; readonly refusal: LedgerCallRefusal }
  /** It ended early: some of it was done, and the fences hold. */
  | { readonly is: 'ended early'; readonly report: RecoveryReport; readonly refusal: LedgerCallRefusal }
  | { readonly is: 'shown' | 'applied'; readonly report: RecoveryReport };

/** Between two looks at whether fences are lifted: a projector compares again within seconds. */
const LOOK_EVERY_MS = 250;

/** @throws KubernetesFault, OvsdbFault */
export async function runRecovery(sources: RecoverySources, order: RecoveryOrder): Promise<RecoveryResult> {
  const looked = await seeSides(sources, '');
  if (looked.refusal) return { is: 'refused', refusal: looked.refusal };
  const seen = looked.reply;
  const steps = stepsOf(seen.rows, seen.subnets, seen.details);
  const report = { seen, steps, refused: [], isApplied: false, fenced: fencedOf(seen) };
  if (!order.isApplied) return { is: 'shown', report };
  const run = new RecoveryRun(sources, order, seen, steps);
  const refusal = await run.apply();
  const after = refusal ? { refusal } : await seeSides(sources, run.position);
  const applied = { ...report, refused: run.refused, isApplied: true };
  if (after.refusal) return { is: 'ended early', report: applied, refusal: after.refusal };
  return { is: 'applied', report: { ...applied, seen: after.reply, fenced: fencedOf(after.reply) } };
}

const isFenced = ({ state }: PlaneSide): boolean => state === 'fenced';
const fencedOf = ({ plane }: SeenSides): Side[] => plane.sides.filter(isFenced).map(({ side }) => side);

class RecoveryRun {
  readonly refused: RefusedStep[] = [];
  position = '';

  constructor(
    private readonly sources: RecoverySources,
    private readonly order: RecoveryOrder,
    private readonly seen: SeenSides,
    private readonly steps: RecoverySteps,
  ) {}

  /** Why it ended early. */
  async apply(): Promise<LedgerCallRefusal | undefined> {
    const { choice, holders } = this.order;
    const work = [
      ...(choice === 'shown' ? [() => this.recordShown()] : []),
      ...holders.map((named) => () => this.settle(named)),
      ...(choice === undefined ? [] : [() => this.goOn(choice)]),
    ];
    for (const one of work) {
      const refusal = await one();
      if (refusal) return refusal;
    }
    return undefined;
  }

  private async recordShown(): Promise<LedgerCallRefusal | undefined> {
    const { spaces, withhold, record } = this.steps;
    for (const step of spaces) {
      const refusal = await this.record(step);
      if (refusal) return refusal;
    }
    for (const step of withhold) {
      const what = step.addresses.map(({ address }) => formatAddress(address)).join(', ');
      const { because } = this.order;
      const outcome = await this.sources.plane.withhold({ ...step, because });
      const refusal = this.took(outcome, 'nobody', `withhold ${what}`);
      if (refusal) return refusal;
    }
    for (const step of record) {
      const refusal = await this.record(step);
      if (refusal) return refusal;
    }
    return undefined;
  }

  /** What the ledger does not take is nobody's: an operator is to say whose it is. */
  private async record(step: RecordStep): Promise<LedgerCallRefusal | undefined> {
    const { name, request, who, subnet, addresses } = step;
    const { plane } = this.sources;
    const outcome = await plane.command(name, request);
    const before = this.refused.length;
    const refusal = this.took(outcome, who, name);
    if (refusal || this.refused.length === before || addresses.length === 0) return refusal;
    const withheld = addresses.map((address) => ({ address, parties: this.partiesOf(subnet, address) }));
    const because = `the ledger does not take it: ${this.refused.at(-1)!.refusal.message}`;
    return this.took(await plane.withhold({ subnet, addresses: withheld, because }), who, 'withhold');
  }

  private async settle({ address, holder }: NamedHolder): Promise<LedgerCallRefusal | undefined> {
    const { plane, ledger } = this.sources;
    const listed = await ledger.callForAll('ListSubnets', { atLeastPosition: this.position });
    if (listed.refusal) return listed.refusal;
    const text = formatAddress(address);
    const found = listed.reply.subnets.find(({ withheld }) => withheld.some((one) => one.address === text));
    if (!found) {
      this.refused.push({ who: holder ?? 'nobody', what: `--holder ${text}`, refusal: notWithheld(text) });
      return undefined;
    }
    const subnet = found.name;
    const party = this.partyIn(subnet, address, holder);
    const { because } = this.order;
    const withheld = new Set(found.withheld.map((one) => one.address));
    for (const each of holder === undefined ? [address] : addressesOf(party)) {
      if (!withheld.has(formatAddress(each))) continue;
      const command = { subnet, address: each, because, ...(holder !== undefined && { holder }) };
      const refusal = this.took(await plane.settle(command), holder ?? 'nobody', `settle ${text}`);
      if (refusal) return refusal;
    }
    if (holder === undefined) return undefined;
    return this.give({ ...party, subnet, isMoved: (await this.held(subnet, holder)) !== undefined });
  }

  /** Its own projector may be quicker, now that nobody else may have it. */
  private async give(step: HeldStep): Promise<LedgerCallRefusal | undefined> {
    const { subnet, holder } = step;
    for (const { name, request } of recordSteps(step, this.seen.details)) {
      const outcome = await this.sources.plane.command(name, request);
      const isRefused = outcome.refusal?.isFault === false;
      const has = isRefused ? await this.held(subnet, holder) : undefined;
      const isSo = has !== undefined && addressesOf(step).every((it) => has.includes(formatAddress(it)));
      const refusal = isSo ? undefined : this.took(outcome, holder, name);
      if (refusal) return refusal;
    }
    return undefined;
  }

  private async held(subnet: string, holder: Holder): Promise<readonly string[] | undefined> {
    const request = { subnet, holder, atLeastPosition: this.position };
    const outcome = await this.sources.ledger.call('GetReservation', request);
    if (outcome.refusal) return undefined;
    const { v4, v6 } = outcome.reply.reservation ?? {};
    return [v4, v6].filter((text) => text !== undefined);
  }

  /** All that the holder is said to have with the address. */
  private partyIn(
    subnet: string,
    address: Address,
    holder: Holder | undefined,
  ): Omit<WithheldParty, 'saidBy'> {
    const isOf = (one: { readonly subnet: string; readonly address: Address }): boolean =>
      one.subnet === subnet && one.address === address;
    const parties = [...this.seen.withheld.filter(isOf), ...this.seen.rows.filter(isOf)].flatMap(
      (one) => one.parties,
    );
    const party = parties.find((one) => one.holder === holder);
    if (party) return party;
    const alone = typeof address === 'number' ? { v4: address } : { v6: address };
    return { holder: holder as Holder, ...alone };
  }

  private partiesOf(subnet: string, address: Address): readonly WithheldParty[] {
    return this.seen.rows.find((row) => row.subnet === subnet && row.address === address)?.parties ?? [];
  }

  /** Each side that is fenced goes on from what is there now, and from nothing else; then their projectors are waited for. */
  private async goOn(choice: RecoveryChoice): Promise<LedgerCallRefusal | undefined> {
    const { plane, clock, timeoutMs } = this.sources;
    const { because } = this.order;
    for (const { side, found } of this.seen.plane.sides.filter(isFenced)) {
      if (!found) continue;
      const { mark, shownPosition } = found;
      const decision = {
        choice,
        because,
        found: mark,
        ...(shownPosition !== undefined && { shownPosition }),
      };
      const refusal = this.took(await plane.recover(side, decision), side, 'go on');
      if (refusal) return refusal;
    }
    const endMs = clock.monotonic() + timeoutMs;
    for (;;) {
      const now = await plane.sides();
      if (now.refusal) return now.refusal;
      if (!now.reply.sides.some(isFenced) || clock.monotonic() >= endMs) return undefined;
      await sleep(clock, LOOK_EVERY_MS);
    }
  }

  /** What was not decided ends it; what was refused is told. */
  private took(outcome: LedgerCallOutcome<object>, who: string, what: string): LedgerCallRefusal | undefined {
    const { refusal } = outcome;
    if (!refusal) {
      const { position = '' } = outcome.reply as { readonly position?: string };
      this.position = later(this.position, position);
      return undefined;
    }
    if (refusal.isFault) return refusal;
    this.refused.push({ who, what, refusal });
    return undefined;
  }
}

const notWithheld = (address: string): LedgerCallRefusal => ({
  code: 'InvalidArgument',
  message: `${address} is not withheld; only of withheld addresses it is to be said whose they are`,
  facts: { field: 'holder' },
  retryable: false,
  isFault: false,
});
