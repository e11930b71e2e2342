// Faults that strike once: of one kind, at its n-th opportunity, and never otherwise.
import { SeededChance } from '@holdfast/clock/testing';
import { SeededFaults } from '../engine/faults';
import { type FaultKind, NO_FAULTS } from '../engine/swarm';

export class OneFault extends SeededFaults {
  /** How often it could have struck. */
  opportunities = 0;

  constructor(
    private readonly kind: FaultKind | undefined,
    private readonly at: number,
  ) {
    super(new SeededChance(1), NO_FAULTS);
  }

  override strikes(fault: FaultKind): boolean {
    if (fault !== this.kind) return false;
    this.opportunities += 1;
    return this.opportunities === this.at;
  }
}

/** What can go wrong at the call of a port. */
export const PORT_FAULTS: readonly FaultKind[] = [
  'bus-loss',
  'bus-duplicate',
  'store-unavailable',
  'store-lost-reply',
  'store-lost-append',
  'store-late-append',
  'store-read-fault',
  'hint-lost',
  'crash-at-port',
  'northbound-lost-reply',
  'northbound-refusal',
  'kubernetes-error',
  'kubernetes-lost-reply',
];
