// Rules as messages.
import { type Address, type RuleDefinition, formatAddress } from '@holdfast/ipam';
import type { RuleSchema } from '../contract';
import type { FieldsOf } from './encode';

/** Of a view, an event or a command's reply. */
export function presentRule(subnet: string, name: string, rule: RuleDefinition): FieldsOf<typeof RuleSchema> {
  return {
    name,
    subnet,
    vip: rule.vip,
    ports: rule.ports.map((port) => ({ ...port })),
    ...(rule.namespace !== undefined && { namespace: rule.namespace }),
    selector: [...rule.selector],
    endpoints: presentAddresses(rule.endpoints),
    affinity: rule.affinity,
    healthCheck: rule.healthCheck,
    rejectWhenEmpty: rule.rejectWhenEmpty,
    note: rule.note ?? '',
  };
}

export const presentAddresses = (addresses: readonly Address[]): string[] => addresses.map(formatAddress);
