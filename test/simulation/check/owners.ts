// Who holds which address and MAC, by the events alone: the plainest bookkeeping there is, over all subnets.
import {
  type Address,
  type HeldAddress,
  type Holder,
  type Mac,
  type SubnetEvent,
  type VipReserved,
  formatAddress,
  formatMac,
  vipHolder,
} from '@holdfast/ipam';
import { Violation } from '../engine/violation';

interface Book {
  readonly held: Map<Holder, HeldAddress>;
  readonly addresses: Map<Address, Holder>;
  readonly macs: Map<Mac, Holder>;
}

export class Owners {
  private readonly books = new Map<string, Book>();
  /** By Vip: its subnet. */
  private readonly vips = new Map<string, string>();

  book(subnet: string): Book {
    let book = this.books.get(subnet);
    if (!book) this.books.set(subnet, (book = { held: new Map(), addresses: new Map(), macs: new Map() }));
    return book;
  }

  apply(subnet: string, event: SubnetEvent): void {
    const book = this.book(subnet);
    const { type } = event;
    if (type === 'AddressReserved') return put(subnet, book, event.holder, event);
    if (type === 'AddressReleased') return take(subnet, book, event.holder);
    if (type === 'VipReserved') return this.putVip(subnet, book, event);
    if (type === 'VipReleased') {
      this.vips.delete(event.name);
      return take(subnet, book, vipHolder(event.name));
    }
    if (type === 'AddressMoved' || type === 'VipRevised') {
      const holder = type === 'VipRevised' ? vipHolder(event.name) : event.holder;
      take(subnet, book, holder);
      return put(subnet, book, holder, event);
    }
    if (type === 'SubnetRetired' && book.held.size > 0) {
      const holders = [...book.held.keys()].join(', ');
      throw new Violation('double-reservation', `${subnet} was retired under ${holders}`);
    }
  }

  private putVip(subnet: string, book: Book, event: VipReserved): void {
    const other = this.vips.get(event.name);
    if (other !== undefined)
      throw new Violation('vip-name', `Vip ${event.name} is reserved in ${subnet} and in ${other}`);
    this.vips.set(event.name, subnet);
    put(subnet, book, vipHolder(event.name), event);
  }
}

function put(subnet: string, book: Book, holder: Holder, { v4, v6, mac }: HeldAddress): void {
  if (book.held.has(holder))
    throw new Violation('double-reservation', `${holder} reserves twice in ${subnet}`);
  for (const address of [v4, v6]) {
    if (address === undefined) continue;
    const other = book.addresses.get(address);
    if (other !== undefined)
      throw new Violation(
        'double-reservation',
        `${formatAddress(address)} of ${subnet} is given to ${holder} and held by ${other}`,
      );
    book.addresses.set(address, holder);
  }
  const other = book.macs.get(mac);
  if (other !== undefined)
    throw new Violation(
      'double-reservation',
      `MAC ${formatMac(mac)} of ${subnet} is given to ${holder} and held by ${other}`,
    );
  book.macs.set(mac, holder);
  book.held.set(holder, { v4, v6, mac });
}

function take(subnet: string, book: Book, holder: Holder): void {
  const held = book.held.get(holder);
  if (!held)
    throw new Violation('double-reservation', `${holder} gives up in ${subnet} what it does not hold`);
  book.held.delete(holder);
  book.macs.delete(held.mac);
  for (const address of [held.v4, held.v6]) if (address !== undefined) book.addresses.delete(address);
}
