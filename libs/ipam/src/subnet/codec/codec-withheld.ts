// The stored form of the events about withheld addresses. For ever, like ./codec.
import { decodeMac, formatAddress, formatMac } from '../../address';
import type { Holder } from '../../holder';
import type { SubnetEvent, WithheldEvent, WithheldParty } from '../events';
import { type StoredHeld, readAddress, readV4, readV6 } from './stored-values';

interface StoredParty extends Partial<StoredHeld> {
  readonly holder: Holder;
  readonly saidBy: string[];
  readonly port?: string;
  readonly portSecurity?: boolean;
}

/** What any of these events may have. */
export interface StoredWithheld {
  readonly address: string;
  readonly parties: StoredParty[];
  readonly because: string;
  readonly holder: Holder;
}

export const WITHHELD_DECODERS = {
  'AddressWithheld.v1': ({ address, parties, because }) => ({
    type: 'AddressWithheld',
    address: readAddress(address),
    parties: parties.map(readParty),
    because,
  }),
  'AddressSettled.v1': ({ address, holder, because }) => ({
    type: 'AddressSettled',
    address: readAddress(address),
    ...(holder !== undefined && { holder }),
    because,
  }),
} satisfies Record<string, (fields: StoredWithheld) => WithheldEvent>;

export const isWithheldEvent = (event: SubnetEvent): event is WithheldEvent =>
  event.type === 'AddressWithheld' || event.type === 'AddressSettled';

export function withheldFields(event: WithheldEvent): object {
  const address = formatAddress(event.address);
  const { because } = event;
  if (event.type === 'AddressSettled') return { address, holder: event.holder, because };
  return { address, parties: event.parties.map(writeParty), because };
}

const writeParty = ({ holder, saidBy, v4, v6, mac, port, portSecurity }: WithheldParty): StoredParty => ({
  holder,
  saidBy: [...saidBy],
  ...(v4 !== undefined && { v4: formatAddress(v4) }),
  ...(v6 !== undefined && { v6: formatAddress(v6) }),
  ...(mac !== undefined && { mac: formatMac(mac) }),
  ...(port !== undefined && { port, portSecurity }),
});

function readParty({ holder, saidBy, v4, v6, mac, port, portSecurity }: StoredParty): WithheldParty {
  return {
    holder,
    saidBy,
    ...(v4 !== undefined && { v4: readV4({ v4, mac: '' }) }),
    ...(v6 !== undefined && { v6: readV6({ v6, mac: '' }) }),
    ...(mac !== undefined && { mac: decodeMac(mac) }),
    ...(port !== undefined && { port, portSecurity: portSecurity ?? false }),
  };
}
