// What a run may not reach for: the real clock, timers and chance, by whatever door; and that all of it works again afterwards.
import { getRandomValues, randomBytes, randomFill, randomFillSync, randomInt, randomUUID } from 'node:crypto';
import { uptime } from 'node:os';
import { performance as performanceOfHooks } from 'node:perf_hooks';
import {
  setImmediate as immediateOfTimers,
  setInterval as intervalOfTimers,
  setTimeout as timeoutOfTimers,
} from 'node:timers';
import {
  scheduler,
  setImmediate as immediately,
  setInterval as every,
  setTimeout as after,
} from 'node:timers/promises';
import { guarded } from './run/guard';

const nothing = (): void => undefined;
const BYTES = new Uint8Array(4);

const REACHED: readonly (readonly [string, () => unknown])[] = [
  ['Date.now', () => Date.now()],
  ['new Date()', () => new Date()],
  ['Intl.DateTimeFormat().format()', () => new Intl.DateTimeFormat('en').format()],
  ['Intl.DateTimeFormat().formatToParts()', () => new Intl.DateTimeFormat('en').formatToParts()],
  ['setTimeout', () => setTimeout(nothing, 1)],
  ['setInterval', () => setInterval(nothing, 1)],
  ['setImmediate', () => setImmediate(nothing)],
  ['timers.setTimeout', () => timeoutOfTimers(nothing, 1)],
  ['timers.setInterval', () => intervalOfTimers(nothing, 1)],
  ['timers.setImmediate', () => immediateOfTimers(nothing)],
  ['timers/promises.setTimeout', () => after(1)],
  ['timers/promises.setInterval', () => every(1)],
  ['timers/promises.setImmediate', () => immediately()],
  ['timers/promises.scheduler.wait', () => scheduler.wait(1)],
  ['AbortSignal.timeout', () => AbortSignal.timeout(1)],
  ['Math.random', () => Math.random()],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['crypto.getRandomValues', () => crypto.getRandomValues(BYTES)],
  ['crypto.randomUUID of the module', () => randomUUID()],
  ['crypto.getRandomValues of the module', () => getRandomValues(BYTES)],
  ['crypto.randomBytes', () => randomBytes(4)],
  ['crypto.randomInt', () => randomInt(4)],
  ['crypto.randomFill', () => randomFill(BYTES, nothing)],
  ['crypto.randomFillSync', () => randomFillSync(BYTES)],
  ['performance.now', () => performance.now()],
  ['performance.now of the module', () => performanceOfHooks.now()],
  ['performance.mark', () => performance.mark('here')],
  ['process.hrtime', () => process.hrtime()],
  ['process.uptime', () => process.uptime()],
  ['process.cpuUsage', () => process.cpuUsage()],
  ['process.memoryUsage', () => process.memoryUsage()],
  ['os.uptime', () => uptime()],
];

describe('inside a run', () => {
  it.each(REACHED)('%s throws, and works again afterwards', async (_, reach) => {
    await guarded(async () => expect(reach).toThrow('inside a simulated run'));
    const result = reach();
    if (result instanceof Promise) await result;
    else clearTimeout(result as NodeJS.Timeout);
  });

  it('times can still be calculated and shown', async () => {
    const noon = new Date(Date.UTC(2026, 0, 1, 12));
    const format = new Intl.DateTimeFormat('en', { timeZone: 'UTC', hour: 'numeric' });
    await guarded(async () => {
      expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
      expect(format.format(noon)).toMatch(/^12.PM$/);
      expect(noon.toLocaleDateString('en', { timeZone: 'UTC' })).toBe('1/1/2026');
    });
    expect(format.format(noon)).toMatch(/^12.PM$/);
  });
});
