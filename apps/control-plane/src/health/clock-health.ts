// Whether this machine's clock is believed, as part of the process' health. It stops nothing: what is recorded has a time of its own
// while it is in doubt (clock/clock-watch).
import type { ClockWatch } from '../clock/clock-watch';
import { type Role, ROLES } from '../config';
import type { ProcessPart } from './projectors';
import type { HealthTrouble } from './trouble';

export class ClockHealth implements ProcessPart {
  readonly name = 'clock';
  readonly roles: readonly Role[] = ROLES;

  constructor(private readonly clock: Pick<ClockWatch, 'trouble'>) {}

  troubles(): readonly HealthTrouble[] {
    const message = this.clock.trouble();
    return message === undefined ? [] : [{ code: 'clock-in-doubt', message, stops: false }];
  }
}
