import { createRequire } from 'node:module';
import { type JsonObject, type JsonValue, create, fromJson, toJson } from '@bufbuild/protobuf';
import { type OperationName, operationList, operations } from '../operations';
import { pathFields } from '../route';
import { examples } from './examples';
import { openapi } from './openapi';

interface Ajv {
  addSchema(schema: object, key: string): Ajv;
  validate(schema: object, value: unknown): boolean;
  errorsText(): string;
}

/** The validator that Fastify uses, of JSON Schema 2020-12, OpenAPI 3.1's own dialect. */
function newAjv(): Ajv {
  const requireOfFastify = createRequire(require.resolve('@fastify/ajv-compiler'));
  const { default: Ajv2020 } = requireOfFastify('ajv/dist/2020') as { default: new (options: object) => Ajv };
  return new Ajv2020({ strict: true, strictRequired: false, validateFormats: false });
}

interface Media {
  readonly content: {
    readonly 'application/json': { readonly schema: JsonObject; readonly example?: JsonValue };
  };
}

interface OperationObject {
  operationId: string;
  summary: string;
  description: string;
  parameters: {
    name: string;
    in: string;
    required: boolean;
    description: string;
    schema: JsonObject;
    example?: JsonValue;
  }[];
  requestBody?: Media;
  responses: Record<string, Media & { description: string }>;
}

const document = openapi() as unknown as {
  paths: Record<string, Record<string, OperationObject>>;
  components: {
    schemas: Record<string, JsonObject & { description?: string; properties?: Record<string, JsonObject> }>;
  };
};
const objects = Object.values(document.paths).flatMap((item) => Object.values(item));
const byName = operationList.map((operation) => [operation.name as OperationName, operation] as const);
const objectOf = (name: string) => objects.find(({ operationId }) => operationId === name) as OperationObject;

describe('the OpenAPI document', () => {
  const inDefs = (schema: unknown) =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"holdfast#/$defs/')) as object;
  const ajv = newAjv().addSchema({ $id: 'holdfast', $defs: inDefs(document.components.schemas) }, 'holdfast');
  const check = (schema: JsonObject, value: JsonValue) =>
    ajv.validate(inDefs(schema), value) ? '' : ajv.errorsText();

  it.each(byName)('%s is where it is served', (name, { route }) => {
    const item = document.paths[route.template.replace('=**', '')] ?? {};
    expect(item[route.method.toLowerCase()]?.operationId).toBe(name);
    const inPath = objectOf(name).parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map((parameter) => parameter.name)).toEqual(pathFields(route));
    expect(inPath.every(({ required }) => required)).toBe(true);
  });

  it('has each operation once, with no two parameters of one name', () => {
    expect(objects.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(operations).sort());
    for (const { parameters } of objects) {
      expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length);
    }
  });

  it('refers only to what is there, and has nothing that is not referred to', () => {
    const text = JSON.stringify(document);
    const referred = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect([...new Set(referred)].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it('says what everything means', () => {
    for (const { description, properties = {} } of Object.values(document.components.schemas)) {
      expect(description).toBeTruthy();
      for (const property of Object.values(properties)) expect(property['description']).toBeTruthy();
    }
    for (const { parameters, summary, description } of objects) {
      expect([summary, description]).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\w/)]);
      for (const parameter of parameters) expect(parameter.description).toBeTruthy();
    }
    expect(JSON.stringify(document)).not.toMatch(/at_least_position|command_id|Required[.]/);
  });

  it.each(byName)('%s: its examples are of its schemas', (name) => {
    const { parameters, requestBody, responses } = objectOf(name);
    const { schema, example } = (responses['200'] as Media).content['application/json'];
    expect(check(schema, example as JsonValue)).toBe('');
    if (requestBody) {
      const body = requestBody.content['application/json'];
      expect(check(body.schema, body.example as JsonValue)).toBe('');
      expect(check(body.schema, { ...(body.example as JsonObject), nonsense: 1 })).toContain('additional');
    }
    for (const parameter of parameters) {
      if (parameter.example !== undefined) expect(check(parameter.schema, parameter.example)).toBe('');
      if (parameter.required) expect(parameter.example).toBeTruthy();
    }
  });

  it.each(byName)('%s: its examples are what is really sent', (name, operation) => {
    const { request, reply } = examples[name];
    const message = fromJson(operation.response, reply);
    expect(toJson(operation.response, message, { alwaysEmitImplicit: true })).toEqual(reply);
    expect(check({ $ref: `#/components/schemas/${operation.response.name}` }, reply)).toBe('');
    expect(() => fromJson(operation.request, request)).not.toThrow();
  });

  it.each(byName)('%s: the emptiest reply is of its schema too', (name, operation) => {
    const empty = toJson(operation.response, create(operation.response), { alwaysEmitImplicit: true });
    const { schema } = (objectOf(name).responses['200'] as Media).content['application/json'];
    expect(check(schema, empty)).toBe('');
  });

  it('groups rejections by status', () => {
    const { responses } = objectOf('ReserveAddress');
    expect(Object.keys(responses)).toEqual([
      '200',
      '400',
      '404',
      '409',
      '410',
      '422',
      '429',
      '500',
      '503',
      '504',
    ]);
    expect(responses['410']?.description).toBe('CommandExpired.');
  });
});
