// Three clients of one contract: each sends a request of an operation, given as JSON, in its own way, and brings
// back either the reply or the rejection as JSON. They know libs/api's table of where things are, no server code.
import * as grpc from '@grpc/grpc-js';
import {
  type JsonObject,
  type Message,
  create,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { type OperationName, operations, v1 } from '@holdfast/api';
import { httpCall } from '@holdfast/api/http-client';
import { type NatsConnection, connect } from 'nats';

export interface TransportAnswer {
  readonly reply?: JsonObject;
  readonly rejected?: JsonObject;
}

export interface TransportClient {
  readonly name: string;
  call(operation: OperationName, request: JsonObject): Promise<TransportAnswer>;
  close(): Promise<void>;
}

export function httpClient(base: string): TransportClient {
  return {
    name: 'HTTP',
    call: async (name, request) => {
      const operation = operations[name];
      const message = fromJson(operation.request, request) as Message;
      const { method, path, body } = httpCall(operation as never, message as never);
      const headers = body === undefined ? undefined : { 'content-type': 'application/json' };
      const response = await fetch(base + path, { method, body, headers });
      const json = (await response.json()) as JsonObject;
      return response.ok ? { reply: json } : { rejected: json };
    },
    close: async () => undefined,
  };
}

export function grpcClient(address: string): TransportClient {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const same = (bytes: Buffer): Buffer => bytes;
  return {
    name: 'gRPC',
    call: (name, request) => {
      const operation = operations[name];
      const message = create(
        operation.request as typeof v1.GetStatusRequestSchema,
        fromJson(operation.request, request) as never,
      );
      const bytes = Buffer.from(toBinary(operation.request as typeof v1.GetStatusRequestSchema, message));
      return new Promise((resolve) => {
        client.makeUnaryRequest(operation.grpcPath, same, same, bytes, (error, reply) => {
          if (error) return resolve({ rejected: rejectionOf(error) });
          const response = fromBinary(operation.response, reply as Buffer);
          resolve({
            reply: toJson(operation.response, response, { alwaysEmitImplicit: true }) as JsonObject,
          });
        });
      });
    },
    close: async () => client.close(),
  };
}

/** The `Rejection` in the google.rpc.Status of the trailer: found by what stands before it. */
function rejectionOf(error: grpc.ServiceError): JsonObject {
  const [details] = error.metadata.get('grpc-status-details-bin');
  if (!(details instanceof Buffer)) return { code: 'none', message: error.details };
  const url = `type.googleapis.com/${v1.RejectionSchema.typeName}`;
  const at = details.indexOf(url) + url.length;
  // After the type's URL: the tag of `value`, its length as a varint, and the message itself.
  let start = at + 1;
  while ((details[start] as number) >= 0x80) start += 1;
  return toJson(v1.RejectionSchema, fromBinary(v1.RejectionSchema, details.subarray(start + 1)), {
    alwaysEmitImplicit: true,
  }) as JsonObject;
}

export async function natsClient(
  url: string,
): Promise<TransportClient & { readonly connection: NatsConnection }> {
  const connection = await connect({ servers: url });
  return {
    name: 'NATS',
    connection,
    call: async (name, request) => {
      const reply = await connection.request(operations[name].subject, JSON.stringify(request), {
        timeout: 10_000,
      });
      const json = reply.json<JsonObject>();
      return reply.headers?.has('Nats-Service-Error-Code') ? { rejected: json } : { reply: json };
    },
    close: () => connection.close(),
  };
}
