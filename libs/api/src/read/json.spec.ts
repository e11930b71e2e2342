import { DefineSubnetRequestSchema, GetHistoryRequestSchema } from '../contract';
import { messageFromJsonBytes } from './json';

const read = (text: string, schema: Parameters<typeof messageFromJsonBytes>[0] = DefineSubnetRequestSchema) =>
  messageFromJsonBytes(schema, new TextEncoder().encode(text));

describe('strict JSON', () => {
  it.each(['', ' \n', '{}', '{"name": null, "options": null, "cooling": null}'])(
    'takes %j as empty',
    (text) => {
      expect(read(text)).toMatchObject({ value: { name: '', cidrs: [] } });
    },
  );

  it('takes both spellings of a field', () => {
    expect(read('{"no_gateway": true}')).toMatchObject({ value: { noGateway: true } });
    expect(read('{"noGateway": true}')).toMatchObject({ value: { noGateway: true } });
  });

  it.each([
    ['{', 'request', /^is no JSON: /],
    ['{"name": "a",}', 'request', /^is no JSON: /],
    ['{"name": "a"} x', 'request', /^is no JSON: /],
    ['\u0000', 'request', /^is no JSON: /],
    ['[]', 'request', /^expected an object, got a list$/],
    ['null', 'request', /^expected an object, got null$/],
    ['"text"', 'request', /^expected an object, got "text"$/],
    ['7', 'request', /^expected an object, got 7$/],
    ['{"nmae": "a"}', 'nmae', /^is not known to DefineSubnetRequest$/],
    ['{"na me\\n": "a"}', '"na me\\n"', /^is not known to/],
    ['{"__proto__": {}}', '__proto__', /^is not known to/],
    ['{"constructor": {}}', 'constructor', /^is not known to/],
    ['{"options": {"id": "x"}}', 'options.id', /^is not known to CommandOptions$/],
    ['{"name": 5}', 'name', /^expected a string, got 5$/],
    ['{"name": ["a"]}', 'name', /^expected a string, got a list$/],
    ['{"name": {"a": 1}}', 'name', /^expected a string, got an object$/],
    ['{"name": "\\ud800"}', 'name', /^expected a string, got /],
    ['{"noGateway": "true"}', 'no_gateway', /^expected true or false, got "true"$/],
    ['{"cidrs": "10.0.0.0/8"}', 'cidrs', /^expected a list, got "10.0.0.0\/8"$/],
    ['{"cidrs": ["10.0.0.0/8", 5]}', 'cidrs[1]', /^expected a string, got 5$/],
    ['{"cidrs": [null]}', 'cidrs[0]', /^expected a string, got null$/],
    ['{"cooling": 300}', 'cooling', /^expected a duration such as "300s", got 300$/],
    ['{"labels": []}', 'labels', /^expected an object of strings, got a list$/],
    ['{"labels": {"team": 5}}', 'labels', /^expected an object of strings, got an object$/],
    ['{"options": []}', 'options', /^expected an object, got a list$/],
    [
      '{"options": {"issuedAt": "now"}}',
      'options.issued_at',
      /^expected a time such as "2026.*", got "now"$/,
    ],
    ['{"noGateway": true, "no_gateway": true}', 'no_gateway', /^is given twice$/],
    ['{"name": "a", "name": "b"}', 'request', /duplicate/],
  ])('refuses %j', (text, field, message) => {
    const { invalid } = read(text) as { invalid: { field: string; message: string } };
    expect(invalid.field).toBe(field);
    expect(invalid.message).toMatch(message);
  });

  it('refuses two of one kind', () => {
    expect(read('{"vip": "a", "holder": "pod/a/b"}', GetHistoryRequestSchema)).toEqual({
      invalid: { field: 'holder', message: 'is given beside another subject: give one' },
    });
  });

  it('refuses what is no UTF-8', () => {
    expect(messageFromJsonBytes(DefineSubnetRequestSchema, new Uint8Array([0x22, 0xff, 0x22]))).toEqual({
      invalid: { field: 'request', message: 'is no JSON: not well-formed UTF-8' },
    });
  });

  it('repeats no more than a line of what it was sent', () => {
    const { invalid } = read(JSON.stringify({ [`${'k'.repeat(9999)}\u001b`]: 1 })) as {
      invalid: { field: string };
    };
    expect(invalid.field).toBe(`"${'k'.repeat(64)}..."`);
  });
});
