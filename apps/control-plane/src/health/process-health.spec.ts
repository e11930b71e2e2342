import { VirtualClock } from '@holdfast/clock/testing';
import { ProcessHealth } from './process-health';
import type { ProcessPart } from './projectors';
import { type HealthTrouble, withoutPassword } from './trouble';

class Part implements ProcessPart {
  now: HealthTrouble[] = [];
  private listener = (): void => undefined;

  constructor(
    readonly name: string,
    readonly roles: ProcessPart['roles'] = [],
  ) {}

  troubles(): readonly HealthTrouble[] {
    return this.now;
  }

  onTroubles(listener: () => void): void {
    this.listener = listener;
  }

  async become(...troubles: HealthTrouble[]): Promise<void> {
    this.now = troubles;
    this.listener();
    await Promise.resolve();
  }
}

const server = 'https://10.0.0.1:6443';
const lost: HealthTrouble = { code: 'unreachable', message: 'no answer', server, isLoss: true, stops: true };
const partial: HealthTrouble = { code: 'refused', message: 'one object', stops: false };

function world() {
  const clock = new VirtualClock(Date.parse('2026-01-01T00:00:00Z'));
  const lines: string[] = [];
  const [objects, pods, ledger] = [
    new Part('kubernetes', ['kube-projector']),
    new Part('pods', ['kube-projector']),
    new Part('ledger', ['reservation', 'kube-projector']),
  ];
  const health = new ProcessHealth({
    parts: [ledger, objects, pods],
    clock,
    log: ({ msg, part, code, server: of, fault, lastedMs }) =>
      lines.push([msg, part, code, of, fault ?? lastedMs].filter((each) => each !== undefined).join(' | ')),
  });
  health.start();
  return { clock, health, lines, objects, pods, ledger };
}

it('says once that a server is lost and once that it is back, whoever lost it and whatever is tried meanwhile', async () => {
  const { clock, health, lines, objects, pods } = world();
  await objects.become(lost);
  await pods.become(lost);
  for (let n = 0; n < 100; n += 1) {
    await clock.advance(500);
    await objects.become({ ...lost, message: `no answer, try ${n}` });
  }
  await objects.become();
  expect(lines).toHaveLength(1);
  await clock.advance(10_000);
  await pods.become();
  expect(lines).toEqual([
    `server lost; will retry | kubernetes | unreachable | ${server} | no answer`,
    `server is back | pods | unreachable | ${server} | 60000`,
  ]);
  expect(health.troubles).toEqual([]);
});

it('tells for how long each trouble has lasted, and what it stops', async () => {
  const { clock, health, objects, ledger } = world();
  await objects.become(partial);
  await clock.advance(60_000);
  const sinceMs = clock.now();
  await objects.become(lost, partial);
  await clock.advance(3_600_000);
  expect(health.troublesOf('kubernetes')).toMatchObject([
    { part: 'kubernetes', code: 'unreachable', sinceMs },
    { part: 'kubernetes', code: 'refused', sinceMs: sinceMs - 60_000 },
  ]);
  const stopping = (of: string) => health.stopping(of)?.map(({ part, code }) => `${part} ${code}`);
  expect(stopping('kube-projector')).toEqual(['kubernetes unreachable']);
  expect([stopping('kubernetes'), stopping('pods')]).toEqual([['kubernetes unreachable'], []]);
  expect([stopping('reservation'), stopping('ovn-projector')]).toEqual([[], undefined]);
  await ledger.become({ ...partial, code: 'store-full', stops: true, sinceMs: 7 });
  expect(stopping('reservation')).toEqual(['ledger store-full']);
  expect(health.troublesOf('ledger')).toMatchObject([{ sinceMs: 7 }]);
});

it('sees what nobody tells of within a second, and says nothing of what every start looks like', async () => {
  const { clock, lines, objects, pods } = world();
  objects.now = [{ ...lost, isStarting: true }];
  pods.now = [partial];
  await clock.advance(1_000);
  expect(lines).toEqual(['trouble began | pods | refused | one object']);
  await clock.advance(2_000);
  expect(lines).toHaveLength(2);
  objects.now = [];
  pods.now = [];
  await clock.advance(1_000);
  expect(lines).toHaveLength(4);
});

it('shows no password of a server', () => {
  const urls = ['nats://ann:secret@a:4222,nats://b:4222', 'ann:secret@a:4222', 'esdb://ann:secret@a:2113'];
  expect(urls.map(withoutPassword)).toEqual(['nats://a:4222,nats://b:4222', 'a:4222', 'esdb://a:2113']);
});
