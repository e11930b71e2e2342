// Inside a run the real clock, timers and chance throw: whoever reaches for them would make two runs of one seed
// differ, and would not be held by the simulation's hand.
import * as nodeCrypto from 'node:crypto';
import * as perfHooks from 'node:perf_hooks';

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

function spots(): Spot[] {
  const guard = (owner: object, what: string, ...names: string[]): Spot[] =>
    names.map((name) => ({ owner, name, guarded: refusing(`${what}${name}`) }));
  return [
    { owner: globalThis, name: 'Date', guarded: GuardedDate },
    ...guard(globalThis, '', 'setTimeout', 'setInterval', 'setImmediate'),
    ...guard(Math, 'Math.', 'random'),
    ...guard(perfHooks.performance, 'performance.', 'now'),
    ...guard(process, 'process.', 'hrtime'),
    ...guard(requireable(nodeCrypto), 'crypto.', 'randomUUID', 'randomBytes', 'randomInt'),
    ...guard(globalThis.crypto, 'crypto.', 'randomUUID', 'getRandomValues'),
  ];
}

/** The module's own object: a namespace cannot be written to. */
function requireable(module: object): object {
  return (module as { readonly default?: object }).default ?? module;
}

/** Runs `run` with the real clock, timers and chance locked away, one run at a time. */
export async function guarded<Result>(run: () => Promise<Result>): Promise<Result> {
  const replaced = spots().map(({ owner, name, guarded: value }) => {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: true });
    return () => {
      if (before) Object.defineProperty(owner, name, before);
      else delete (owner as Record<string, unknown>)[name];
    };
  });
  try {
    return await run();
  } finally {
    for (const restore of replaced) restore();
  }
}
