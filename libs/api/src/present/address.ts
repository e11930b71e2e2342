// What is held, as messages have it: texts.
import { type Family, type HeldAddress as Held, formatAddress, formatMac } from '@holdfast/ipam';
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
