// Which addresses are withheld, because of whom, and whose they are to be. Part of the Subnet's state; like that, `evolve` is total
// and changes it in place. Whether an address is free it does not know: ./state takes it out of what is given out.
import type { Address } from '../../address';
import type { Holder } from '../../holder';
import type { WithheldEvent, WithheldParty } from '../events';

export interface Withheld {
  readonly parties: readonly WithheldParty[];
  /** Who alone may have it, as an operator said; absent: nobody said so yet. */
  readonly settledFor?: Holder;
}

export class WithheldAddresses {
  private readonly byAddress = new Map<Address, Withheld>();

  get size(): number {
    return this.byAddress.size;
  }

  of(address: Address): Withheld | undefined {
    return this.byAddress.get(address);
  }

  [Symbol.iterator](): Iterator<[Address, Withheld]> {
    return this.byAddress.entries();
  }

  evolve(event: WithheldEvent): void {
    const { address } = event;
    const before = this.byAddress.get(address);
    if (event.type === 'AddressWithheld') this.byAddress.set(address, { parties: event.parties });
    else if (event.holder === undefined) this.byAddress.delete(address);
    else this.byAddress.set(address, { parties: before?.parties ?? [], settledFor: event.holder });
  }

  /** Somebody holds it now. Whether it was withheld. */
  end(address: Address): boolean {
    return this.byAddress.delete(address);
  }

  endAll(): void {
    this.byAddress.clear();
  }
}

export type WithheldReader = Pick<WithheldAddresses, 'of' | 'size' | typeof Symbol.iterator>;
