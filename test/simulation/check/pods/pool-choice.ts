// Whose Pods have a pool take from it: looked at when our projector asks, with the view that it has at that moment.
import type { LedgerCommand } from '@holdfast/ledger';
import { type LedgerView, holderParts } from '@holdfast/ipam';
import { Violation } from '../../engine/violation';

export function checkPoolChoice(order: LedgerCommand, view: LedgerView): void {
  if (order.type !== 'ReserveAddress' || order.pool !== undefined) return;
  const { namespace = '', nic } = holderParts(order.holder);
  if (nic !== undefined) return;
  const pools = view.subnet(order.subnet)?.definition?.pools ?? [];
  const bound = pools.find(({ namespaces }) => namespaces.includes(namespace));
  if (bound)
    throw new Violation(
      'pods-told',
      `${order.holder} asks for any address of ${order.subnet}, and pool ${bound.name} is for its namespace`,
    );
}
