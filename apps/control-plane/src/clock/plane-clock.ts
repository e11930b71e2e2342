// The one clock of this process, for all that is recorded, decided or told by time: the machine's, held against steps.
import { GuardedClock, systemClock } from '@holdfast/clock';

export const planeClock = new GuardedClock(systemClock);
