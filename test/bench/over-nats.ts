// Durable reservations over NATS request/reply, beside a bare echo responder: server and client a process each.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane } from '@holdfast/infra/servers/control-plane';
import { Child } from '@holdfast/infra/servers/child';
import { startNatsServer } from '@holdfast/infra/servers/nats-server';
import { type NatsConnection, connect } from 'nats';
import { type Figure, median, timed, together } from './figure';

const CALLERS = 256;
const REQUESTS = 20_000;
const ROUNDS = 3;
const TIMEOUT_MS = 30_000;

export async function overNats(folder: string): Promise<Figure[]> {
  const own = mkdtempSync(join(folder, 'nats-'));
  const natsFolder = join(own, 'nats');
  mkdirSync(natsFolder);
  const nats = await startNatsServer(natsFolder);
  const controlPlane = await startControlPlane({ store: `sqlite:${join(own, 'ledger.db')}`, nats: nats.url });
  const echo = Child.start(process.execPath, [join(__dirname, 'echo-responder.js'), nats.url]);
  const connection = await connect({ servers: nats.url });
  try {
    await echo.until(() => echo.output.includes('ready') || undefined, TIMEOUT_MS);
    await request(connection, 'holdfast.v1.subnets.define', { name: 'net', cidrs: ['10.0.0.0/8'] });
    const reserving: number[] = [];
    const echoing: number[] = [];
    // In turns, so that whatever else the machine does meets both.
    for (let round = 0; round < ROUNDS; round += 1) {
      echoing.push(await rate(connection, 'echo', round));
      reserving.push(await rate(connection, 'holdfast.v1.reservations.reserve', round));
    }
    return [
      {
        what: `durable reservations/s over NATS, ${CALLERS} callers`,
        measured: median(reserving),
        limit: median(echoing),
        limitName: 'a bare NATS echo',
        unit: '/s',
        atLeast: 0.5,
      },
    ];
  } finally {
    await connection.close();
    await echo.stop();
    await controlPlane.stop();
    await nats.stop();
    rmSync(own, { recursive: true, force: true });
  }
}

async function rate(connection: NatsConnection, subject: string, round: number): Promise<number> {
  const issuedAt = new Date().toISOString();
  const ms = await timed(() =>
    together(CALLERS, REQUESTS, (index) => {
      const name = `r${round}-${index}`;
      const options = { commandId: name, issuedAt };
      return request(connection, subject, { subnet: 'net', holder: `pod/default/${name}`, options });
    }),
  );
  return (REQUESTS / ms) * 1000;
}

async function request(connection: NatsConnection, subject: string, message: object): Promise<void> {
  const reply = await connection.request(subject, JSON.stringify(message), { timeout: TIMEOUT_MS });
  const error = reply.headers?.get('Nats-Service-Error');
  if (error) throw new Error(error);
}
