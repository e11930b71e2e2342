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

const ovn = dirname(require.resolve('@holdfast/ovn'));

/** What the Northbound's database is made of (libs/ovn, generated from OVN's schema). */
export const { OVN_Northbound: OVN_NORTHBOUND } =
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a place, not a package
  require(join(ovn, 'generated/northbound.js')) as typeof import('../../libs/ovn/src/generated/northbound');

/** What a projector is told of. */
export const { WATCHED } =
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a place, not a package
  require(join(ovn, 'northbound.js')) as typeof import('../../libs/ovn/src/northbound');

const kubeTesting = dirname(require.resolve('@holdfast/kube/testing'));

/** Reads a manifest. */
export const { parseYaml } =
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a place, not a package
  require(join(kubeTesting, 'yaml.js')) as typeof import('../../libs/kube/src/testing/yaml');
