// What is wrong with a clock, for people: what it says, what speaks against it, and what to do.
import type { ClockDoubt, ClockFinding, OtherReading } from '@holdfast/clock';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** "3652 days", "2 hours": the largest unit that it has one of. */
export function spanText(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => Math.abs(ms) >= each) ?? ['second', 1_000];
  const count = Math.round(Math.abs(ms) / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const momentText = (ms: number): string => new Date(ms).toISOString();
const sideOf = (offMs: number): string => `${spanText(offMs)} ${offMs > 0 ? 'ahead of' : 'behind'}`;

const WAY_OUT =
  'Set the clock right and start again; or, if this clock is the right one, start once with --accept-clock.';

export function startFaultText(wallMs: number, finding: ClockFinding): string {
  const clock = `this machine's clock says ${momentText(wallMs)}`;
  switch (finding.is) {
    case 'contradicted': {
      const { name, atMs, offMs } = finding.by;
      return `${clock}, which is ${sideOf(offMs)} what ${name} says (${momentText(atMs)}). ${WAY_OUT}`;
    }
    case 'idle-too-long':
      return `${clock}, and the ledger's last event is of ${momentText(finding.latestMs)}, more than a year before; no other clock was to be had. ${WAY_OUT}`;
    case 'before-all':
      return `${clock}, which is before all that the ledger has (up to ${momentText(finding.aheadMs)}) and before this program was made; no other clock was to be had. ${WAY_OUT}`;
  }
}

export const doubtText = ({ sinceMs, offMs }: ClockDoubt): string =>
  `clock-stepped: this machine's clock was set: it is ${sideOf(offMs)} the time that goes on here since ${momentText(sinceMs)}. It is believed again when it is back, when another machine's clock agrees with it, or after a restart.`;

export const contradictionText = ({ name, offMs }: OtherReading): string =>
  `clock-contradicted: this machine's clock is ${sideOf(offMs)} what ${name} says. Set the wrong one of them right.`;

export const aheadText = (aheadMs: number): string =>
  `the log has events of a time to come, up to ${momentText(aheadMs)}, by a clock that was wrong; they are taken as of when they were found, and new ones have the right time beside theirs`;
