// NATS request/reply: every operation of the contract as an endpoint of one service (NATS ADR-32), so that it can
// be found by `$SRV` requests, and shared by all servers of the ledger.
import {
  CONTENT_TYPES,
  type Coding,
  NATS_HEADERS,
  type Operation,
  QUEUE_GROUP,
  type Refusal,
  SERVICE_NAME,
  codingOf,
  encodeReply,
  operationList,
  presentRefusal,
  readRequest,
} from '@holdfast/api';
import { type NatsConnection, type Service, type ServiceMsg, headers } from 'nats';
import { VERSION } from '../../program';
import type { OperationService } from '../operation.service';

const DESCRIPTION = 'The address ledger: subnets, reservations, Vips and their history';

export async function serveNats(connection: NatsConnection, operations: OperationService): Promise<Service> {
  const service = await connection.services.add({
    name: SERVICE_NAME,
    version: VERSION,
    description: DESCRIPTION,
    queue: QUEUE_GROUP,
  });
  for (const operation of operationList) {
    service.addEndpoint(operation.natsEndpoint, {
      subject: operation.subject,
      metadata: { request: operation.request.typeName, response: operation.response.typeName },
      handler: (error, message) => {
        if (!error) void answer(operations, operation, message);
      },
    });
  }
  return service;
}

async function answer(
  operations: OperationService,
  operation: Operation,
  message: ServiceMsg,
): Promise<void> {
  const named = codingOf(message.headers?.get(NATS_HEADERS.contentType));
  if (named.rejected) return refuse(message, named.rejected, 'json');
  const { coding } = named;
  const read = readRequest(operation, message.data, coding);
  if (read.rejected) return refuse(message, read.rejected, coding);
  const answered = await operations.call(operation, read.meaning, {
    through: 'nats',
    name: `nats:${message.subject}`,
  });
  if (answered.rejected) return refuse(message, answered.rejected, coding);
  message.respond(encodeReply(operation, answered.reply, coding), { headers: CODING_HEADERS[coding] });
}

function refuse(message: ServiceMsg, refusal: Refusal, coding: Coding): void {
  const presented = presentRefusal(refusal, coding);
  message.respondError(Number(presented.status.nats), presented.message, presented.payload, {
    headers: contentType(coding),
  });
}

function contentType(coding: Coding): ReturnType<typeof headers> {
  const ofReply = headers();
  ofReply.set(NATS_HEADERS.contentType, CONTENT_TYPES[coding]);
  return ofReply;
}

/** Made once: every reply has one of these. */
const CODING_HEADERS = { json: contentType('json'), binary: contentType('binary') };
