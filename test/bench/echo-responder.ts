// The bare responder that the NATS figures are held against: the same client library, and nothing behind it.
import { connect } from 'nats';

async function main(): Promise<void> {
  const connection = await connect({ servers: process.argv[2] as string });
  connection.subscribe('echo', { callback: (_, message) => void message.respond(message.data) });
  await connection.flush();
  process.stdout.write('ready\n');
  process.on('SIGTERM', () => void connection.drain().then(() => process.exit(0)));
}

void main();
