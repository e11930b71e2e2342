// Internet protocols as people name them. The numbers are the contract's; its enum is not loaded for them.
import type { v1 } from '@holdfast/api';
import { Option } from 'commander';

export type FamilyFlag = 'ipv4' | 'ipv6';

export const FAMILY = { ipv4: 1, ipv6: 2 } as const satisfies Record<FamilyFlag, v1.IpFamily>;

/** `--family`: those that are wanted. */
export const familiesOption = (): Option =>
  new Option('--family <family>', 'only these addresses (all that the subnet has)').choices([
    'ipv4',
    'ipv6',
    'dual',
  ]);

export function toFamilies(name: FamilyFlag | 'dual' | undefined): v1.IpFamily[] {
  if (name === undefined) return [];
  return name === 'dual' ? [FAMILY.ipv4, FAMILY.ipv6] : [FAMILY[name]];
}
