// Preloaded into a process (`node --require`): its wall clock is off by the milliseconds that a file has, which a test changes while
// the process runs. Its monotonic clock and its timers are not touched, as when somebody sets a machine's clock.
const { readFileSync } = require('node:fs');

const file = process.env.SHIFTED_CLOCK_FILE;
const RealDate = Date;
let shiftMs = 0;

function look() {
  try {
    shiftMs = Number(readFileSync(file, 'utf8'));
  } catch {
    // Being written.
  }
}

look();
setInterval(look, 10).unref();

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [RealDate.now() + shiftMs] : given));
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
};
