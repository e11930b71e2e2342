// What the projector of the Northbound is in trouble with, from what it says of itself.
import type { ReconcilerStatus } from '@holdfast/ovn';
import type { HealthTrouble } from './trouble';

type KnownStatus = Pick<ReconcilerStatus, 'connected' | 'trouble' | 'obstacles' | 'conflicts'>;

/** @param server the Northbound, as it was configured */
export function northboundTroubles(status: KnownStatus, server: string): readonly HealthTrouble[] {
  const { connected, trouble, obstacles, conflicts } = status;
  const [obstacle] = obstacles;
  const [conflict] = conflicts;
  const all = [
    connected ? trouble && stopped(trouble, server) : lost(trouble, server),
    obstacle && {
      code: 'rows-not-projected',
      message: `${obstacles.length} not projected: ${obstacle.message}`,
      stops: false,
    },
    conflict && {
      code: 'foreign-rows-conflict',
      message: `${conflicts.length} conflicts among rows, of which OVN serves one side only: ${conflict.message}`,
      stops: false,
    },
  ];
  return all.filter((each) => each !== undefined && each !== '');
}

const lost = (fault: string | undefined, server: string): HealthTrouble => ({
  code: 'ovn-northbound-unreachable',
  message: `the Northbound ${server} cannot be used: ${fault ?? 'no connection yet'}`,
  ...{ server, isLoss: true, stops: true, isStarting: fault === undefined },
});

/** A fence says in its first word why. */
function stopped(trouble: string, server: string): HealthTrouble {
  const [, why] = /^([A-Z][A-Za-z]+): /.exec(trouble) ?? [];
  return { code: why ?? 'transactions-fail', message: trouble, server, stops: true };
}
