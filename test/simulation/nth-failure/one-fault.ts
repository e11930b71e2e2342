// Faults that strike once: of one kind, at its n-th opportunity, and never otherwise.
import { SeededChance } from '@holdfast/clock/testing';
import { Faults } from '../run/faults';
import { type Fault, NO_FAULTS } from '../run/swarm';

export class OneFault extends Faults {
  /** How often it could have struck. */
  opportunities = 0;

  constructor(
    private readonly kind: Fault | undefined,
    private readonly at: number,
  ) {
    super(new SeededChance(1), NO_FAULTS);
  }

  override strikes(fault: Fault): boolean {
    if (fault !== this.kind) return false;
    this.opportunities += 1;
    return this.opportunities === this.at;
  }
}

/** What can go wrong at the call of a port. */
export const PORT_FAULTS: readonly Fault[] = [
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
