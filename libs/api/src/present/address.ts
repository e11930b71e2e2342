// What is held, as messages have it: texts.
import {
  type Address,
  type Family,
  type HeldAddress as Held,
  formatAddress,
  formatMac,
} from '@holdfast/ipam';
import { IpFamily } from '../contract';

export interface HeldTexts {
  readonly v4?: string;
  readonly v6?: string;
  readonly mac: string;
}

export function presentHeld({ v4, v6, mac }: Held): HeldTexts {
  return {
    ...(v4 !== undefined && { v4: formatAddress(v4) }),
    ...(v6 !== undefined && { v6: formatAddress(v6) }),
    mac: formatMac(mac),
  };
}

export const presentFamily = (family: Family): IpFamily => (family === 4 ? IpFamily.IPV4 : IpFamily.IPV6);

/** One address, in the field of its family. */
export const presentAddress = (address: Address): Partial<HeldTexts> =>
  typeof address === 'number' ? { v4: formatAddress(address) } : { v6: formatAddress(address) };
