// One reservation over each transport, by clients that know the published contract alone.
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { connect } from 'nats';

const PROTO = join(__dirname, '../../../libs/api/proto');

interface Reserved {
  readonly reservation: { readonly holder: string; readonly v4: string; readonly mac: string };
  readonly position: string;
}

const request = (holder: string) => ({ subnet: 'ovn-default', holder });

export async function reserveOverHttp(base: string, holder: string): Promise<Reserved> {
  const { subnet, ...body } = request(holder);
  const response = await fetch(`${base}/v1/subnets/${subnet}/reservations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const reply = (await response.json()) as Reserved;
  if (!response.ok) throw new Error(JSON.stringify(reply));
  return reply;
}

export async function reserveOverNats(url: string, holder: string): Promise<Reserved> {
  const connection = await connect({ servers: url });
  const reply = await connection.request('holdfast.v1.reservations.reserve', JSON.stringify(request(holder)));
  await connection.close();
  const error = reply.headers?.get('Nats-Service-Error');
  if (error) throw new Error(error);
  return reply.json<Reserved>();
}

export async function reserveOverGrpc(address: string, holder: string): Promise<Reserved> {
  const definition = loadSync('holdfast/v1/reservation.proto', { includeDirs: [PROTO], defaults: true });
  const loaded = grpc.loadPackageDefinition(definition) as unknown as {
    holdfast: { v1: { ReservationService: grpc.ServiceClientConstructor } };
  };
  const client = new loaded.holdfast.v1.ReservationService(address, grpc.credentials.createInsecure());
  try {
    return await new Promise<Reserved>((resolve, reject) => {
      const done = (error: grpc.ServiceError | null, reply: Reserved): void =>
        error ? reject(error) : resolve(reply);
      client['ReserveAddress']?.(request(holder), done);
    });
  } finally {
    client.close();
  }
}
