import { COMMENTS } from './generated/comments';
import { contractServices } from './grpc';
import { rejectionsOf } from './openapi/operation-object';
import { findHttpOperation, operationList, operations } from './operations';
import { fillPath, pathFields } from './route';

const commentOf = (name: string, service: string) => COMMENTS[`${service}.${name}`] ?? '';

describe('the table of operations', () => {
  it('has every rpc of the contract, under its name', () => {
    const rpcs = contractServices.flatMap(({ methods }) => methods.map(({ name }) => name));
    expect(Object.keys(operations)).toEqual(rpcs);
    expect(operationList.map(({ name }) => name)).toEqual(rpcs);
  });

  it.each(operationList.map((operation) => [operation.name, operation] as const))(
    '%s is where the contract says it is',
    (name, { method, route, subject, grpcPath, kind, request }) => {
      const comment = commentOf(name, method.parent.typeName);
      expect(comment).toContain(`\nHTTP: ${route.method} ${route.template}\n`);
      expect(comment).toMatch(new RegExp(`\\nNATS: ${subject.replaceAll('.', '[.]')}$`));
      expect(grpcPath).toBe(`/${method.parent.typeName}/${name}`);
      expect(kind === 'command').toBe(request.fields.some((field) => field.name === 'options'));
      expect(kind === 'command').toBe(route.method !== 'GET');
    },
  );

  it.each(operationList.map((operation) => [operation.name, operation] as const))(
    '%s says which rejections there may be, and all that every command or query has',
    (name, { kind, method, request }) => {
      const codes = rejectionsOf(commentOf(name, method.parent.typeName));
      if (request.fields.length > 0) expect(codes).toContain('InvalidArgument');
      expect(codes.includes('CommandExpired')).toBe(kind === 'command');
      expect(codes.includes('CommandIdReused')).toBe(kind === 'command');
      const [, list = ''] = /Rejections: ([\w,\s]+)\./.exec(commentOf(name, method.parent.typeName)) ?? [];
      expect(list.split(/,\s*/).filter((code) => code !== 'none')).toEqual(codes);
    },
  );

  it('has no two operations in one place', () => {
    for (const place of ['subject', 'grpcPath', 'natsEndpoint'] as const) {
      expect(new Set(operationList.map((it) => it[place])).size).toBe(operationList.length);
    }
    expect(new Set(operationList.map(({ route }) => `${route.method} ${route.template}`)).size).toBe(
      operationList.length,
    );
  });

  it('has only path fields that are texts of the request', () => {
    for (const { route, request } of operationList) {
      for (const field of pathFields(route)) {
        expect(request.fields.find(({ name }) => name === field)).toMatchObject({
          fieldKind: 'scalar',
          scalar: 9,
        });
      }
    }
  });

  it('names endpoints as NATS wants them', () => {
    for (const { natsEndpoint } of operationList) expect(natsEndpoint).toMatch(/^[A-Za-z0-9_-]+$/);
  });
});

describe('finding an operation over HTTP', () => {
  const texts = {
    name: 'web',
    subnet: 'ovn-default',
    holder: 'pod/default/web-0',
    address: 'fd00::1',
    port: 'lb/amphora-1',
    subject: 'subnets/ovn-default/pools/mail',
  };

  it.each(operationList.map((operation) => [operation.name, operation] as const))(
    'finds %s',
    (_, operation) => {
      const { method } = operation.route;
      const fields = Object.entries(texts).filter(([field]) => pathFields(operation.route).includes(field));
      expect(findHttpOperation(method, fillPath(operation.route, texts))).toEqual({
        operation,
        pathFields: Object.fromEntries(fields),
      });
    },
  );

  it('says which methods a path has, or that there is no such path', () => {
    expect(findHttpOperation('PUT', '/v1/subnets/a')).toEqual({ methodsAllowed: ['PATCH', 'DELETE', 'GET'] });
    expect(findHttpOperation('GET', '/v1/nothing')).toEqual({ methodsAllowed: [] });
  });
});
