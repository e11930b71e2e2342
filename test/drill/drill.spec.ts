// A short drill on each store: `npm run drill` is the long one. How long a takeover may take is two-planes.spec.ts's to hold; here each
// is measured, and nothing may be lost, doubled or left apart.
import { systemChance } from '@holdfast/clock';
import { drill, TAKEOVER_MS_MAX, wholeMs } from './drill';
import type { StoreKind } from './world';

/** Starts, Leases that run out, and a machine that others load too. */
const DRILL_MS_MAX = 600_000;

it.each<readonly [StoreKind, number]>([
  ['eventstoredb', 5],
  ['sqlite', 2],
])(
  'loses and doubles nothing on %s, the plane that works killed %d times under load',
  async (store, kills) => {
    const { takeovers, violations, acknowledged, redelivered } = await drill({
      ...{ kills, planes: 2, store, cluster: 'sandbox', chance: systemChance },
    });
    const times = takeovers.map((takeover) => `${Math.round(wholeMs(takeover))} ms`).join(', ');
    console.info(
      `${store}: took over within ${times}; at most ${TAKEOVER_MS_MAX} ms on a machine of its own`,
    );
    expect(violations).toEqual([]);
    expect(takeovers).toHaveLength(kills);
    // The load was one, and was hit.
    expect(acknowledged).toBeGreaterThan(50 * kills);
    expect(redelivered).toBeGreaterThan(0);
  },
  DRILL_MS_MAX,
);
