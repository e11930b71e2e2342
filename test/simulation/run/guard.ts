// Inside a run the real clock, timers and chance throw: whoever reaches for them would make two runs of one seed
// differ, and would not be held by the simulation's hand.
import * as nodeCrypto from 'node:crypto';
import * as os from 'node:os';
import * as perfHooks from 'node:perf_hooks';
import * as timers from 'node:timers';
import * as timersPromises from 'node:timers/promises';

const RealDate = Date;

export class NondeterminismFault extends Error {
  override readonly name = 'NondeterminismFault';
}

const refusing = (what: string) => (): never => {
  throw new NondeterminismFault(
    `${what} was used inside a simulated run; time and chance come from the world`,
  );
};

/** `new Date(ms)` and the like calculate; only what reads the clock throws. */
class GuardedDate extends RealDate {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length === 0) refusing('new Date()')();
    super(...(args as [number]));
  }

  static override now(): number {
    return refusing('Date.now')();
  }
}

interface Spot {
  readonly owner: object;
  readonly name: string;
  readonly guarded: unknown;
}

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'];
const RANDOM = ['randomUUID', 'randomBytes', 'randomInt', 'randomFill', 'randomFillSync'];

function spots(): Spot[] {
  const guard = (owner: object, what: string, ...names: string[]): Spot[] =>
    names
      .filter((name) => name in owner)
      .map((name) => ({ owner, name, guarded: refusing(`${what}${name}`) }));
  const { scheduler } = timersPromises;
  return [
    { owner: globalThis, name: 'Date', guarded: GuardedDate },
    ...dateFormats(),
    ...guard(globalThis, '', ...TIMERS),
    ...guard(requireable(timers), 'timers.', ...TIMERS),
    ...guard(requireable(timersPromises), 'timers/promises.', ...TIMERS),
    ...guard(Object.getPrototypeOf(scheduler) as object, 'timers/promises.scheduler.', 'wait'),
    ...guard(AbortSignal, 'AbortSignal.', 'timeout'),
    ...guard(Math, 'Math.', 'random'),
    ...guard(perfHooks.performance, 'performance.', 'now', 'mark', 'measure'),
    ...guard(globalThis.performance, 'performance.', 'now', 'mark', 'measure'),
    ...guard(process, 'process.', 'hrtime', 'uptime', 'cpuUsage', 'memoryUsage', 'resourceUsage'),
    ...guard(requireable(os), 'os.', 'uptime', 'loadavg', 'freemem'),
    ...guard(requireable(nodeCrypto), 'crypto.', ...RANDOM),
    // The module's own `getRandomValues` asks these.
    ...guard(globalThis.crypto, 'crypto.', 'randomUUID', 'getRandomValues'),
    ...guard(nodeCrypto.webcrypto, 'crypto.', 'randomUUID', 'getRandomValues'),
  ];
}

/** Formatting without a date is formatting the time that it is. */
function dateFormats(): Spot[] {
  const { prototype } = Intl.DateTimeFormat;
  const { get } = Object.getOwnPropertyDescriptor(prototype, 'format') as {
    get: () => (date: Date) => string;
  };
  const { formatToParts } = prototype;
  const given = (date: unknown, what: string): void => {
    if (date === undefined) refusing(`Intl.DateTimeFormat().${what}()`)();
  };
  return [
    {
      owner: prototype,
      name: 'format',
      guarded: function (this: Intl.DateTimeFormat, date: Date): string {
        given(date, 'format');
        return get.call(this)(date);
      },
    },
    {
      owner: prototype,
      name: 'formatToParts',
      guarded: function (this: Intl.DateTimeFormat, date: Date): Intl.DateTimeFormatPart[] {
        given(date, 'formatToParts');
        return formatToParts.call(this, date);
      },
    },
  ];
}

/** The module's own object: a namespace cannot be written to. */
function requireable(module: object): object {
  return (module as { readonly default?: object }).default ?? module;
}

/** Runs `run` with the real clock, timers and chance locked away, one run at a time. */
export async function guarded<Result>(run: () => Promise<Result>): Promise<Result> {
  const restores: (() => void)[] = [];
  try {
    for (const { owner, name, guarded: value } of spots()) {
      const before = Object.getOwnPropertyDescriptor(owner, name);
      Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: true });
      restores.push(() => {
        if (before) Object.defineProperty(owner, name, before);
        else delete (owner as Record<string, unknown>)[name];
      });
    }
    return await run();
  } finally {
    // The other way round: one thing may have been locked by two names.
    for (const restore of restores.reverse()) restore();
  }
}
