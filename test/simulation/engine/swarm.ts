// Which faults a seed has, and how often (swarm testing): each kind is off in half of all seeds, and otherwise has a
// rate of its own between rare and constant. A mixture of everything at once would hide what one fault alone shows.
import type { SeededChance } from '@holdfast/clock/testing';

export const FAULTS = [
  'bus-loss',
  'bus-duplicate',
  'bus-late-duplicate',
  'bus-slow',
  'store-unavailable',
  'store-lost-reply',
  'store-lost-append',
  'store-late-append',
  'store-read-fault',
  'store-small-pages',
  'store-slow',
  'hint-lost',
  'hint-doubled',
  'crash',
  'crash-at-port',
  'clock-step',
  'time-jump',
  'northbound-lost-reply',
  'northbound-refusal',
  'northbound-disconnect',
  'northbound-slow',
  'northbound-edit',
  'northbound-wipe',
  'lock-stolen',
  'kubernetes-error',
  'kubernetes-lost-reply',
  'kubernetes-slow',
  'kubernetes-cut',
  'watch-dropped',
  'watch-silent',
  'history-compacted',
  'controllers-paused',
  'clock-leap',
  'rival-ledger',
] as const;

export type FaultKind = (typeof FAULTS)[number];

/** A rate is a chance from 0 to 1 at each opportunity. */
export type Rates = Readonly<Record<FaultKind, number>>;

/** What a rate is at most; most seeds are far below. */
const MOST: Record<FaultKind, number> = {
  'bus-loss': 0.4,
  'bus-duplicate': 0.4,
  'bus-late-duplicate': 0.05,
  'bus-slow': 0.3,
  'store-unavailable': 0.2,
  'store-lost-reply': 0.2,
  'store-lost-append': 0.2,
  'store-late-append': 0.1,
  'store-read-fault': 0.2,
  'store-small-pages': 1,
  'store-slow': 0.5,
  'hint-lost': 0.5,
  'hint-doubled': 0.3,
  crash: 0.02,
  'crash-at-port': 0.003,
  'clock-step': 0.01,
  'time-jump': 0.004,
  'northbound-lost-reply': 0.2,
  'northbound-refusal': 0.1,
  'northbound-disconnect': 0.02,
  'northbound-slow': 0.3,
  'northbound-edit': 0.05,
  'northbound-wipe': 0.002,
  'lock-stolen': 0.01,
  'kubernetes-error': 0.2,
  'kubernetes-lost-reply': 0.1,
  'kubernetes-slow': 0.3,
  'kubernetes-cut': 0.01,
  'watch-dropped': 0.02,
  'watch-silent': 0.005,
  'history-compacted': 0.01,
  'controllers-paused': 0.005,
  'clock-leap': 0.01,
  'rival-ledger': 0.03,
};

/** How much rarer than the most a fault may be, in powers of ten. */
const DECADES = 3;

export const NO_FAULTS: Rates = ratesFrom(() => 0);

export function drawRates(chance: SeededChance): Rates {
  return ratesFrom((fault) => {
    const isOff = chance.random() < 0.5;
    const rarity = 10 ** (-DECADES * chance.random() ** 2);
    return isOff ? 0 : MOST[fault] * rarity;
  });
}

function ratesFrom(rate: (fault: FaultKind) => number): Rates {
  return Object.fromEntries(FAULTS.map((fault) => [fault, rate(fault)])) as Record<FaultKind, number>;
}
