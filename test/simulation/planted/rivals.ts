// Bugs in telling one ledger from another, at the one place where a process does it.
import type { LedgerIdentity } from '@holdfast/ledger';
import type { LedgerMark, MarkVerdict } from '@holdfast/ipam';
import type { Planted } from '../world/surroundings';
import { type PlantedBug, bug } from './planted-bug';

const AGREES: MarkVerdict = { kind: 'agrees' };

type Alter = (identity: LedgerIdentity) => Partial<LedgerIdentity>;

/** An identity that is another in some of what it says. */
function knowing(identity: LedgerIdentity, alter: Alter): LedgerIdentity {
  const altered = alter(identity);
  return new Proxy(identity, {
    get: (target, name) => {
      if (name in altered) return altered[name as keyof LedgerIdentity];
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const anonymous = (identity: LedgerIdentity): LedgerMark => ({
  ...identity.mark(),
  incarnation: undefined as never,
});

const everywhere = (alter: Alter): Planted => ({ identity: (identity) => knowing(identity, alter) });

export const RIVAL_BUGS: readonly PlantedBug[] = [
  bug(
    'fence-removed',
    'field trial 5, 6',
    'which-ledger',
    everywhere(() => ({ judge: () => Promise.resolve(AGREES) })),
  ),
  bug(
    'fence-by-position-only',
    'field trial 7',
    'which-ledger',
    everywhere((identity) => ({
      judge: ({ ledger, position }, ...side) =>
        identity.judge({ ...(ledger && { ledger }), ...(position && { position }) }, ...side),
    })),
  ),
  // Marks do not say who wrote them: each looks like one's own, for as long as the connection lives. One that is behind then puts the mark back; a clone that finds the lock free writes.
  bug('incarnation-not-noted', 'a cloned machine', 'checkpoint', {
    northboundIdentity: (identity) =>
      knowing(identity, () => ({ incarnation: undefined as never, mark: () => anonymous(identity) })),
  }),
];
