// The one door to the product for the whole simulation. What packages export comes by their public doors; the parts
// of the control plane that are free of Nest, and the Northbound's schema, have none yet and are loaded from beside
// the door that there is. Nothing is copied from the product, and nothing of it is changed.
import { dirname, join } from 'node:path';

type ControlPlane = typeof import('../../apps/control-plane/src/ledger/loops') &
  typeof import('../../apps/control-plane/src/ledger/vip-reservations') &
  typeof import('../../apps/control-plane/src/ledger/ledger-reader') &
  typeof import('../../apps/control-plane/src/ledger/rejections');

const controlPlane = dirname(require.resolve('@holdfast/control-plane/main'));

function load<Part extends keyof ControlPlane>(file: string, part: Part): ControlPlane[Part] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a place, not a package
  return (require(join(controlPlane, 'ledger', file)) as ControlPlane)[part];
}

export const VipReservations = load('vip-reservations.js', 'VipReservations');
export const LedgerReader = load('ledger-reader.js', 'LedgerReader');
export const refuse = load('rejections.js', 'refuse');

export type VipReservations = InstanceType<typeof VipReservations>;
export type LedgerReader = InstanceType<typeof LedgerReader>;
export type SubnetOutcome = Awaited<ReturnType<VipReservations['reserve']>>;
