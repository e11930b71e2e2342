// gRPC: every operation of the contract, server reflection and health. Messages are read by libs/api, so that an
// unknown field is refused here as everywhere.
import {
  MESSAGE_BYTES_MAX,
  type Operation,
  type Refusal,
  contractServices,
  encodeReply,
  fileDescriptors,
  operationList,
  presentRefusal,
  readRequest,
  statusDetails,
} from '@holdfast/api';
import * as grpc from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { Injectable } from '@nestjs/common';
import { HealthImplementation } from 'grpc-health-check';
import { StoreHealth } from '../../ledger/store-health';
import { OperationService } from '../operation.service';

const HEALTHY = { '': 'SERVING' } as const;

@Injectable()
export class GrpcServer {
  /** host:port that it was bound to. */
  bound = '';
  private readonly server = new grpc.Server({
    // What is larger than a message may be is refused by our own words; a little above it by gRPC's.
    'grpc.max_receive_message_length': MESSAGE_BYTES_MAX * 2,
  });
  private readonly health = new HealthImplementation({ ...HEALTHY });

  constructor(
    private readonly operations: OperationService,
    store: StoreHealth,
  ) {
    for (const { typeName } of contractServices) {
      const own = operationList.filter(({ method }) => method.parent.typeName === typeName);
      const definition = Object.fromEntries(own.map((operation) => [operation.name, rawMethod(operation)]));
      const implementation = Object.fromEntries(
        own.map((operation) => [operation.name, this.serve(operation)]),
      );
      this.server.addService(definition, implementation);
      this.health.setStatus(typeName, 'SERVING');
    }
    store.onChange(({ trouble }) => this.tellHealth(trouble ? 'NOT_SERVING' : 'SERVING'));
    this.health.addToServer(this.server);
    reflection().addToServer(this.server);
  }

  /** @param listen host:port; 0 takes a free one */
  async start(listen: string): Promise<void> {
    const host = listen.slice(0, listen.lastIndexOf(':'));
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync(listen, grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    this.bound = `${host}:${port}`;
  }

  /** Answers what is under way, takes nothing new. */
  stop(): Promise<void> {
    return new Promise((resolve) => this.server.tryShutdown(() => resolve()));
  }

  /** As /readyz does over HTTP. */
  private tellHealth(status: 'SERVING' | 'NOT_SERVING'): void {
    for (const name of ['', ...contractServices.map(({ typeName }) => typeName)])
      this.health.setStatus(name, status);
  }

  private serve(operation: Operation): grpc.handleUnaryCall<Buffer, Buffer> {
    return (unary, respond) => {
      const read = readRequest(operation, unary.request, 'binary');
      if (read.rejected) return respond(toServiceError(read.rejected));
      const caller = { through: 'grpc', name: `grpc:${unary.getPeer()}` } as const;
      void this.operations
        .call(operation, read.meaning, caller)
        .then((answer) =>
          answer.rejected
            ? respond(toServiceError(answer.rejected))
            : respond(null, Buffer.from(encodeReply(operation, answer.reply, 'binary'))),
        );
    };
  }
}

function rawMethod(operation: Operation): grpc.MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer): Buffer => bytes;
  return {
    path: operation.grpcPath,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

function toServiceError(refusal: Refusal): Partial<grpc.ServiceError> {
  const { status, message } = presentRefusal(refusal, 'binary');
  const metadata = new grpc.Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(statusDetails(refusal)));
  return { code: status.grpc, details: message, metadata };
}

/** Reflection takes the files from whatever has them in a package definition; ours are all in one place. */
function reflection(): ReflectionService {
  const fileDescriptorProtos = fileDescriptors().map((bytes) => Buffer.from(bytes));
  const contract = { format: 'Protocol Buffer 3 DescriptorProto', type: {}, fileDescriptorProtos };
  return new ReflectionService({ contract } as unknown as ConstructorParameters<typeof ReflectionService>[0]);
}
