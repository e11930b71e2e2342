// The HTTP side of the contract: one Nest route for each operation of libs/api's table. They are alike, and so the controller
// is made from the table: guards, interceptors and filters see each as a handler of its own, with its operation as metadata.
import { CONTENT_TYPES, type Operation, encodeReply } from '@holdfast/api';
import {
  Controller,
  Header,
  HttpCode,
  Inject,
  Req,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  type Type,
} from '@nestjs/common';
import { OperationService } from '../operation.service';
import { type IncomingRequest, readMeaning } from './http-request';
import { RejectionException } from './rejection.filter';

/** Metadata of a route: its operation. */
export const OPERATION = Symbol('Operation');

/** @param operations that are to be served */
export function operationsController(operations: readonly Operation[]): Type {
  @Controller()
  class OperationsController {
    constructor(@Inject(OperationService) readonly service: OperationService) {}
  }
  for (const operation of operations) addRoute(OperationsController.prototype, operation);
  return OperationsController;
}

function addRoute(controller: { readonly service: OperationService }, operation: Operation): void {
  const { name, route } = operation;
  async function handle(this: typeof controller, request: IncomingRequest): Promise<Buffer> {
    const meaning = readMeaning(operation, request);
    const caller = { through: 'http', name: `http:${request.ip}` } as const;
    const answer = await this.service.call(operation, meaning, caller);
    if (answer.rejected) throw new RejectionException(answer.rejected);
    return Buffer.from(encodeReply(operation, answer.reply, 'json'));
  }
  const descriptor = { value: handle, writable: true, configurable: true };
  Object.defineProperty(controller, name, descriptor);
  const path = route.template.replace(/\{\w+=\*\*\}$/, '*').replace(/\{(\w+)\}/g, ':$1');
  const decorators = [
    RequestMapping({ path, method: RequestMethod[route.method] }),
    HttpCode(200),
    Header('content-type', CONTENT_TYPES.json),
    SetMetadata(OPERATION, operation),
  ];
  for (const decorate of decorators) decorate(controller, name, descriptor);
  Req()(controller, name, 0);
}
