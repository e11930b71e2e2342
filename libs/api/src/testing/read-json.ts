// A request given as JSON, read as every transport reads it.
import type { MeaningOf, Operation } from '../operation';
import { type OperationName, type Operations, operations } from '../operations';
import { type ReadRequest, readRequest } from '../read/request';

export function readJson<Name extends OperationName>(
  name: Name,
  request: unknown,
): ReadRequest<MeaningOf<Operations[Name]>> {
  const payload = new TextEncoder().encode(JSON.stringify(request));
  return readRequest(operations[name] as Operation, payload, 'json') as ReadRequest<
    MeaningOf<Operations[Name]>
  >;
}

/** The field that a request is refused for, spelt as in the .proto files; `undefined` when it is not refused. */
export function refusedField(name: OperationName, request: unknown): string | undefined {
  const { rejected } = readJson(name, request);
  return rejected && `${rejected.code} ${'field' in rejected.facts ? rejected.facts.field : ''}`;
}
